"""Notices on phones: only to push services we know, readable by that one browser, and over when it says so."""

from __future__ import annotations

import base64
import json
import secrets
from functools import partial

import jwt
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from clinic.audit.models import Entry
from clinic.reminders import https, phones, push
from clinic.reminders.models import Phone
from clinic.reminders.sending import NotSent
from tests.clinic.reminders import little_gateway

ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"
BROWSER = ec.generate_private_key(ec.SECP256R1())
POINT = BROWSER.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
SECRET = secrets.token_bytes(16)


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def opened(sealed: bytes) -> dict[str, str]:
    """What the browser reads of it (RFC 8188, RFC 8291)."""
    salt, sender, sealed = sealed[:16], sealed[21 : 21 + 65], sealed[21 + 65 :]
    shared = BROWSER.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))

    def derive(length: int, salt: bytes, info: bytes, secret: bytes) -> bytes:
        return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)

    secret = derive(32, SECRET, b"WebPush: info\x00" + POINT + sender, shared)
    key = derive(16, salt, b"Content-Encoding: aes128gcm\x00", secret)
    nonce = derive(12, salt, b"Content-Encoding: nonce\x00", secret)
    return json.loads(AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x02"))


@pytest.fixture(autouse=True)
def _key(settings):
    settings.VAPID_PRIVATE_KEY = secrets.token_urlsafe(32)


@pytest.fixture
def service(monkeypatch):
    """What asks a push service asks this server instead; which address was meant is kept."""
    with little_gateway.running() as running:
        running.meant = []
        real = https.post

        def instead(url, **how):
            running.meant.append(url)
            return real(running.url, **how)

        monkeypatch.setattr(push.https, "post", instead)
        running.says(201)
        yield running


@pytest.fixture
def phone() -> Phone:
    return Phone(endpoint=ENDPOINT, p256dh=base64url(POINT), auth=base64url(SECRET))


send = partial(push.send, "Your visit is tomorrow.", "https://clinic.example/my/", key="reminder-7-0")


def refused(phone) -> NotSent:
    with pytest.raises(NotSent) as caught:
        send(to=phone)
    return caught.value


class TestSending:
    def test_only_that_browser_can_read_it(self, service, phone, settings):
        told = send(to=phone)
        assert (service.meant, told.provider) == ([ENDPOINT], "fcm.googleapis.com")
        _, headers, body = service.asked[0]
        assert b"visit" not in body
        shown = opened(body)
        assert shown["text"] == "Your visit is tomorrow."
        assert (shown["title"], shown["link"]) == (settings.CLINIC_NAME, "https://clinic.example/my/")
        assert (headers["TTL"], headers["Urgency"]) == (str(4 * 3600), "high")
        token = headers["Authorization"].removeprefix("vapid t=").partition(",")[0]
        claims = jwt.decode(token, options={"verify_signature": False})
        assert claims["aud"].rstrip("/") == "https://fcm.googleapis.com"
        assert f"k={push.application_key()}" in headers["Authorization"]

    def test_copies_of_one_message_take_each_others_place(self, service, phone):
        assert send(to=phone).provider_id == send(to=phone).provider_id
        first, second = (headers["Topic"] for _, headers, _ in service.asked)
        assert first == second
        assert len(first) <= 32

    @pytest.mark.parametrize(
        ("status", "means"),
        [
            (404, (True, True, False)),
            (410, (True, True, False)),
            (400, (True, False, False)),
            (413, (True, False, False)),
            (401, (False, False, False)),
            (403, (False, False, False)),
            (429, (False, False, False)),
            (500, (False, False, False)),
            (503, (False, False, False)),
        ],
    )
    def test_each_answer_has_its_meaning(self, service, phone, status, means):
        service.says(status)
        said = refused(phone)
        assert (said.for_good, said.dead, said.unsure) == means

    def test_keys_that_are_none_end_the_phone(self, service, phone):
        phone.p256dh = base64url(b"\x04" + b"\x00" * 64)
        assert refused(phone).dead
        assert service.asked == []

    def test_without_a_key_nothing_is_offered(self, service, phone, settings):
        settings.VAPID_PRIVATE_KEY = ""
        assert not push.can_be_sent()
        assert push.application_key() == ""
        assert "VAPID_PRIVATE_KEY" in refused(phone).because

    def test_what_is_too_long_is_refused_before_it_is_sealed(self, service, phone):
        with pytest.raises(NotSent, match="too long"):
            push.send("x" * 3000, "/", to=phone, key="k")


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://clinic.example/hooks/",
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com.evil.example/",
        "https://evil.example/https://fcm.googleapis.com/",
        "https://fcm.googleapis.com@evil.example/",
        "https://user@fcm.googleapis.com/",
        "https://fcm.googleapis.com:8443/",
        "https://fcm.googleapis.com:x/",
        "https://evilnotify.windows.com/",
        "https://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "",
    ],
)
def test_only_push_services_are_spoken_to(service, phone, endpoint):
    """A stored endpoint was given by whoever posted it: it must not lead our server anywhere else."""
    phone.endpoint = endpoint
    assert refused(phone).for_good
    assert service.meant == []


