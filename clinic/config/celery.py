"""Celery's app. Tasks live in each app's tasks.py."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun, worker_init
from django.db import close_old_connections
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.config.settings")

app = Celery("clinic")
app.set_default()  # for every thread of a web server: another would make up an app of its own, and a broker
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect  # type: ignore[untyped-decorator]
def read_every_page(**_: object) -> None:
    """Letters hold links. Read here, before the senders are forked off, no first letter waits a second for it."""
    _ = get_resolver().reverse_dict


@task_prerun.connect  # type: ignore[untyped-decorator]
def leave_dead_connections(task: Any, **_: object) -> None:
    """As Django does before each request: the server may have gone since the last task."""
    if not task.request.is_eager:
        close_old_connections()
