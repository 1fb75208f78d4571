"""One runner's whole path: booked, confirmed, examined, triaged, given a program, logged, reminded."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from playwright.sync_api import expect

from clinic.reminders.models import Reminder
from tests.journeys.person import Person
from tests.journeys.stage import Stage, the_patient
from tests.places import USUAL

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_runner_is_booked_examined_and_given_a_program_they_log(stage: Stage) -> None:
    given_the_clinic_is_open(stage)
    when_the_desk_registers_and_books_a_new_runner(stage)
    then_the_runner_has_a_confirmation_by_mail(stage)
    when_the_clinician_examines_them_and_signs(stage)
    then_triage_says_what_the_findings_fit_and_why(stage)
    when_the_clinician_agrees_and_releases_the_program(stage)
    when_the_runner_opens_it_and_logs_one_session(stage)
    then_the_clinician_sees_the_log(stage)
    then_the_follow_up_is_sent_once_and_listed_as_sent(stage)
    assert stage.faults == []


def given_the_clinic_is_open(stage: Stage) -> None:
    assert stage.world.carl
    assert stage.world.assessment


def when_the_desk_registers_and_books_a_new_runner(stage: Stage) -> None:
    dee = stage.signs_in("Dee", stage.world.dee)
    dee.passes("desk-today").opens("/desk/book/").passes("book-empty")
    dee.presses("Register the patient first")
    dee.types("Legal given name", "Rosalind").types("Legal family name", "Achterberg")
    dee.page.fill("[name=birth_date]", "1992-04-05")
    dee.page.fill("[name=phone]", "07946 000777")
    dee.page.fill("[name=email]", "rosalind@runner.example")
    for agreed in ("phone_agreed", "email_agreed"):
        dee.ticks(dee.page.locator(f"[name={agreed}]"))
    dee.passes("register").presses(re.compile("^Register$"))
    dee.sees("Rosalind")
    dee.page.locator("select[name=type]").select_option(label="Initial assessment (60 min)")
    dee.page.locator("select[name=clinician]").select_option(label="Carl Jensen")
    dee.presses(re.compile("Show free times"))
    dee.page.locator(".time-choice").first.click()
    dee.passes("book-ready").presses(re.compile("^Book$"))
    dee.sees("Rosalind Achterberg").passes("desk-booked")


def then_the_runner_has_a_confirmation_by_mail(stage: Stage) -> None:
    stage.the_clinic_sends(lambda: stage.mailbox_shows("rosalind@runner.example"))
    stage.person("the mailbox").passes("mailbox")


def when_the_clinician_examines_them_and_signs(stage: Stage) -> None:
    carl = stage.signs_in("Carl", stage.world.carl)
    carl.sees("Rosalind").passes("chart-today").presses(re.compile("Start"))
    carl.is_on("Where is the trouble?").passes("where").presses(USUAL.place)
    stage.enters_the_screen(carl, "O01")
    carl.is_on("Read over and sign").passes("sign").presses("Sign and show the result")


def then_triage_says_what_the_findings_fit_and_why(stage: Stage) -> None:
    carl = stage.person("Carl")
    carl.is_on("Tightness without signs of strain").sees("The findings fit").sees("R40_tightness")
    carl.sees("Speaks for").sees("Speaks against").sees("Not known").sees("Evidence")
    carl.passes("triage")


def when_the_clinician_agrees_and_releases_the_program(stage: Stage) -> None:
    carl = stage.person("Carl")
    carl.presses(re.compile("^Agree$"))
    carl.presses("Propose a program")
    carl.sees("Release to patient").passes("program-proposed")
    carl.ticks(carl.page.get_by_label("I have read this program"))
    carl.presses("Release to patient")
    carl.sees("Released by Carl Jensen").passes("program-released")


def when_the_runner_opens_it_and_logs_one_session(stage: Stage) -> None:
    runner = comes_in_by_link(stage)
    runner.passes("portal-today")
    if not runner.page.locator(".btn-start").count():  # a rest day: do another day's session
        runner.page.locator("summary").filter(has_text="another day").click()
        runner.page.locator("a[href*='?day=']").first.click()
    else:
        runner.presses("Start")
    runner.passes("portal-session")
    expect(runner.page.locator("[data-count]")).to_have_text(re.compile(r"\d"))  # the session is drawn
    while runner.page.locator("[data-view=end]").is_hidden():
        at = runner.page.locator("[data-count]").inner_text()
        if runner.page.locator("[data-view=run]").is_visible():
            runner.page.fill("[data-view=run] [name=run_minutes]", "20")
        runner.presses(re.compile("^Done$"))
        expect(runner.page.locator("[data-count]")).not_to_have_text(at)
    runner.ticks(runner.page.locator("[data-view=end] input[name=pain_during][value='2']"))
    runner.page.fill("[data-view=end] [name=note]", "Loosened up after the first set.")
    runner.passes("portal-end")
    runner.presses("Log this session")
    runner.page.wait_for_url("**/logged/**")
    runner.sees("Logged").passes("portal-logged")
    runner.opens("/my/progress/").passes("portal-progress")
    runner.opens("/my/program/").passes("portal-program").opens("/my/appointments/").passes(
        "portal-appointments"
    )


def comes_in_by_link(stage: Stage) -> Person:
    """The desk sends a one-time link; the runner opens it from the mail and presses the one button there."""
    patient = the_patient("Achterberg")
    dee = stage.person("Dee").opens(f"/desk/patients/{patient.pk}/").passes("desk-patient")
    dee.presses(re.compile("sign-in link", re.IGNORECASE))
    runner = stage.person("Rosalind")
    stage.the_clinic_sends(lambda: link_in_mail(runner) != "")
    runner.opens(link_in_mail(runner)).passes("link")
    runner.page.locator("main button[type=submit]").first.click()
    runner.page.wait_for_url("**/my/**")
    return runner


def link_in_mail(runner: Person) -> str:
    """The newest one-time link among the runner's mails, as the development mailbox shows it."""
    runner.opens("/mailbox/")
    for address in [a.get_attribute("href") for a in runner.page.locator("th a").all()]:
        link = runner.opens(str(address)).page.locator("a[href*='/sign-in/']")
        if link.count():
            return str(link.first.get_attribute("href"))
    return ""


def then_the_clinician_sees_the_log(stage: Stage) -> None:
    carl = stage.person("Carl").opens("/programs/").passes("worklist")
    carl.sees("Rosalind").page.get_by_role("link", name=re.compile("Rosalind")).first.click()
    carl.sees("Loosened up after the first set.").passes("program-logs")


def then_the_follow_up_is_sent_once_and_listed_as_sent(stage: Stage) -> None:
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=3, hours=1)):
        sent = Reminder.objects.filter(
            patient=the_patient("Achterberg"), kind="session_check_in", state="sent"
        )
        stage.the_clinic_sends(sent.exists)
        assert sent.count() == 1
        dee = stage.signs_in("Dee, three days on", stage.world.dee)
        dee.opens("/desk/reminders/?state=sent").sees("Rosalind").passes("reminders")
