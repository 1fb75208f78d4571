"""Celery's app. Tasks live in each app's tasks.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.config.settings")

app = Celery("clinic")
app.set_default()  # for every thread of a web server: another would make up an app of its own, and a broker
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
