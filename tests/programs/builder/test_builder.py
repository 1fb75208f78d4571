"""Recipes and exercises: whole as shipped, refused when broken, and deny by default."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest

from clinic.knowledge.reading import Entry, KnowledgeError
from programs.builder.checks import recipes_are_sound
from programs.builder.eligibility import blocked_reason, caps
from programs.builder.limits import Limits
from programs.builder.progression import load_progression
from programs.builder.proposal import cadence_targets, propose
from programs.builder.reading import RECIPES
from programs.builder.reading_library import read_library
from programs.builder.wording import Words
from programs.exercises.checks import library_is_sound
from programs.exercises.reading import LIBRARY
from tests.cases import CASES, RECIPE, SCREEN, answers, broken_copy, case_of, causes, program, triage

WORDS = Words(SCREEN, RECIPE.classes)


def test_the_shipped_recipes_and_exercises_are_sound():
    assert recipes_are_sound() == []
    assert library_is_sound() == []
    assert len(RECIPE.library.exercises) == 91


@pytest.mark.parametrize(
    ("file", "old", "new", "id"),
    [
        ("glute.v1.toml", "seed_named = true", 'seed_named = true\ncolour = "red"', "E001"),
        ("glute.v1.toml", 'cue = "', '# cue = "', "E006"),
        ("glute.v1.toml", 'cue = "Heels', 'cue = ""  # "Heels', "E006"),
        ("glute.v1.toml", 'tags = ["hip_dominant"]', "tags = []", "E006"),
        ("glute.v1.toml", 'source = ["', 'source = ["S1000", "', "E002"),
        ("glute.v1.toml", "rkf90_pain <= 3", "rkf91_pain <= 3", "E002"),
        ("glute.v1.toml", 'root_causes = ["weak_glutes"', 'root_causes = ["weak_gluten"', "E002"),
        ("glute.v1.toml", 'phases = ["P1"', 'phases = ["P9"', "E002"),
        ("glute.v1.toml", 'progressions = ["', 'progressions = ["no_such", "', "E002"),
        ("glute.v1.toml", "level = 1", "level = 6", "E006"),
        ("glute.v1.toml", 'require = "gait_change = none"\n', "", "E006"),
    ],
)
def test_a_broken_exercise_is_refused(tmp_path, file, old, new, id):
    errors = library_is_sound(folder=broken_copy(LIBRARY, tmp_path, file, old, new))
    assert [error.id for error in errors] == [f"exercises.{id}"]


@pytest.mark.parametrize(
    ("old", "new", "id"),
    [
        ('extra = ["neural_slider"]', 'extra = ["neural_glider"]', "E002"),
        ('classes = ["strain_severe"]', 'classes = ["strain_sever"]', "E002"),
        ('{ category = "core"', '{ category = "cored"', "E002"),
        ('tag = "hip_dominant"', 'tag = "hip"', "E002"),
        ('ruleset = "hamstring.v1"', 'rules = "hamstring.v1"', "E006"),
        ("deload = ", "reload = ", "E006"),
        ("start_stage = 1", "start_stage = 1\nlast_stage = 10", "E001"),
        ('cause = "running_mechanics"', 'cause = "running"', "E002"),
        ('alternating = "isometric"', 'alternating = "holds"', "E002"),
        ('drills_on = ["ladder", "speed"]', 'drills_on = ["sprint"]', "E002"),
        ('{ category = "core" },', '{ category = "mobility" },', "E002"),
        ('{ category = "core" },', '{ category = "core", place = -1 },', "E006"),
        ('{ category = "core" },', '{ category = "core", days = 2 },', "E001"),
        ('kind = "loading"', 'kind = "hamstring"', "E002"),
        ('kind = "loading"\n', "", "E006"),
        ('guarded = { ladder = "easy" }', "guarded = {}", "E006"),
        ('ladder = { Mon = "ladder", Wed = "ladder", Fri = "ladder" }\n', "", "E006"),
        ('Wed = "ladder"', 'Tue = "ladder"', "E006"),
        ('Wed = "ladder"', 'Wed = "speed"', "E006"),
        ('Wed = "ladder"', 'Wed = "sprint"', "E002"),
        ('Wed = "ladder"', 'Day = "ladder"', "E001"),
        ('none_yet = { ladder = "walk"', 'none_yet = { ladder = "easy"', "E006"),
    ],
)
def test_a_broken_recipe_is_refused(tmp_path, old, new, id):
    errors = recipes_are_sound(folder=broken_copy(RECIPES, tmp_path, "hamstring.v1.toml", old, new))
    assert [error.id for error in errors] == [f"builder.{id}"]


@pytest.mark.parametrize(
    ("check", "folder", "file", "app"),
    [
        (recipes_are_sound, RECIPES, "hamstring.v1.toml", "builder"),
        (library_is_sound, LIBRARY, "core.v1.toml", "exercises"),
    ],
)
def test_a_changed_or_unpublished_file_is_refused(tmp_path, check, folder, file, app):
    copied = broken_copy(folder, tmp_path, file, "title", " title", publish=False)
    assert {error.id for error in check(folder=copied)} == {f"{app}.E003"}
    (copied / "PUBLISHED").write_text("")
    assert {error.id for error in check(folder=copied)} == {f"{app}.E004"}


def test_an_exercise_that_says_nothing_of_itself_is_never_selectable():
    phase, track = RECIPE.phases["P1"], RECIPE.track_of("strain_mild")
    cap = caps({}, phase, track, RECIPE)[0]
    known = RECIPE.library.exercise("dead_bug")
    assert blocked_reason(known, {}, phase, track, cap, WORDS) == ""
    assert "no tags" in blocked_reason(dataclasses.replace(known, tags=()), {}, phase, track, cap, WORDS)


def test_a_requirement_not_known_to_hold_blocks_and_says_what_is_open():
    blocked = program(case_of("O01", rkf15_pain=None, rkf90_pain=None), "tightness").blocked
    assert "not known yet: " in blocked["prone_curl_machine"].lower()
    assert "resisted knee flexion at 15 deg" in blocked["prone_curl_machine"]


def test_every_pick_says_why_in_both_voices():
    proposal = program(CASES["O20"]["input"])
    assert all(one.why and one.why_patient for one in proposal.exercises)
    assert not [one for one in proposal.exercises if "_" in one.why_patient]


def test_picks_keep_to_their_slots():
    proposal = program(CASES["O20"]["input"])
    for slot in RECIPE.phases[proposal.phase].slots:
        assert len([one for one in proposal.exercises if one.slot == slot.id]) <= slot.count


def test_an_unknown_class_is_refused():
    with pytest.raises(ValueError, match="There is no class 'sore'"):
        program(CASES["O01"]["input"], "sore")


@pytest.mark.parametrize(
    ("baseline", "targets"),
    [(156, (164, 168, 172)), (150, (158, 161, 165)), (172, (180, 180, 180)), (180, ()), (190, ())],
)
def test_cadence_rises_from_the_runners_own_and_never_above_180(baseline, targets):
    case = case_of("O07", cadence_spm=baseline)
    assert cadence_targets(SCREEN.derive(answers(case)), causes(case), RECIPE) == targets


def test_cadence_stays_without_overstriding():
    case = case_of("O01", cadence_spm=160)
    assert cadence_targets(SCREEN.derive(answers(case)), causes(case), RECIPE) == ()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"age_years": 15}, "under 16"),
        ({"age_years": None}, "age not known"),
        ({"strength_sessions_pw": 0}, "no regular strength work"),
        ({"strength_sessions_pw": None}, "not asked"),
    ],
)
def test_the_young_the_new_and_the_unknown_are_capped(changes, reason):
    proposal = program(case_of("O15", **changes))
    assert any(cap.level == 3 and reason in cap.reason for cap in proposal.level_caps)
    assert all(RECIPE.library.exercise(id).level <= 3 for id in proposal.eligible)


@pytest.mark.parametrize("id", [id for id, case in CASES.items() if program(case["input"]).phase])
def test_no_week_contradicts_its_running_line(id):
    proposal = program(CASES[id]["input"])
    planned = {day.run.kind for week in proposal.planned.block.weeks for day in week.days}
    runs = planned & {"ladder", "easy", "speed", "long"}
    allowed = {
        "none_yet": set(),
        "ladder": {"ladder"},
        "modified": {"easy"},
        "guarded": {"easy", "speed", "long"},
    }[proposal.running]
    assert runs <= allowed
    assert bool(runs) is bool(allowed)


def moves(id):
    """What moves each day of the first week of a worked case."""
    return [day.run.kind for day in program(CASES[id]["input"]).planned.block.weeks[0].days]


def test_the_first_phase_walks_unless_running_is_allowed():
    """The draft's phase 1 week said walk whatever the policy said: the policy decides now."""
    assert moves("O03") == ["walk"] * 6 + ["rest"]
    assert moves("O07") == ["ladder", "walk", "ladder", "walk", "ladder", "walk", "rest"]
    assert "ladder" not in moves("O06")


