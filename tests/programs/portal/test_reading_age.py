"""What patients read is plain: a reading age of 11 for each kind of text, by a formula that can say no."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template.loader import render_to_string

from assessments.screens.offered import offered_screens
from assessments.screens.reading import load_screen
from assessments.triage.rules import load_ruleset
from programs.builder.reading import load_recipe
from programs.exercises.reading import load_library
from programs.portal import patient_texts
from programs.portal.patient_texts import KINDS, Text, by_kind
from programs.portal.plainness import COUNTED, OLDEST, judge
from programs.portal.reading_age import (
    EVERYDAY,
    hard_words,
    is_short,
    reading_age,
    sentences,
    smog_age,
    syllables,
    words,
)
from programs.portal.template_words import paragraphs

# A word for each way of spelling a syllable, some hard ones, and many that stand in the texts.
COUNTED_BY_HAND = {
    1: "a the knee thigh through strength leg stopped walked breathed raised edge bruise source calves toes ease "
    "stretched three you're it's loose quick tongue vague friend pulls squeezed branched guide",
    2: "muscle fatigue unique tendon little ankle pedal table lifted landed before someone something careful safely "
    "movement away wanted inches switches bruises being people every sideways forefoot middle patient reason "
    "rhythm going fluid lower quiet trouble breathing pressure minute swollen hamstring centre",
    3: "exercise area idea video another everything holiday beginning easier earlier quieter continue "
    "potato rotated animal serious therapist achilles wherever clinician",
    4: "mobility isometric emergency variation usually comfortable ability relatively",
    5: "tendinopathy ciprofloxacin university immediately physiotherapy",
}


@pytest.fixture(scope="module")
def kinds():
    return {name: judge(name, texts) for name, texts in by_kind().items()}


# --- The counter and the formula ----------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "listed"), COUNTED_BY_HAND.items(), ids=str)
def test_syllables_are_counted_as_they_are_said(count, listed):
    assert {word: syllables(word) for word in listed.split() if syllables(word) != count} == {}


def test_a_number_is_one_short_word_and_a_hyphen_parts_two():
    assert words("Warm-up: 8–12 × 3.5 kg, it’s 10:30") == [
        *["Warm", "up", "8", "12", "3.5", "kg", "it’s", "10:30"]
    ]
    assert [syllables(word) for word in ("112", "3.5", "10:30")] == [1, 1, 1]


def test_a_sentence_ends_at_a_stop_or_a_line_and_not_at_a_decimal_or_a_semicolon():
    assert len(sentences("Sit down; rest. Ready? “Go!” Run 3.5 km.\nThen walk\n\n–\n")) == 5


def test_the_formula_is_flesch_kincaid_and_five_years():
    """One sentence, 6 words, 6 syllables: 0.39 * 6 + 11.8 * 1 - 15.59 is grade -1.45."""
    assert reading_age("The cat sat on the mat.") == pytest.approx(5 - 1.45)
    assert reading_age("") == 0


def test_smog_waits_for_thirty_sentences():
    """15 long words in 30 sentences: 1.043 * sqrt(15) + 3.1291 is grade 7.17."""
    assert smog_age(["Go on."] * 29) is None
    assert smog_age(["Go on."] * 15 + ["Potatoes."] * 15) == pytest.approx(5 + 7.169, abs=0.001)


def test_a_hard_word_is_long_without_its_ending_and_not_of_every_day():
    assert hard_words("Resisted rotation, rotation and your exercises") == ["rotation"]
    assert hard_words("Moving bruises, stretched and wanted") == []
    assert [word for word in EVERYDAY if syllables(word) < 3] == []


# --- What patients read ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_mean_of_a_kind_is_plain(kinds, kind):
    assert kinds[kind].judged
    assert kinds[kind].mean <= OLDEST


def test_no_text_is_too_hard(kinds):
    """In a published file too: what is too hard there is said anew in its next version."""
    assert {one.text.id: one.age for kind in kinds.values() for one in kind.too_hard} == {}


def test_the_versions_before_were_too_hard(monkeypatch):
    """The check says no to published texts: to each that a later version says anew for it."""
    earlier = {"hamstring": (2, 3, 2), "calf": (1, 1, 2)}
    monkeypatch.setattr(patient_texts, "load_screen", lambda name: load_screen(name, earlier[name][0]))
    monkeypatch.setattr(patient_texts, "load_ruleset", lambda name: load_ruleset(name, earlier[name][1]))
    monkeypatch.setattr(
        patient_texts, "load_library", lambda: load_recipe("hamstring", earlier["hamstring"][2]).library
    )
    found = {one.text.id for name, texts in by_kind().items() for one in judge(name, texts).too_hard}
    assert found == {
        "foam_hamstring",
        "hamstring.safety_text",
        "hamstring.fluoroquinolone_recent",
        "hamstring.anticoagulant_use",
        "calf.inflammatory_signs",
        "hamstring.clinician_review",
        "hamstring.R28_youth_spinal",
        "hamstring.R04_chest",
        "hamstring.R08_infection",
    }


CLINICAL = (
    "Proximal hamstring tendinopathy characteristically demonstrates symptomatic aggravation following prolonged "
    "compressive positioning, necessitating progressive isometric rehabilitation."
)


def test_a_clinical_sentence_is_too_hard(kinds):
    assert judge("pages", [Text("new", CLINICAL, fixed=True)]).too_hard
    with_it = judge("pages", [*(one.text for one in kinds["pages"].judged), Text("new", CLINICAL)])
    assert [one.text.id for one in with_it.too_hard] == ["new"]
    assert not with_it.is_plain


def test_a_long_sentence_of_short_words_is_too_hard():
    long = "Put your foot on the step and " * 5 + "rest."
    assert not judge("exercise cues", [Text("long", long, fixed=True)]).is_plain


def test_a_short_label_is_judged_by_its_words():
    assert is_short("Resisted dorsiflexion")
    assert judge("pages", [Text("label", "Resisted dorsiflexion")]).too_hard
    assert judge("pages", [Text("label", "Push your foot up")]).is_plain


def test_a_mean_above_eleven_is_too_hard_though_no_text_is():
    middling = "Kneel down and support yourself on both your hands; breathe in and out until it is comfortable again."
    kind = judge("advice", [Text("middling", middling, fixed=True)])
    assert OLDEST < kind.mean <= 13
    assert not kind.too_hard
    assert not kind.is_plain
    assert judge("advice", [Text("middling", middling)]).too_hard, "what is ours to change keeps to 11"


def test_a_text_of_eight_or_nine_words_counts_in_the_mean_alone():
    nine = (
        "Symptomatic positioning necessitates rehabilitation: progressive isometric exercises, immediately."
    )
    assert not is_short(nine)
    assert len(words(nine)) < COUNTED
    assert judge("pages", [Text("nine", nine)]).too_hard == []


# --- Nothing is left out ----------------------------------------------------------------------------------------


def ids(kind: str) -> set[str]:
    return {one.id for one in KINDS[kind]()}


def test_every_cue_and_every_question_is_read():
    assert ids("exercise cues") == set(load_library().exercises)
    asked = {
        f"{screen}.{item.id}" for screen in offered_screens() for item in load_screen(screen).asked_at_home
    }
    assert asked <= ids("questions from home")
    assert len(asked) > 100


def test_every_page_and_every_letter_is_read():
    """The two templates left have no words of their own: what they show is a knowledge file's or a form's."""
    templates = Path(settings.ROOT) / "templates"
    pages = {path.name for path in (templates / "portal").glob("*.html")}
    read = {
        id.partition("/")[2].partition(":")[0]
        for kind in ("pages", "warning signs and safety")
        for id in ids(kind)
    }
    # Those that hold no words of their own: frames, drawings and answers.
    assert pages - read == {"_app.html", "_bars.html", "_figure.html", "done_or_not.html", "how_much.html"}
    booking = {path.name for path in (templates / "portal" / "booking").glob("*.html")}
    assert booking - read == {"_frame.html"}
    letters = {path.name for path in (templates / "emails").glob("*.txt")}
    assert letters - ids("e-mails") == {"base.txt"}
    mails = [
        one for one in KINDS["e-mails"]() if one.id != "texts_agreed.txt"
    ]  # that text asks whether to write
    assert all("You get th" in one.text for one in mails), "read to the end, with why it was sent"


def test_the_foot_of_a_page_speaks_to_its_reader():
    """Signed out counts as a patient: whoever asks for a link is one."""
    foot = {
        role: render_to_string("components/footer.html", {"role": role})
        for role in ("patient", "", "clinician")
    }
    assert "the place of your therapist" in foot["patient"]
    assert foot[""] == foot["patient"]
    assert "does not diagnose" in foot["clinician"]


def test_the_words_of_a_page_are_found():
    source = """{% extends "base.html" %}{% block main_class %}page{% endblock %}{# not read #}
      {% notice "urgent" "Ring" %}<p>Stop{% if phone %} on <a href="x">{{ phone }}</a>{% endif %}.</p>{% endnotice %}
      <ul><li>{{ n }} run{{ n|pluralize }}</li></ul><a class="btn">Skip</a>{% if b %}<a>Back</a>{% endif %}
      <nav aria-label="Your week"></nav>{% button "Go on" href=url kind="primary" icon="arrow" %}{{ only }}"""
    assert paragraphs(source) == ["Ring", "Stop on Sam.", "Sam runs", "Skip", "Back", "Your week", "Go on"]


# --- The command --------------------------------------------------------------------------------------------------


def test_the_command_prints_a_table_and_ends_well_when_all_is_plain(capsys):
    call_command("reading_age")
    printed = capsys.readouterr().out
    assert all(any(line.startswith(kind) for line in printed.splitlines()) for kind in KINDS)
    assert printed.endswith("All plain enough.\n")


def test_the_command_says_no_to_a_text_too_hard(capsys, monkeypatch):
    hard = {"pages": lambda: iter([Text("one", "Rest, then ring us."), Text("new", CLINICAL, fixed=True)])}
    monkeypatch.setattr(patient_texts, "KINDS", hard)
    with pytest.raises(SystemExit) as ended:
        call_command("reading_age")
    assert ended.value.code == 1
    printed = capsys.readouterr().out
    assert " new [too hard, published] Proximal" in printed
    assert printed.endswith("Too hard: pages.\n")
