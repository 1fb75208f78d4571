"""The development mailbox reads whatever the file-based backend left."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.test import Client

from clinic.desk import mail_files
from clinic.people import actions as people
from clinic.reminders import texts
from clinic.reminders.models import Incoming

BACKEND = "django.core.mail.backends.filebased.EmailBackend"


@pytest.fixture
def folder(tmp_path, settings):
    settings.DEVELOPMENT_PAGES = True
    settings.EMAIL_FILE_PATH = tmp_path
    return tmp_path


@pytest.fixture
def post(folder):
    def send(*mails):
        get_connection(BACKEND, file_path=folder).send_messages(list(mails))

    return send


def mail(subject="Hello", body="Text", to="ana@runner.example", **rest):
    return EmailMessage(subject, body, "clinic@clinic.example", [to], **rest)


def test_several_messages_of_one_connection(post, folder):
    post(mail("One"), mail("Two", "-----\nnot the end\n" + "-" * 40), mail("Drei: für Žofie", "Grüße ☃"))
    found = {m.subject: m for m in mail_files.newest_first(folder)}
    assert set(found) == {"One", "Two", "Drei: für Žofie"}
    assert "not the end" in found["Two"].text
    assert found["Drei: für Žofie"].text.strip() == "Grüße ☃"
    assert found["One"].to == "ana@runner.example"


def test_an_alternative_shows_its_plain_text(post, folder):
    both = EmailMultiAlternatives("Both", "plain", to=["a@b.example"])
    both.attach_alternative("<b>html</b>", "text/html")
    post(both)
    assert mail_files.newest_first(folder)[0].text.strip() == "plain"


def test_eml_files_and_damaged_ones_are_read_too(folder):
    (folder / "one.eml").write_bytes(b"Subject: Alone\n\nHi\n" + b"-" * 79 + b"\nstill the same mail\n")
    (folder / "bad.log").write_bytes(b"\xff\xfe\x00 not mail at all\n" + b"-" * 79 + b"\n\n\n")
    (folder / "odd.eml").write_bytes(
        b"Subject: Odd\nContent-Type: text/plain; charset=klingon\nDate: never\n\nHi\n"
    )
    (folder / "notes.txt").write_text("not looked at")
    found = mail_files.newest_first(folder)
    assert {m.subject for m in found} == {"Alone", "(no subject)", "Odd"}
    assert any("still the same mail" in m.text for m in found)


def test_a_folder_nobody_made_is_an_empty_mailbox(tmp_path):
    assert mail_files.newest_first(tmp_path / "none") == []


@pytest.mark.parametrize(
    "file", ["../secret.log", "..", "/etc/passwd", "x.log/../../y.log", "absent.log", "notes.txt"]
)
def test_no_name_leads_out_of_the_folder(folder, file):
    (folder.parent / "secret.log").write_text("Subject: secret\n\n")
    with pytest.raises(mail_files.NoSuchMail):
        mail_files.one(folder, file, 0)


@pytest.mark.parametrize("place", [-1, 1, 99])
def test_only_messages_that_are_there(post, folder, place):
    post(mail())
    with pytest.raises(mail_files.NoSuchMail):
        mail_files.one(folder, next(folder.iterdir()).name, place)


def test_links_are_found_without_the_full_stop_behind_them():
    text = "See http://127.0.0.1:8000/my/. Or <https://x.example/a?b=1>, or nothing"
    found = mail_files.Mail("f", 0, "", "", "", "", None, text)
    assert [words for words, is_link in found.pieces if is_link] == [
        "http://127.0.0.1:8000/my/",
        "https://x.example/a?b=1",
    ]
    assert "".join(words for words, _ in found.pieces) == text


class TestPages:
    def test_list_and_message(self, post, client, db):
        post(mail("Your appointment", "See http://127.0.0.1:8000/my/\n<script>alert(1)</script>"))
        page = client.get("/mailbox/").content.decode()
        assert "Your appointment" in page
        address = page.split('<th scope="row"><a href="')[1].split('"')[0]
        body = client.get(address).content.decode()
        assert '<a href="http://127.0.0.1:8000/my/">' in body
        assert "<script>alert" not in body

    def test_empty(self, folder, client, db):
        assert "No mail yet" in client.get("/mailbox/").content.decode()

    def test_missing(self, folder, client, db):
        assert client.get("/mailbox/none.log/0/").status_code == 404

    def test_without_debug_there_is_none(self, folder, client, db, settings):
        assert client.get("/mailbox/").status_code == 200  # the addresses are read once, with the pages on
        settings.DEVELOPMENT_PAGES = False
        assert client.get("/mailbox/").status_code == 404


def test_a_text_is_answered_from_the_mailbox(world, settings, folder):
    """The demo has no phones: what a patient would text back is typed here, and read as a gateway's call is."""
    settings.SMS_URL, settings.TEXTS_DIR = "console://", folder
    phone = people.agree_to_texts(channel=world.ana.channels.get(kind="phone"), by=world.dee, now=world.now)
    texts.send("Reply YES", to=phone.value, key="k")
    (shown,) = mail_files.newest_first(folder)
    client = Client()
    told = client.post(f"/mailbox/{shown.file}/0/answer/", {"said": "yes"}, follow=True)
    assert "Yes to messages by text" in told.content.decode()
    phone.refresh_from_db()
    assert phone.may_be_texted


def test_only_a_text_is_answered(world, post, folder):
    post(mail("One"))
    (shown,) = mail_files.newest_first(folder)
    for file in (shown.file, "text-none.eml", "..%2Fkeys.json"):
        assert Client().post(f"/mailbox/{file}/0/answer/", {"said": "STOP"}).status_code == 404
    assert not Incoming.objects.exists()
