"""The review: flags first, where everything stands, gates, the time line with its table, and the word to go on."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from assessments.screens import actions as screens
from clinic.people.kept_forms import owner_note
from programs.plans import actions, diary
from programs.plans.models import GoOn, LogSeen
from programs.prescribing.gates import gates_of

DAY = dt.timedelta(days=1)


def address(name, story, *more):
    return reverse(f"prescribing:{name}", args=[story.patient.pk, *more])


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def section(page, name):
    return page.split(f'id="{name}"')[1].split("</section>")[0]


@pytest.fixture
def review(carl, ana_story):
    return lambda: carl.get(address("review", ana_story)).content.decode()


def test_without_a_released_program_it_says_so(review, ana_story):
    assert "No program was released yet" in review()
    assert ana_story.proposed
    page = review()
    assert "No program was released yet" in page
    assert "version 1" in page


def test_a_warning_sign_comes_first_with_the_way_to_go_on(review, ana_story):
    ana_story.logs(pain_during=4)
    ana_story.logs(symptoms=["pop"])
    flags = section(review(), "flags")
    assert "Everything rests" in flags
    assert flags.index("Warning sign") < flags.index("Red")
    assert flags.count("Let them go on") == 1


@pytest.mark.parametrize("given", ["", "   "])
def test_going_on_needs_what_was_looked_at(carl, ana_story, given):
    log = ana_story.logs(symptoms=["pop"])
    answer = carl.post(address("go_on", ana_story, log.pk), {"because": given})
    assert answer.status_code == 422
    assert "Say what you looked at" in answer.content.decode()
    assert not GoOn.objects.exists()


def test_going_on_clears_the_stop_and_is_kept(carl, review, ana_story):
    log = ana_story.logs(symptoms=["pop"])
    page = carl.post(address("go_on", ana_story, log.pk), {"because": "Slump test negative."}, follow=True)
    assert "may go on" in page.content.decode()
    assert GoOn.objects.get().because == "Slump test negative."
    page = review()
    assert "Everything rests" not in page
    assert "No unread flag" in page
    assert "“Slump test negative.”" in page


def test_what_was_typed_is_not_lost_where_nothing_was_stopped(carl, ana_story):
    log = ana_story.logs(pain_during=1)
    answer = carl.post(address("go_on", ana_story, log.pk), {"because": "Looked at the leg."})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "stopped nothing" in page
    assert "Looked at the leg." in page


def test_an_expired_session_keeps_what_was_looked_at(carl, ana_story):
    log = ana_story.logs(symptoms=["pop"])
    url = address("go_on", ana_story, log.pk)
    carl.logout()
    carl.post(url, {"because": "A long sentence", "form_owner": owner_note(ana_story.by.pk)})
    kept = carl.session["kept_form"]
    carl.force_login(ana_story.by, backend="clinic.people.backends.ClinicBackend")
    session = carl.session
    session["kept_form"] = kept
    session.save()
    page = carl.get(url).content.decode()
    assert "This was not saved yet" in page
    assert "A long sentence" in page
    assert carl.get(url).status_code == 302


def test_reading_a_flag_here_comes_back_here(carl, ana_story):
    log = ana_story.logs(pain_during=4)
    answer = carl.post(address("seen", ana_story, log.pk), {"back": "review"})
    assert answer["Location"] == address("review", ana_story)


def test_what_is_amber_is_read_together_and_what_is_red_on_its_own(carl, review, ana_story):
    amber = [ana_story.logs(pain_during=3), ana_story.logs(pain_during=3)]
    red = ana_story.logs(pain_during=5)
    late = ana_story.logs(pain_during=3)
    page = section(review(), "flags")
    assert "Mark all 3 below red as read" in page
    shown = [one.pk for one in (*amber, red)]
    page = carl.post(address("seen_all", ana_story), {"log": shown}, follow=True).content.decode()
    assert "2 sessions marked as read" in page
    assert set(LogSeen.objects.values_list("log", flat=True)) == {one.pk for one in amber}
    assert not hasattr(type(late).objects.get(pk=late.pk), "seen"), "it came after the page was drawn"


@pytest.mark.parametrize("ids", [[], ["x"], ["999999999"], [str(2**70)]])
def test_reading_together_what_is_not_there_reads_nothing(carl, ana_story, ids):
    ana_story.logs(pain_during=3)
    page = carl.post(address("seen_all", ana_story), {"log": ids}, follow=True).content.decode()
    assert "Nothing was marked" in page
    assert not LogSeen.objects.exists()


def test_a_single_flag_has_no_button_for_all(review, ana_story):
    ana_story.logs(pain_during=3)
    ana_story.logs(pain_during=5)
    assert "below red as read" not in review()


def test_a_bad_morning_told_after_reading_is_shown_again(review, ana_story):
    log = ana_story.logs(pain_during=1)
    diary.mark_seen(log=log, by=ana_story.by, now=ana_story.now)
    with time_machine.travel(ana_story.now + DAY, tick=False):
        diary.tell_morning(log=log, pain=5, by=ana_story.patient.account, now=ana_story.now + DAY)
        flags = section(review(), "flags")
    assert "The next morning was clearly worse than usual" in flags
    assert "next morning 5/10" in flags


def test_each_verdict_is_told_with_its_reason(review, ana_story):
    exercises = list(ana_story.released.exercises.all())
    ana_story.logs(entries=[diary.Did(exercises[0].pk, done=True)], pain_during=4)
    ana_story.logs(entries=[diary.Did(exercises[1].pk, could_not=True)])
    said = text(section(review(), "standing"))
    for words in (
        "Step back",
        "rest 48 hours, then one step back",
        "1 step back",
        "Hold",
        "It could not be done",
        "Not logged yet",
        "Steps up in level wait for you.",
    ):
        assert words in said, words
    assert said.index("Step back") < said.index("Hold") < said.index("Not logged yet")


def test_the_run_ladder_stands_at_a_stage(review, ana_story):
    today = ana_story.now.date()
    log = ana_story.logs(on_day=today - DAY, ran=diary.Ran(minutes=20, km=Decimal("2.5")))
    diary.tell_morning(log=log, pain=0, by=ana_story.patient.account, now=ana_story.now)
    page = review()
    assert "Running" in section(page, "standing")
    assert "Stage 2" in text(section(page, "standing"))
    assert "20 min, 2.5 km" in text(section(page, "line"))


def test_the_time_line_is_drawn_and_told_as_a_table(review, ana_story):
    log = ana_story.logs(on_day=ana_story.now.date() - DAY, pain_during=3, ran=diary.Ran(minutes=18, km=None))
    diary.tell_morning(log=log, pain=2, by=ana_story.patient.account, now=ana_story.now)
    ana_story.logs(pain_during=1)
    line = section(review(), "line")
    assert 'role="img"' in line
    assert line.count(": pain during ") == 2
    assert "Mon 2 Mar: pain during 3 of 10" in line
    assert "Mon 2 Mar: the next morning 2 of 10" in line
    assert "Mon 2 Mar: 18 min" in line
    assert "style=" not in line
    row = text(line.split("Mon 2 Mar</th>")[1].split("</tr>")[0])
    assert re.search(r"Amber 10 of 10 done 3 2 18", row), row


def test_versions_are_told_with_who_and_when(carl, review, ana_story):
    draft = actions.revise(version=ana_story.released, by=ana_story.world.cleo, now=ana_story.now + DAY)
    actions.release(version=draft, by=ana_story.by, now=ana_story.now + DAY)
    said = text(section(review(), "versions"))
    assert said.index("version 2") < said.index("version 1")
    assert "Cleo Marchetti" in said
    assert "Replaced" in said


def signed_screen(world, patient, case):
    screen = screens.start(patient=patient, by=world.carl, now=world.now)
    screens.load_case(screen=screen, case=case, by=world.carl, now=world.now)
    return screens.sign(screen=screen, by=world.carl, now=world.now)


def test_gates_are_met_unmet_or_not_known(world):
    """The same phase over a screen that answers a gate one way, the other way, and not at all."""
    version = world.whole_story(world.ana, hour=0)
    catalogue = version.program.decision.result.screen.catalogue
    states = {gate.state for gate in gates_of(version, catalogue).gates}
    assert states
    assert states <= {"met", "unmet", "unknown"}
    case = world.case("O01")
    case["exam"] = {}
    world.now += DAY
    signed_screen(world, world.ana, case)
    later = {gate.state for gate in gates_of(version, catalogue).gates}
    assert "unknown" in later


@pytest.mark.parametrize("size", [1, 14])
def test_the_review_costs_the_same_with_many_sessions(carl, ana_story, size, django_assert_max_num_queries):
    for back in range(size):
        on_day = ana_story.now.date() - back * DAY
        log = ana_story.logs(on_day=on_day, pain_during=back % 5, ran=diary.Ran(minutes=20, km=Decimal(3)))
        if back:
            diary.tell_morning(log=log, pain=1, by=ana_story.patient.account, now=ana_story.now)
    url = address("review", ana_story)
    carl.get(url)
    with django_assert_max_num_queries(12):
        carl.get(url)


def test_another_patients_session_is_not_found(carl, ana_story, ben_story):
    log = ben_story.logs(symptoms=["pop"])
    assert carl.post(address("go_on", ana_story, log.pk), {"because": "Wrong one."}).status_code == 404


def test_a_day_that_was_put_off_is_told_from_one_that_was_missed(ana_story):
    """Planned on Tuesday and Thursday; of Thursday the patient said so, and a session of Friday outweighs it."""
    assert ana_story.released
    said = {"patient": ana_story.patient, "by": ana_story.patient.account}
    for days in (2, 3):
        at = ana_story.now + days * DAY
        diary.say_not_today(on_day=at.date(), now=at, **said)
    ana_story.logs(on_day=ana_story.now.date() + 3 * DAY, now=ana_story.now + 3 * DAY)
    with time_machine.travel(ana_story.now + 4 * DAY, tick=False):
        page = ana_story.world.signed_in(ana_story.by).get(address("review", ana_story)).content.decode()
    line = section(page, "line")
    assert "1 of 3 planned (33%); “not today” said of 1" in text(line)
    rows = {row.split("</th>")[0][-9:]: text(row) for row in line.split("<tr>")[2:]}
    assert "Said “not today”" in rows["Thu 5 Mar"]
    assert "not today" not in rows["Fri 6 Mar"] + rows["Tue 3 Mar"]
    assert line.count('class="chart-put-off"') == 2, "the day and the key"
    assert "Thu 5 Mar: planned:" in line
    assert "; the patient said “not today”" in line
