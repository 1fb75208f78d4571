"""The two ways a section is saved: the button saves all or nothing, the page's script saves each change that fits."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from assessments.charting.section_page import ScreenPage
from assessments.screens import actions
from assessments.screens.actions import Clash, InvalidAnswers, StaleAnswers
from assessments.screens.forms import SectionForm
from assessments.screens.models import Screen
from assessments.screens.showing import shown
from clinic.people.models import Account


def save_all(screen: Screen, form: SectionForm, *, by: Account, now: dt.datetime) -> Mapping[str, Clash]:
    """Save every change of the form, or none: refusals land on the form's fields, clashes are returned."""
    if form.errors:
        return {}
    try:
        actions.save_answers(screen=screen, changes=form.changes(), by=by, now=now)
    except InvalidAnswers as refused:
        for item, error in refused.errors.items():
            form.add_error(item if item in form.fields else None, error.message)
    except StaleAnswers as stale:
        return stale.clashes
    return {}


def save_what_fits(page: ScreenPage, form: SectionForm, *, by: Account, now: dt.datetime) -> dict[str, Any]:
    """Save each accepted change by itself, and say what became of every other one, for the page's script.

    Keys: saved_at, seen (what the tab now has seen), errors (item → words), clashes (item → words), missing (count),
    aside (the sections and what is still needed, drawn as they stand now), computed (item → its values, drawn),
    follow_ups (item → whether it is asked now).
    """
    changes = form.changes()
    errors = {item: " ".join(map(str, form.errors[item])) for item in form.errors}
    clashes: dict[str, str] = {}
    while changes:
        try:
            actions.save_answers(screen=page.screen, changes=changes, by=by, now=now)
            break
        except InvalidAnswers as refused:
            errors |= {item: error.message for item, error in refused.errors.items()}
            dropped = set(refused.errors)
        except StaleAnswers as stale:
            clashes |= {item: _told(page, clash) for item, clash in stale.clashes.items()}
            dropped = set(stale.clashes)
        changes = {item: change for item, change in changes.items() if item not in dropped}
    fresh = ScreenPage(Screen.objects.get(pk=page.screen.pk))
    return {
        "saved_at": f"{timezone.localtime(now):%H:%M}",
        "seen": _seen_now(form, fresh.screen, changes),
        "errors": errors,
        "clashes": clashes,
        "missing": len(fresh.outcome.missing),
        "aside": render_to_string(
            "charting/parts/aside.html", {"nav": fresh.nav(form.section), "missing": fresh.missing}
        ),
        "urgent": fresh.urgent_words(),
        "computed": {
            item: render_to_string("charting/parts/computed.html", {"values": values})
            for item, values in fresh.computed(form.section).items()
        },
        "follow_ups": fresh.follow_ups(form.section),
    }


def _seen_now(form: SectionForm, screen: Screen, saved: Mapping[str, Any]) -> str:
    """What the tab had seen, brought up to date for the items it has just saved and for no others."""
    try:
        seen = json.loads(form.data.get("seen", ""))
    except ValueError:
        seen = {}
    seen = seen if isinstance(seen, dict) else {}
    for item in saved:
        row = screen.answered[item]
        seen[item] = [row.revision, row.value, row.unable]
    return json.dumps(seen)


def _told(page: ScreenPage, clash: Clash) -> str:
    item = page.screen.definition.items[clash.item]
    other = shown(item, clash.standing.value, unable=clash.standing.unable)
    at = timezone.localtime(clash.standing.answered_at)
    return (
        f"{clash.standing.answered_by} answered this in another window at {at:%H:%M}: {other}. "
        "Yours was not saved. Press “Save and continue” to choose between them."
    )
