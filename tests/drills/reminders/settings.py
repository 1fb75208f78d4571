"""The clinic's own settings, as production has them, for a clinic that is drilled.

Only waiting is shortened, and only where a drill asks for it (tests/drills/reminders/hurry.py).
"""

from clinic.config.settings import *  # noqa: F403
from clinic.config.settings import INSTALLED_APPS

# Before every other app: what it shortens is read while the others are imported.
INSTALLED_APPS = ["tests.drills.reminders.hurry.Hurry", *INSTALLED_APPS]
# The report knows what is wanted of the calendar; what other parts of the clinic have to say would be strangers to it.
REMINDER_SOURCES = ["clinic.booking.reminders"]
CELERY_IMPORTS = ["tests.drills.reminders.queue_alone"]