def test_a_name_with_a_dot_stands_for_all_under_it():
    assert push.is_push_service("https://wns2-par02p.notify.windows.com/w/?token=x")


class TestSwitching:
    def on(self, world, **other):
        given = {"endpoint": ENDPOINT, "p256dh": base64url(POINT), "auth": base64url(SECRET)} | other
        patient = given.pop("patient", world.ana)
        return phones.switch_on(
            patient=patient, called="Firefox on Android", by=patient.account, now=world.now, **given
        )

    def test_on_again_is_one_row_and_whoever_holds_the_phone_now_has_it(self, world):
        assert self.on(world) == self.on(world)
        self.on(world, patient=world.ben)
        assert not phones.living(world.ana)
        (phone,) = phones.living(world.ben)
        assert Entry.objects.filter(patient=world.ben, what=f"phone {phone.pk}: notices on").exists()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"endpoint": "https://evil.example/"},
            {"endpoint": f"{ENDPOINT}{'x' * 600}"},
            {"p256dh": "short"},
            {"auth": "é"},
            {"auth": ""},
        ],
    )
    def test_what_no_browser_gives_is_refused(self, world, wrong):
        with pytest.raises(phones.CannotTell, match="not switched on"):
            self.on(world, **wrong)
        assert not Phone.objects.exists()

    def test_a_patient_has_so_many_browsers(self, world):
        for number in range(phones.MOST):
            self.on(world, endpoint=f"{ENDPOINT}{number}")
        with pytest.raises(phones.CannotTell, match="at most"):
            self.on(world)
        self.on(world, endpoint=f"{ENDPOINT}0")

    def test_the_pages_switch(self, world):
        client, page = world.signed_in(world.ana.account), "/my/notices/"
        given = {"do": "on", "endpoint": ENDPOINT, "p256dh": base64url(POINT), "auth": base64url(SECRET)}
        agent = {"User-Agent": "Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0"}
        shown = client.post(page, given, follow=True, headers=agent).content.decode()
        assert "Firefox on Android" in shown
        assert ENDPOINT not in shown
        phone = Phone.objects.get()
        other = world.signed_in(world.ben.account)
        assert (
            "off there already"
            in other.post(page, {"do": "off", "phone": phone.pk}, follow=True).content.decode()
        )
        assert "Firefox on Android" in client.get(page).content.decode()
        client.post(page, {"do": "off", "phone": phone.pk})
        client.get("/my/reminders/")  # says so once
        assert "Firefox on Android" not in client.get(page).content.decode()
        phone.refresh_from_db()
        assert phone.ended_because == "Switched off by the patient."
        for nonsense in ({}, {"do": "off", "phone": "x"}, {"do": "on", "endpoint": "x" * 9000}):
            assert client.post(page, nonsense).status_code == 302
