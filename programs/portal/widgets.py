"""Answers on a phone: done or could not do, and how much. Nothing is picked before the patient does."""

from __future__ import annotations

from clinic.ui.widgets import PainScale, YesNoUnknown


class DoneOrNot(YesNoUnknown):
    """A radio group drawn like yes and no, without the “not asked yet” of a clinical question."""

    template_name = "portal/done_or_not.html"


class HowMuch(PainScale):
    """Numbers in one row with their words at both ends, from 1 on."""

    template_name = "portal/how_much.html"