def test_the_ladder_starts_where_running_starts():
    assert program(CASES["O07"]["input"]).ladder_stage.stage == 1
    assert program(CASES["O03"]["input"]).ladder_stage is None


def proposed(id, **given):
    """A worked case's program, with other limits, another recipe or other rules."""
    case = CASES[id]["input"]
    rest = {"outcome": triage(case), "causes": causes(case), "screen": SCREEN, "recipe": RECIPE}
    return propose(answers(case), **(rest | given))


def around_a_run(minutes):
    return dataclasses.replace(RECIPE, limits=MappingProxyType({**RECIPE.limits, "run_addons_min": minutes}))


@pytest.mark.parametrize(
    ("id", "given", "words"),
    [
        ("O20", {}, "A day holds at most 5 moves around a run"),
        ("O20", {"recipe": around_a_run(8)}, "the limit is 8"),
        ("O01", {"limits": Limits(minutes=10)}, "the limit is 10"),
        ("O15", {"limits": Limits(minutes=10)}, "the limit is 10"),
    ],
)
def test_a_limit_leaves_out_what_serves_least_and_says_so(id, given, words):
    proposal = proposed(id, **given)
    assert proposal.left_out
    assert any(words in because for because in proposal.left_out.values())
    for gone, because in proposal.left_out.items():
        assert gone in proposal.eligible
        assert gone not in [one.id for one in proposal.exercises]
        assert because.endswith(".")
    assert proposed(id, **given).left_out == proposal.left_out


