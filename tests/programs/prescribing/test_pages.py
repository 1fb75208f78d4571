"""The clinician's program pages: what they show, what they change, who may not."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from clinic.audit.models import Entry
from clinic.people.kept_forms import owner_note
from programs.plans import actions
from programs.plans.models import Version
from programs.prescribing import words
from programs.prescribing.weeks import weeks
from tests.programs.prescribing.seen import seen_at


def address(name, story, *more):
    return reverse(f"prescribing:{name}", args=[story.patient.pk, *more])


def exercise_of(story, place=0):
    exercise = story.proposed.exercises.all()[place]
    return exercise, address("exercise", story, story.proposed.pk, exercise.pk)


def test_a_decision_is_proposed_once(carl, ana_story):
    url = address("propose", ana_story, ana_story.decision.pk)
    first, second = carl.post(url), carl.post(url)
    version = Version.objects.get()
    assert first["Location"] == second["Location"] == address("program", ana_story, version.pk)


def test_a_proposal_shows_every_reason(carl, ana_story):
    page = carl.get(address("program", ana_story, ana_story.proposed.pk)).content.decode()
    for said in (
        "Serves hamstring_strength_deficit",
        "Askling 2013",
        "Nordic curl",
        "level 4 is above the cap of 3",
        "Return-to-run ladder",
        "156 now; aim for 164",
        "3 sets of 8–10",
        "sees nothing of it until you release it",
        "Hinge drill without pain.",
        "Fresh bruise",
    ):
        assert said in page, said


def test_releasing_needs_the_tick(carl, ana_story):
    url = address("release", ana_story, ana_story.proposed.pk)
    answer = carl.post(url)
    assert answer.status_code == 422
    assert "Nothing was released" in answer.content.decode()
    assert not Version.objects.released_to(ana_story.patient).exists()
    assert carl.post(url, {"sure": "on"} | seen_at(carl, url)).status_code == 302
    assert Version.objects.released_to(ana_story.patient).exists()


def beside_the_release(page):
    """The release's own section of the page."""
    return page.split('id="release"')[1].split("</section>")[0]


def test_a_refused_release_is_told_beside_it_with_the_way_to_what_is_missing(carl, ana_story):
    url = address("release", ana_story, ana_story.proposed.pk)
    section = beside_the_release(carl.post(url).content.decode())
    assert "Nothing was released" in section
    assert 'href="#sure"' in section
    assert "data-error-summary" in section, "the focus goes there"
    assert (
        "data-error-summary"
        not in carl.get(address("program", ana_story, ana_story.proposed.pk)).content.decode()
    )


def test_a_blocked_exercise_is_linked_from_the_refusal(carl, ana_story):
    exercise = ana_story.proposed.exercises.first()
    exercise.library_id = "nordic_curl"
    exercise.save()
    url = address("release", ana_story, ana_story.proposed.pk)
    answer = carl.post(url, {"sure": "on"} | seen_at(carl, url))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert f'href="#exercise-{exercise.pk}"' in beside_the_release(page)
    assert f'id="exercise-{exercise.pk}"' in page


def test_a_later_decision_is_linked_from_the_refusal(carl, ana_story):
    assert ana_story.proposed
    ana_story.decide("strain_moderate")
    url = address("release", ana_story, ana_story.proposed.pk)
    page = carl.post(url, {"sure": "on"} | seen_at(carl, url)).content.decode()
    result = reverse("charting:triage", args=[ana_story.patient.pk, ana_story.result.pk])
    assert f'href="{result}"' in beside_the_release(page)


def test_no_recipe_jargon_is_on_the_page(carl, ana_story):
    page = carl.get(address("program", ana_story, ana_story.proposed.pk)).content.decode()
    for jargon in ("Level cap", "Frame", "from memory", "looked up", "&lt;=", "daily a week"):
        assert jargon not in page, jargon
    assert "Level 3 of 5 at most: phase P2." in page


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("A 2013 (looked up)", "A 2013"),
        (
            "A 2013 (partly looked up, detail from memory)",
            "A 2013 Evidence: details still to be checked against the paper.",
        ),
        ("A 2013 (from memory)", "A 2013 Evidence: still to be checked against the paper."),
        ("A 2013", "A 2013"),
    ],
)
def test_how_sure_a_source_is_is_said_properly(kept, shown):
    assert words.cited("S19", {"S19": kept}) == shown


