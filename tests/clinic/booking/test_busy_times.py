"""Another calendar's file: what it says is busy, and that nobody can hang or break the clinic with one."""

from __future__ import annotations

import datetime as dt
import time
import tracemalloc
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.booking import busy_times
from clinic.booking.busy_times import Unreadable, read

LONDON = ZoneInfo("Europe/London")
NOW = dt.datetime(2026, 3, 3, 9, tzinfo=dt.UTC)
MOST_SECONDS, MOST_MEMORY = 2.0, 200 * 1024 * 1024


def event(*lines: str, uid: str = "one@example") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", "SUMMARY:Oncologist", *lines, "END:VEVENT"])


def calendar(*events: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""]).encode()


def times(*events: str, now: dt.datetime = NOW) -> list[tuple[str, str]]:
    found = read(calendar(*events), zone=LONDON, now=now).times
    return [(f"{one.starts_at:%d.%m. %H:%M}", f"{one.ends_at:%d.%m. %H:%M}") for one in found]


def skipped(*events: str) -> dict[str, int]:
    reading = read(calendar(*events), zone=LONDON, now=NOW)
    assert reading.times == []
    return dict(reading.skipped)


class TestWhatIsBusy:
    def test_a_time_in_a_zone(self):
        one = event(
            "DTSTART;TZID=America/New_York:20260310T090000", "DTEND;TZID=America/New_York:20260310T100000"
        )
        assert times(one) == [("10.03. 13:00", "10.03. 14:00")]

    def test_a_zone_as_another_maker_names_it(self):
        one = event("DTSTART;TZID=W. Europe Standard Time:20260310T090000", "DURATION:PT1H")
        assert times(one) == [("10.03. 08:00", "10.03. 09:00")]

    def test_a_time_without_a_zone_is_on_the_clinics_clock(self):
        assert times(event("DTSTART:20260710T090000", "DURATION:PT30M")) == [("10.07. 08:00", "10.07. 08:30")]

    def test_a_whole_day_is_the_clinics_day(self):
        assert times(event("DTSTART;VALUE=DATE:20260329", "DTEND;VALUE=DATE:20260331")) == [
            ("29.03. 00:00", "30.03. 23:00")
        ]
        assert times(event("DTSTART;VALUE=DATE:20260310")) == [("10.03. 00:00", "11.03. 00:00")]

    def test_a_weekly_one_keeps_its_wall_time_over_the_change_of_the_clocks(self):
        one = event(
            "DTSTART;TZID=Europe/London:20260324T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"
        )
        assert times(one) == [("24.03. 09:00", "24.03. 10:00"), ("31.03. 08:00", "31.03. 09:00")]

    def test_what_repeats_ends_when_it_says_and_leaves_out_what_it_says(self):
        one = event(
            "DTSTART:20260303T120000Z",
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;UNTIL=20260307T120000Z",
            "EXDATE:20260304T120000Z",
            "EXDATE;VALUE=DATE:20260306",
            "RDATE:20260401T120000Z",
        )
        assert [start[:6] for start, _ in times(one)] == ["03.03.", "05.03.", "07.03.", "01.04."]

    def test_one_that_was_moved_is_where_it_was_moved_to(self):
        series = event("DTSTART:20260303T120000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3")
        moved = event(
            "DTSTART:20260304T150000Z", "DURATION:PT1H", "RECURRENCE-ID;TZID=Europe/London:20260304T120000"
        )
        off = event("DTSTART:20260305T120000Z", "RECURRENCE-ID:20260305T120000Z", "STATUS:CANCELLED")
        assert [start for start, _ in times(series, moved, off)] == ["03.03. 12:00", "04.03. 15:00"]

    def test_the_same_file_gives_the_same_names_and_no_title_or_uid(self):
        one = event("DTSTART:20260303T120000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3")
        first, again = (read(calendar(one), zone=LONDON, now=NOW).times for _ in range(2))
        assert first == again
        assert len({busy.name for busy in first}) == 3
        assert "Oncologist" not in repr(first)
        assert "example" not in repr(first)
        assert max(len(busy.name) for busy in first) <= 200

    def test_what_is_over_or_far_ahead_is_left_out(self):
        far = event("DTSTART:20280303T120000Z", "DURATION:PT1H")
        over = event("DTSTART:20260302T120000Z", "DURATION:PT1H")
        assert skipped(far, over) == {"it lies more than a year ahead": 1, "it is over": 1}

    def test_one_that_began_and_goes_on_is_busy(self):
        assert times(event("DTSTART:20260303T083000Z", "DURATION:PT1H")) == [("03.03. 08:30", "03.03. 09:30")]


