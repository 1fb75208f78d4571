"""Whole runners with what triage and the builder must say of them: the tests' stories and the demo clinic's.

JSON, because an `input` is exactly what `manage.py triage` and `manage.py propose` read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def load(region: str, version: int = 1) -> list[dict[str, Any]]:
    """The region's cases: id, title, narrative, input {"history", "exam", …} and what is expected."""
    cases: list[dict[str, Any]] = json.loads((HERE / f"{region}.v{version}.json").read_text())["cases"]
    return cases


def has(region: str, version: int = 1) -> bool:
    """Whether the region has worked cases."""
    return (HERE / f"{region}.v{version}.json").is_file()


def load_probes(region: str, version: int = 1) -> dict[str, Any]:
    """One small change of a base case for each rule: {"base": case id, "probes": [...]}."""
    probes: dict[str, Any] = json.loads((HERE / f"{region}_probes.v{version}.json").read_text())
    return probes
