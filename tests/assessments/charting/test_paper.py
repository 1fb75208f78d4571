"""A signed screen on paper: all that was said and concluded, nothing read as markup, and nothing of a draft."""

from __future__ import annotations

import datetime as dt
import io
import re
import time

import pytest
import time_machine
from django.urls import reverse
from pypdf import PdfReader

from assessments.charting.paper import typesetting
from assessments.charting.paper.facts import NotSigned, facts
from assessments.charting.paper.typesetting import NAMED, typeset
from assessments.screens import actions as screens
from assessments.screens import amending
from assessments.screens.actions import Change
from assessments.triage import actions as triage
from clinic.audit.models import Entry
from tests.assessments.stories import (
    CONTRADICTORY,
    DESK_WORKER,
    NOT_EXAMINED,
    SCIATICA,
    STRIDES,
    concluded,
    draft,
)

MARKUP = '#evil(read("/etc/passwd")) #include "/etc/passwd" $x_1$ *bold* _it_ <label> [x] @ref \\ // /* `raw`'
ARABIC = "سباق الربيع ١٢٣"
ONE_REQUEST = 0.3  # seconds; more than that belongs to Celery (clinic/decisions/2026-11-pdf-by-typst.md)


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


def read(paper: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(paper))


def text(paper: bytes) -> str:
    """All words in order, with single spaces: lines break where the paper does."""
    return " ".join(" ".join(page.extract_text() for page in read(paper).pages).split())


def printed(world, screen) -> bytes:
    return typeset(facts(screen, by=world.carl, now=world.now))


def with_goal(world, words, story=DESK_WORKER):
    """A signed screen whose free text says these words."""
    screen = draft(world, story)
    held = {one.item: one.revision for one in screen.answers.all()}
    goal = {"goal": Change(words, held.get("goal", 0))}
    screens.save_answers(screen=screen, changes=goal, by=world.carl, now=world.now)
    return triage.sign_and_conclude(screen=screen, by=world.carl, now=world.now).screen


def address(screen):
    return reverse("charting:pdf", args=[screen.patient_id, screen.pk])


@pytest.mark.parametrize("story", [DESK_WORKER, STRIDES, SCIATICA, NOT_EXAMINED, CONTRADICTORY])
def test_it_says_what_was_concluded_and_every_answer(world, story):
    result = concluded(world, story)
    triage.agree(result=result, by=world.carl, now=world.now)
    words = text(printed(world, result.screen))
    said = result.outcome
    for fact in [
        *said["for"],
        *said["against"],
        *said["missing"],
        *said["cautions"],
        *said["contradictions"],
    ]:
        sentence = fact.get("text") or fact.get("label") or fact["message"]
        assert " ".join(sentence.split()) in words, sentence
    assert said["label"] in words
    assert all(rule["id"] in words for rule in said["fired"])
    assert "Carl Jensen agreed" in words
    assert "The findings fit" in words or "Triage cannot name one yet" in words


def test_a_side_and_a_unit_are_printed(world):
    result = concluded(world, DESK_WORKER)
    row = result.screen.answers.get(item="ake_deg")
    expected = f"left {row.value['left']:g} deg, right {row.value['right']:g} deg"
    assert expected in text(printed(world, result.screen))


def test_each_page_names_whom_it_is_about_and_which_version_it_is(world):
    screen = concluded(world, DESK_WORKER).screen
    pages = read(printed(world, screen)).pages
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        words = " ".join(page.extract_text().split())
        for expected in [
            "Ana Silva, born 14 Mar 1991",
            world.ana.record_number,
            screen.label,
            screen.fingerprint[:12],
            f"Page {number} of {len(pages)}",
        ]:
            assert expected in words, (number, expected)


def test_it_is_tagged_and_titled(world):
    paper = read(printed(world, concluded(world, DESK_WORKER).screen))
    assert (
        paper.metadata.title == "Hamstring movement screen, 3 Mar 2026"
        or "3 Mar 2026" in paper.metadata.title
    )
    assert "Ana" not in paper.metadata.title
    root = paper.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"].lower().startswith("en")
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()


