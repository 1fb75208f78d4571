#!/usr/bin/env python
"""Django's command line for the clinic. `make setup` makes `.venv/bin/python manage.py …` work."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
