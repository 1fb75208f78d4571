"""Take away files of photos and videos that no row knows, and name the rows whose file is gone."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assessments.screens.recordings import actions


class Command(BaseCommand):
    help = "Take away files no recording knows; exit 1 and list the recordings whose file is gone."

    def handle(self, *args: Any, **options: Any) -> None:
        swept = actions.sweep(now=timezone.now())
        self.stdout.write(f"{swept.removed} files without a recording taken away.")
        if swept.missing:
            listed = "\n".join(f"  {name}" for name in swept.missing)
            raise CommandError(
                f"{len(swept.missing)} recordings have no file. Restore these from a backup of the recordings "
                f"folder:\n{listed}"
            )
