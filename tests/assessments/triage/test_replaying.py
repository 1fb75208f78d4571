"""Stored results decided again: the same on their own version, and what another version would change."""

import datetime as dt
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from assessments.screens.offered import offered_screens
from assessments.triage.management.commands import replay_triage
from assessments.triage.models import Result
from assessments.triage.replaying import compare, replay, stored_results
from assessments.triage.rules import RULESETS, load_draft, load_ruleset
from clinic.knowledge.reading import KnowledgeError
from clinic.people.models import Patient
from tests.assessments.stories import DESK_WORKER, SCIATICA, STRIDES, concluded, stories

TORN = "O03"  # a moderate strain, within days
Tamper = Callable[[str, Result], None]


@pytest.fixture
def tamper() -> Tamper:
    """Changes a stored row past the trigger that forbids it, as a restored backup or a mad migration might."""

    def change(assignment: str, result: Result) -> None:
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
            cursor.execute("alter table triage_result disable trigger results_stay_as_written")
            cursor.execute(f"update triage_result set {assignment} where id = %s", [result.pk])  # noqa: S608
            cursor.execute("alter table triage_result enable trigger results_stay_as_written")

    return change


def another(world, number: int = 0) -> Patient:
    """A runner of their own for each result."""
    return world.patient("Mona", f"Muster {number}", dt.date(1990, 1, 1), f"+4479460009{number:02}")


def replayed() -> tuple[int, str]:
    """(exit code, what was written) of the command."""
    out = io.StringIO()
    try:
        call_command("replay_triage", stdout=out)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_every_worked_case_is_decided_again_as_it_was(world):
    every = [story for region in offered_screens() for story in stories(region)]
    for number, story in enumerate(every):
        concluded(world, story, patient=another(world, number))
    code, said = replayed()
    assert (code, said) == (0, f"{len(every)} stored results decided again, 0 different.\n")


def test_no_results_yet_is_no_difference(db):
    assert replayed() == (0, "0 stored results decided again, 0 different.\n")


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("klass = 'strain_mild'", "klass (strain_mild stored, tightness decided)"),
        ("urgency = 'within_days'", "urgency (within_days stored"),
        ("target_days = 99", "target_days (99 stored"),
        ("outcome = jsonb_set(outcome, '{missing}', '[{\"id\": \"side\"}]')", "outcome: missing"),
        ("outcome = jsonb_set(outcome, '{for,0,text}', '\"Something else\"')", "outcome: for"),
        ("ruleset_fingerprint = repeat('0', 64)", "hamstring.v4 is not the file it was decided with"),
        ("ruleset = 'hamstring.v99'", "cannot be decided again"),
        ('inputs = \'{"history": {"rf_fever": "perhaps"}, "exam": {}}\'', "inputs (rf_fever refused)"),
        (
            "inputs = jsonb_set(inputs, '{history,rf_saddle_numbness}', 'true')",
            "urgency (routine stored, emer",
        ),
    ],
)
def test_a_result_that_is_not_what_its_rules_say_is_listed(world, tamper, assignment, says):
    concluded(world, STRIDES)
    changed = concluded(world, DESK_WORKER, patient=another(world))
    tamper(assignment, changed)
    code, said = replayed()
    assert code == 1
    assert f"result {changed.pk}: " in said
    assert says in said
    assert said.endswith("2 stored results decided again, 1 different.\n")
    assert "Mona" not in said


def test_a_screen_taken_with_another_file_is_listed(world, tamper):
    result = concluded(world, DESK_WORKER)
    result.screen.fingerprint = "0" * 64  # as read from a database whose files were exchanged
    [one] = replay([result])
    assert one.differs == ("hamstring.v3 is not the file it was taken with",)


def test_what_older_results_did_not_store_is_no_difference(world, tamper):
    tamper("outcome = outcome - 'causes_from'", concluded(world, DESK_WORKER))
    assert replayed()[0] == 0


def test_replaying_reads_a_few_rows_at_a_time_and_asks_once(world, django_assert_num_queries):
    for number, story in enumerate((DESK_WORKER, STRIDES, SCIATICA)):
        concluded(world, story, patient=another(world, number))
    with django_assert_num_queries(1):
        assert len(list(replay(stored_results()))) == 3


