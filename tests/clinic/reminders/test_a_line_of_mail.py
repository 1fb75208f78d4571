"""One connection for many letters, a limit for each, and knowing whether a letter may have gone out."""

from __future__ import annotations

import smtplib
import threading

import pytest
from django.core import mail as sent_mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from clinic.reminders import actions, mail
from clinic.reminders.deadline import Overdue, within
from clinic.reminders.models import Reminder, State
from clinic.reminders.wording import Letter

LETTER = Letter("A subject", "A text\n")


class Counted(EmailBackend):
    """A server that counts its connections and can be made to keep silent where a test says."""

    opened = 0
    silent_at = ""
    let_go = threading.Event()

    def open(self):
        Counted.opened += 1
        self.keep_silent("open")

    def send_messages(self, messages):
        self.keep_silent("send")
        return super().send_messages(messages)

    def keep_silent(self, where):
        if Counted.silent_at == where:
            Counted.let_go.wait(5)


@pytest.fixture
def server(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Counted"
    monkeypatch.setattr(Counted, "opened", 0)
    monkeypatch.setattr(Counted, "silent_at", "")
    monkeypatch.setattr(Counted, "let_go", threading.Event())
    monkeypatch.setattr(mail, "LONGEST", 0.2)
    yield Counted
    Counted.let_go.set()


def hand_over(line, to="ana@runner.example"):
    return line.send(LETTER, to=to, message_id="<1@clinic.example>")


def test_one_connection_serves_many_letters(server):
    line = mail.Line()
    for _ in range(3):
        assert hand_over(line).provider == "smtp"
    assert (server.opened, len(sent_mail.outbox)) == (1, 3)


def test_after_trouble_the_next_letter_has_a_new_one(server, monkeypatch):
    line = mail.Line()
    hand_over(line)
    with monkeypatch.context() as broken:
        broken.setattr(server, "send_messages", _refuse)
        with pytest.raises(mail.NotSent):
            hand_over(line)
    hand_over(line)
    assert server.opened == 2


def _refuse(self, messages):
    raise smtplib.SMTPDataError(451, b"later")


def test_a_server_silent_before_the_letter_has_surely_not_taken_it(server):
    server.silent_at = "open"
    noted = []
    with pytest.raises(mail.NotSent, match="had not answered") as failed:
        mail.Line().send(LETTER, to="a@b.example", message_id="<1@c>", before_handing=lambda: noted.append(1))
    assert not failed.value.unsure
    server.silent_at = ""
    server.let_go.set()
    for thread in threading.enumerate():
        if thread.name == "sending":
            thread.join(5)
    assert not sent_mail.outbox, "whoever was given up must not go on to send"
    assert noted == []


def test_a_server_silent_over_the_letter_may_have_taken_it(server):
    server.silent_at = "send"
    with pytest.raises(mail.NotSent) as failed:
        hand_over(mail.Line())
    assert failed.value.unsure


@pytest.mark.parametrize("address", ["ana@runner.example\nBcc: all@x.example", "ana@runner.example\r\nX: y"])
def test_a_line_break_in_an_address_is_refused_for_good_and_says_the_way_out(server, address):
    with pytest.raises(mail.NotSent, match="Correct it in the record") as failed:
        hand_over(mail.Line(), to=address)
    assert failed.value.for_good
    assert server.opened == 0


class Wire(smtplib.SMTP):
    def __init__(self, answer):
        self.answer = answer

    def noop(self):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer, b""

    def close(self): ...


@pytest.mark.parametrize(
    ("answer", "connections"), [(250, 1), (421, 2), (smtplib.SMTPServerDisconnected(), 2), (OSError(), 2)]
)
def test_an_idle_line_is_asked_before_a_letter_is_said(server, answer, connections):
    """Afterwards nobody could say whether the letter had been taken."""
    line = mail.Line()
    hand_over(line)
    line._connection.connection = Wire(answer)
    hand_over(line)
    assert server.opened == connections
    assert len(sent_mail.outbox) == 2


def test_a_call_in_time_gives_what_it_gives_and_raises_what_it_raises():
    assert within(1, lambda: 5) == 5
    with pytest.raises(ZeroDivisionError):
        within(1, lambda: 1 / 0)
    with pytest.raises(Overdue):
        within(0.01, threading.Event().wait)


class TestABatch:
    @pytest.fixture
    def ids(self, world, source) -> list[int]:
        source.nags(world.ana, now=world.now, many=3)
        actions.collect(now=world.now)
        return list(Reminder.objects.order_by("pk").values_list("pk", flat=True))

    def test_goes_over_one_line(self, ids, world, server):
        assert actions.send_batch([*ids, 0, ids[0]], clock=lambda: world.now) == 3
        assert (server.opened, len(sent_mail.outbox)) == (1, 3)

    def test_ends_at_a_silent_server_and_the_rest_wait_for_no_second_silence(
        self, ids, world, server, monkeypatch
    ):
        monkeypatch.setattr(actions, "SLOW", actions.SLOW / 100)
        server.silent_at = "open"
        actions.to_ring(now=world.now, room=9)
        before = timezone.now()
        actions.send_batch(ids, clock=timezone.now)
        assert server.opened == 1
        rows = Reminder.objects.order_by("pk")
        assert [row.attempts for row in rows] == [1, 0, 0]
        assert all(before <= row.ring_at <= timezone.now() for row in rows[1:])

    def test_goes_on_after_a_refusal(self, ids, world, server, monkeypatch):
        refused = iter([True, False, False])
        taken = server.send_messages

        def refuse_first(self, messages):
            if next(refused):
                raise smtplib.SMTPDataError(554, b"no")
            return taken(self, messages)

        monkeypatch.setattr(server, "send_messages", refuse_first)
        assert actions.send_batch(ids, clock=lambda: world.now) == 2
        assert Reminder.objects.filter(state=State.FAILED).count() == 1
