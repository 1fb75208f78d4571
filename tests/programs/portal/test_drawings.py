"""What drawings cost on a phone: each comes once, and is asked for again only when it has changed."""

from __future__ import annotations

import datetime as dt
import gzip
import re
from functools import partial

import pytest
import time_machine

from programs.portal import app_views, phone
from tests.programs.portal.test_pages import a_form
from tests.programs.stories import kept_ready

COMING, FIGURES = "/my/coming/", "/my/coming/figures/"


@pytest.fixture(autouse=True)
def clock_in_here(world):
    with time_machine.travel(world.now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(ana_story):
    assert kept_ready(ana_story.proposed.exercises.get(library_id="dead_bug"), "step_up")
    assert ana_story.released
    return ana_story.world.signed_in(ana_story.patient.account)


def test_the_week_names_its_drawings_and_does_not_carry_them(ana):
    answer = ana.get(COMING)
    drawings = answer.json()["drawings"]
    steps = [step for one in answer.json()["sessions"] for step in one["steps"]]
    shown = {one["library_id"] for step in steps for one in (step, *step["swaps"])}
    assert {"dead_bug", "step_up"} <= drawings.keys() <= shown
    assert all(re.fullmatch(r"[0-9a-f]{12}", edition) for edition in drawings.values())
    assert b"<svg" not in answer.content
    assert len(answer.content) < 40_000
    assert len(gzip.compress(answer.content)) < 6_000


def test_the_drawings_are_given_by_their_names(ana):
    named = ana.get(COMING).json()["drawings"]
    given = ana.get(FIGURES, {"id": [*named, "no_such_exercise", "<script>"]}).json()
    assert given.keys() == named.keys()
    assert all(markup.count("<svg") == 1 and "figure-moving" in markup for markup in given.values())
    assert ana.get(FIGURES).json() == {}


def test_a_changed_drawing_has_another_edition(ana, monkeypatch):
    before = ana.get(COMING).json()["drawings"]
    drawn = phone.figures
    monkeypatch.setattr(phone, "figures", lambda ids: {**drawn(ids), "dead_bug": "<div>drawn anew</div>"})
    after = ana.get(COMING).json()["drawings"]
    assert {id for id in before if before[id] != after[id]} == {"dead_bug"}


def test_the_page_of_a_session_has_every_figure_once(ana):
    page = ana.get("/my/session/?day=Mon").content.decode()
    shown = re.findall(r'data-figure-of="(\w+)"', page)
    assert "dead_bug" in shown
    assert len(shown) == len(set(shown))
    [played] = re.findall(r'<script id="played"[^>]*>(.*?)</script>', page)
    assert re.findall(r'data-figure-of=\\"(\w+)', played) == ["step_up"], "what may be done instead"


def test_a_page_that_is_not_played_keeps_its_figures_still(ana, ana_story, clock_in_here):
    assert "figure-moving" in ana.get("/my/session/?day=Mon").content.decode()
    refused = ana.post("/my/log/", a_form(ana_story, pain_during="11"))
    assert "figure-still" in refused.content.decode()
    assert "figure-moving" not in refused.content.decode()
    ana_story.logs(pain_during=5)
    clock_in_here.shift(dt.timedelta(days=1))
    resting = ana_story.world.signed_in(ana_story.patient.account).get("/my/session/?day=Mon")
    assert "exercise-figure" not in resting.content.decode(), "after a stop nothing is shown to do"


@pytest.mark.parametrize("address", [COMING, FIGURES])
def test_only_patients_are_given_drawings(world, client, address):
    assert world.signed_in(world.carl).get(address).status_code == 403
    assert client.get(address).status_code == 302


def test_the_workers_edition_changes_with_each_of_its_files(client, monkeypatch, tmp_path):
    """A phone that keeps an older edition fetches the new one and drops its own."""

    def edition():
        return re.search(r'portalEdition = "(\w+)"', client.get("/my/worker.js").content.decode())[1]

    before, found = edition(), app_views.finders.find
    changed = tmp_path / "changed"
    changed.write_bytes(b"another")
    assert edition() == before
    for name in app_views.FILES:
        monkeypatch.setattr(app_views.finders, "find", partial(_instead, {name: changed}, found))
        assert edition() != before, name


def _instead(changed, found, name):
    return changed.get(name) or found(name)


def test_the_worker_keeps_every_script_a_page_without_signal_brings(client):
    page = client.get("/my/offline/").content.decode()
    brought = re.search(r'data-scripts="([^"]*)"', page)[1].split()
    kept = client.get("/my/worker.js").content.decode()
    assert len(brought) > 5
    assert [one for one in brought if f'"{one.replace("-", chr(92) + "u002D")}"' not in kept] == []
