"""What the clinic may not write in a reminder: each refusal names the field and the way out."""

from __future__ import annotations

import pytest
from django.conf import settings as live

from clinic.people.languages import LANGUAGES
from clinic.reminders import lint, wishes
from clinic.reminders.carriers import HOW_TO_STOP, as_text
from clinic.reminders.kinds import Kind
from clinic.reminders.models import Wording
from clinic.reminders.samples import added, sample
from clinic.reminders.wording import our_words
from tests.world import NOW

OWN_ADDRESS = "clinic@stride.example"
VISIT, NEWS = Kind("Visit", timed=True), Kind("News")
GOOD = {
    "subject": "See you at {clinic}",
    "text": "You are booked for {when}.\n\nSee {link} or ring {phone}.",
    "short": "{clinic}: {when}",
}


def said(part: str, text: str, kind: Kind = VISIT, language: str = "en-gb") -> str:
    found = lint.faults(kind, GOOD | {part: text}, language=language, ours="en-gb", own_address=OWN_ADDRESS)
    assert {fault.field for fault in found} <= {part}
    return " ".join(fault.says for fault in found)


def test_good_words_pass():
    assert lint.faults(VISIT, GOOD, language="en-gb", ours="en-gb") == []
    assert lint.faults(VISIT, GOOD, language="de", ours="en-gb") == []


@pytest.mark.parametrize("part", ["subject", "text", "short"])
class TestEachPart:
    def test_must_be_there(self, part):
        assert f"is empty. Write it, or press “{lint.STANDARD_AGAIN}”." in said(part, "  \n ")

    def test_an_unknown_word_in_braces_is_named_with_what_may_be_asked_for(self, part):
        assert "asks for “{surname}”" in said(part, "{surname} {when} {link}")
        assert "{clinic}, {phone}, {link}" in said(part, "{surname} {when} {link}")

    @pytest.mark.parametrize(
        "text",
        [
            "{when.tzinfo} {when} {link}",
            "{when!r}{when}{link}",
            "{when:>99999999}{link}",
            "{0} {when}{link}",
            "{} {when}{link}",
            "{clinic[0]}{when}{link}",
        ],
    )
    def test_nothing_but_plain_names(self, part, text):
        assert "nothing we can fill in" in said(part, text)

    @pytest.mark.parametrize("text", ["{when", "when}", "{when} {link} }"])
    def test_half_a_brace(self, part, text):
        assert "without its other half" in said(part, text)

    def test_two_megabytes(self, part):
        assert "2,000,000 characters; at most" in said(part, "x" * 2_000_000)

    @pytest.mark.parametrize(
        "text",
        [
            "https://evil.example", "www.evil.example", "stride.com", "Map: bit.ly/abc", "(bit.ly/abc).", "t.me/stride",
            "BIT.LY/abc", "evil。example", "zahlen.рф", "xn--a.xn--p1ai", "10.0.0.1/pay", "ftp://evil", "HTTP:evil",
            "{clinic}.com", "evil.{place}", "m.in", "evil.example/{link}", "evil-clinic.co.uk", "see.you",
            "me@evil.example", "me@localhost", "mailto:me@evil.example", "{clinic}@evil", "not-clinic@stride.example",
        ],
    )  # fmt: skip
    def test_a_link_of_somebodys_own(self, part, text):
        found = said(part, f"{text} {{when}} {{link}}")
        assert (
            f"leads elsewhere: phones and mail programs make a link of “{text.split()[-1].strip('().')}”"
            in found
        )
        assert "write {link} or {phone}" in found

    @pytest.mark.parametrize(
        "text",
        [
            "e.g. at a.m.", "z.B. heute, d.h. bald", "i.d.R.", "z.Hd. Frau A.", "p.ej. hoy", "at 10.30", "1.5 m",
            "10.30am", "12.03.2026", "01.23.45.67.89", "St. Gallen", "wait...and see", "See you.", "{clinic}.", "No.1",
            "Ph.D.", "he/she", "@ 10:30", "@stride", "Write to clinic@stride.example.", "(Clinic@Stride.example)",
        ],
    )  # fmt: skip
    def test_but_not_a_dot_that_leads_nowhere(self, part, text):
        assert said(part, f"{text} {{when}} {{link}}") == ""

    @pytest.mark.parametrize("text", ["\x00{when}{link}", "{when}{link}\x1b", "\u202e{when}{link}"])
    def test_what_cannot_be_seen(self, part, text):
        assert "cannot be seen" in said(part, text)

    @pytest.mark.parametrize(
        "word",
        [
            "Hamstring",
            "your KNEES",
            "pain",
            "exercises",
            "physiotherapist",
            "injury",
            "Rückenschmerzen",
            "Übungen",
            "rodilla",
            "genou",
            "red flags",
        ],
    )
    def test_whatever_tells_of_health(self, part, word):
        assert "may be read by anybody" in said(part, f"About {word}: {{when}} {{link}}")

    @pytest.mark.parametrize("word", ["hippo", "legal", "illustrated", "brunch", "Osborne"])
    def test_but_not_a_word_that_only_looks_alike(self, part, word):
        assert said(part, f"{word} {{when}} {{link}}") == ""

    @pytest.mark.parametrize(
        "word", ["Running  shoes", "sports clothes", "Laufschuhe", "zapatillas de correr"]
    )
    def test_nor_what_to_bring(self, part, word):
        assert said(part, f"Bring {word}, {{when}} {{link}}") == ""
        assert "says “running”" in said(part, f"Bring {word} for running. {{when}} {{link}}")


