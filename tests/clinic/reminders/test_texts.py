"""Text messages: what each answer of a gateway means, and which numbers no text goes to. No database."""

from __future__ import annotations

import base64
import json
import time
from urllib.parse import parse_qs

import pytest
from django.core.exceptions import ImproperlyConfigured

from clinic.desk import mail_files
from clinic.people.phones import why_no_texts
from clinic.reminders import gateways, https, texts
from clinic.reminders.gateways import Json, Twilio
from clinic.reminders.sending import NotSent, Receipt
from tests.clinic.reminders import little_gateway

ANA = "+447946000123"
KEY = "reminder-7-0"


@pytest.fixture
def server():
    with little_gateway.running() as running:
        yield running


@pytest.fixture
def twilio(server) -> Twilio:
    return Twilio(account="AC1", token="secret", sender="+447946000999", base=server.url)


@pytest.fixture
def gateway(server) -> Json:
    made = gateways.named_by(
        server.url.replace("http://", "http+json://u:p@") + "/send?from=Clinic&secret=s", files=None
    )
    assert isinstance(made, Json)
    return made


def send(carrier):
    return carrier.send("Tomorrow at 10:00", to=ANA, key=KEY, tell="")


def refused(carrier) -> NotSent:
    with pytest.raises(NotSent) as caught:
        send(carrier)
    said = caught.value
    assert ANA not in said.because
    assert ANA[1:] not in said.because
    return said


def meaning(said: NotSent) -> str:
    if said.dead:
        return "dead"
    return "unsure" if said.unsure else "for good" if said.for_good else "later"


class TestTwilio:
    def test_is_asked_as_it_wants_to_be(self, twilio, server):
        server.says(201, '{"sid": "SM1", "error_code": null, "status": "queued"}')
        told = twilio.send("Hello", to=ANA, key=KEY, tell="https://clinic.example/hooks/")
        assert told == Receipt("twilio", "SM1")
        path, headers, body = server.asked[0]
        assert path == "/2010-04-01/Accounts/AC1/Messages.json"
        assert headers["Authorization"] == "Basic " + base64.b64encode(b"AC1:secret").decode()
        assert headers["I-Twilio-Idempotency-Token"] == KEY
        assert {name: values[0] for name, values in parse_qs(body.decode()).items()} == {
            "From": "+447946000999",
            "To": ANA,
            "Body": "Hello",
            "StatusCallback": "https://clinic.example/hooks/",
        }

    @pytest.mark.parametrize(
        ("status", "body", "means"),
        [
            (400, '{"code": 21211, "message": "bad"}', "dead"),
            (400, '{"code": 21214}', "dead"),
            (400, '{"code": 21610}', "dead"),
            (400, '{"code": 21614}', "dead"),
            (400, '{"code": 21602}', "for good"),
            (201, '{"sid": "SM1", "status": "failed", "error_code": 21614}', "dead"),
            (201, '{"sid": "SM1", "status": "failed", "error_code": 30005}', "for good"),
            (401, '{"code": 20003}', "later"),
            (401, "", "later"),
            (403, "<html>no</html>", "later"),
            (404, "{}", "later"),
            (429, '{"code": 20429}', "later"),
            (500, "oops", "later"),
            (503, "", "later"),
            (302, "", "later"),
            (200, "", "unsure"),
            (200, "<html><title>Sign in</title></html>", "unsure"),
            (201, '{"status": "queued"}', "unsure"),
            (200, '["SM1"]', "unsure"),
        ],
    )
    def test_each_answer_has_its_meaning(self, twilio, server, status, body, means):
        server.says(status, body)
        assert meaning(refused(twilio)) == means

    def test_a_key_that_is_wrong_is_named_for_the_desk(self, twilio, server):
        server.says(401)
        assert "settings need a look" in refused(twilio).because