AT_NINE = ["DTSTART:20260310T090000Z", "DURATION:PT1H"]
FREE = "it is marked as free, or was called off"
TOO_OFTEN = "it repeats more often than daily"
LEFT_OUT = [
    (["DTSTART:20260310T090000Z", "DTEND:20260310T080000Z"], "it ends before it starts"),
    (["DTSTART:20260310T090000Z"], "it takes no time"),
    (["DTSTART;TZID=Middle/Earth:20260310T090000"], "its time zone is not one that is known here"),
    (["DTSTART:soon", "DURATION:PT1H"], "its times cannot be read"),
    (["DTSTART:20260310T090000Z", "DTEND;VALUE=DATE:20260311"], "its times cannot be read"),
    (["DTSTART;VALUE=DATE:99991231", "DURATION:P1D"], "its times cannot be read"),
    (["DTSTART;VALUE=DATE:00010101", "DTEND;VALUE=DATE:00010102"], "it is over"),
    (["DURATION:PT1H"], "it does not say when it starts"),
    (["DTSTART:20260310T090000Z", "DURATION:P9999999W"], "it is longer than a year"),
    ([*AT_NINE, "TRANSP:TRANSPARENT"], FREE),
    ([*AT_NINE, "STATUS:CANCELLED"], FREE),
    ([*AT_NINE, "RRULE:FREQ=SECONDLY"], TOO_OFTEN),
    ([*AT_NINE, "RRULE:FREQ=MINUTELY;COUNT=1000000000"], TOO_OFTEN),
    (
        ["DTSTART;VALUE=DATE:00010101", "RRULE:FREQ=DAILY;COUNT=1000000000"],
        "it repeats in a way that takes too long to work out",
    ),
    ([*AT_NINE, "RRULE:FREQ=DAILY;BYHOUR=1,2,3"], "it repeats in a way that cannot be read here"),
    (
        [*AT_NINE, "RECURRENCE-ID;RANGE=THISANDFUTURE:20260310T090000Z"],
        "it changes itself and all that follow, which cannot be read here",
    ),
]


@pytest.mark.parametrize(("lines", "reason"), LEFT_OUT)
def test_an_event_that_cannot_be_is_left_out_with_its_reason(lines, reason):
    assert skipped(event(*lines)) == {reason: 1}
    fine = event("DTSTART:20260311T090000Z", "DURATION:PT1H", uid="fine")
    assert len(read(calendar(event(*lines), fine), zone=LONDON, now=NOW).times) == 1, "the others are read"


def nested(deep: int) -> bytes:
    return calendar("\r\n".join(["BEGIN:VEVENT"] * deep + ["END:VEVENT"] * deep))