def test_convention_is_not_dressed_up_as_a_paper():
    said = words.cited("S122", {"S122": "Consensus; no single source. (from memory)"})
    assert said.startswith("Evidence: clinical convention")


@pytest.mark.parametrize(
    ("per_week", "shown"),
    [("daily", "daily"), ("2-3", "2–3 times a week"), ("1", "once a week"), ("every run", "every run")],
)
def test_how_often_reads_like_words(per_week, shown):
    assert words.often(per_week) == shown


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], "Daily"),
        (["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"], "Mon–Sat"),
        (["Mon", "Wed", "Fri"], "Mon, Wed, Fri"),
        (["Mon", "Tue"], "Mon, Tue"),
    ],
)
def test_days_are_told_shortly(days, shown):
    assert words.days_of(days) == shown


def test_releasing_in_two_tabs_says_who_was_first(carl, ana_story):
    url = address("release", ana_story, ana_story.proposed.pk)
    carl.post(url, {"sure": "on"} | seen_at(carl, url))
    cleo = ana_story.world.signed_in(ana_story.world.cleo)
    assert (
        "Carl Jensen released this version before"
        in cleo.post(url, {"sure": "on"}, follow=True).content.decode()
    )


def test_a_replaced_version_is_not_released_again(carl, ana_story):
    old = ana_story.released
    carl.post(address("revise", ana_story, old.pk))
    new = Version.objects.get(state="proposed")
    url = address("release", ana_story, new.pk)
    carl.post(url, {"sure": "on"} | seen_at(carl, url))
    answer = carl.post(address("release", ana_story, old.pk), {"sure": "on"})
    assert answer.status_code == 409
    assert "newer version" in answer.content.decode()


def test_an_exercise_is_removed_and_moved(carl, ana_story):
    first, url = exercise_of(ana_story)
    carl.post(url, {"change": "down"})
    assert ana_story.proposed.exercises.all()[1] == first
    carl.post(url, {"change": "remove"} | seen_at(carl, url))
    assert first not in ana_story.proposed.exercises.all()
    gone = carl.post(url, {"change": "remove"})
    assert gone.status_code == 409
    assert "in the meantime" in gone.content.decode()


def test_a_dose_is_changed(carl, ana_story):
    first, url = exercise_of(ana_story)
    typed = {"change": "dose", "sets": "2", "reps": "5", "hold_s": "", "rest_s": "30"}
    carl.post(url, typed | seen_at(carl, url))
    first.refresh_from_db()
    assert first.dose == "2 sets of 5. Rest 30 seconds between sets."


@pytest.mark.parametrize(
    "given",
    [
        {"sets": "11"},
        {"sets": "NaN"},
        {"sets": ""},
        {"reps": ""},
        {"hold_s": "long"},
        {"rest_s": "-1"},
        {"sets": "🦵"},
    ],
)
def test_a_wrong_dose_is_refused_and_kept(carl, ana_story, given):
    first, url = exercise_of(ana_story)
    answer = carl.post(
        url, {"change": "dose", "sets": "3", "reps": "7 slow", "hold_s": "", "rest_s": "30"} | given
    )
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert "7 slow" in answer.content.decode() or "reps" in given
    first.refresh_from_db()
    assert (first.sets, first.reps) == (3, "8-10")


def test_a_released_version_offers_no_changes(carl, ana_story):
    exercise = ana_story.released.exercises.first()
    page = carl.get(address("program", ana_story, ana_story.released.pk)).content.decode()
    assert "Save dose" not in page
    answer = carl.post(
        address("exercise", ana_story, ana_story.released.pk, exercise.pk), {"change": "remove"}
    )
    assert answer.status_code == 409
    assert "start a new version" in answer.content.decode()


def test_an_expired_session_keeps_the_note(carl, ana_story):
    url = address("note", ana_story, ana_story.proposed.pk)
    carl.logout()
    carl.post(url, {"note": "A long note", "form_owner": owner_note(ana_story.by.pk)})
    kept = carl.session["kept_form"]
    carl.force_login(ana_story.by, backend="clinic.people.backends.ClinicBackend")
    session = carl.session
    session["kept_form"] = kept
    session.save()
    page = carl.get(url).content.decode()
    assert "This was not saved yet" in page
    assert "A long note" in page
    ana_story.proposed.refresh_from_db()
    assert ana_story.proposed.note == ""