@pytest.fixture
def drafts(tmp_path: Path, monkeypatch) -> Path:
    """The rulesets, with a draft of hamstring.v5 that sees tightness within days."""
    folder = tmp_path / "rulesets"
    shutil.copytree(RULESETS, folder)
    text = (folder / "hamstring.v2.toml").read_text().replace("version = 2", "version = 5", 1)
    rule = text.index('class = "tightness"')
    text = text[:rule] + text[rule:].replace('urgency = "routine"', 'urgency = "within_days"', 1)
    (folder / "drafts" / "hamstring.v5.toml").write_text(text)
    monkeypatch.setattr(replay_triage, "RULESETS", folder)
    monkeypatch.setattr(replay_triage, "load_draft", lambda name, version: load_draft(name, version, folder))
    return folder


def against(label: str) -> str:
    out = io.StringIO()
    call_command("replay_triage", "--against", label, stdout=out)
    return out.getvalue()


def test_a_draft_lists_what_it_would_change(world, drafts):
    tight = concluded(world, DESK_WORKER)
    concluded(world, STRIDES, patient=another(world))
    said = against("hamstring.v5")
    assert said == (
        f"result {tight.pk}: tightness, routine → tightness, within_days: more urgent (urgency)\n"
        "2 stored results of screens hamstring.v5 can decide on, 1 would change.\n"
    )
    assert Result.objects.count() == 2


def test_a_loss_of_urgency_is_said_loudly(world, drafts):
    draft = drafts / "drafts" / "hamstring.v5.toml"
    text = draft.read_text()
    rule = text.index('class = "strain_moderate"')
    draft.write_text(text[:rule] + text[rule:].replace('urgency = "within_days"', 'urgency = "routine"', 1))
    concluded(world, TORN)
    assert "LESS urgent" in against("hamstring.v5")


@pytest.mark.parametrize("label", ["hamstring.v4", "hamstring.v3"])
def test_its_own_version_would_change_nothing_nor_one_that_differs_in_words(world, label):
    concluded(world, DESK_WORKER)
    assert against(label).endswith(f"1 stored result of screens {label} can decide on, 0 would change.\n")


def test_a_draft_shares_drafts_before_published_files(drafts):
    shared = (drafts / "red_flags.v1.toml").read_text().replace("version = 1", "version = 4", 1)
    (drafts / "drafts" / "red_flags.v4.toml").write_text(shared.replace("emergency_now", "same_day", 1))
    draft = drafts / "drafts" / "hamstring.v5.toml"
    draft.write_text(draft.read_text().replace("red_flags.v1", "red_flags.v4", 1))
    first = load_draft("hamstring", 5, drafts).rules[0]
    assert (first.urgency, load_ruleset("hamstring", 1, drafts).rules[0].urgency) == (
        "same_day",
        "emergency_now",
    )


def test_a_draft_decides_about_nobody(world, drafts):
    assert load_ruleset("hamstring", None, drafts).head.version == 4
    with pytest.raises(KnowledgeError):
        load_ruleset("hamstring", 5, drafts)


def test_results_of_another_screen_are_left_out(world, drafts):
    result = concluded(world, DESK_WORKER)
    draft = drafts / "drafts" / "hamstring.v5.toml"
    draft.write_text(draft.read_text().replace('screen = "hamstring.v1"', 'screen = "hamstring.v2"', 1))
    newer = load_draft("hamstring", 5, drafts)
    assert len(list(compare([result], newer))) == 1
    result.screen.version = 1
    assert list(compare([result], newer)) == []


@pytest.mark.parametrize(
    ("label", "says"),
    [
        ("hamstring", "is not name.vN"),
        ("../hamstring.v1", "is not name.vN"),
        ("hamstring.v9", "neither published in rulesets, nor in rulesets/drafts"),
        ("hamstring.v5", "hamstring.v5.toml"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_the_way_out(db, drafts, label, says):
    draft = drafts / "drafts" / "hamstring.v5.toml"
    draft.write_text(draft.read_text().replace("[[rules]]", "[[rules]]\nwehn = 1", 1))
    with pytest.raises(CommandError) as refused:
        call_command("replay_triage", "--against", label)
    assert says in str(refused.value)
    assert refused.value.returncode == 2
