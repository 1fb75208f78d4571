"""Two large buttons side by side: done, or could not do. Neither is picked before the patient does."""

from __future__ import annotations

from clinic.ui.widgets import YesNoUnknown


class DoneOrNot(YesNoUnknown):
    """A radio group drawn like yes and no, without the “not asked yet” of a clinical question."""

    template_name = "portal/done_or_not.html"
