"""What beat calls for, and how often in seconds.

Plain intervals only: crontab schedules lose runs when the clocks change. What is due is decided in PostgreSQL.
"""

from typing import Any

TIMETABLE: dict[str, dict[str, Any]] = {
    "ask what is due": {
        "task": "clinic.reminders.tasks.collect_due",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "sweep files without a row": {
        "task": "assessments.screens.tasks.sweep_recordings",
        "schedule": 6 * 60 * 60.0,
        "options": {"expires": 60 * 60},
    },
    "mail codes to people who book": {
        "task": "programs.portal.tasks.mail_codes",
        "schedule": 2.0,
        "options": {"expires": 10},
    },
    "forget what was typed to book online": {
        "task": "programs.portal.tasks.forget_requests",
        "schedule": 60 * 60.0,
        "options": {"expires": 60 * 60},
    },
    "look after the wait list": {
        "task": "clinic.booking.tasks.look_after_wait_list",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "forget receipts nobody could place": {
        "task": "clinic.reminders.tasks.forget_receipts",
        "schedule": 60 * 60.0,
        "options": {"expires": 60 * 60},
    },
    "send what is due": {"task": "clinic.reminders.tasks.ring", "schedule": 3.0, "options": {"expires": 10}},
}
