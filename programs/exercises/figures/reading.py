"""Reads the drawings: one file per category, every joint, place and prop checked when it is read."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from clinic.knowledge.lines import lines_of
from clinic.knowledge.reading import Entry, Problem, unique
from programs.exercises.figures import definitions as d
from programs.exercises.figures.motion import key_bodies, lowest
from programs.exercises.figures.reading_props import read_number, read_pair, read_prop, read_spot, tables
from programs.exercises.reading import load_library

DRAWINGS = Path(__file__).parent / "drawings"
TOLERANCE = 1.6
"""How far flesh may sink into the floor, in units of the picture."""

SHARES = (0.0, 0.25, 0.5, 0.75)

Known = Mapping[str, str]
"""Exercise id → its category."""


def read_folder(folder: Path, known: Known, *, anyway: bool = False) -> Mapping[str, d.Drawing]:
    """The drawings of every file, by exercise. Raises KnowledgeError naming file, line, exercise and field."""
    found: dict[str, d.Drawing] = {}
    for path in sorted(folder.glob("*.toml")):
        found |= read_text(path.read_text(encoding="utf-8"), path.name, known, anyway=anyway)
    return MappingProxyType(found)


@lru_cache(maxsize=4)
def known_drawings(folder: Path = DRAWINGS, *, anyway: bool = False) -> Mapping[str, d.Drawing]:
    """The drawings of the library's exercises."""
    exercises = load_library().exercises.values()
    return read_folder(folder, {one.id: one.category for one in exercises}, anyway=anyway)


def read_text(text: str, file: str, known: Known, *, anyway: bool = False) -> dict[str, d.Drawing]:
    """The drawings of one file's text; `anyway` also those of bodies that cannot be, to look at them."""
    found: dict[str, d.Drawing] = {}
    try:
        loaded = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Entry({}, file, "head").error(Problem.MALFORMED, "", f"is not TOML: {error}") from None
    head = Entry(loaded, file, "head", lines=lines_of(text))
    for id in loaded:
        if id not in known:
            raise head.error(Problem.DANGLING, id, "there is no exercise of this id in the library")
        if known[id] != Path(file).stem:
            raise head.error(Problem.DANGLING, id, f"belongs into {known[id]}.toml, its exercise's category")
        entry = head.table(id)
        unique(found, entry, "id", id)
        found[id] = _drawing(entry, id, anyway=anyway)
    return found


def _drawing(entry: Entry, id: str, *, anyway: bool) -> d.Drawing:
    view = entry.choice("view", tuple(d.SIDES))
    points = point_names(view)
    cycle = entry.choice("cycle", ("back", "round"), "back")
    focus = read_pair(entry, "focus", entry.take("focus")) if entry.has("focus") else None
    poses = _poses(entry, view)
    props = tuple(read_prop(row, points, len(poses)) for row in tables(entry, "props", "kind"))
    names = [pose.name for pose in poses]
    usual = names[-1] if cycle == "back" else names[min(1, len(names) - 1)]
    drawing = d.Drawing(
        exercise=id,
        view=view,
        faces=entry.choice("faces", ("right", "left"), "right"),
        moves=entry.text("moves"),
        seconds=read_number(entry, "seconds", 4.0),
        cycle=cycle,
        zoom=entry.number_or_none("zoom"),
        focus=focus,
        arms=entry.choice("arms", ("front", "behind"), "behind" if view == "back" else "front"),
        end=names.index(entry.choice("end", names, usual)),
        props=props,
        poses=poses,
        feet=entry.choice("feet", ("shoes", "bare"), "shoes"),
    )
    if (
        sum(pose.hold for pose in drawing.poses[1:-1]) * 2 + drawing.poses[0].hold + drawing.poses[-1].hold
        > 0.9
    ):
        raise entry.error(Problem.MALFORMED, "poses", "hold leaves too little of the cycle for moving")
    entry.done()
    if not anyway and (faults := body_faults(drawing)):
        raise entry.error(Problem.MALFORMED, "poses", "; ".join(faults))
    return drawing


def point_names(view: str) -> tuple[str, ...]:
    """Every point of a body one may name in this view."""
    return (*d.CENTRE_POINTS, *(f"{point}_{side}" for point in d.LIMB_POINTS for side in d.SIDES[view]))


def _poses(entry: Entry, view: str) -> tuple[d.Pose, ...]:
    rows = tables(entry, "poses", "name")
    if not 1 <= len(rows) <= 8:
        raise entry.error(Problem.MALFORMED, "poses", "there must be 1 to 8")
    sides = d.SIDES[view]
    angles = dict.fromkeys(d.TRUNK, 0.0) | {f"{name}_{side}": 0.0 for name in d.LIMB for side in sides}
    anchor = d.Anchor("lowest", (d.WIDTH / 2, 200.0))
    reaches: dict[str, d.Reach] = {}
    poses = []
    for row in rows:
        angles, reaches = dict(angles), dict(reaches)
        name, hold, takes = row.text("name"), read_number(row, "hold", 0.0), read_number(row, "takes", 1.0)
        if row.has("anchor"):
            anchor = _anchor(row, view)
        _read_reaches(row, sides, point_names(view), reaches)
        _read_angles(row, sides, angles)
        _check_free(row, anchor, reaches)
        poses.append(d.Pose(name, MappingProxyType(angles), anchor, MappingProxyType(reaches), hold, takes))
    return tuple(poses)


