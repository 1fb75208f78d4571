"""Celery's app. Tasks live in each app's tasks.py."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.config.settings")

app = Celery("clinic")
app.set_default()  # for every thread of a web server: another would make up an app of its own, and a broker
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect  # type: ignore[untyped-decorator]
def leave_dead_connections(task: Any, **_: object) -> None:
    """As Django does before each request: the server may have gone since the last task."""
    if not task.request.is_eager:
        close_old_connections()
