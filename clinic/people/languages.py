"""The languages a clinic can write to its patients in: those a date is told in as people there write it."""

from __future__ import annotations

from django.conf.locale import LANG_INFO

OURS = "en-gb"
LANGUAGES = (OURS, "de", "es", "fr", "it", "nl", "pl", "pt", "uk")


def language_name(code: str) -> str:
    """What its speakers call it: English, Deutsch."""
    name = str(LANG_INFO[code.split("-")[0]]["name_local"])
    return name[:1].upper() + name[1:]


def english_name(code: str) -> str:
    """What English calls it: English, German."""
    return str(LANG_INFO[code.split("-")[0]]["name"])
