"""Clinics that take one screen, or two of different regions."""

from __future__ import annotations

from pathlib import Path

import pytest

from assessments.screens import offered
from assessments.screens.offered import Offered

USUAL = offered.places()[0]
OTHER = offered.places()[1]
OURS = (offered.OFFERED, offered.CATALOGUE)


def offers(monkeypatch: pytest.MonkeyPatch, *taken: Offered) -> None:
    """The clinic takes these screens and no other; another file is still read as it is."""
    read = offered.places

    def places(*where: Path) -> tuple[Offered, ...]:
        return taken if where in ((), OURS) else read(*where)

    monkeypatch.setattr(offered, "places", places)
