"""The door for the web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.config.settings")

application = get_wsgi_application()

import clinic.config.celery  # noqa: E402, F401  # pages call workers too
from clinic.config.environment import refuse_failing_checks  # noqa: E402  # needs the apps that were just loaded

refuse_failing_checks()
