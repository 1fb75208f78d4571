"""The kill drill of the reminders, and their bench.

`make drill-reminders` kills whatever takes part in sending, at random, while thousands of reminders are due and the
calendar changes; then it compares what a mail server has recorded with what the calendar says. `make bench-reminders`
measures. Both start real servers of their own in a folder of their own.

    recorder     the mail server, in a process of its own that is never killed
    people       thousands of patients with visits, and somebody who moves and cancels them meanwhile
    clinic       PostgreSQL, Valkey, workers and beats as the launcher starts them, started again when they are killed
    kills        which is killed when, by a seed
    watching     how much waits, each second, and whether anything still does
    evidence     what the recorder and the calendar say, put side by side
    report       what that means: what was lost, sent twice, sent too late; pure
    drill        one run from an empty clinic to a report
    faults       one thing that goes wrong at a time
    queue_alone  the negative control: the same reminders, known to the task queue alone
    bench        how fast
    settings     the clinic's own, with shorter pauses where a drill asks for them
"""
