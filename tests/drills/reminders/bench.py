"""How fast reminders go out, against what the same worker makes of tasks that do nothing; and how fast the poll is.

no-op tasks a second   a full queue, from the moment the worker begins until it is empty
letters a second       the same worker handing over letters that are written already, twenty to a task: what mail
                       costs by itself, whoever sends it
reminders a second     the same worker, from the first letter the mail server took to the last: called for by beat,
                       claimed, asked about once more, written, handed over, written down
the poll               among a thousand, a hundred thousand and a million rows, a thousand of them due
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

from django.db import connection, connections, transaction
from django.utils import timezone
from redis.exceptions import RedisError

from clinic.reminders import actions
from clinic.reminders.models import Reminder, State
from tests.drills.reminders import people
from tests.drills.reminders.clinic import QUEUE, Broken, DrilledClinic
from tests.drills.reminders.queue_alone import ALONE, hand_over_alone, nothing
from tests.drills.reminders.recorder import Arrival, read
from tests.drills.reminders.watching import Letters

SIZES = (1_000, 100_000, 1_000_000)
DUE = 1_000
POLLS = 25
LONGEST = 900.0  # seconds for either kind of task
AT_EASE = 5.0  # milliseconds the poll may take whatever its size
FLAT = 3.0  # times what it takes in the smallest outbox, beyond that


def measure(clinic: DrilledClinic, reminders: int) -> int:
    """Print all of it. 1 when the poll is not read from its index alone, or grows with the outbox."""
    connections.close_all()
    clinic.begin_empty()
    clinic.start_recorder()
    people.fill(-(-reminders // people.DUE_AT_FIRST), now=timezone.now())
    for _ in range(reminders):
        nothing.delay()
    written = write_all_down()
    print(f"{clinic.size.workers} worker(s) of {clinic.size.slots} senders; {reminders} of each", flush=True)
    clinic.start_workers()
    tasks = noop_rate(clinic, reminders)
    print(f"  no-op tasks a second {tasks:10.1f}", flush=True)
    letters = letter_rate(clinic, reminders)
    print(f"  letters a second     {letters:10.1f}", flush=True)
    sent = reminder_rate(clinic, written)
    print(f"  reminders a second   {sent:10.1f}", flush=True)
    print(
        f"  to no-op tasks       {sent / tasks:10.2f}\n  to letters           {sent / letters:10.2f}",
        flush=True,
    )
    return polls()


def write_all_down() -> int:
    """All at once, before the clock starts: usually they come due one by one."""
    before = -1
    while (count := Reminder.objects.count()) != before:
        before = count
        actions.collect(now=timezone.now())
    return before


def noop_rate(clinic: DrilledClinic, how_many: int) -> float:
    broker = clinic.queue()
    wait_until(lambda: broker.llen(QUEUE) < how_many, "the worker began")
    began, left = time.monotonic(), broker.llen(QUEUE)
    wait_until(lambda: broker.llen(QUEUE) == 0, "the queue was empty")
    return left / (time.monotonic() - began)


def letter_rate(clinic: DrilledClinic, how_many: int) -> float:
    arrived = Letters(clinic.arrivals).look
    for first in range(0, how_many, actions.BATCH):
        hand_over_alone.delay(first, min(actions.BATCH, how_many - first))
    wait_until(lambda: arrived() >= how_many, f"{how_many} letters had arrived")
    return rate([letter for letter in read(clinic.arrivals)[0] if is_alone(letter)])


def reminder_rate(clinic: DrilledClinic, how_many: int) -> float:
    arrived = Letters(clinic.arrivals).look
    before = arrived()
    clinic.start_beats()
    wait_until(lambda: arrived() >= before + how_many, f"{how_many} reminders had arrived")
    clinic.stop_programs()
    clinic.stop_recorder()
    letters, whole = read(clinic.arrivals)
    ours = [letter for letter in letters if not is_alone(letter)]
    if not whole or len({letter.message_id for letter in ours}) != how_many:
        raise Broken(f"Of {how_many} reminders {len(ours)} letters were recorded: nothing was measured.")
    return rate(ours)


def is_alone(letter: Arrival) -> bool:
    return letter.message_id.startswith(f"<{ALONE}")


def rate(letters: Sequence[Arrival]) -> float:
    """A second, from the first that was taken to the last."""
    moments = sorted(letter.received_at for letter in letters)
    return len(moments) / (moments[-1] - moments[0])


def wait_until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + LONGEST
    while True:
        try:
            if true():
                return
        except RedisError:
            pass
        if time.monotonic() > deadline:
            raise Broken(f"It took longer than {LONGEST:.0f} s until {what}: nothing was measured.")
        time.sleep(0.02)


# --- The poll -------------------------------------------------------------------------------------------------


def polls() -> int:
    """Its time at each size, and its plan at the largest."""
    print(f"\nThe poll, with {DUE} due (median of {POLLS}, in milliseconds)")
    print(f"  {'rows':>10} {'reading':>9} {'and taking':>11}")
    took = {}
    for size in SIZES:
        fill_outbox(size)
        reading, taking = median(read_due), median(take_and_let_go)
        took[size] = reading
        print(f"  {size:>10,} {reading:9.2f} {taking:11.2f}", flush=True)
    plan = due().explain(analyze=True, buffers=True)
    print(f"\nIts plan among {SIZES[-1]:,} rows\n  " + plan.replace("\n", "\n  "))
    complaints = []
    if "Index Only Scan" not in plan or "Seq Scan" in plan:
        complaints.append("The poll is not read from its index alone.")
    if took[SIZES[-1]] > max(AT_EASE, FLAT * took[SIZES[0]]):
        complaints.append("The poll grows with the outbox.")
    print("\n" + ("\n".join(["NOT PASSED:", *complaints]) if complaints else "PASSED: the poll is flat."))
    return int(bool(complaints))


def due():
    return Reminder.objects.to_ring_for(timezone.now())[: actions.WINDOW]


def read_due() -> None:
    if len(due()) != DUE:
        raise Broken(f"The poll found {len(due())} of {DUE} due: nothing was measured.")


def take_and_let_go() -> None:
    with transaction.atomic():
        actions.to_ring(now=timezone.now(), room=actions.WINDOW)
        transaction.set_rollback(True)


def median(what: Callable[[], None]) -> float:
    """Milliseconds."""
    times = []
    for _ in range(POLLS):
        began = time.perf_counter()
        what()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def fill_outbox(size: int) -> None:
    """Copies of one that was sent, then as many due as there always are: fresh ones, as due ones are."""
    row = Reminder.objects.filter(state=State.SENT).order_by("pk").first()
    if row is None:
        raise Broken("No reminder was sent, so there is none to make a million of.")
    Reminder.objects.exclude(pk=row.pk).delete()
    make_copies(row, first=1, last=size - DUE - 1)
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {Reminder._meta.db_table}")
    make_copies(row, first=size, last=size + DUE - 1, state=State.DUE, sent_at=None, ring_at=timezone.now())


def make_copies(row: Reminder, *, first: int, last: int, **other: object) -> None:
    """Whatever columns there are; each copy is about a visit of its own, which nobody has."""
    table = Reminder._meta.db_table
    columns = [field.column for field in Reminder._meta.concrete_fields if not field.primary_key]
    values = {"subject_id": "-n", **dict.fromkeys(other, "%s")}
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608 (our own names)
            f" SELECT {', '.join(values.get(column, column) for column in columns)}"
            f" FROM {table}, generate_series(%s, %s) AS n WHERE {table}.id = %s",
            [*(other[column] for column in columns if column in other), first, last, row.pk],
        )
