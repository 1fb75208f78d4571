"""The day's table: every quarter hour has its cell, overlapping visits stand side by side, nothing is lost."""

import datetime as dt

import pytest

from clinic.desk.grid import Busy, Column, Patch, rows

DAY = dt.datetime(2026, 3, 5, tzinfo=dt.UTC)
LONG_AGO = DAY - dt.timedelta(days=1)


def at(clock):
    hours, minutes = clock.split(":")
    return DAY + dt.timedelta(hours=int(hours), minutes=int(minutes))


def column(*busy, works=(("09:00", "12:00"),), patches=(), key="1", is_thing=False):
    return Column(
        key=key,
        title="Carl Jensen",
        works=[(at(a), at(b)) for a, b in works],
        busy=[Busy(at(a), at(b), name) for a, b, name in busy],
        patches=[Patch(at(a), at(b), kind, words) for a, b, kind, words in patches],
        is_thing=is_thing,
    )


def drawn(*columns, now=LONG_AGO):
    """Each row's clock, and its cells as kind/what/rows/lanes."""
    return {
        f"{row.starts_at:%H:%M}": [
            "/".join(filter(None, [cell.kind, cell.item or cell.words, str(cell.rows), str(cell.lanes)]))
            for cell in row.cells
        ]
        for row in rows(columns, now=now)
    }


def holes(*columns, now=LONG_AGO):
    """Places of the table that no cell covers, or two do, as a browser lays it out."""
    table = rows(columns, now=now)
    width = sum(each.lanes for each in columns)
    covered = [[0] * width for _ in table]
    for top, row in enumerate(table):
        for cell in row.cells:
            left = next(place for place in range(width) if not covered[top][place])
            for down in range(top, top + cell.rows):
                for across in range(left, left + cell.lanes):
                    covered[down][across] += 1
    return [(row, place) for row in range(len(table)) for place in range(width) if covered[row][place] != 1]


def test_each_free_quarter_is_a_cell_of_its_own():
    table = drawn(column(works=[("09:00", "10:30")]))
    quarters = ("09:00", "09:15", "09:30", "09:45", "10:00", "10:15")
    assert table == {quarter: ["free/1/1"] for quarter in quarters}


def test_full_hours_and_the_first_quarter_after_a_visit_lead():
    leading = [
        f"{cell.starts_at:%H:%M}"
        for row in rows([column(("09:00", "09:30", "Ana"), works=[("09:00", "11:00")])], now=LONG_AGO)
        for cell in row.cells
        if cell.leads
    ]
    assert leading == ["09:30", "10:00"]


def test_a_visit_of_odd_length_covers_whole_rows_and_the_rest_can_be_booked():
    table = drawn(column(("09:00", "09:20", "Ana"), works=[("09:00", "10:00")]))
    assert table["09:00"] == ["visit/Ana/2/1"]
    assert table["09:20"] == ["free/1/1"]
    assert table["09:30"] == ["free/1/1"]


def test_a_row_cut_by_another_column_is_no_slot_of_its_own():
    table = drawn(
        column(works=[("09:00", "09:30")]), column(("09:00", "09:20", "Ben"), works=[("09:00", "09:30")])
    )
    assert table["09:15"][0] == "free/2/1"
    assert len(table["09:20"]) == 1


def test_an_overbooked_visit_stands_beside_the_other():
    table = drawn(column(("09:00", "10:00", "Ana"), ("09:15", "09:45", "Ben"), works=[("09:00", "10:30")]))
    assert table["09:00"] == ["visit/Ana/4/1", "beside/1/1"]
    assert table["09:15"] == ["visit/Ben/2/1"]
    assert table["09:45"] == ["beside/1/1"]
    assert table["10:00"] == ["free/1/2"]


def test_three_at_once_need_three_lanes_and_two_elsewhere_share_the_width():
    busy = [("09:00", "10:00", "a"), ("09:00", "10:00", "b"), ("09:00", "10:00", "c")]
    table = drawn(column(*busy, ("11:00", "12:00", "d"), ("11:30", "12:00", "e")))
    assert table["09:00"] == ["visit/a/4/1", "visit/b/4/1", "visit/c/4/1"]
    assert table["11:00"] == ["visit/d/4/1", "beside/2/2"]
    assert table["11:30"] == ["visit/e/2/2"]


def test_a_buffer_and_an_absence_say_what_they_are():
    table = drawn(
        column(
            ("09:00", "09:30", "Ana"),
            works=[("09:00", "11:00")],
            patches=[("09:30", "09:40", "buffer", "Buffer"), ("10:00", "13:00", "away", "Leave")],
        )
    )
    assert table["09:30"] == ["buffer/Buffer/1/1"]
    assert table["09:40"] == ["free/1/1"]
    assert table["10:00"] == ["away/Leave/4/1"]
    assert "11:00" not in table, "an absence makes the day no longer"


def test_a_visit_within_an_absence_is_still_shown():
    table = drawn(
        column(
            ("09:30", "10:00", "Ana"),
            works=[("09:00", "11:00")],
            patches=[("00:00", "23:00", "away", "Sick")],
        )
    )
    assert table["09:00"] == ["away/Sick/2/1"]
    assert table["09:30"] == ["visit/Ana/2/1"]


def test_what_has_passed_is_gone_and_the_rest_of_the_hour_is_free():
    table = drawn(column(works=[("09:00", "10:00")]), now=at("09:20"))
    assert table["09:00"] == ["gone/2/1"]
    assert table["09:30"] == ["free/1/1"]


def test_a_machine_has_no_hours_and_is_idle_between():
    table = drawn(
        column(works=[("09:00", "10:00")]),
        column(("09:15", "09:45", "Ana"), works=(), key="r1", is_thing=True),
    )
    assert table["09:00"][1] == "idle/1/1"
    assert table["09:15"][1] == "visit/Ana/2/1"


@pytest.mark.parametrize(
    "columns",
    [
        [column()],
        [column(("08:40", "09:20", "a"), ("09:00", "10:00", "b"), ("09:20", "09:50", "c")), column()],
        [column(("09:00", "10:00", "a"), ("09:15", "09:45", "b")), column(("09:10", "09:25", "c"))],
        [
            column(*[(f"09:{m:02}", "11:00", str(m)) for m in range(0, 60, 5)]),
            column(works=(), is_thing=True),
        ],
        [column(("11:30", "12:40", "a"), patches=[("12:40", "12:50", "buffer", "Buffer")]), column()],
    ],
)
def test_the_table_has_no_hole_and_no_cell_twice(columns):
    assert holes(*columns) == []


def test_a_hole_is_seen(monkeypatch):
    """The negative control: lanes that are not counted leave a table that does not fit together."""
    monkeypatch.setattr(Column, "lanes", 1)
    with pytest.raises(StopIteration):
        holes(column(("09:00", "10:00", "a"), ("09:15", "09:45", "b")))


def test_a_day_without_anything_has_no_table():
    assert rows([], now=LONG_AGO) == []
    assert drawn(column(works=())) == {}