def _read_angles(row: Entry, sides: Collection[str], angles: dict[str, float]) -> None:
    """Both sides by the bare name first, then one side: what a pose does not say stays as it was."""
    for key in sorted(row.keys(), key=lambda key: key.endswith(tuple(sides))):
        joint = key.removesuffix(f"_{key.rsplit('_', 1)[-1]}") if key.endswith(tuple(sides)) else key
        limits = d.TRUNK.get(key) or d.LIMB.get(joint)
        if limits is None:
            named = ", ".join((*d.TRUNK, *d.LIMB))
            raise row.error(
                Problem.UNKNOWN_KEY,
                key,
                f"there is no such joint; there are {named}; sides: {', '.join(sides)}",
            )
        value = read_number(row, key)
        if not limits[0] <= value <= limits[1]:
            why = f": {d.WHY[joint]}" if joint in d.WHY else ""
            raise row.error(
                Problem.MALFORMED, key, f"{value:g} is outside {limits[0]:g} to {limits[1]:g}{why}"
            )
        for name in [key] if key in angles else [f"{key}_{side}" for side in sides]:
            angles[name] = value


def _anchor(row: Entry, view: str) -> d.Anchor:
    table = row.table("anchor")
    point = table.choice("point", ("lowest", *point_names(view)))
    at = read_pair(table, "at", table.take("at"))
    table.done()
    return d.Anchor(point, at)


def _read_reaches(
    row: Entry, sides: tuple[str, str], points: tuple[str, ...], reaches: dict[str, d.Reach]
) -> None:
    for kind in ("hand", "foot"):
        for key in (kind, *(f"{kind}_{side}" for side in sides)):
            if not row.has(key):
                continue
            limbs = [f"{kind}_{side}" for side in sides] if key == kind else [key]
            raw = row.take(key)
            if raw == "free":
                for limb in limbs:
                    reaches.pop(limb, None)
                continue
            if not isinstance(raw, dict):
                raise row.error(Problem.MALFORMED, key, 'must be a table like { at = [120, 200] } or "free"')
            table = Entry(raw, row.file, f"{row.where} {key}")
            reach = _reach(table, kind, points)
            reaches.update(dict.fromkeys(limbs, reach))


def _reach(table: Entry, kind: str, points: tuple[str, ...]) -> d.Reach:
    touches = ("at", "palm") if kind == "hand" else ("heel", "ball", "toe")
    given = [touch for touch in touches if table.has(touch)]
    if len(given) != 1:
        raise table.error(Problem.MALFORMED, "", f"must say exactly one of {', '.join(touches)}")
    spot = read_spot(table, given[0], points)
    reach = d.Reach(
        touch={"at": "grip"}.get(given[0], given[0]),
        spot=spot,
        tilt=read_number(table, "tilt", 0.0),
        out=read_number(table, "out", 0.0),
        backwards=table.flag("backwards", default=False),
    )
    table.done()
    return reach


def _check_free(row: Entry, anchor: d.Anchor, reaches: Mapping[str, d.Reach]) -> None:
    """A body cannot hang on a limb that is itself held somewhere."""
    part, _, side = anchor.point.rpartition("_")
    leg = ("knee", "ankle", "heel", "ball", "toe", "foot", "shin", "thigh", "kneecap")
    arm = ("elbow", "wrist", "hand", "fingers", "forearm")
    limb = {**dict.fromkeys(leg, "foot"), **dict.fromkeys(arm, "hand")}.get(part)
    if limb and f"{limb}_{side}" in reaches:
        raise row.error(
            Problem.MALFORMED,
            "anchor",
            f"{anchor.point} cannot carry the body while {limb}_{side} is held somewhere; free one of them",
        )


def body_faults(drawing: d.Drawing) -> list[str]:
    """Where somebody reaches further than an arm or sinks into the floor: each fault once, at its first pose."""
    faults: dict[str, str] = {}
    for number, body in enumerate(key_bodies(drawing, SHARES)):
        place, between = divmod(number, len(SHARES))
        pose = drawing.poses[min(place, max(2 * len(drawing.poses) - 2 - place, 0))]
        where = f"{'after ' if between else ''}pose {pose.name}"
        for strain in body.strained:
            faults.setdefault(strain.split(" is ")[0], f"{where}: {strain}")
        point, low = lowest(body)
        if drawing.floor is not None and low > drawing.floor + TOLERANCE:
            said = f"{where}: {point} is {low - drawing.floor:.1f} units under the floor"
            faults.setdefault("floor", said)
    return list(faults.values())
