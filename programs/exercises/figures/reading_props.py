"""Reads places, numbers and props: the parts of a drawing that are not the body."""

from __future__ import annotations

from typing import Any

from clinic.knowledge.reading import Entry, Problem
from programs.exercises.figures import definitions as d
from programs.exercises.figures.kinds import KINDS, Kind


def tables(entry: Entry, key: str, named_by: str) -> list[Entry]:
    """The tables below, each of which names the exercise in its errors."""
    rows = entry.tables(key, named_by=named_by)
    for row in rows:
        row.where = f"{entry.where} {row.where}"
    return rows


def read_number(entry: Entry, key: str, default: float | None = None) -> float:
    value = entry.number_or_none(key)
    if value is None and default is None:
        raise entry.error(Problem.MALFORMED, key, "is missing")
    return float(value if value is not None else default or 0.0)


def read_pair(entry: Entry, key: str, value: Any) -> tuple[float, float]:
    fine = isinstance(value, list) and len(value) == 2 and all(type(one) in (int, float) for one in value)
    if not fine:
        raise entry.error(Problem.MALFORMED, key, f"must be a place like [120, 200], not {value!r}")
    return float(value[0]), float(value[1])


def read_spot(entry: Entry, key: str, points: tuple[str, ...]) -> d.Spot:
    """`[x, y]`, a point of the body, or `{ on = "hand_near", offset = [0, 4], depth = 0 }`."""
    raw = entry.take(key)
    if isinstance(raw, str):
        raw = {"on": raw}
    if not isinstance(raw, dict):
        return d.Spot("", read_pair(entry, key, raw), entry.number_or_none("depth"))
    table = Entry(raw, entry.file, f"{entry.where} {key}")
    on = table.text("on")
    if on not in points:
        raise entry.error(Problem.DANGLING, key, f"{on!r} is no point of the body in this view")
    offset = read_pair(table, "offset", table.take("offset", [0, 0]))
    depth = table.number_or_none("depth")
    table.done()
    return d.Spot(on, offset, depth)


def _for_each_pose(entry: Entry, key: str, values: list[Any], poses: int) -> None:
    if len(values) != poses:
        raise entry.error(Problem.MALFORMED, key, f"has {len(values)} values for {poses} poses")


def _sizes(entry: Entry, key: str, default: float | None, poses: int) -> tuple[float, ...]:
    """One number, or a list of one for each pose."""
    raw = entry.take(key, default)
    values = raw if isinstance(raw, list) else [raw]
    if isinstance(raw, list):
        _for_each_pose(entry, key, raw, poses)
    if raw is None or not all(type(value) in (int, float) for value in values):
        raise entry.error(
            Problem.MALFORMED, key, "is missing" if raw is None else f"must be a number, not {raw!r}"
        )
    return tuple(float(value) for value in values)


def _places(entry: Entry, key: str, points: tuple[str, ...], poses: int) -> tuple[d.Spot, ...]:
    """One place, or a list of one for each pose."""
    raw = entry.take(key)
    is_list = isinstance(raw, list) and bool(raw) and not isinstance(raw[0], int | float)
    if is_list:
        _for_each_pose(entry, key, raw, poses)
    return tuple(
        read_spot(Entry({key: one}, entry.file, entry.where), key, points)
        for one in (raw if is_list else [raw])
    )


def read_prop(entry: Entry, points: tuple[str, ...], poses: int) -> d.Prop:
    name = entry.choice("kind", tuple(KINDS))
    kind: Kind = KINDS[name]
    spots = {
        key: _places(entry, key, points, poses)
        for key in kind.spots
        if entry.has(key) or key not in kind.optional
    }
    sizes = {key: _sizes(entry, key, default, poses) for key, default in kind.sizes.items()}
    words = {key: entry.choice(key, options, options[0]) for key, options in kind.words.items()}
    words["layer"] = entry.choice("layer", ("back", "middle", "front"), kind.layer)
    outline: tuple[tuple[float, float], ...] = ()
    if kind.outline:
        outline = tuple(read_pair(entry, "points", one) for one in entry.take("points"))
    entry.done()
    return d.Prop(name, spots, sizes, words, outline)
