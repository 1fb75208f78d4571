"""Sign-in links go through the outbox: kept if the queue is lost, tried again, listed, and never stored in clear."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.apps import apps
from django.core import mail
from django.urls import reverse

from clinic.audit.models import Entry
from clinic.people import actions as people
from clinic.people.models import SignInLink
from clinic.reminders import actions, sign_in_links
from clinic.reminders import mail as mails
from clinic.reminders.mail import NotSent
from clinic.reminders.models import Reminder, State

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def email(world):
    return world.ana.channels.get(kind="email")


def ask(email, world, *, by="dee", now=None) -> Reminder:
    who = getattr(world, by) if by else None
    return sign_in_links.ask_for_link(channel=email, by=who, now=now or world.now)


def send(reminder, now):
    state = actions.claim_and_send(reminder_id=reminder.pk, now=now)
    reminder.refresh_from_db()
    return state


def token_in(message) -> str:
    return re.search(r"/sign-in/([\w-]{43})", message.body)[1]


def rows_holding(words: str) -> list[str]:
    """Every row of every table of ours in which these words stand in clear."""
    return [
        str(row)
        for model in apps.get_models()
        for row in model._default_manager.values()
        if words in str(row)
    ]


def test_the_mail_brings_a_link_that_signs_in(world, email):
    assert send(ask(email, world), world.now) == State.SENT
    assert mail.outbox[0].to == [email.value]
    token = token_in(mail.outbox[0])
    assert people.use_sign_in_link(token=token, now=world.now + MINUTE) == world.ana.account


def test_nothing_that_is_stored_opens_a_record(world, email):
    reminder = ask(email, world)
    send(reminder, world.now)
    token = token_in(mail.outbox[0])
    assert rows_holding(token) == []
    Reminder.objects.filter(pk=reminder.pk).update(because=token)
    assert len(rows_holding(token)) == 1, "the search sees one that is"


def test_a_lost_queue_costs_half_a_minute_and_no_mail(world, email):
    reminder = ask(email, world)
    assert actions.to_ring(now=world.now, room=9) == [reminder.pk]  # and the broker is flushed
    assert actions.to_ring(now=world.now + actions.RING_AGAIN * 2, room=9) == [reminder.pk]


def out_of_reach(line, letter, **rest):
    raise NotSent("The mail server could not be reached.")


def test_a_server_out_of_reach_is_tried_again_with_a_new_link(world, email, monkeypatch):
    reminder = ask(email, world)
    with monkeypatch.context() as broken:
        broken.setattr(mails.Line, "send", out_of_reach)
        assert send(reminder, world.now) == State.DUE
    first = SignInLink.objects.get()
    assert send(reminder, world.now + 2 * MINUTE) == State.SENT
    first.refresh_from_db()
    assert first.replaced_at is not None
    assert people.use_sign_in_link(token=token_in(mail.outbox[0]), now=world.now + 3 * MINUTE)


def test_a_mail_sent_past_the_outbox_would_be_lost(world, email, monkeypatch):
    """The negative control: this is what sending it straight away was worth."""
    monkeypatch.setattr(mails.Line, "send", out_of_reach)
    people.make_sign_in_link(patient=world.ana, by=world.dee, now=world.now)
    with pytest.raises(NotSent):
        mails.send(None, to=email.value, message_id="<x@y>")
    assert not Reminder.objects.exists()
    assert actions.to_ring(now=world.now + MINUTE, room=9) == []


def test_copies_are_told_apart_because_only_the_newest_link_works(world, email, monkeypatch):
    """Folded by Message-ID, the copy a mail program keeps could be the one whose link has died."""
    reminder, ids = ask(email, world), set()

    def unsure(line, letter, **rest):
        ids.add(rest["message_id"])
        raise NotSent("The line broke.", unsure=True)

    monkeypatch.setattr(mails.Line, "send", unsure)
    send(reminder, world.now)
    assert send(reminder, world.now + 2 * MINUTE) == State.FAILED
    assert len(ids) == 2


def test_pressing_twice_is_one_mail(world, email):
    assert ask(email, world) == ask(email, world)
    assert Reminder.objects.count() == 1
    send(Reminder.objects.get(), world.now)
    assert ask(email, world, now=world.now + MINUTE).state == State.DUE, "one after it was sent is another"


def test_asking_again_while_it_waits_for_another_try_sends_it_at_once(world, email, monkeypatch):
    reminder = ask(email, world)
    with monkeypatch.context() as broken:
        broken.setattr(mails.Line, "send", out_of_reach)
        for minutes in (0, 2, 8):
            send(reminder, world.now + minutes * MINUTE)
    assert reminder.try_at > world.now + 9 * MINUTE
    ask(email, world, now=world.now + 9 * MINUTE)
    assert send(reminder, world.now + 9 * MINUTE) == State.SENT


def test_without_consent_the_desk_sends_none_and_older_links_go_on_working(world, email):
    older = people.make_sign_in_link(patient=world.ana, by=world.dee, now=world.now)
    reminder = ask(email, world)
    people.withdraw_consent(channel=email, by=world.dee, now=world.now)
    assert send(reminder, world.now) == State.SKIPPED
    assert "no longer agree" in reminder.because
    assert not mail.outbox
    assert people.use_sign_in_link(token=older, now=world.now)


def test_a_patient_who_asks_has_agreed_to_that_one_mail(world, email):
    people.withdraw_consent(channel=email, by=world.dee, now=world.now)
    assert send(ask(email, world, by=None), world.now) == State.SENT
    email.refresh_from_db()
    assert not email.may_be_used, "and to no other"


def test_it_goes_to_the_address_that_was_asked_for(world, email):
    second = people.add_channel(
        patient=world.ana, kind="email", value="ana@work.example", by=world.dee, now=world.now
    )
    send(ask(second, world, by=None), world.now)
    assert mail.outbox[0].to == ["ana@work.example"]


@pytest.mark.parametrize("fault", ["gone", "closed", "stale"])
def test_none_is_made_when_it_is_of_no_use_any_more(world, email, fault):
    reminder, now = ask(email, world), world.now
    if fault == "gone":
        email.delete()
    elif fault == "closed":
        world.ana.account.is_active = False
        world.ana.account.save()
    else:
        now += sign_in_links.STALE + MINUTE
    assert send(reminder, now) == State.SKIPPED
    assert reminder.because
    assert not SignInLink.objects.exists()


def test_another_patients_address_is_never_used(world, email, monkeypatch):
    reminder = ask(email, world)
    wrong = sign_in_links.Message(
        template="emails/sign_in_link.txt", page="home", channel_id=world.ben.channels.get(kind="email").pk
    )
    monkeypatch.setattr(sign_in_links, "message", lambda **asked: wrong)
    assert send(reminder, world.now) == State.SKIPPED
    assert not mail.outbox


def test_the_letter_names_its_reader_for_families_and_promises_what_holds(world, email):
    send(ask(email, world), world.now)
    text = mail.outbox[0].body
    assert text.startswith("Hello Ana,")
    assert "once, for one day" in text
    assert "Silva" not in text + mail.outbox[0].subject


def test_who_asked_is_in_the_journal(world, email):
    ask(email, world)
    ask(email, world, by=None)
    told = Entry.objects.filter(patient=world.ana, what__startswith="sign-in link asked for")
    assert [(entry.account, entry.job) for entry in told.order_by("pk")] == [
        (world.dee, ""),
        (None, "sign-in page"),
    ]


def test_the_desk_sees_it_among_the_reminders(world, email):
    client = world.signed_in(world.dee)
    page = client.post(reverse("desk:send_link", args=[world.ana.pk]), follow=True).content.decode()
    assert f"A sign-in link goes to {email.value}" in page
    assert "Sign-in link" in client.get(reverse("desk:reminders")).content.decode()
    assert Reminder.objects.get().state == State.DUE
