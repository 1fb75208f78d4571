"""How old a reader has to be to read a text with ease: plain Python, text in, number out.

The formula is Flesch-Kincaid (Kincaid, Fishburne, Rogers and Chissom, “Derivation of New Readability Formulas for Navy
Enlisted Personnel”, Research Branch Report 8-75, 1975): a US school grade from words a sentence and syllables a word.
A child in grade 1 is six, so age = grade + 5. Why this one: it is the best known, anybody can repeat it by hand or
with another tool, and it needs no list of a publisher's words, as Dale-Chall does. It is strict with us where it
counts: one long sentence of many clauses reads as old as it is. SMOG (McLaughlin, “SMOG Grading”, Journal of Reading
12, 1969) looks only at long words and is made for thirty sentences, so it is a second opinion on a whole kind of text.
No package: the known one brings a natural-language toolkit that fetches word lists when it runs.

What no formula can say, and this one cannot either:
- Whether the words are known. “Rotate” and “potato” are both three syllables. Names of movements (“Pallof press”,
  “A-skip”) look easy and are not; their cue says how to do them.
- Anything about a few words. Below SHORT words the numbers leap (one long word in six makes a text four years
  older), so such a text is judged by its words alone: `hard_words`, which is Gunning's rule for hard words (“The
  Technique of Clear Writing”, 1952): three syllables or more without the endings -es, -ed, -ing, and no everyday word.
- Whether it is true, in order, or asked one thing at a time. A therapist and a patient have to read it.

Sentences end at a full stop, a question or exclamation mark, a line's end. Colon and semicolon do not end one, though
Flesch counted them so: we take the stricter way. A number is one short word. Syllables are counted by rule, with the
commonest words the rule gets wrong listed; tests/programs/portal/test_reading_age.py holds it to a list of words.
Measured once against the CMU pronouncing dictionary: 99.8% of the running words of our texts have its count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import sqrt

SHORT = 8
GRADE_TO_AGE = 5
SMOG_SENTENCES = 30

_WORD = re.compile(r"\d+(?:[.,:/]\d+)*|[A-Za-zÀ-ÖØ-öø-ÿ]+(?:[’'][A-Za-z]+)?")
_END = re.compile(r"[.!?…]+[”’\"')\]]*(?=\s|$)|\n+")
_VOWELS = re.compile(r"[aeiouyéèêö]+")

# Vowels side by side that are said apart.
_APART = re.compile(
    r"""
      ia(?!l|n|r|ge) | (?<![ctgs])(?<!qu)(?<!il)ia[lnr]     # Liam, dialogue, familiar; not special, Asian
    | (?<![ctgsx])io(?!n) | (?<![ctgsnlx])ion | io(?=l) | iu    # serious, period; not action, million
    | ie(?=rs?$|st$) | (?<![cfntgs])ie(?=nt|nc|t)           # earlier, quiet, science; not patient
    | (?<=[bcdfghjklmnprstvwz])[uy]ing | [aeiou]ying | (?<=[eo])ing | [ao]ye(?!d$) | eyo    # going, player, beyond
    | (?<![gq])ua(?=l(?!ly)|t) | (?<!q)ui(?=d|t[iy]) | uous # gradual, fluid, continuous
    | (?<![gp])eo(?=[lmnrtdg]|$) | creat                    # video, create; not people
    | ^re(?=i|en|u|act) | ^coo(?=[rp][de])                  # react, coordinate
    """,
    re.VERBOSE,
)
_SILENT_E = re.compile(r"(?<=[^aeiouy])e$|(?<=[gq])ues?$")
_SILENT_ED = re.compile(r"(?<=[^aeiouytd])ed$")
_SILENT_ES = re.compile(r"(?<=[^aeiouysgcxzh])es$|(?<=th)es$")
# Inside too, before an ending: “safely”, “movement”, “careful”.
_SILENT_INSIDE = re.compile(
    r"(?<=[aeiouy][^aeiouy])e(?=(?:ly|ments?|ful|fully|less|ness|ty)$)|(?<=[aeiouy]st)e(?=ly$)"
)
_SPOKEN_END = re.compile(r"[^aeiouylrw]le[sd]?$|[tb]res?$|sms?$|thms?$|^mc")
_ENDING = re.compile(r"(?:es|ed|ing)$")
_FIRST_HALF = re.compile(
    r"^(some|every|any|fore|side|base|life|where|here|before|bare|guide|home|care|tail|mile|time|spoke|trade)(?=[^aeiouys]|one)"
)

SAID_OTHERWISE = {
    "achilles": 3, "area": 3, "areas": 3, "aspirin": 2, "being": 2, "business": 2, "cushion": 2, "cushions": 2,
    "different": 2, "doing": 2, "evening": 2, "every": 2, "foreign": 2, "guide": 1, "idea": 3, "ideas": 3,
    "interest": 2, "people": 2, "poem": 2, "real": 1, "really": 2, "royal": 2, "seeing": 2, "several": 2, "triage": 2,
    "usually": 4, "wednesday": 2, "wherever": 3, "whoever": 3, "women": 2,
}  # fmt: skip
"""Words the rule gets wrong, and those that are said shorter than they are written."""

EVERYDAY = frozenset(
    """
    another anybody anything everybody everything everywhere nobody somebody family relative hospital emergency
    easily normally suddenly usually together tomorrow recover particular possible
    appointment assessment exercise therapist yesterday calendar
    """.split()
)
"""Words of three syllables or more that a reader of eleven knows; the last line's are met at every visit here."""


