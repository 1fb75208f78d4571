"""The way in: first pages, sign-in links, asking for one, health, and forms that came too late."""

import datetime as dt
from types import SimpleNamespace

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from clinic.desk.forms import entrance as entrance_forms
from clinic.desk.views import demo, health
from clinic.people import kept_forms
from clinic.people.actions import make_sign_in_link
from clinic.people.models import SignInLink
from clinic.reminders import actions as outbox
from clinic.reminders.models import Reminder


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(entrance_forms, "ANSWER_SECONDS", 0)


def the_outbox_sends():
    for reminder in Reminder.objects.filter(state="due"):
        outbox.claim_and_send(reminder_id=reminder.pk, now=timezone.now())


@pytest.fixture
def token(world):
    return make_sign_in_link(patient=world.ana, by=world.dee, now=timezone.now())


def signed_in_as(client):
    return client.session.get("_auth_user_id")


@pytest.mark.parametrize(
    ("who", "lands"), [("dee", "desk:today"), ("mona", "desk:today"), ("carl", "charting:today")]
)
def test_each_role_lands_on_its_own_page(world, who, lands):
    answer = world.signed_in(getattr(world, who)).get("/")
    assert answer.status_code == 302
    assert answer["Location"] == reverse(lands)


def test_a_stranger_lands_on_sign_in(client):
    assert client.get("/")["Location"] == reverse("account_login")


def test_opening_a_link_changes_nothing_and_names_nobody(client, token):
    before = SignInLink.objects.values().get()
    answer = client.get(reverse("link", args=[token]))
    assert answer.status_code == 200
    assert b"Ana" not in answer.content
    assert SignInLink.objects.values().get() == before
    assert signed_in_as(client) is None


def test_pressing_its_button_signs_the_patient_in_once(client, world, token):
    answer = client.post(reverse("link", args=[token]))
    assert answer["Location"] == reverse("portal:today")
    assert signed_in_as(client) == str(world.ana.account.pk)
    before = SignInLink.objects.values().get()
    other_browser = type(client)()
    again = other_browser.post(reverse("link", args=[token]))
    assert again.status_code == 410
    assert signed_in_as(other_browser) is None
    assert SignInLink.objects.values().get() == before, "when it was used stays as it was"
    assert b"was used already" in again.content
    assert b"Send me a new link" in again.content


def test_an_expired_link_says_how_to_get_a_new_one(client, token):
    with time_machine.travel(timezone.now() + dt.timedelta(hours=25), tick=False):
        answer = client.post(reverse("link", args=[token]))
    assert answer.status_code == 410
    assert b"more than a day old" in answer.content
    assert signed_in_as(client) is None
    assert SignInLink.objects.get().used_at is None


@pytest.mark.parametrize("garbled", ["x", "a" * 43, "%00", "%ff", "<script>", "new%0a"])
def test_a_garbled_link_is_not_found_and_says_what_to_do(db, client, garbled):
    answer = client.post(reverse("link_request").replace("new", garbled))
    assert answer.status_code == 404


def test_trying_links_is_limited(db, client):
    tried = [client.post(reverse("link", args=["guess"])).status_code for _ in range(31)]
    assert (tried[29], tried[30]) == (404, 429)


def test_the_answer_is_the_same_for_a_known_and_an_unknown_address(client, world):
    known, unknown = world.ana.channels.get(kind="email").value, "who@runner.example"
    pages = [client.post(reverse("link_request"), {"email": address}) for address in (known.upper(), unknown)]
    texts = [page.content.decode().replace(known, "-").replace(unknown, "-") for page in pages]
    assert [page.status_code for page in pages] == [200, 200]
    assert texts[0] == texts[1]
    the_outbox_sends()
    assert [message.to for message in mail.outbox] == [[known]]


def test_the_mailed_link_works(client, world):
    client.post(reverse("link_request"), {"email": world.ana.channels.get(kind="email").value})
    the_outbox_sends()
    address = next(line for line in mail.outbox[0].body.splitlines() if "/sign-in/" in line)
    client.post(address[address.index("/sign-in/") :])
    assert signed_in_as(client) == str(world.ana.account.pk)


def test_asking_again_and_again_sends_five_mails_and_answers_alike(client, world):
    address = world.ana.channels.get(kind="email").value
    answers = set()
    for _ in range(7):
        answers.add(client.post(reverse("link_request"), {"email": address}).content)
        the_outbox_sends()
    assert len(answers) == 1
    assert len(mail.outbox) == 5


def test_the_answer_takes_as_long_for_an_address_nobody_has(client, world, monkeypatch):
    waits = []
    monkeypatch.setattr(entrance_forms, "ANSWER_SECONDS", 5)
    monkeypatch.setattr(entrance_forms.time, "sleep", waits.append)
    for email in (world.ana.channels.get(kind="email").value, "who@runner.example"):
        client.post(reverse("link_request"), {"email": email})
    assert len(waits) == 2
    assert min(waits) > 0, "both were answered before the clock ran out"