def test_a_roomy_limit_leaves_nothing_out():
    """Negative control: it is the limit that decides, not the number of exercises."""
    rules = load_progression()
    roomy = proposed(
        "O20", rules=dataclasses.replace(rules, day=dataclasses.replace(rules.day, most_around=9))
    )
    assert dict(roomy.left_out) == {}
    assert len(roomy.exercises) == len(proposed("O20").exercises) + 1


def test_a_tight_limit_keeps_one_of_each_kind_as_long_as_it_can():
    tight = proposed("O01", recipe=around_a_run(12))
    kinds = {RECIPE.library.exercise(one.id).category for one in tight.exercises}
    assert {"dynamic_warmup", "running_drill"} <= kinds


FILES = list(RECIPE.library.files)


def taken(vocabulary, **said):
    """The exercises of the usual recipe's files for a screen of this vocabulary."""
    return read_library(Entry({"library": FILES, **said}, "foot.v1.toml", ""), LIBRARY, vocabulary).exercises


def guards(kind: str) -> set[str]:
    """The facts that some exercise is blocked by (block_if) or waits for (require)."""
    found = (getattr(one, kind) for one in RECIPE.library.exercises.values())
    return {name for guard in found if guard is not None for name in guard.names()} & set(SCREEN.vocabulary)


def test_a_recipe_takes_what_its_screen_can_allow_and_forbid():
    assert taken(SCREEN.vocabulary) == RECIPE.library.exercises


@pytest.mark.parametrize(("kind", "words"), [("block_if", "blocked by"), ("require", "asks for")])
def test_a_recipe_refuses_an_exercise_that_nothing_asked_could_ever_block_or_allow(kind, words):
    """An exercise of a shared library and a fact this screen does not ask: the guard would never, or always, hold."""
    fact = min(guards(kind) - guards("block_if" if kind == "require" else "require"))
    asked = {name: options for name, options in SCREEN.vocabulary.items() if name != fact}
    with pytest.raises(KnowledgeError, match=f"{words} .*{fact}.*not asked here"):
        taken(asked)


def test_a_recipe_refuses_an_exercise_blocked_by_an_answer_there_is_not():
    """The screen asks, but in other words: the guard would never hold either."""
    asked = {**SCREEN.vocabulary, "hop_pain": ("none", "deep_bone")}
    with pytest.raises(KnowledgeError, match="blocked by hop_pain = deep_bone_groin_or_sacrum"):
        taken(asked)


def test_what_a_recipe_leaves_out_is_gone_with_every_way_to_it():
    vocabulary = {name: options for name, options in SCREEN.vocabulary.items() if name != "hop_pain"}
    hops = [one.id for one in RECIPE.library.exercises.values() if "hop_pain" in str(one.block_if)]
    left = taken(vocabulary, left_out=hops)
    assert set(left) == set(RECIPE.library.exercises) - set(hops)
    named = {id for one in left.values() for id in (*one.regressions, *one.progressions)}
    assert named <= set(left)
    assert left["squat_jump"].regressions == ()
    with pytest.raises(KnowledgeError, match="'no_such' does not exist"):
        taken(vocabulary, left_out=[*hops, "no_such"])
