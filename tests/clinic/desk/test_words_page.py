"""The managers' page of a reminder's words: looked at, kept, put in again, and what we add to them."""

from __future__ import annotations

from functools import partial

import pytest
from django.core import mail
from django.urls import reverse

from clinic.config.celery import app
from clinic.reminders import samples, tasks, wishes
from clinic.reminders.lint import STANDARD_AGAIN
from clinic.reminders.models import Wording
from clinic.reminders.wording import our_words
from tests.clinic.desk.test_wishes_pages import WORDS, said, words_url

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def mona(world):
    return world.signed_in(world.mona)


class TestWords:
    def test_begin_with_ours(self, mona):
        shown = said(mona.get(words_url()))
        assert "This is a reminder of your appointment on" in shown
        assert "{when}" in shown
        assert "As a text message" in shown, "what is there to begin with can be looked at and kept"

    def test_are_looked_at_before_they_are_kept(self, mona):
        shown = said(mona.post(words_url(), WORDS | {"do": "look"}))
        assert "We see you Thursday 12 March 2026 at 10:00 (Europe/London, GMT)." in shown
        assert "You can move or cancel it online until" in shown, "what we add stays in view"
        assert not Wording.objects.exists()

    def test_are_kept(self, world, mona):
        assert mona.post(words_url(), WORDS | {"do": "keep"}).status_code == 302
        assert Wording.objects.get().written_by == world.mona
        assert "We see you {when}." in said(mona.get(words_url()))

    def test_a_fault_stands_at_its_field_and_nothing_typed_is_lost(self, mona):
        answer = mona.post(words_url(), WORDS | {"text": "Your knee, {surname}", "do": "keep"})
        shown = said(answer)
        assert answer.status_code == 422
        assert "which is nothing we can fill in" in shown
        assert "“knee”" in shown
        assert "Your knee, {surname}" in shown
        assert 'href="#id_text"' in shown
        assert not Wording.objects.exists()

    def test_two_megabytes_are_refused_with_how_many_there_may_be(self, mona):
        answer = mona.post(words_url(), WORDS | {"text": "x" * 2_000_000, "do": "keep"})
        assert answer.status_code == 422
        assert "The text has 2,000,000 characters; at most 2,000 are sent. Shorten it." in said(answer)
        assert not Wording.objects.exists()

    def test_what_was_looked_at_says_that_it_is_not_kept(self, mona):
        looked = said(mona.post(words_url(), WORDS | {"do": "look"}))
        assert "Patients get the standard words until you press “Keep these words”." in looked
        assert "Send me a test of the standard words" in looked
        kept = said(mona.post(words_url(), WORDS | {"do": "keep"}, follow=True))
        assert "Not kept yet" not in kept
        assert "Send me a test of the kept words" in kept

    def test_what_we_add_is_told_apart_from_what_the_clinic_wrote(self, mona):
        shown = said(mona.post(words_url(), WORDS | {"do": "look"}))
        _, added = shown.split("Added by us:")
        assert "We see you Thursday" not in added
        assert "Confirm, move or cancel it: http" in added
        assert "To stop them: http" in added

    def test_a_text_message_is_shown_as_it_goes(self, mona):
        shown = said(mona.post(words_url(), WORDS | {"do": "look"}))
        text = shown.split("As a text message")[1].split("As a notice")[0]
        assert "Stride Physical Therapy Thursday 12 March 2026 at 10:00 (Europe/London, GMT)<br>http" in text
        assert "<br>Reply STOP to end." in text

    @pytest.mark.parametrize("language", ["en-gb", "de"])
    def test_to_begin_with_it_looks_as_the_fields_say(self, mona, language):
        shown = said(mona.get(words_url("appointment_confirmation", language)))
        assert "Your appointment at {clinic}: {day}, {time}" in shown
        notice = shown.split("As a notice on the phone")[1].split("</section>")[0]
        assert "10:00" in notice
        assert "(Europe/London" not in notice, "the field has no zone in it"

    def test_the_standard_words_can_be_had_again_and_the_clinics_own_after_them(self, mona):
        put = "Put in your last own words"
        mona.post(words_url(), WORDS | {"do": "keep"})
        filled = said(mona.post(words_url(), {"do": "standard"}))
        assert "This is a reminder of your appointment on" in filled
        assert "Patients get the kept words until you press" in filled
        assert Wording.objects.count() == 1, "put into the fields, and no more"
        ours = our_words("emails/appointment_48h.txt", timed=True, language="en-gb")
        again = said(mona.post(words_url(), ours | {"do": "keep"}, follow=True))
        assert "Patients get the standard words from now on." in again
        assert wishes.read().words_for("clinic.booking.reminders", "appointment_48h", "") is None
        assert put in again
        filled = said(mona.post(words_url(), {"do": "last"}))
        assert "We see you {when}." in filled
        assert put not in filled
        mona.post(words_url(), WORDS | {"do": "keep"})
        assert [one.subject for one in Wording.objects.all()] == [WORDS["subject"], "", WORDS["subject"]]

    def test_keeping_the_standard_words_writes_nothing(self, mona):
        ours = our_words("emails/appointment_48h.txt", timed=True, language="en-gb")
        assert "as before" in said(mona.post(words_url(), ours | {"do": "keep"}, follow=True))
        assert not Wording.objects.exists()

    def test_the_way_out_of_an_empty_field_is_a_button_that_is_there(self, mona):
        shown = said(mona.post(words_url(), WORDS | {"subject": "", "do": "keep"}))
        assert f"or press “{STANDARD_AGAIN}”" in shown
        assert f">{STANDARD_AGAIN}</button>" in shown
        assert f">{STANDARD_AGAIN}</button>" not in said(mona.get(words_url()))

    def test_words_that_cannot_be_changed_are_not(self, mona):
        mona.post(words_url("series_booked"), WORDS | {"do": "keep"})
        assert not Wording.objects.exists()

    def test_in_another_language_dates_are_told_in_it(self, mona):
        german = {"subject": "Ihr Termin", "text": "Bis {when}. {link}", "short": "{when}"}
        shown = said(mona.post(words_url(language="de"), german | {"do": "look"}))
        assert "Bis Donnerstag, 12. März 2026, 10:00" in shown
        assert "Keine Nachrichten mehr erhalten: http" in shown
        assert "Reply STOP" not in shown

    def test_another_language_says_what_is_needed_and_begins_with_it(self, mona):
        shown = said(mona.get(words_url(language="de")))
        assert "your text needs <code>{link}</code>" in shown
        assert "Patients who want German get the English words." in shown
        assert "Send me a test of the English words" in shown
        begun = our_words("emails/appointment_48h.txt", timed=True, language="de")
        translated = begun | {"text": begun["text"].replace("This is a reminder of", "Bald:")}
        assert mona.post(words_url(language="de"), translated | {"do": "keep"}).status_code == 302

    @pytest.mark.parametrize(
        ("name", "language"), [("appointment_48h", "xx"), ("series_booked", "de"), ("no", "de")]
    )
    def test_that_cannot_be_written(self, mona, name, language):
        assert mona.get(words_url(name, language)).status_code == 404

    def test_a_test_goes_to_whoever_asks_in_the_words_that_are_kept(self, world, mona, monkeypatch):
        mona.post(words_url(), WORDS | {"do": "keep"})
        rung = []
        monkeypatch.setattr(tasks.send_test, "apply_async", lambda known, **how: rung.append(known))
        answer = mona.post(reverse("desk:send_test", args=["appointment_48h", "en-gb"]), follow=True)
        assert f"on its way to {world.mona.email}" in said(answer)
        assert rung == [(world.mona.pk, "appointment_48h", "en-gb")], "the queue holds ids and names of kinds"
        tasks.send_test(*rung[0])
        assert [(one.to, one.subject) for one in mail.outbox] == [
            ([world.mona.email], "Test: Soon: Stride Physical Therapy")
        ]
        assert f"To stop them: {samples.a_link()}" in mail.outbox[0].body, "as a patient's does"

    def test_without_a_queue_it_says_so(self, mona, monkeypatch):
        nobody = app.connection_for_write("redis://127.0.0.1:9/0")
        call = partial(tasks.send_test.apply_async, connection=nobody)
        monkeypatch.setattr(tasks.send_test, "apply_async", call)
        answer = mona.post(reverse("desk:send_test", args=["appointment_48h", "en-gb"]), follow=True)
        assert "The queue does not answer, so no test was sent" in said(answer)