@pytest.mark.parametrize("email", ["", "ana", "ana@", "a@b\r\nBcc: c@d.example"])
def test_an_address_that_is_none_is_refused_with_the_way_out(db, client, email):
    answer = client.post(reverse("link_request"), {"email": email})
    assert answer.status_code == 422
    assert b"e-mail address" in answer.content
    assert f'value="{email.partition(chr(13))[0]}' in answer.content.decode() or not email
    assert not Reminder.objects.exists()
    assert not SignInLink.objects.exists()


def test_health_is_told_without_a_record(db, client):
    answer = client.get(reverse("healthz"))
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "cache": "ok", "reminders": "ok", "oldest_due_seconds": 0}


def test_a_watchdog_hears_when_a_sender_was_last_at_work(db, client):
    told = client.get(reverse("healthz"), {"for": "watchdog"}).json()
    assert (told["oldest_due_seconds"], told["last_sign_seconds"]) == (0, None)


def test_a_start_does_not_wait_for_reminders_that_are_late(world, client):
    yesterday = timezone.now() - dt.timedelta(days=1)
    Reminder.objects.create(
        patient=world.ana, source="s", kind="k", subject_id=1, about_at=yesterday, due_at=yesterday, try_at=yesterday,
        ring_at=yesterday
    )  # fmt: skip
    assert client.get(reverse("healthz")).status_code == 503
    answer = client.get(reverse("healthz"), {"for": "start"})
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "cache": "ok"})


def test_a_start_waits_for_the_cache(db, client, monkeypatch):
    def dead(*args, **kwargs):
        raise OSError

    monkeypatch.setattr(health, "cache", SimpleNamespace(set=dead))
    assert client.get(reverse("healthz"), {"for": "start"}).status_code == 503


def test_a_reminder_nobody_sends_makes_the_clinic_unwell(world, client):
    late = timezone.now() - dt.timedelta(minutes=6)
    Reminder.objects.create(
        patient=world.ana,
        source="s",
        kind="k",
        subject_id=1,
        about_at=late,
        due_at=late,
        try_at=late,
        ring_at=late,
    )
    answer = client.get(reverse("healthz"))
    assert answer.status_code == 503
    assert answer.json()["reminders"] == "late"


def test_a_dead_cache_makes_the_clinic_unwell(db, client, monkeypatch):
    def dead(*args, **kwargs):
        raise OSError

    monkeypatch.setattr(health, "cache", SimpleNamespace(set=dead))
    assert client.get(reverse("healthz")).json()["cache"] == "does not answer"


def test_a_form_from_before_sign_in_is_kept_for_who_opened_it(world):
    client = type(world.signed_in(world.dee))(enforce_csrf_checks=True)
    client.force_login(world.dee, backend="clinic.people.backends.ClinicBackend")
    fields = {"legal_given_name": "Mei", kept_forms.OWNER_FIELD: kept_forms.owner_note(world.dee.pk)}
    answer = client.post(reverse("desk:register"), fields)
    assert answer.status_code == 403
    assert b"What you typed is kept" in answer.content
    assert b"Mei" in client.get(reverse("desk:register")).content


def test_the_demo_codes_are_those_of_an_authenticator(tmp_path):
    # RFC 6238, appendix B: this secret shows 287082 in its last six digits at second 59.
    path = tmp_path / "demo-accounts.json"
    path.write_text(
        '[{"role": "Manager", "person": "Mona Okafor", "name": "m", "password": "p",'
        ' "totp_secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"},'
        ' {"role": "Patient", "name": "a", "password": "p", "note": "n"}]'
    )
    told = demo.read_accounts(path, 59)
    assert [account.code for account in told] == ["287082", ""]
    assert [account.person for account in told] == ["Mona Okafor", ""]
    assert demo.read_accounts(tmp_path / "none.json", 59) == []


def test_the_demo_page_is_gone_without_development_pages(db, client, settings):
    settings.DEVELOPMENT_PAGES = False
    assert client.get("/demo/").status_code == 404


def test_the_demo_page_names_each_person_beside_what_they_sign_in_with(db, client, settings, tmp_path):
    settings.CLINIC_DATA_DIR = tmp_path
    (tmp_path / "demo-accounts.json").write_text(
        '[{"role": "Manager", "person": "Mona Okafor", "name": "manager", "password": "hill-walk-jog"},'
        ' {"role": "Patient", "name": "runner", "password": "p", "note": "with a program"}]'
    )
    page = client.get("/demo/").content.decode()
    row = page.split('<th scope="row">Mona Okafor</th>')[1].split("</tr>")[0]
    for label, value in (("Role", "Manager"), ("User name", "manager"), ("Password", "hill-walk-jog")):
        assert f'data-label="{label}">' in row
        assert value in row
    assert 'data-label="About"' not in row, "nothing is said where there is nothing to say"
    assert '<th scope="row">runner</th>' in page, "an account of an older demo, without a name"
