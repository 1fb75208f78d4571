"""The rule book: every rule in words, where each result's rule leads to, and what a draft would change."""

from __future__ import annotations

import re
import shutil
from html import unescape

import brotli
import pytest
import time_machine
from django.urls import reverse

from assessments.screens.reading import load_screen
from assessments.triage import rule_book as books
from assessments.triage.plain_rules import Clause, in_words
from assessments.triage.rules import RULESETS, load_draft, load_ruleset
from assessments.triage.wording import Wording
from clinic.knowledge.notation import parse
from tests.assessments.stories import CONTRADICTORY, DESK_WORKER, SCIATICA, concluded
from tests.places import OTHER, USUAL, offers

NOTATION = re.compile(r"\b[a-z]+_[a-z_]+\b|>=|<=|!=")


@pytest.fixture(autouse=True)
def _now(world):
    with time_machine.travel(world.now, tick=False):
        yield


def words() -> Wording:
    return Wording(load_screen(), load_ruleset())


def lines(clause: Clause) -> list[str]:
    return [clause.text, *(line for part in clause.parts for line in lines(part))]


def page(world, label: str, who=None, **query: str) -> str:
    response = world.signed_in(who or world.carl).get(reverse("charting:rule_book", args=[label]), query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("label", [f"{name}.v{number}" for name, number in books.books()])
def test_every_rule_has_its_place_and_is_told_without_notation(world, label):
    said = page(world, label)
    name, _, version = label.rpartition(".v")
    book = books.rule_book(name, int(version))
    for one in (*book.ruleset.rules, *book.contradictions, *book.cautions):
        assert said.count(f'id="{one.id}"') == 1
    told = [line for _, entries in book.chapters for one in entries for line in lines(one.asks)]
    told += [line for one in (*book.contradictions, *book.cautions) for line in lines(one.asks)]
    assert len([one for _, entries in book.chapters for one in entries]) == len(book.ruleset.rules)
    assert [line for line in told if NOTATION.search(line)] == []


def test_notation_would_be_seen():
    assert NOTATION.search("ake_diff >= 20")


def test_a_condition_is_told_with_its_threshold_and_unit():
    told = in_words(parse("ake_diff >= 20"), words())
    assert told.text.endswith(": at least 20 deg")
    nested = in_words(parse("pop_felt is no and (not (onset = sudden) or onset != gradual)"), words())
    assert [len(part.parts) for part in nested.parts] == [0, 2]
    assert "Not this:" in lines(nested)


def test_every_cause_is_told_with_its_conditions_and_sources(world):
    label = load_ruleset().version_label
    said, book = unescape(page(world, label)), books.rule_book("hamstring", 2)
    assert len(book.contributors) == len(book.causes.causes) >= 6
    for one in book.contributors:
        entry = said.split(f'id="{one.cause.id}"')[1].split("</article>")[0]
        assert one.cause.name in entry
        for weight in one.weights:
            assert weight.finding.text in entry
            assert weight.asks.text in entry
            assert all(source["citation"] in entry for source in weight.sources)
            assert not weight.unless or weight.unless.text in entry
        told = [line for weight in one.weights for line in lines(weight.asks)]
        assert [line for line in told if NOTATION.search(line)] == []


def test_every_class_says_whether_a_program_follows(world):
    ruleset = load_ruleset()
    said, book = (
        unescape(page(world, ruleset.version_label)),
        books.rule_book("hamstring", ruleset.head.version),
    )
    section = said.split('id="classes"')[1].split("</section>")[0]
    assert {one.label for one in book.classes} == {one.label for one in ruleset.classes.values()}
    for one in book.classes:
        row = section.split(one.label)[1].split("</tr>")[0]
        assert ("No exercises" in row) is not bool(one.track), one.label
        assert all(f'href="#{rule}"' in row for rule in one.rules)
    assert {rule for one in book.classes for rule in one.rules} == {rule.id for rule in ruleset.rules}


def test_clinicians_and_managers_find_the_book_from_their_pages(world):
    for who, where in (
        (world.carl, "charting:today"),
        (world.mona, "charting:overruled"),
        (world.mona, "desk:today"),
    ):
        client = world.signed_in(who)
        assert reverse("charting:rules") in client.get(reverse(where)).content.decode()
        assert client.get(reverse("charting:rules"), follow=True).status_code == 200


def test_each_worked_case_stands_under_the_rule_that_decides_it(world):
    book = books.rule_book("hamstring", 2)
    under = {one.id: e.rule.id for _, entries in book.chapters for e in entries for one in e.stories}
    assert under[SCIATICA] == "R01_cauda_equina"
    assert len(under) + len(book.undecided) == 20
    assert CONTRADICTORY in {one.id for one in book.undecided}


@pytest.mark.parametrize("story", [DESK_WORKER, SCIATICA, CONTRADICTORY])
def test_each_rule_on_a_result_leads_to_its_place_in_the_version_that_decided(world, story):
    result = concluded(world, story)
    client = world.signed_in(world.carl)
    said = client.get(reverse("charting:triage", args=[world.ana.pk, result.pk])).content.decode()
    found = re.findall(r'href="(/[^"]*/rules/([^"/]+)/)#([^"]+)"', said)
    assert found
    for address, label, anchor in found:
        assert label == result.ruleset
        assert f'id="{anchor}"' in client.get(address).content.decode()


def test_an_emergency_is_never_told_to_wait_until_tonight(world):
    said = page(world, load_ruleset().version_label)
    for rule in load_ruleset().rules:
        entry = said.split(f'id="{rule.id}"')[1].split("</article>")[0]
        assert ("Act now" in entry) is (rule.urgency == "emergency_now")
        assert ("Act the same day" in entry) is (rule.urgency == "same_day")


def test_the_book_is_light_and_asks_the_database_for_nothing_of_its_own(world, django_assert_max_num_queries):
    address = reverse("charting:rule_book", args=[load_ruleset().version_label])
    client = world.signed_in(world.carl)
    client.get(address)
    with django_assert_max_num_queries(6):
        response = client.get(address)
    assert len(brotli.compress(response.content, quality=9)) < 60_000


def test_rules_nobody_published_have_no_page(world):
    client = world.signed_in(world.carl)
    for label in ("hamstring.v99", "red_flags.v1", "hamstring_causes.v1", "drafts"):
        assert client.get(reverse("charting:rule_book", args=[label])).status_code == 404


def test_the_usual_rules_are_found_without_their_version(world):
    response = world.signed_in(world.mona).get(reverse("charting:rules"))
    assert response["Location"] == reverse("charting:rule_book", args=[load_ruleset().version_label])


def test_versions_are_listed_by_region_the_usual_one_first_and_the_newest_first(world, monkeypatch):
    offers(monkeypatch, USUAL, OTHER)
    label = load_ruleset(OTHER.screen).version_label
    said = page(world, label)
    listed = unescape(said.split('aria-label="Rules and their versions"')[1].split("</nav>")[0])
    regions = re.findall(
        r'id="(region-\d)">([^<]+)</p><ul[^>]*aria-labelledby="(region-\d)">(.*?)</ul>', listed
    )
    assert [id for id, *_ in regions] == [of for *_, of, _ in regions]
    assert [title for _, title, *_ in regions] == [
        load_ruleset(one.screen).head.title for one in (USUAL, OTHER)
    ]
    shown = [re.findall(r'/rules/([^/]+)/"', row) for *_, row in regions]
    assert [label for row in shown for label in row] == sorted(
        (f"{name}.v{number}" for name, number in books.books()),
        key=lambda one: (not one.startswith(USUAL.screen), -int(one.rpartition(".v")[2])),
    )
    assert listed.count("aria-current") == 1


@pytest.fixture
def drafted(tmp_path, monkeypatch):
    """The next version in the drafts folder that takes a day-14 answer to tightness within three days."""
    folder = tmp_path / "rulesets"
    shutil.copytree(RULESETS, folder)
    text = (folder / "hamstring.v2.toml").read_text().replace("version = 2", "version = 5", 1)
    head, tail = text.split('id = "R40_tightness"')
    tail = tail.replace(
        'urgency = "routine"\ntarget_days = 14', 'urgency = "within_days"\ntarget_days = 3', 1
    )
    (folder / "drafts" / "hamstring.v5.toml").write_text(head + 'id = "R40_tightness"' + tail)
    monkeypatch.setattr(books, "drafts", lambda name: [5] if name == "hamstring" else [])
    monkeypatch.setattr(books, "draft_ruleset", lambda name, version: load_draft(name, version, folder))
    return folder


def test_a_draft_says_what_it_would_change_and_names_nobody(world, drafted):
    concluded(world, DESK_WORKER)
    concluded(world, SCIATICA, patient=world.ben)
    before = page(world, "hamstring.v2")
    assert "Try hamstring.v5" in before
    assert "Stored results:" not in before
    said = page(world, "hamstring.v2", who=world.mona, draft="5")
    assert "Stored results: 2 tried" in said
    assert re.search(r"1 stored result: Tightness[^<]*routine[^<]*→ Tightness[^<]*within 3 days", said)
    assert world.ana.legal_family_name not in said


def test_a_draft_that_cannot_be_read_is_said_so(world, drafted):
    file = drafted / "drafts" / "hamstring.v5.toml"
    file.write_text(file.read_text().replace("pop_felt is no", "no_such_fact is no"))
    said = page(world, "hamstring.v2", draft="5")
    assert "This draft cannot be tried" in said
    assert "no_such_fact" in said


def test_a_draft_nobody_wrote_is_not_tried(world):
    assert "cannot be tried" not in page(world, "hamstring.v2", draft="99")
