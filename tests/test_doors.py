"""Every page × every role: who gets in, what a refusal shows, and whose rows are found.

The pages come from the URLconf and what they expect from the guard each wears, so a new page cannot escape. The walk
through all of them is tests/promises/test_every_answer.py.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from clinic.audit.guards import Door
from clinic.audit.models import Entry
from clinic.people.belonging import PATIENT_FIELD
from clinic.people.models import Account, Patient
from clinic.people.roles import Role
from clinic.reminders import unsubscribe
from programs.portal import day_links
from tests.test_house_rules import THIRD_PARTY
from tests.world import World

METHODS = ("get", "post", "put", "delete")
# What stands for each part of a URL that names a row: how to find Ana's.
ROWS = {
    "patient_id": lambda ana: ana.pk,
    "appointment_id": lambda ana: ana.appointments.values_list("pk", flat=True)[0],
    "screen_id": lambda ana: ana.screens.values_list("pk", flat=True)[0],
    "recording_id": lambda ana: ana.screens.exclude(recordings=None).values_list("recordings__pk", flat=True)[
        0
    ],
    "result_id": lambda ana: ana.triage_results.values_list("pk", flat=True)[0],
    "decision_id": lambda ana: ana.triage_results.values_list("decisions__pk", flat=True)[0],
    "program_id": lambda ana: ana.programs.values_list("pk", flat=True)[0],
    "version_id": lambda ana: ana.programs.values_list("versions__pk", flat=True)[0],
    "exercise_id": lambda ana: ana.programs.values_list("versions__exercises__pk", flat=True)[0],
    "log_id": lambda ana: ana.session_logs.values_list("pk", flat=True)[0],
    "reminder_id": lambda ana: ana.reminders.values_list("pk", flat=True)[0],
    "activity_id": lambda ana: ana.activities.values_list("pk", flat=True)[0],
    "channel_id": lambda ana: ana.channels.values_list("pk", flat=True)[0],
    "entry_id": lambda ana: ana.wait_list_entries.values_list("pk", flat=True)[0],
    "clinician_id": lambda ana: ana.appointments.values_list("clinician_id", flat=True)[0],
    "type_id": lambda ana: ana.appointments.values_list("type_id", flat=True)[0],
    "mail_key": lambda ana: unsubscribe.key(ana.channels.get(kind="email")),
    # Kept nowhere but in the story that made it, so that these walks open a calendar that is alive.
    "calendar_token": lambda ana: getattr(ana, "calendar_token", "x" * 43),
    "visit_token": lambda ana: getattr(ana, "visit_token", "x" * 43),
    "day_key": lambda ana: day_links.key(
        ana.programs.filter(versions__state="released").values_list("versions__pk", flat=True)[0],
        timezone.localdate(),
    ),
    "clinician_token": lambda ana: getattr(ana, "clinician_token", "x" * 43),
}
WORDS = {
    "section": "red-flags",
    "token": "x" * 43,
    "file": "none.log",
    "place": 0,
    "point_id": 0,
    "item": "onset",
    "label": "hamstring.v1",
    "measure": "nprs",
    "round_id": uuid.UUID(int=0),
    "absence_id": 0,
    "extra_id": 0,
    "resource_id": 0,
    "kind_id": 0,
    "name": "appointment_48h",
    "language": "en-gb",
    "text_id": 0,
}


@dataclass(frozen=True)
class Page:
    name: str
    door: Door
    parts: tuple[str, ...]

    @property
    def names_a_row(self) -> bool:
        return any(part in ROWS for part in self.parts)

    def url(self, whose: Patient, rows_of: Patient | None = None) -> str:
        """The page's address for somebody's record, if wanted with somebody else's rows in it."""
        rows_of = rows_of or whose
        owner = {part: whose if part == "patient_id" else rows_of for part in self.parts}
        return reverse(
            self.name,
            kwargs={p: ROWS[p](owner[p]) if p in ROWS else WORDS[p] for p in self.parts},
        )


def pages(patterns: list[URLPattern | URLResolver] | None = None, prefix: str = "") -> list[Page]:
    """Every page of ours. The managers' settings pages are Django's: tests/clinic/desk walks them."""
    found = []
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            found += [] if inner == "admin:" else pages(entry.url_patterns, inner)
        elif hasattr(entry.callback, "door"):
            found.append(Page(f"{prefix}{entry.name}", entry.callback.door, tuple(entry.pattern.converters)))
    return found


def answer(client: Client, method: str, url: str) -> HttpResponse:
    response: HttpResponse = getattr(client, method)(url)
    return response


def somebody(world: World, role: Role) -> Account:
    return {
        Role.FRONT_DESK: lambda: world.dee,
        Role.CLINICIAN: lambda: world.carl,
        Role.MANAGER: lambda: world.mona,
        Role.PATIENT: lambda: world.ana.account,
    }[role]()


def canaries(*patients: Patient) -> list[str]:
    """Words that appear nowhere but in these people's records."""
    return [
        word for p in patients for word in (p.legal_family_name, *p.channels.values_list("value", flat=True))
    ]


def test_every_part_of_a_url_is_known_here():
    unknown = {part for page in pages() for part in page.parts} - set(ROWS) - set(WORDS)
    assert unknown == set(), "say in ROWS or WORDS what stands for them"


