"""The link that stops mail: for one address, by one button or a mail program's own, and not by looking."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from clinic.audit.models import Entry
from clinic.people import actions as people
from clinic.people.models import ContactChannel
from clinic.reminders import receipts, unsubscribe
from clinic.reminders.models import Way


@pytest.fixture
def email(world) -> ContactChannel:
    return world.ana.channels.get(kind="email")


def path(channel) -> str:
    return f"/stop-mail/{unsubscribe.key(channel)}/"


def fresh(channel) -> ContactChannel:
    channel.refresh_from_db()
    return channel


def test_looking_changes_nothing_and_names_nobody(world, email):
    page = Client().get(path(email))
    assert page.status_code == 200
    assert fresh(email).may_be_used
    assert "Stop e-mails to this address" in page.content.decode()
    assert "Silva" not in page.content.decode()
    assert email.value not in page.content.decode()
    assert Entry.objects.filter(patient=world.ana, job="link that stops mail", action="read").exists()


@pytest.mark.parametrize("posted", [{}, {"List-Unsubscribe": "One-Click"}])
def test_one_post_stops_it_for_everybody_with_that_address(world, email, posted):
    """Also a mail program's own, which has no form and no cookie of ours."""
    theirs = people.add_channel(
        patient=world.ben, kind="email", value=email.value, by=world.dee, now=world.now, agreed=True
    )
    answer = Client(enforce_csrf_checks=True).post(path(email), posted)
    assert "E-mails are stopped" in answer.content.decode()
    assert not fresh(email).may_be_used
    assert not fresh(theirs).may_be_used
    assert "E-mails are stopped" in Client().get(path(email)).content.decode()
    assert Client().post(path(email), posted).status_code == 200, "twice is once"


def test_a_key_is_for_one_address_as_it_is_now(world, email):
    key = unsubscribe.key(email)
    assert len(key) == 43
    other = world.ben.channels.get(kind="email")
    wrong = ["x" * 43, key[:-1], key + "A", unsubscribe.key(other)[:11] + key[11:], "é" * 43, "", "_" * 43]
    assert [each for each in wrong if unsubscribe.behind(each)] == []
    ContactChannel.objects.filter(pk=email.pk).update(value="corrected@runner.example")
    assert Client().post(f"/stop-mail/{key}/").status_code == 404
    assert fresh(email).may_be_used


def test_the_headers_carry_the_same_link(email, settings):
    settings.CLINIC_BASE_URL = "https://clinic.example"
    assert unsubscribe.headers(email) == {
        "List-Unsubscribe": f"<https://clinic.example{path(email)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


class TestSendThemAgain:
    """The link takes its own stop back, for a week."""

    WEEK = dt.timedelta(days=7)
    AGAIN = {"do": "again"}

    def stopped(self, world, email):
        unsubscribe.stop(channel=email, now=world.now)
        return fresh(email)

    def test_one_press_takes_it_back_for_all_it_stopped_and_is_written_down(self, world, email):
        theirs = people.add_channel(
            patient=world.ben, kind="email", value=email.value, by=world.dee, now=world.now, agreed=True
        )
        Client().post(path(email))
        assert "Send them again" in Client().get(path(email)).content.decode()
        page = Client().post(path(email), self.AGAIN)
        assert "E-mails come again" in page.content.decode()
        assert fresh(email).may_be_used
        assert email.consent_recorded_by == world.dee, "who heard the consent first stands"
        assert fresh(theirs).may_be_used
        said = Entry.objects.filter(job="link that stops mail", what__endswith="consent given again")
        assert {entry.patient for entry in said} == {world.ana, world.ben}
        assert "E-mails are stopped" in Client().post(path(email)).content.decode(), "and stops it once more"

    def test_looking_starts_nothing(self, world, email):
        self.stopped(world, email)
        Client().get(path(email), self.AGAIN)
        assert not fresh(email).may_be_used

    def test_a_mail_programs_post_stops_and_never_starts(self, world, email):
        self.stopped(world, email)
        Client().post(path(email), {"List-Unsubscribe": "One-Click"})
        assert not fresh(email).may_be_used

    def test_a_forged_link_starts_nothing(self, world, email):
        self.stopped(world, email)
        forged = unsubscribe.key(world.ben.channels.get(kind="email"))[:11] + unsubscribe.key(email)[11:]
        assert Client().post(f"/stop-mail/{forged}/", self.AGAIN).status_code == 404
        assert not fresh(email).may_be_used

    def _by_the_desk(self, world, email):
        people.withdraw_consent(channel=email, by=world.dee, now=world.now)

    def _by_the_desk_after_the_link(self, world, email):
        self.stopped(world, email)
        people.give_consent(channel=email, by=world.dee, now=world.now)
        people.withdraw_consent(channel=email, by=world.dee, now=world.now)

    def _called_unwanted(self, world, email):
        people.withdraw_consent(channel=email, by=receipts.PROVIDER, now=world.now)

    def _came_back(self, world, email):
        receipts.stop_address(email.value, way=Way.EMAIL, because="No such mailbox.", now=world.now)
        self.stopped(world, email)

    @pytest.mark.parametrize("how", [_by_the_desk, _by_the_desk_after_the_link, _called_unwanted, _came_back])
    def test_what_the_link_did_not_stop_it_does_not_start(self, world, email, how):
        how(self, world, email)
        assert not unsubscribe.start_again(channel=fresh(email), now=world.now)
        page = Client().post(path(email), self.AGAIN)
        assert page.status_code == 409
        assert "Nothing was changed" in page.content.decode()
        assert "Send them again" not in page.content.decode()
        assert not fresh(email).may_be_used

    def test_not_after_a_week(self, world, email):
        self.stopped(world, email)
        late = world.now + self.WEEK + dt.timedelta(seconds=1)
        assert not unsubscribe.start_again(channel=email, now=late)
        assert unsubscribe.start_again(channel=email, now=world.now + self.WEEK)

    def test_what_was_not_stopped_is_not_started(self, email):
        page = Client().post(path(email), self.AGAIN)
        assert page.status_code == 409
        assert "E-mails were not stopped." in page.content.decode()

    def test_another_who_withdrew_before_at_the_desk_stays_away(self, world, email):
        theirs = people.add_channel(
            patient=world.ben, kind="email", value=email.value, by=world.dee, now=world.now, agreed=True
        )
        people.withdraw_consent(channel=theirs, by=world.dee, now=world.now - dt.timedelta(days=1))
        self.stopped(world, email)
        assert unsubscribe.start_again(channel=email, now=world.now)
        assert not fresh(theirs).may_be_used

    def test_the_phone_number_can_be_tapped(self, world, email, settings):
        settings.CLINIC_PHONE = "020 7946 0000"
        self.stopped(world, email)
        assert 'href="tel:02079460000"' in Client().get(path(email)).content.decode()