@pytest.mark.parametrize("words", [MARKUP, "]]]} #sys.inputs", "#" * 200, "x" * 190])
def test_what_somebody_typed_is_printed_and_never_read(world, words):
    paper = printed(world, with_goal(world, words))
    joined = re.sub(r"[\s\u200b]", "", text(paper))
    assert re.sub(r"\s", "", words) in joined, ascii(joined[joined.find("goal") :][:300])
    assert "root:" not in joined


def test_nothing_beside_the_template_can_be_read():
    """The negative control: the template's own language could read files, so the root is its folder alone."""
    with pytest.raises(Exception, match="escape the project root"):
        typesetting.typst.compile(
            b'#read("/../../../../etc/passwd")', root=typesetting.TEMPLATE.parent, format="pdf"
        )


def test_other_scripts_are_printed(world):
    words = text(printed(world, with_goal(world, f"Ελλάδα Прага łódź {ARABIC}")))
    assert "Ελλάδα Прага łódź" in words
    assert NAMED not in words


@pytest.mark.parametrize(
    ("typed", "expected"), [("run 😀 far", "[grinning face]"), ("走 10 km", "[cjk unified ideograph-8d70]")]
)
def test_a_character_no_font_has_stands_there_by_its_name(world, typed, expected, monkeypatch):
    only_built_in = typesetting.typst.Fonts(include_system_fonts=False)
    monkeypatch.setattr(typesetting, "_fonts", lambda: only_built_in)
    words = text(printed(world, with_goal(world, typed)))
    assert expected in words
    assert NAMED in words


def test_an_amendment_says_what_changed_and_the_earlier_one_that_it_was_amended(world):
    result = concluded(world, DESK_WORKER)
    later = world.now + dt.timedelta(hours=1)
    new = amending.amend(screen=result.screen, because="The wrong age was typed", by=world.cleo, now=later)
    assert "is being amended" in text(printed(world, result.screen))
    screens.save_answers(screen=new, changes={"age_years": Change(51, 1)}, by=world.cleo, now=later)
    newer = triage.sign_and_conclude(screen=new, by=world.cleo, now=later).screen
    assert "This screen was amended" in text(printed(world, result.screen))
    words = text(printed(world, type(newer).objects.get(pk=newer.pk)))
    for expected in ("What changed", "The wrong age was typed", "now, 51", "Cleo Marchetti"):
        assert expected in words


def test_it_names_its_photos(world):
    screen = draft(world, DESK_WORKER)
    world.photo(screen, caption="Left heel lifts")
    triage.sign_and_conclude(screen=screen, by=world.carl, now=world.now)
    assert "Left heel lifts" in text(printed(world, type(screen).objects.get(pk=screen.pk)))


def test_a_draft_has_none(world):
    screen, carl = draft(world, DESK_WORKER), world.signed_in(world.carl)
    with pytest.raises(NotSigned):
        facts(screen, by=world.carl, now=world.now)
    answer = carl.get(address(screen), follow=True)
    assert answer.redirect_chain[0][0] == reverse("charting:answers", args=[screen.patient_id, screen.pk])
    assert "A draft has no PDF" in answer.content.decode()


def test_it_is_handed_out_like_a_record(world, django_assert_max_num_queries):
    screen, carl = concluded(world, DESK_WORKER).screen, world.signed_in(world.carl)
    for page in ("answers", "triage"):
        row = screen.pk if page == "answers" else screen.results.get().pk
        shown = carl.get(reverse(f"charting:{page}", args=[world.ana.pk, row])).content.decode()
        assert address(screen) in shown
    read_before = Entry.objects.filter(patient=world.ana, action=Entry.Action.READ).count()
    with django_assert_max_num_queries(12):
        answer = carl.get(address(screen))
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "no-store")
    assert answer["Content-Disposition"] == f'attachment; filename="screen-{screen.pk}.pdf"'
    assert Entry.objects.filter(patient=world.ana, action=Entry.Action.READ).count() == read_before + 1
    assert carl.get(reverse("charting:pdf", args=[world.ben.pk, screen.pk])).status_code == 404


def test_it_is_set_within_one_request(world):
    said = facts(concluded(world, DESK_WORKER).screen, by=world.carl, now=world.now)
    typeset(said)  # the fonts are looked for once a process
    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        typeset(said)
        taken.append(time.perf_counter() - begun)
    assert min(taken) < ONE_REQUEST