# Pages that a secret in the address opens, with what they show, and whether it is of one patient's record.
OPENS_WITHOUT_SIGN_IN = {
    "portal:calendar_feed": ("BEGIN:VEVENT", True),
    "portal:visit": ("Confirm my visit", True),
    "portal:visit_move": ("Move your visit", True),
    "portal:visit_file": ("BEGIN:VEVENT", True),
    "portal:day_done": ("You told us about this day", True),
    "portal:day_not_today": ("You told us about this day", True),
    "charting:calendar_feed": ("BEGIN:VEVENT", False),
    "unsubscribe": ("Stop e-mails to this address", True),
}


def test_a_page_of_a_record_that_a_secret_opens_tells_no_name(story):
    """A calendar cannot sign in, nor whoever opens a mail. It answers who has the address, and nobody who has not."""
    named = {page.name for page in pages() if page.names_a_row and not page.door.roles}
    assert named == set(OPENS_WITHOUT_SIGN_IN)
    for page in pages():
        if page.name in named:
            response = answer(Client(), "get", page.url(story.ana))
            assert response.status_code == 200
            shows, of_a_record = OPENS_WITHOUT_SIGN_IN[page.name]
            assert shows in body(response)
            assert [word for word in canaries(story.ana, story.ben) if word in body(response)] == []
            seen = Entry.objects.filter(request_id=response["X-Request-ID"])
            assert seen.filter(patient=story.ana if of_a_record else None).exists()


def test_a_stranger_is_sent_to_sign_in(story):
    client, wrong = Client(), []
    for page in pages():
        response = answer(client, "get", page.url(story.ana))
        shown = [word for word in canaries(story.ana, story.ben) if word in body(response)]
        to_sign_in = response.status_code == 302 and reverse("account_login") in response["Location"]
        if shown or (page.door.roles and not to_sign_in):
            wrong.append(f"{page.name}: {response.status_code} {shown}")
    assert wrong == []


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.CLINICIAN, Role.MANAGER])
def test_staff_without_a_second_factor_see_no_record(story, role):
    account = story.without_second_factor(somebody(story, role))
    client, wrong = story.signed_in(account), []
    for page in pages():
        if role in page.door.roles:
            response = answer(client, "get", page.url(story.ana))
            if response.status_code != 302 or response["Location"] != reverse("mfa_activate_totp"):
                wrong.append(f"{page.name}: {response.status_code}")
    assert wrong == []


def shown_unseen(response: HttpResponse, patients: list[Patient]) -> list[Patient]:
    """Whose name this answer shows without an audit row of this very request."""
    seen = set(Entry.objects.filter(request_id=response["X-Request-ID"]).values_list("patient_id", flat=True))
    return [p for p in patients if p.legal_family_name in body(response) and p.pk not in seen]


def test_a_record_shown_without_an_audit_row_is_seen(story):
    """The control: an answer with a name and a request id nobody wrote down."""
    response = HttpResponse(f"<p>{story.ana.legal_family_name}</p>", headers={"X-Request-ID": "0" * 32})
    assert shown_unseen(response, [story.ana, story.ben]) == [story.ana]


@pytest.mark.parametrize("role", list(Role))
def test_anothers_rows_are_not_found_under_this_patient(story, role):
    """Ben's screen under Ana's address is no page at all, the same as a row that does not exist."""
    client, wrong = story.signed_in(somebody(story, role)), []
    for page in pages():
        rows = [part for part in page.parts if part in ROWS and part != "patient_id"]
        if role not in page.door.roles or not rows or not page.door.hands_a_record:
            continue
        for method in ("get", "post"):
            response = answer(client, method, page.url(story.ana, rows_of=story.ben))
            if response.status_code not in {404, 405}:
                wrong.append(f"{method} {page.name}: {response.status_code}")
    assert wrong == []


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.CLINICIAN, Role.MANAGER])
def test_a_page_drawn_for_another_patient_saves_nothing(story, role):
    """Every address of a record, sent what a form of Ben's page would send: refused before its view is reached."""
    client = story.signed_in(somebody(story, role))
    wrong = [
        f"{page.name}: {response.status_code}"
        for page in pages()
        if role in page.door.roles and page.door.hands_a_record and "patient_id" in page.parts
        for response in [client.post(page.url(story.ana), {PATIENT_FIELD: str(story.ben.pk)})]
        if response.status_code != 409
    ]
    assert wrong == []


@pytest.mark.parametrize("prefix", [name for name in THIRD_PARTY if name != "admin:"])
def test_other_peoples_pages_show_no_record(story, prefix):
    client = story.signed_in(story.dee)
    shown = []
    for entry in get_resolver().reverse_dict:
        if isinstance(entry, str) and entry.startswith(prefix):
            try:
                url = reverse(entry)
            except NoReverseMatch:
                continue  # needs a key from a mail
            shown += [entry for word in canaries(story.ana, story.ben) if word in body(client.get(url))]
    assert shown == []


def body(response: HttpResponse) -> str:
    if getattr(response, "streaming", False):
        return b"".join(response.streaming_content).decode()
    return response.content.decode(errors="replace") + str(response.headers)  # a photo is no text