def test_a_word_of_health_is_named_once_however_it_is_written():
    assert lint.health_words("Running hurts. No running, no RUNNING.") == ["Running", "hurts"]


@pytest.mark.parametrize("part", ["subject", "short"])
def test_one_line_stays_one(part):
    assert "one line" in said(part, "{when}\n{link}")


@pytest.mark.parametrize("part", ["text", "short"])
def test_a_visit_says_when(part):
    assert "does not say when" in said(part, "See {link}")


def test_a_day_and_a_time_say_when_too():
    assert said("short", "{day}, {time}") == ""
    assert "does not say when" in said("short", "{day}")


def test_all_faults_are_named_at_once():
    words = {"subject": " ", "text": "Your {surname}, bit.ly", "short": "{when"}
    found = lint.faults(VISIT, words, language="de", ours="en-gb")
    assert [fault.field for fault in found] == ["subject", "text", "text", "text", "text", "short"]
    told = " ".join(fault.says for fault in found)
    for said_once in (
        "is empty",
        "{surname}",
        "bit.ly",
        "not say when",
        "does not lead",
        "without its other half",
    ):
        assert told.count(said_once) == 1, said_once


def test_only_a_visit_has_a_time():
    news = {"subject": "News", "text": "See {link}", "short": "News"}
    assert lint.faults(NEWS, news, language="en-gb", ours="en-gb") == []
    found = lint.faults(NEWS, GOOD, language="en-gb", ours="en-gb")
    assert {fault.field for fault in found} == {"text", "short"}
    assert all("asks for “{when}”" in fault.says for fault in found)


def test_another_language_brings_its_own_link():
    assert "does not lead to the patient’s page" in said("text", "{when}", language="de")
    assert said("text", "{when}") == ""


WORDED = [(source, name) for source, name, kind in wishes.all_kinds() if kind.worded]


@pytest.mark.parametrize("language", ["en-gb", "de"])
@pytest.mark.parametrize(("source", "name"), WORDED, ids=[name for _, name in WORDED])
def test_our_own_words_would_pass(source, name, language):
    kind = wishes.kind_of(source, name)
    words = our_words(kind.template_of(name), timed=kind.timed, language=language)
    assert lint.faults(kind, words, language=language, ours=live.LANGUAGE_CODE) == []


@pytest.mark.parametrize(("source", "name"), WORDED, ids=[name for _, name in WORDED])
def test_our_own_words_kept_as_they_stand_change_nothing(source, name):
    """What the page shows to begin with is what is sent."""
    kind = wishes.kind_of(source, name)
    words = our_words(kind.template_of(name), timed=kind.timed, language=live.LANGUAGE_CODE)
    kept = Wording(language=live.LANGUAGE_CODE, **words)
    assert sample(kind, name, kept, now=NOW) == sample(kind, name, None, now=NOW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_to_stop_is_said_in_every_language(language):
    kind = wishes.kind_of("clinic.booking.reminders", "appointment_48h")
    words = Wording(language=language, subject="{clinic}", text="{when} {link}", short="{when}")
    mail = sample(kind, "appointment_48h", words, now=NOW, stop="https://clinic.example/stop/")
    assert mail.text.rstrip().endswith(": https://clinic.example/stop/")
    without = sample(kind, "appointment_48h", words, now=NOW).text.rstrip().splitlines()[-1]
    by_text = as_text(mail).splitlines()[-1]
    assert "STOP" in by_text
    ours = language == live.LANGUAGE_CODE
    assert (without.endswith("To stop them, call us.") and by_text == HOW_TO_STOP) == ours, (
        "a language of its own"
    )
    assert lint.health_words(f"{without} {by_text}") == []


def test_what_we_add_is_all_that_stands_below_the_clinics_words():
    kind = wishes.kind_of("clinic.booking.reminders", "appointment_48h")
    for language, says in (("en-gb", "Confirm, move or cancel it: http"), ("de", "Keine Nachrichten mehr")):
        words = Wording(language=language, subject="{clinic}", text="{when} {link}", short="{when}")
        below = added(kind, "appointment_48h", language, now=NOW, stop="https://clinic.example/stop/")
        whole = sample(kind, "appointment_48h", words, now=NOW, stop="https://clinic.example/stop/").text
        assert says in below
        written, _, rest = whole.partition("/\n\n")
        assert (written.count("\n"), rest) == (0, below)


@pytest.mark.parametrize("name", [name for _, name, _ in wishes.all_kinds()])
def test_every_kind_can_be_looked_at(name):
    _, kind = wishes.source_of(name)
    shown = sample(kind, name, None, now=NOW)
    assert live.CLINIC_NAME in shown.subject + shown.text