def test_flags_come_first_and_are_read_once(carl, ana_story):
    ana_story.logs(pain_during=5, note="It pulled.")
    for _ in range(2):
        ana_story.logs(pain_during=1)
    url = address("program", ana_story, ana_story.released.pk)
    page = carl.get(url).content.decode()
    assert page.index("It pulled.") < page.index("pain 1/10")
    assert "rest 48 hours" in page
    flagged = ana_story.patient.session_logs.get(pain_during=5)
    carl.post(address("seen", ana_story, flagged.pk))
    page = carl.get(url).content.decode()
    assert "Mark as read" not in page


def test_the_worklist_puts_flags_first(carl, ana_story, ben_story):
    ana_story.logs(pain_during=1)
    ben_story.logs(symptoms=["pop"])
    page = carl.get(reverse("prescribing:worklist")).content.decode()
    assert page.index("Ben Nowak") < page.index("Ana Silva")
    assert Entry.objects.filter(action=Entry.Action.LISTED).count() == 2


def test_the_worklist_is_ones_own_unless_asked(ana_story):
    assert ana_story.released
    cleo = ana_story.world.signed_in(ana_story.world.cleo)
    url = reverse("prescribing:worklist")
    assert "Ana Silva" not in cleo.get(url).content.decode()
    assert "Ana Silva" in cleo.get(url + "?everyone=1").content.decode()


def test_the_panel_tells_what_stands(carl, ana_story):
    assert "No result yet" in carl.get(address("panel", ana_story)).content.decode()
    ana_story.logs(pain_during=4)
    page = carl.get(address("panel", ana_story)).content.decode()
    assert "version 1" in page
    assert "Red" in page


def test_another_patients_rows_do_not_exist(carl, ana_story, ben_story):
    theirs, log = ben_story.released, ben_story.logs()
    assert carl.get(address("program", ana_story, theirs.pk)).status_code == 404
    assert carl.post(address("release", ana_story, theirs.pk), {"sure": "on"}).status_code == 404
    assert carl.post(address("propose", ana_story, ben_story.decision.pk)).status_code == 404
    assert carl.post(address("seen", ana_story, log.pk)).status_code == 404


def test_only_clinicians_open_programs(ana_story):
    world = ana_story.world
    pages = [reverse("prescribing:worklist"), address("panel", ana_story), address("program", ana_story, 1)]
    for account in (world.dee, world.mona, ana_story.patient.account):
        client = world.signed_in(account)
        assert [client.get(page).status_code for page in pages] == [403, 403, 403]
        assert (
            client.post(address("release", ana_story, ana_story.proposed.pk), {"sure": "on"}).status_code
            == 403
        )


@pytest.mark.parametrize("logs", [1, 12])
def test_pages_cost_the_same_with_many_logs(carl, ana_story, ben_story, logs, django_assert_max_num_queries):
    for story in (ana_story, ben_story)[: 1 if logs == 1 else 2]:
        for back in range(logs):
            story.logs(on_day=story.now.date() - dt.timedelta(days=back), pain_during=back % 5)
    program = address("program", ana_story, ana_story.released.pk)
    for page, most in ((program, 8), (reverse("prescribing:worklist"), 7), (address("panel", ana_story), 8)):
        carl.get(page)
        with django_assert_max_num_queries(most):
            carl.get(page)


def test_a_draft_costs_little(carl, ana_story, django_assert_max_num_queries):
    draft = actions.revise(version=ana_story.released, by=ana_story.by, now=ana_story.now)
    url = address("program", ana_story, draft.pk)
    carl.get(url)
    with django_assert_max_num_queries(9):  # one more than a first draft: where its sessions have led
        carl.get(url)


def test_the_weeks_name_a_days_exercises_in_the_order_they_are_done(carl, ana_story):
    """Regression: sorted numbers read as if the warm-up, number 9 of the list, came after the strength work."""
    version = Version.objects.with_exercises().get(pk=ana_story.proposed.pk)
    found = weeks(version.block(version.listed), version.listed, version.split)
    assert [cell.numbers for cell in found[0].days if cell.name in {"Mon", "Wed"}] == [
        "9, 1, 4, 6\N{EN DASH}8, 10",
        "8",
    ]
    path = reverse("prescribing:program", args=[ana_story.patient.pk, version.pk])
    page = carl.get(path).content.decode()
    assert "9, 1, 4, 6\N{EN DASH}8, 10" in page
    assert "in the order they are done" in page
