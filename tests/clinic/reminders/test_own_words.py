"""The clinic's own words: in the patient's language, filled in, and never to the loss of what the patient needs."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as sent_mail
from django.utils import translation

from clinic.audit.models import Entry
from clinic.people.models import Patient
from clinic.reminders import actions, wishes, wishing
from clinic.reminders.kinds import DAY, HOUR, Kind, before
from clinic.reminders.models import KindWish, Quiet, Reminder, State, Wording
from clinic.reminders.wording import moment
from tests.clinic.reminders.conftest import NAME

WORDS = {
    "subject": "Soon at {clinic}",
    "text": "We see you {when}.\n\nYour page: {link}",
    "short": "{clinic}, {when}",
}
GERMAN = {
    "subject": "Ihr Termin bei {clinic}",
    "text": "Ihr Termin: {when}\n\nAlles dazu: {link}",
    "short": "{clinic}: {when}",
}


@pytest.fixture
def kind(source):
    source.KINDS = {
        "nag": Kind("Nag", lead=before(2 * DAY, least=DAY, most=7 * DAY), timed=True, at_once=True),
        "link": Kind("Link", needed=True, by_mail_alone=True),
    }
    return source


def write(world, words=WORDS, language="en-gb"):
    return wishing.write_words(
        source=NAME, name="nag", language=language, words=words, by=world.mona, now=world.now
    )


def sent(world, source):
    source.nags(world.ana, now=world.now)
    actions.collect(now=world.now)
    reminder = Reminder.objects.get()
    assert actions.claim_and_send(reminder_id=reminder.pk, now=world.now) == State.SENT
    return sent_mail.outbox[-1]


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en-gb", "Thursday 5 March 2026 at 10:00 ("),
        ("de", "Donnerstag, 5. März 2026, 10:00 ("),
        ("es", "jueves, 5 de marzo de 2026, 10:00 ("),
        ("fr", "jeudi 5 mars 2026, 10:00 ("),
        ("pl", "Czwartek, 5 marca 2026, 10:00 ("),
    ],
)
def test_a_date_is_written_as_its_language_writes_it(language, says):
    zone = ZoneInfo("Europe/London")
    with translation.override(language):
        assert moment(dt.datetime(2026, 3, 5, 10, tzinfo=zone), zone).startswith(says)


def test_are_sent_and_keep_our_link_our_foot_and_how_to_stop(world, kind):
    write(world)
    mail = sent(world, kind)
    assert mail.subject == "Soon at Stride Physical Therapy"
    assert "We see you Thursday 5 March 2026 at 10:00 (Europe/London, GMT)." in mail.body
    assert "Phone: " in mail.body
    assert "You get these messages because" in mail.body
    assert "This is a reminder" not in mail.body


def test_the_newest_counts_and_ours_can_be_had_again(world, kind):
    write(world)
    write(world, WORDS | {"subject": "Newer"})
    assert wishes.read().words_for(NAME, "nag", "").subject == "Newer"
    wishing.ours_again(source=NAME, name="nag", language="en-gb", by=world.mona, now=world.now)
    assert wishes.read().words_for(NAME, "nag", "") is None
    assert "A reminder of" in sent(world, kind).subject
    assert Wording.objects.count() == 3, "what was said stays known"


def test_the_patients_language_where_the_clinic_wrote_in_it(world, kind):
    write(world)
    write(world, GERMAN, language="de")
    Patient.objects.filter(pk=world.ana.pk).update(language="de")
    mail = sent(world, kind)
    assert mail.subject == "Ihr Termin bei Stride Physical Therapy"
    assert "Donnerstag, 5. März 2026, 10:00" in mail.body
    assert "Phone:" not in mail.body
    assert "http" in mail.body


def test_else_the_clinics_own(world, kind):
    write(world)
    Patient.objects.filter(pk=world.ana.pk).update(language="fr")
    assert sent(world, kind).subject == "Soon at Stride Physical Therapy"


def test_a_fault_changes_nothing_and_names_its_field(world, kind):
    with pytest.raises(wishing.CannotSayThat) as refused:
        write(world, WORDS | {"text": "{when}: your {surname}"})
    assert [fault.field for fault in refused.value.faults] == ["text"]
    assert not Wording.objects.exists()


def test_of_all_addresses_the_clinics_own_may_be_named(world, kind, settings):
    settings.DEFAULT_FROM_EMAIL = "Stride <clinic@stride.example>"
    write(world, WORDS | {"text": "{when}. Write to clinic@stride.example."})
    with pytest.raises(wishing.CannotSayThat, match=r"make a link of “me@stride\.example”"):
        write(world, WORDS | {"text": "{when}. Write to me@stride.example."})


def test_what_a_clinic_named_with_braces_is_called_is_not_read_as_a_wording(world, kind, settings):
    settings.CLINIC_NAME = "The {when} clinic"
    write(world)
    assert sent(world, kind).subject == "Soon at The {when} clinic"


class TestWishing:
    def wish(self, world, name="nag", **other):
        wished = {"is_on": True, "lead": None, "first_way": ""} | other
        return wishing.wish(source=NAME, name=name, **wished, by=world.mona, now=world.now)

    def test_is_kept_once_and_written_down(self, world, kind):
        self.wish(world, lead=3 * DAY)
        self.wish(world, lead=4 * DAY, first_way="text")
        assert [(row.lead, row.first_way) for row in KindWish.objects.all()] == [(4 * DAY, "text")]
        assert Entry.objects.filter(account=world.mona, what="reminder settings: nag").count() == 2

    @pytest.mark.parametrize("lead", [HOUR, 8 * DAY])
    def test_a_lead_that_makes_no_sense_is_refused_with_its_range(self, world, kind, lead):
        with pytest.raises(wishing.CannotWish, match="Between 1 day and 7 days") as refused:
            self.wish(world, lead=lead)
        assert refused.value.field == "lead"
        assert not KindWish.objects.exists()

    @pytest.mark.parametrize(
        ("wished", "field", "why"),
        [
            ({"is_on": False}, "is_on", "cannot be switched off"),
            ({"lead": DAY}, "lead", "goes out when it happens"),
            ({"first_way": "text"}, "first_way", "goes one way alone"),
        ],
    )
    def test_what_cannot_be_had_says_why(self, world, kind, wished, field, why):
        with pytest.raises(wishing.CannotWish, match=why) as refused:
            self.wish(world, name="link", **wished)
        assert refused.value.field == field

    @pytest.mark.parametrize(
        ("start", "end", "fine"), [(21, 8, True), (12, 14, True), (8, 8, False), (6, 23, False)]
    )
    def test_a_quiet_time_leaves_a_day(self, world, start, end, fine):
        def quieten():
            wishing.set_quiet(quiet_from=dt.time(start), quiet_to=dt.time(end), by=world.mona, now=world.now)

        if fine:
            quieten()
            assert wishes.read().quiet_from == dt.time(start)
        else:
            with pytest.raises(wishing.CannotWish, match="at least eight hours"):
                quieten()
            assert not Quiet.objects.exists()


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (2 * DAY, "2 days"),
        (DAY, "1 day"),
        (HOUR, "1 hour"),
        (36 * HOUR, "36 hours"),
        (HOUR / 2, "30 minutes"),
        (0 * HOUR, "0 minutes"),
    ],
)
def test_a_length_is_said_as_people_say_it(length, words):
    assert wishing.said(length) == words
