"""`manage.py draw_figures --ids a,b --to FILE`: look at drawings while drawing. Start, middle and end of each."""

from __future__ import annotations

import os
import tempfile
from html import escape
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.knowledge.reading import KnowledgeError
from programs.exercises.figures.drawing import frame_svg, moving_svg
from programs.exercises.figures.motion import body_at, start_and_end
from programs.exercises.figures.reading import body_faults, known_drawings
from programs.exercises.reading import load_library

ROOT = Path(__file__).resolve().parents[4]
LOOK = (
    "body{margin:12px;font:15px sans-serif;background:var(--page);color:var(--ink);width:1320px}"
    "section{display:grid;grid-template-columns:repeat(4,320px);gap:4px;margin:0 0 10px}"
    "h2{grid-column:1/-1;font-size:15px;margin:4px 0}.figure{background:var(--surface);width:320px;height:220px}"
)


class Command(BaseCommand):
    help = "Write start, middle, end and the page's figure of exercises to a .html or .png file."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--ids", default="", help="exercise ids with commas between; none: all that are drawn"
        )
        parser.add_argument(
            "--to", required=True, help="FILE.html, or FILE.png (through a browser without a window)"
        )
        parser.add_argument("--dark", action="store_true", help="in the dark theme")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            drawings = known_drawings(anyway=True)
        except KnowledgeError as error:
            raise CommandError(str(error)) from None
        ids = [id for id in options["ids"].split(",") if id] or list(drawings)
        if missing := [id for id in ids if id not in drawings]:
            raise CommandError(f"not drawn: {', '.join(missing)}")
        for id in ids:
            for fault in body_faults(drawings[id]):
                self.stderr.write(f"{id}: {fault}")
        page = _page(ids, dark=options["dark"])
        target = Path(options["to"])
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix == ".png":
            _photograph(page, target)
        else:
            target.write_text(page, encoding="utf-8")
        self.stdout.write(f"{len(ids)} exercises in {target}")


def _page(ids: list[str], *, dark: bool) -> str:
    styles = "".join((ROOT / "static/css" / name).read_text() for name in ("clinic.css", "figures.css"))
    rows = "".join(_row(id) for id in ids)
    theme = "dark" if dark else "light"
    return (
        f'<!doctype html><html lang="en" data-bs-theme="{theme}"><meta charset="utf-8"><title>Figures</title>'
        f"<style>{styles}{LOOK}</style><body>{rows}</body></html>"
    )


def _row(id: str) -> str:
    drawing, exercise = known_drawings(anyway=True)[id], load_library().exercise(id)
    start, end = start_and_end(drawing)
    middle = body_at(drawing, 0, 0.5) if len(drawing.poses) > 1 else start
    frames = "".join(frame_svg(drawing, exercise.name, body) for body in (start, middle, end))
    figure = moving_svg(drawing, exercise.name)
    title = f"{escape(id)} · {escape(exercise.name)} · {len(figure) // 1000} kB"
    return f"<section><h2>{title}</h2>{frames}{figure}</section>"


def _photograph(page: str, target: Path) -> None:
    from clinic.launch.browser import find_browser, node

    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(node())
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "figures.html"
        file.write_text(page, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=find_browser(ROOT))
        tab = browser.new_page(viewport={"width": 1344, "height": 600}, reduced_motion="reduce")
        tab.goto(file.as_uri())
        tab.screenshot(path=target, full_page=True)
        browser.close()
