"""All components on one page, for DEBUG: what a page author copies from, and what the browser tests look at."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic.ui import badges, context, fields, icons, layouts, widgets

GOALS = [("race", "Run a race"), ("daily", "Run without fear"), ("unsure", "Not sure yet")]


class SampleForm(forms.Form):
    """One of each field."""

    name = forms.CharField(label="Name", help_text="As in the passport.", max_length=60)
    email = forms.EmailField(
        label="E-mail", required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    born = forms.DateField(label="Date of birth", widget=widgets.DateInput())
    side = forms.ChoiceField(
        label="Which leg", choices=[("", "Choose"), ("left", "Left"), ("right", "Right")]
    )
    reach = fields.DecimalWithUnitField(
        label="Reach", unit="cm", min_value=0, max_value=60, decimal_places=1, required=False
    )
    popped = fields.YesNoUnknownField(label="Did you feel a pop?", required=False)
    pain = fields.PainScaleField(label="Pain while walking", required=False)
    raise_angle = fields.LeftRightField(
        fields.WholeWithUnitField(unit="°", min_value=0, max_value=120),
        label="Straight leg raise",
        help_text="Stop at the first firm resistance.",
    )
    tender = fields.LeftRightField(fields.YesNoUnknownField(), label="Tender on the sit bone")
    goal = fields.ChoiceCardsField(label="Goal", choices=GOALS, hints={"race": "We plan back from its day."})
    notes = forms.CharField(label="Notes", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agreed = forms.BooleanField(label="May we send reminders by e-mail?", required=False)


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component; `?role=` shows a role's frame."""
    messages.success(request, "Appointment moved to Tuesday, 10:30.")
    return render(request, "ui/gallery.html", {**_facts(), **_frame(request.GET.get("role", "clinician"))})


def refused(request: HttpRequest) -> HttpResponse:
    """A form sent with mistakes, drawn by crispy."""
    return render(request, "ui/gallery_refused.html", {**_facts(), **_frame("front_desk")})


def phone(request: HttpRequest) -> HttpResponse:
    """What a patient sees: few, large things."""
    return render(request, "ui/gallery_phone.html", {**_facts(), **_frame("patient")})


def _frame(role: str) -> dict[str, Any]:
    links = context.LINKS.get(role, ())
    shown = [
        context.NavItem(label, "#", icon, current=place == 0)
        for place, (label, _name, icon) in enumerate(links)
    ]
    return {"navigation": shown, "role": role, "role_name": context.ROLE_NAMES.get(role, "")}


def _facts() -> dict[str, Any]:
    now = timezone.now()
    refused = SampleForm(
        {
            "name": "",
            "email": "sam",
            "reach": "600",
            "pain": "4",
            "popped": "no",
            "raise_angle_left": "70",
            "raise_angle_right": "190",
            "goal": "race",
            "tender_left": "yes",
        }
    )
    return {
        "form": SampleForm(
            initial={"raise_angle": {"left": 72, "right": 58}, "popped": None, "name": "Sam Okafor"}
        ),
        "refused": refused,
        "helper": layouts.ClinicFormHelper("Save", cancel_url="#", form=refused),
        "badge_families": {family: list(states) for family, states in badges.FAMILIES.items()},
        "icon_names": list(icons.SHAPES),
        "now": now,
        **_people(now),
        **_lists(),
    }


def _people(now: dt.datetime) -> dict[str, Any]:
    return {
        "patient": {
            "name": "Samuel Okafor",
            "preferred_name": "Sam",
            "birth_date": dt.date(1991, 3, 8),
            "age": 35,
            "record_number": "R000214",
        },
        "appointments": [
            ("09:00", "Samuel Okafor", "Initial assessment", "arrived", "same_day"),
            ("09:45", "Ines Duarte", "Follow-up", "confirmed", "routine"),
            ("10:30", "Kwame Boateng", "Follow-up", "no_show", "routine"),
        ],
        "events": [
            {"at": now, "what": "Screen signed", "who": "Dr Mara Lind", "icon": "lock"},
            {"at": now - dt.timedelta(hours=1), "what": "Arrived", "who": "Front desk", "icon": "pin"},
            {
                "at": now - dt.timedelta(days=3),
                "what": "Reminder sent",
                "who": "The clinic",
                "icon": "bell",
                "detail": "By e-mail, opened the same day.",
            },
        ],
    }


def _lists() -> dict[str, Any]:
    return {
        "supporting": [
            {
                "text": "Pain on a resisted bend of the knee",
                "detail": "5 of 10 on the left",
                "rule": "STR-01",
                "source": "Sample source",
            },
            "Tender at one spot of the muscle",
        ],
        "against": ["No bruise", "Walks without a limp"],
        "unknown": [{"text": "Bend of the back", "detail": "Could change the outcome."}],
        "pairs": [("Booked for", "Mon 23 Nov, 09:00"), ("With", "Mara Lind"), ("Emergency contact", None)],
        "sections": [
            {"label": "Red flags", "url": "#s", "missing": 2, "urgent": True, "current": True},
            {"label": "This episode", "url": "#s", "missing": 5},
            {"label": "Standing tests", "url": "#s", "done": True},
        ],
        "hints": [("Alt N", "Next section"), ("Alt S", "Sign the screen"), ("?", "This list")],
        "exercise": {
            "number": 1,
            "name": "Bridge, both legs",
            "dose": "3 sets of 10, hold 3 s",
            "cue": "Push the floor away with your heels.",
            "why": "Loads the back of the thigh without stretching it.",
            "pain": "Up to 3 of 10, gone by the next morning.",
            "stop_when": "Pain climbs above 5 of 10 or comes suddenly.",
        },
    }
