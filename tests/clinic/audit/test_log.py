"""What is written into the log: a request that was refused is named by its address, which may hold a secret."""

from __future__ import annotations

import logging

from clinic.audit.middleware import SecretsFilter

ITS_OWN = ("django", "django.request", "django.server", "django.security", "celery", "gunicorn.error")


def test_every_line_goes_past_the_filter_that_hides_secrets():
    """A library that prints by itself, as Django does while it is developed with, would print the whole address."""
    for name in ITS_OWN:
        assert {type(handler) for handler in logging.getLogger(name).handlers} <= {logging.NullHandler}, name
    ours = [handler for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler]
    assert ours
    for handler in ours:
        assert any(isinstance(each, SecretsFilter) for each in handler.filters)
