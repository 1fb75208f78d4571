"""The demo clinic's servers and processes on one machine, and the steps of `make test`.

`python3 dev.py run` ends here once the environment is made. Standard library and psycopg only: nothing in
this package knows the clinic, and no other package imports it. Production uses `watched` alone (see
docker-compose.yml); settings learn that the servers are embedded from CLINIC_EMBEDDED=1 and refuse it there.

    places       which folder holds what, and which account PostgreSQL runs as
    environment  keys made on first use, and the settings every process is started with
    children     starting and ending processes so that none outlives its parent
    postgres     PostgreSQL from the wheel: first start, healing after kill -9, readiness
    valkey       Valkey from the wheel (Redis protocol): the broker and the cache
    supervisor   web, worker and beat under one roof
    watchdog     worker and beat started again when reminders wait and nobody takes them
    watched      the same for one of them in a container
    run          the order of a start, and the block printed at its end
    steps        `make test`
    browser      which browser the journeys are run in
"""
