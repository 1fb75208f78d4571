"""What holds of every moment of every figure: bones keep their length, and what is planted stays where it is."""

from __future__ import annotations

import itertools

import pytest

from programs.exercises.figures import definitions as d
from programs.exercises.figures.body import stand
from programs.exercises.figures.motion import body_at, lowest, moments, place_of
from programs.exercises.figures.reading import TOLERANCE, known_drawings
from programs.exercises.figures.vectors import length, minus

DRAWINGS = known_drawings()
BONES = {
    ("hip", "knee"): d.THIGH,
    ("knee", "ankle"): d.SHANK,
    ("heel", "ball"): d.HEEL_BACK + d.BALL_FORWARD,
    ("ball", "toe"): d.TOE_FORWARD - d.BALL_FORWARD,
    ("shoulder", "elbow"): d.UPPER_ARM,
    ("elbow", "wrist"): d.FOREARM,
    ("wrist", "fingers"): d.HAND,
}
every_drawing = pytest.mark.parametrize("drawing", DRAWINGS.values(), ids=lambda one: one.exercise)


def stretched(body):
    """Bones that are not as long as they are, by more than a hundredth."""
    ends = [(f"{a}_{side}", f"{b}_{side}", size) for (a, b), size in BONES.items() for side in body.sides]
    ends += [("pelvis", "waist", d.LOWER_SPINE), ("waist", "shoulders", d.UPPER_SPINE)]
    return [(a, b) for a, b, size in ends if abs(length(minus(body[a], body[b])) - size) > 0.01]


@every_drawing
def test_bones_keep_their_length(drawing):
    assert [stretched(moment.body) for moment in moments(drawing) if stretched(moment.body)] == []


def test_a_stretched_bone_is_seen():
    body = body_at(DRAWINGS["hip_thrust"], 0, 0.5)
    body.points["knee_near"] = (0.0, 0.0, 0.0)
    assert ("hip_near", "knee_near") in stretched(body)


def slides(drawing):
    """How far each anchored point and each held hand or foot is from where its poses say, between equal poses."""
    found = []
    count = len(drawing.poses)
    ways = [(at, at + 1) for at in range(count - 1)] + ([(count - 1, 0)] if drawing.cycle == "round" else [])
    for (place, after), share in itertools.product(ways, (0.0, 0.2, 0.4, 0.6, 0.8)):
        one, other = drawing.poses[place], drawing.poses[after]
        body = body_at(drawing, place, share)
        if one.anchor == other.anchor and one.anchor.point != "lowest":
            x, y, _ = body[one.anchor.point]
            found.append((one.anchor.point, abs(x - one.anchor.at[0]) + abs(y - one.anchor.at[1])))
        for limb, reach in one.reaches.items():
            if reach == other.reaches.get(limb):
                side = limb.rsplit("_", 1)[1]
                point = {"grip": f"hand_{side}", "palm": f"hand_{side}"}.get(
                    reach.touch, f"{reach.touch}_{side}"
                )
                gap = length(minus(body[point], place_of(drawing, body, reach.spot, limb)))
                found.append((limb, gap - (2 if reach.touch == "palm" else 0)))
    return found


@every_drawing
def test_what_is_planted_does_not_slide(drawing):
    assert [(point, gap) for point, gap in slides(drawing) if gap >= 1] == []


def test_planted_points_are_looked_at():
    seen = {point for drawing in DRAWINGS.values() for point, _ in slides(drawing)}
    assert {"foot_near", "hand_near", "upper_back"} <= seen


@every_drawing
def test_nobody_sinks_into_the_floor(drawing):
    if drawing.floor is not None:
        depths = [lowest(moment.body) for moment in moments(drawing)]
        assert [depth for depth in depths if depth[1] > drawing.floor + TOLERANCE + 0.5] == []


@every_drawing
def test_a_cycle_ends_where_it_begins(drawing):
    shown = moments(drawing)
    assert (shown[0].at, shown[-1].at) == (0, 1)
    assert [moment.at for moment in shown] == sorted(moment.at for moment in shown)
    assert shown[0].body.points == shown[-1].body.points
    assert len(shown) <= 26


def test_toes_bend_up_and_an_arch_rises_under_a_foot_that_stays():
    drawing = DRAWINGS["pogo_double"]
    still = dict.fromkeys(drawing.poses[0].angles, 0.0)
    moved = still | {"toes_near": 60.0, "arch_near": 20.0}
    flat, bent = (
        stand(drawing, angles, lambda body: (0, 0, 0), lambda *_: None) for angles in (still, moved)
    )
    assert bent["toe_near"][1] < flat["toe_near"][1] - 5
    assert bent["arch_near"][1] == pytest.approx(flat["arch_near"][1] - 2)
    assert (bent["ball_near"], bent["heel_near"]) == (flat["ball_near"], flat["heel_near"])
    assert bent["toe_far"] == flat["toe_far"]


def test_a_standing_adult_has_the_proportions_of_one():
    drawing = DRAWINGS["pogo_double"]
    upright = dict.fromkeys(drawing.poses[0].angles, 0.0)
    body = stand(drawing, upright, lambda body: (0, 0, 0), lambda limb, body: None)
    height = body["heel_near"][1] - (body["head"][1] - d.HEAD)
    assert 155 < height < 168
    assert 7 < height / (2 * d.HEAD) < 8