BOMBS = {
    "a line of 50 MB": (b"BEGIN:VCALENDAR\r\nX:" + b"x" * 50_000_000, "larger than 1 MB"),
    "a line of nearly 1 MB": (b"BEGIN:VCALENDAR\r\nX:" + b"x" * 1_000_000, "A line of this file is longer"),
    "the same, folded": (b"BEGIN:VCALENDAR\r\nX:" + b"\r\n xxxxxx" * 100_000, "A line of this file is longer"),
    "nested 30,000 deep": (nested(30_000), "nested deeper"),
    "a million dates left out": (
        calendar(event("DTSTART:20260310T090000Z", *["EXDATE:" + "20260310T090000Z," * 5_000] * 11)),
        "more than 5,000 single dates",
    ),
    "40,000 events that never end": (calendar(*["BEGIN:VEVENT\r\nEND:V"] * 40_000), "more than 2,000 events"),
    "2,001 events": (calendar(*[event()] * 2_001), "more than 2,000 events"),
    "seven daily ones": (
        calendar(
            *[event("DTSTART:20260303T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY", uid=f"{n}") for n in range(7)]
        ),
        "more than 2,000 busy times",
    ),
    "not UTF-8": ("BEGIN:VCALENDAR\r\nX-WR-CALNAME:Café".encode("latin-1"), "not written in UTF-8"),
    "NUL bytes": (b"BEGIN:VCALENDAR\r\nUID:\x00", "bytes that no text has"),
    "a picture": (b"\x89PNG\r\n", "not written in UTF-8"),
    "a page": (b"<html>", "does not begin with BEGIN:VCALENDAR"),
    "nothing": (b"", "does not begin with BEGIN:VCALENDAR"),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_in_words(bomb):
    data, says = BOMBS[bomb]
    began = time.process_time()
    with pytest.raises(Unreadable, match=says) as refused:
        read(data, zone=LONDON, now=NOW)
    assert time.process_time() - began < MOST_SECONDS
    assert "Nothing was changed." in str(refused.value)


def largest() -> dict[str, bytes]:
    """The most work that is allowed: as many events, repeats and steps as pass."""
    weekly = ["DTSTART;TZID=Europe/London:20160303T090000", "DURATION:PT1H"]
    slow = [*weekly, "RRULE:FREQ=YEARLY;BYDAY=-1MO,2TU;BYSETPOS=300"]
    long = ["DTSTART;VALUE=DATE:00010101", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=9"]
    return {
        "events": calendar(*[event(*weekly, "RRULE:FREQ=YEARLY", uid=f"{n}") for n in range(2_000)]),
        "steps": calendar(*[event(*slow, uid=f"{n}") for n in range(2_000)]),
        "ages": calendar(*[event(*long, uid=f"{n}") for n in range(2_000)]),
        "dates": calendar(
            event(*weekly, "RRULE:FREQ=DAILY", *["EXDATE;TZID=Europe/London:20260310T090000"] * 5_000)
        ),
    }


@pytest.mark.parametrize("kind", list(largest()))
def test_the_largest_files_that_are_read_take_two_seconds_at_most(kind):
    data = largest()[kind]
    assert len(data) <= busy_times.MOST_BYTES
    began = time.process_time()
    read(data, zone=LONDON, now=NOW)
    assert time.process_time() - began < MOST_SECONDS


def test_the_largest_files_take_little_memory():
    data = largest()["events"]
    tracemalloc.start()
    read(data, zone=LONDON, now=NOW)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < MOST_MEMORY


def test_the_count_of_steps_is_what_stops_a_rule(monkeypatch):
    """The control: with fewer steps the same rule is given up sooner."""
    rule = event("DTSTART;VALUE=DATE:20260310", "RRULE:FREQ=YEARLY;BYDAY=MO;BYSETPOS=300")
    assert skipped(rule) == {}
    monkeypatch.setattr(busy_times, "MOST_STEPS", 100)
    assert skipped(rule) == {"it repeats in a way that takes too long to work out": 1}


PIECES = st.sampled_from(
    """BEGIN:VEVENT|END:VEVENT|BEGIN:VALARM|END:VALARM|BEGIN:VTIMEZONE|END:VTIMEZONE|END:VCALENDAR|UID:a|UID:|
    DTSTART:20260310T090000Z|DTSTART;VALUE=DATE:20260310|DTSTART;TZID=Europe/London:20260329T013000|DTSTART:x|
    DTSTART;TZID="::20260310T090000|DTEND:20260310T100000Z|DTEND;VALUE=DATE:20260311|DURATION:PT1H|DURATION:-P1D|
    DURATION:P99999999999999D|RRULE:FREQ=DAILY|RRULE:FREQ=WEEKLY;BYDAY=MO,-1TU,9XX|RRULE:FREQ=YEARLY;COUNT=-1|
    RRULE:FREQ=MONTHLY;UNTIL=20261301|RRULE:;;=|RRULE:FREQ=DAILY;UNTIL=20260401;INTERVAL=3|EXDATE:20260310T090000Z,x|
    EXDATE;VALUE=PERIOD:20260310T090000Z/PT1H|RDATE;VALUE=PERIOD:20260310T090000Z/PT1H|RDATE:20260311|
    RECURRENCE-ID:20260310T090000Z|RECURRENCE-ID;VALUE=DATE:20260310|RECURRENCE-ID;RANGE=THISANDFUTURE:x|
    STATUS:CANCELLED|TRANSP:OPAQUE|DTSTART|DTSTART;:|DTSTART;VALUE=DATE;TZID=\u00e9:00000000|DTSTART:99991231T235959""".replace(
        "\n    ", ""
    ).split("|")
)


@settings(max_examples=300, deadline=None)
@given(lines=st.lists(PIECES | st.text(max_size=30), max_size=40), folded=st.booleans())
def test_whatever_is_in_the_file_it_is_read_or_refused(lines, folded):
    end = "\r\n " if folded else "\r\n"
    data = ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + end.join(lines)).encode(errors="replace")
    try:
        reading = read(data, zone=LONDON, now=NOW)
    except Unreadable as refused:
        assert str(refused).endswith(".")  # noqa: PT017 - which of the two it is, is the point
        return
    for busy in reading.times:
        assert busy.starts_at < busy.ends_at
        assert busy.ends_at > NOW


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_whatever_bytes_they_are(data, begun):
    try:
        read((b"BEGIN:VCALENDAR\n" if begun else b"") + data, zone=LONDON, now=NOW)
    except Unreadable as refused:
        assert str(refused).endswith(".")  # noqa: PT017
