"""What a drill shows and what turns its report red, on recordings that were made up."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest

from tests.drills.reminders import recorder
from tests.drills.reminders.report import (
    CANCELLED,
    CONFIRMATION,
    MOVED,
    TWO_DAYS,
    Change,
    Copy,
    Evidence,
    Visit,
    judge,
    said_as,
)
from tests.drills.reminders.telling import tell

TEN = dt.datetime(2026, 3, 5, 10, tzinfo=dt.UTC)
ELEVEN = dt.datetime(2026, 3, 9, 11, tzinfo=dt.UTC)
NINE_O_CLOCK = TEN.timestamp() - 86_400  # when the drill begins: the day before the visits
STAYS = Visit(1, "ana@runner.example", TEN)


def changed(*, after: float, to: dt.datetime = ELEVEN, cancelled: bool = False) -> Visit:
    return Visit(2, "ben@runner.example", TEN, (Change(NINE_O_CLOCK + after, to, cancelled),))


def letter(visit: Visit, kind: str, *, at: float, about: dt.datetime = TEN, took: float = 0.1) -> Copy:
    return Copy(
        visit.address,
        subject=kind,
        said=said_as(about),
        message_id=f"<reminder-{visit.pk}-{kind}>",
        kind=kind,
        visit=visit.pk,
        claimed_at=NINE_O_CLOCK + at,
        received_at=NINE_O_CLOCK + at + took,
    )


BOTH = [letter(STAYS, CONFIRMATION, at=1), letter(STAYS, TWO_DAYS, at=2)]
MOVED_VISIT = changed(after=60)


def seen(*copies: Copy, visits: tuple[Visit, ...] = (STAYS,), **other: object) -> Evidence:
    """A run in which everything is as it must be, but for what a test says."""
    whole = Evidence(
        visits=list(visits),
        copies=list(copies),
        asked_kills=2,
        kills=Counter({"a beat": 1, "Valkey": 1}),
        senders=4,
        asked_changes=0,
        whole=True,
        window=100,
        lease=90,
        samples=9,
        most_queued=100,
        waiting=0,
        by_hand=0,
        seconds=10,
        settled_after=1,
    )
    return replace(whole, **other)


def test_each_wanted_letter_once_and_all_of_it_checked_passes(capsys):
    assert judge(seen(*BOTH)).complaints == []
    assert tell([seen(*BOTH)]) == 0
    assert "PASSED: none lost" in capsys.readouterr().out


def test_of_a_visit_that_changed_the_last_word_is_wanted():
    told = letter(MOVED_VISIT, MOVED, at=65, about=ELEVEN)
    before = letter(MOVED_VISIT, CONFIRMATION, at=30)  # it was true then
    assert judge(seen(told, visits=(MOVED_VISIT,))).complaints == []
    assert judge(seen(before, told, visits=(MOVED_VISIT,))).complaints == []
    assert judge(seen(before, visits=(MOVED_VISIT,))).lost == 1


def test_a_lost_one_is_seen(capsys):
    assert judge(seen(BOTH[0])).lost == 1
    assert tell([seen(BOTH[0])]) == 1
    assert "Lost: 1." in capsys.readouterr().out


def test_one_about_another_time_does_not_stand_in_for_it():
    assert judge(seen(BOTH[0], letter(STAYS, TWO_DAYS, at=2, about=ELEVEN))).lost == 1


def test_one_left_to_be_checked_by_hand_without_a_copy_is_lost():
    assert judge(seen(BOTH[0], by_hand=1)).lost == 1


STALE = {
    "moved before its sender asked": (MOVED_VISIT, letter(MOVED_VISIT, TWO_DAYS, at=60.1)),
    "cancelled before its sender asked": (
        away := changed(after=60, to=TEN, cancelled=True),
        letter(away, CONFIRMATION, at=61),
    ),
    "moved once more before its sender asked": (
        twice := replace(
            MOVED_VISIT, changes=(*MOVED_VISIT.changes, Change(NINE_O_CLOCK + 90, TEN, cancelled=False))
        ),
        letter(twice, MOVED, at=91, about=ELEVEN),
    ),
    "told as moved, and never was": (STAYS, letter(STAYS, MOVED, at=5, about=ELEVEN)),
    "told as cancelled, and never was": (STAYS, letter(STAYS, CANCELLED, at=5)),
    "arrived after the visit began": (STAYS, letter(STAYS, TWO_DAYS, at=2, took=2 * 86_400)),
}


@pytest.mark.parametrize("why", STALE)
def test_a_stale_one_is_seen(why):
    visit, stale = STALE[why]
    found = judge(seen(stale, visits=(visit,)))
    assert found.stale == 1
    assert any(complaint.startswith("Sent though") for complaint in found.complaints)


def test_overtaken_on_its_way_is_no_fault_unless_the_sender_had_no_right_to_it_any_more():
    """True when its sender asked, moved before the server had it all."""
    told = letter(MOVED_VISIT, MOVED, at=65, about=ELEVEN)
    quick = letter(MOVED_VISIT, TWO_DAYS, at=59, took=2)
    slow = letter(MOVED_VISIT, TWO_DAYS, at=59, took=91)
    found = judge(seen(quick, told, visits=(MOVED_VISIT,)))
    assert (found.overtaken, found.stale) == (1, 0)
    assert found.complaints == []
    assert judge(seen(slow, told, visits=(MOVED_VISIT,))).stale == 1


def test_a_third_copy_is_seen():
    second, third = letter(STAYS, TWO_DAYS, at=9), letter(STAYS, TWO_DAYS, at=19)
    assert judge(seen(*BOTH, second)).complaints == []
    found = judge(seen(*BOTH, second, third))
    assert (found.most, found.extra) == (3, 2)
    assert found.complaints == ["One person got 3 copies of one letter."]


def test_too_many_extras_are_seen():
    """Eight senders could have been killed; nine letters came twice."""
    visits = tuple(replace(STAYS, pk=n, address=f"pat{n}@runner.example") for n in range(9))
    once = [letter(visit, kind, at=n) for n, visit in enumerate(visits) for kind in (CONFIRMATION, TWO_DAYS)]
    twice = [letter(visit, TWO_DAYS, at=50) for visit in visits]
    assert judge(seen(*once, *twice[:8], visits=visits)).complaints == []
    assert "Extra copies: 9" in judge(seen(*once, *twice, visits=visits)).complaints[0]


def test_copies_that_a_mail_program_cannot_fold_are_seen():
    other = replace(letter(STAYS, TWO_DAYS, at=9), message_id="<another>")
    assert judge(seen(*BOTH, other)).unlike == 1
    assert judge(seen(*BOTH, other)).complaints


NOT_CHECKED = {
    "nothing arrived": seen(),
    "nobody in the calendar": seen(*BOTH, visits=()),
    "the recorder died": seen(*BOTH, whole=False),
    "fewer kills than asked for": seen(*BOTH, kills=Counter({"a beat": 1})),
    "nothing changed meanwhile": seen(*BOTH, asked_changes=1),
    "the queue was never looked at": seen(*BOTH, samples=0),
    "it was given up": seen(*BOTH, waiting=1),
    "a letter nobody knows": seen(*BOTH, replace(BOTH[0], address="x@y.example", visit=0, kind="")),
    "a letter without a claim": seen(*BOTH[:1], replace(BOTH[1], claimed_at=None)),
    "the queue grew without bounds": seen(*BOTH, most_queued=201),
}


@pytest.mark.parametrize("why", NOT_CHECKED)
def test_what_could_not_be_checked_never_passes(why):
    assert not judge(NOT_CHECKED[why]).passed
    assert tell([NOT_CHECKED[why]]) == 1


def test_the_run_without_kills_must_pass_as_well(capsys):
    assert tell([seen(*BOTH), seen(BOTH[0], asked_kills=0, kills=Counter())]) == 1
    assert "seconds with kills / without" in capsys.readouterr().out


def test_a_recording_is_whole_when_its_recorder_closed_it(tmp_path):
    file = tmp_path / "arrived.jsonl"
    assert recorder.read(file) == ([], False)
    with file.open("a") as output:
        pen = recorder.Recorder(output)
        facts = recorder.Arrival("ana@runner.example", "Today", "<1>", "né\n", 1.0, 2.0)
        letter = "Subject: Today\nMessage-ID: <1>\nContent-Type: text/plain; charset=utf-8\n\nné\n"
        came = letter.encode().decode("latin-1")
        pen.write(address="ana@runner.example", letter=came, mail_at=1.0, received_at=2.0)
        assert recorder.read(file) == ([facts], False)
        pen.close()
    assert recorder.read(file) == ([facts], True)
    cut = file.read_text().splitlines()
    file.write_text(cut[-1] + "\n")
    assert recorder.read(file) == ([], False)
