#!/usr/bin/env python
"""Django's command line for the clinic. `make setup` makes `.venv/bin/python manage.py …` work."""

import os
import sys
from pathlib import Path

# Written by `make setup` and `make run`: the demo clinic's settings on this machine.
DEMO_SETTINGS = Path(__file__).resolve().parent / ".data" / "environment"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.config.settings")
    use_demo_settings()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def use_demo_settings() -> None:
    """Take the demo clinic's settings, unless any of our own are given: the two are never mixed."""
    if {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "DEBUG"} & os.environ.keys():
        return
    if os.access(DEMO_SETTINGS, os.R_OK):
        for line in DEMO_SETTINGS.read_text().splitlines():
            name, _, value = line.partition("=")
            os.environ[name] = value


if __name__ == "__main__":
    main()