class TestAnyGateway:
    def test_is_asked_in_json(self, gateway, server):
        server.says(200, '{"id": 17}')
        assert send(gateway) == Receipt("gateway", "17")
        path, headers, body = server.asked[0]
        assert (path, headers["Idempotency-Key"]) == ("/send", KEY)
        assert headers["Authorization"] == "Basic " + base64.b64encode(b"u:p").decode()
        assert json.loads(body) == {"to": ANA, "text": "Tomorrow at 10:00", "key": KEY, "from": "Clinic"}

    @pytest.mark.parametrize(
        ("status", "body", "means"),
        [
            (200, '{"id": "1", "error": "no credit"}', "later"),
            (200, '{"id": "1", "error": "invalid_number"}', "dead"),
            (400, '{"code": "opted_out"}', "dead"),
            (422, '{"error": "too long"}', "for good"),
            (401, "", "later"),
            (502, "<html>", "later"),
            (200, "<!doctype html><p>200 OK", "unsure"),
            (200, "", "unsure"),
            (204, "", "unsure"),
            (200, '{"ok": true}', "unsure"),
            (200, '{"id": "1", "padding": "%s"}' % ("x" * https.MOST), "unsure"),
        ],
    )
    def test_each_answer_has_its_meaning(self, gateway, server, status, body, means):
        server.says(status, body)
        assert meaning(refused(gateway)) == means

    def test_the_names_of_its_fields_are_set_in_its_address(self, server):
        address = (
            server.url.replace("http://", "http+json://") + "/?bearer=b&id=data.ref&error=fault.text&dead=E5"
        )
        made = gateways.named_by(address, files=None)
        server.says(200, '{"data": [{"ref": "r9"}]}')
        assert send(made).provider_id == "r9"
        assert server.asked[0][1]["Authorization"] == "Bearer b"
        server.says(200, '{"data": {"ref": "r9"}, "fault": {"text": "E5"}}')
        assert refused(made).dead


class TestTheLine:
    def test_nobody_there_is_tried_again(self, server):
        nobody = Json(url=f"http://127.0.0.1:{little_gateway.closed_port()}/")
        assert meaning(refused(nobody)) == "later"

    def test_an_answer_that_never_comes_is_unsure(self, server, monkeypatch):
        server.says(200, '{"id": "1"}')
        server.silent_for = 3
        with pytest.raises(NotSent) as caught:
            https.post(server.url, body=b"{}", headers={}, who="It", step=0.2)
        assert meaning(caught.value) == "unsure"

    def test_a_gateway_that_drips_is_cut_off(self, server):
        """A socket's timeout begins anew with every byte: without the watch this would take six seconds."""
        server.says(200, '{"id": "%s"}' % ("1" * 50))
        server.drips = 0.1
        began = time.monotonic()
        answer = https.post(server.url, body=b"{}", headers={}, who="It", step=5, whole=0.5)
        assert time.monotonic() - began < 3
        assert answer.told == {}

    def test_a_redirect_is_not_followed(self, server):
        server.says(307)
        server.location = f"{server.url}/elsewhere"
        assert meaning(refused(Json(url=server.url))) == "later"
        assert [path for path, _, _ in server.asked] == ["/"]

    def test_only_https_leaves_this_machine_and_its_certificate_is_looked_at(self, server):
        with pytest.raises(NotSent, match="safely") as caught:
            https.post(server.url.replace("http:", "https:"), body=b"", headers={}, who="It", step=2)
        assert meaning(caught.value) == "later"
        for wrong in ("http+json://gateway.example/", "twilio://api.twilio.com/", "sms:1", "https+json://"):
            with pytest.raises(ImproperlyConfigured, match="SMS_URL"):
                gateways.named_by(wrong, files=None)


class TestNumbers:
    @pytest.mark.parametrize(
        ("number", "because"),
        [
            (ANA, ""),
            ("+447700900100", ""),
            ("+447624123456", "abroad, and this is one (IM +44)"),
            ("+34600111222", "abroad, and this is one (ES +34)"),
            ("+442079460123", "landline"),
            ("not a number", "not a whole phone number"),
        ],
    )
    def test_where_texts_reach(self, number, because):
        said = why_no_texts(number, countries=["GB"])
        assert because in said
        assert bool(because) == bool(said)

    def test_a_number_of_another_country_costs_nothing(self, settings, server):
        settings.SMS_URL = server.url.replace("http://", "http+json://")
        with pytest.raises(NotSent, match="does not text numbers abroad") as caught:
            texts.send("Hello", to="+34600111222", key=KEY)
        assert caught.value.for_good
        assert server.asked == []
        settings.SMS_COUNTRIES = ["GB", "ES"]
        server.says(200, '{"id": 1}')
        assert texts.send("Hello", to="+34600111222", key=KEY).provider == "gateway"


class TestWithoutAGateway:
    def test_it_says_so(self, settings):
        settings.SMS_URL = ""
        assert not texts.can_be_sent()
        with pytest.raises(NotSent, match="SMS_URL"):
            texts.send("Hello", to=ANA, key=KEY)

    def test_the_demo_keeps_each_text_as_a_file_of_its_mailbox(self, settings, tmp_path):
        settings.SMS_URL, settings.TEXTS_DIR = "console://", tmp_path
        told = texts.send("Tomorrow at 10:00 — see you", to=ANA, key=KEY)
        (mail,) = mail_files.newest_first(tmp_path)
        assert (mail.subject, mail.to, mail.text.strip()) == (
            "Text message",
            ANA,
            "Tomorrow at 10:00 — see you",
        )
        assert told == Receipt("console", mail.file.removesuffix(".eml"))