def words(text: str) -> list[str]:
    """The words of it, numbers among them; a hyphen parts two words, an apostrophe does not."""
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """The sentences that hold a word."""
    return [part.strip() for part in _END.split(text) if _WORD.search(part)]


def syllables(word: str) -> int:
    """How many syllables a word has, by rule; at least one."""
    plain = re.sub(r"[’'](?:s|re|ll|ve|m|d|t)?$", "", word.lower())
    if not plain or plain[0].isdigit():
        return 1
    if plain in SAID_OTHERWISE:
        return SAID_OTHERWISE[plain]
    half = _FIRST_HALF.match(plain)
    if half and len(plain) > len(half[0]) + 2:
        return syllables(half[0]) + syllables(plain[half.end() :])
    return max(1, _by_rule(plain))


def _by_rule(word: str) -> int:
    spoken = word
    for silent in (_SILENT_E, _SILENT_ED, _SILENT_ES, _SILENT_INSIDE):
        spoken = silent.sub("", spoken)
    return len(_VOWELS.findall(spoken)) + len(_APART.findall(word)) + bool(_SPOKEN_END.search(word))


def reading_age(text: str) -> float:
    """The age at which a text reads with ease, in years. Judge nothing shorter than SHORT words by it."""
    found = words(text)
    if not found:
        return 0.0
    per_sentence = len(found) / max(1, len(sentences(text)))
    per_word = sum(syllables(word) for word in found) / len(found)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59 + GRADE_TO_AGE


def smog_age(texts: Iterable[str]) -> float | None:
    """The second opinion on texts of one kind read as one; None below the thirty sentences it is made for."""
    read = list(texts)
    count = sum(len(sentences(text)) for text in read)
    if count < SMOG_SENTENCES:
        return None
    long = sum(syllables(word) > 2 for text in read for word in words(text))
    return 1.0430 * sqrt(long * 30 / count) + 3.1291 + GRADE_TO_AGE


def is_short(text: str) -> bool:
    """Whether the formula would only guess."""
    return len(words(text)) < SHORT


def hard_words(text: str) -> list[str]:
    """The words that are hard by themselves, once each, in the order they are met."""
    return list(dict.fromkeys(word.lower() for word in words(text) if _is_hard(word.lower())))


def _is_hard(word: str) -> bool:
    if syllables(word) < 3 or word in EVERYDAY or word.removesuffix("s") in EVERYDAY:
        return False
    stem = _ENDING.sub("", word)
    return stem == word or syllables(stem) > 2
