"""What a sent series comes to: booked or moved, or the page again with a report and everything that was chosen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from clinic.booking.agenda import Slot
from clinic.booking.free import clinic_zone
from clinic.booking.models import Appointment, Series
from clinic.booking.planning import Ask, Row, plan
from clinic.booking.refusals import Refused
from clinic.booking.series import SeriesClashes, book_series, following, move_following
from clinic.booking.status import HOLDS_A_SLOT
from clinic.desk import series_page
from clinic.desk.forms.series import WEEKDAYS, MoveRestForm, SeriesForm
from clinic.desk.series_page import Date, Picks
from clinic.desk.wish import Wish, read_day, read_key
from clinic.people.models import Account, Clinician, Patient

CHOOSE = "Choose for each date marked below. Nothing was changed."


@dataclass(slots=True)
class Outcome:
    """`done` once it is written; else what the page shows, and with which status."""

    shown: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    rows: list[Row] = field(default_factory=list)
    done: list[Appointment] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    """The dates of one page, what is asked of each, and the report on them."""

    dates: list[Date]
    people: dict[str, Clinician]
    how: dict[str, Any]  # type, patient, now, besides: as planning.plan wants them
    sent: QueryDict | None = None
    out: str = "Leave it out"

    def report(self, *, refused: str = "", status: int = 200, undecided: list[str] | None = None) -> Outcome:
        """The page, with everything that was chosen."""
        picks = self.picks()
        rows = plan([picks.ask(date) for date in self.dates], **self.how)
        take_all = self.sent is not None and "all" in self.sent
        drawn = series_page.lines(
            self.dates, rows, undecided=undecided or (), take_all=take_all, out=self.out
        )
        clashes = sum(row.clashes and not row.ask.left_out for row in rows)
        shown = {"lines": drawn, "clashes": clashes, "refused": refused, "all_taken": take_all}
        return Outcome(shown, status, rows)

    def picks(self) -> Picks:
        return Picks(self.sent or {}, self.people)

    def chosen(self) -> tuple[list[Ask], list[str]]:
        """What each date was answered with, and the names of those that were not."""
        picks = self.picks()
        return [picks.ask(date) for date in self.dates], picks.undecided


def new_form(given: QueryDict, patient: Patient, *, today: dt.date) -> SeriesForm:
    """What is chosen so far; or filled in from the visit that is repeated, or from the booking page."""
    if "look" in given:
        return SeriesForm(given, today=today)
    like = read_key(given.get("like", ""))
    rows = patient.appointments.select_related("type")
    visit = rows.filter(pk=like).first() if like is not None else None
    wish = Wish.read(given)
    told: dict[str, Any] = {"type": wish.type, "clinician": wish.clinician, "first_day": today}
    day, time = read_day(wish.day), wish.time
    if visit is not None:
        local = timezone.localtime(visit.starts_at, clinic_zone())
        told |= {"type": visit.type.slug, "clinician": visit.clinician_id}
        day, time = local.date() + dt.timedelta(weeks=1), f"{local:%H:%M}"
    if day:
        told["first_day"] = max(day, today)
        told[WEEKDAYS[day.weekday()]] = time
    return SeriesForm(initial=told, today=today)


def sheet_of(
    form: SeriesForm, patient: Patient, *, now: dt.datetime, sent: QueryDict | None = None
) -> Sheet | None:
    """The dates of a form that was looked at; None where it is refused."""
    if not form.is_bound or not form.is_valid():
        return None
    type = form.cleaned_data["type"]
    dates = [
        Date(f"on-{when.day.isoformat()}", when, type.lasts, form.cleaned_data["clinician"])
        for when in form.dates(clinic_zone())
    ]
    return Sheet(dates, form.people, {"type": type, "patient": patient, "now": now}, sent) if dates else None


def book(sheet: Sheet, *, by: Account) -> Outcome:
    """All that are chosen, at once. A second press of the same button finds them booked."""
    if sheet.sent is not None and "all" in sheet.sent:
        return sheet.report()
    asks, undecided = sheet.chosen()
    if undecided:
        return sheet.report(refused=CHOOSE, status=422, undecided=undecided)
    wanted = [ask for ask in asks if not ask.left_out]
    how = {name: sheet.how[name] for name in ("type", "patient", "now")}
    try:
        made = book_series(slots=[_slot(ask) for ask in wanted], by=by, **how)
    except SeriesClashes as refused:
        if there := _there_already(sheet.how["patient"], wanted):
            return Outcome(done=there)
        return sheet.report(refused=str(refused), status=409, undecided=[d.name for d in sheet.dates])
    except Refused as refused:
        return sheet.report(refused=str(refused), status=422)
    return Outcome(done=list(_visits(made)))


def _slot(ask: Ask) -> Slot:
    assert ask.clinician is not None  # noqa: S101  # what was chosen names one
    return Slot(ask.clinician, ask.when.at, ask.when.at + ask.lasts)


def _there_already(patient: Patient, wanted: list[Ask]) -> list[Appointment]:
    """The visits of a series of theirs that are exactly these."""
    places = {(ask.clinician.pk if ask.clinician else 0, ask.when.at) for ask in wanted}
    newest = patient.series.order_by("-pk").first()
    visits = list(_visits(newest).filter(status__in=HOLDS_A_SLOT)) if newest else []
    return visits if {(visit.clinician_id, visit.starts_at) for visit in visits} == places else []


def _visits(made: Series) -> Any:
    return made.appointments.select_related("clinician__account", "patient").order_by("starts_at", "pk")


def rest_sheet(
    form: MoveRestForm, visit: Appointment, *, now: dt.datetime, sent: QueryDict | None = None
) -> Sheet | None:
    """Where the visits of a series would go; None where the form is refused."""
    if not form.is_bound or not form.is_valid():
        return None
    zone, to_whom = clinic_zone(), form.cleaned_data["clinician"]
    shift = form.shift_of(visit, zone)
    if shift.days == shift.minutes == 0 and to_whom in {None, visit.clinician}:
        form.add_error(None, "That is where it is already. Choose another day, time or clinician.")
        return None
    rest = following(visit, now=now, only_its_time=form.only_its_time)
    dates = [
        Date(
            f"visit-{one.pk}",
            shift.of(one.starts_at, zone),
            one.ends_at - one.starts_at,
            to_whom or one.clinician,
            stays=one,
        )
        for one in rest.visits
    ]
    if not dates:
        form.add_error(None, "None of them can be moved any more: all have begun or are over.")
        return None
    how = {"type": visit.type, "patient": visit.patient, "now": now, "besides": [v.pk for v in rest.visits]}
    return Sheet(dates, form.people, how, sent, "Leave it where it is")


def move_rest(sheet: Sheet, *, by: Account, now: dt.datetime) -> Outcome:
    """Each to where it was chosen to go, at once; those left where they are stay."""
    if sheet.sent is not None and "all" in sheet.sent:
        return sheet.report()
    asks, undecided = sheet.chosen()
    if undecided:
        return sheet.report(refused=CHOOSE, status=422, undecided=undecided)
    moves = [
        (date.stays, _slot(ask))
        for date, ask in zip(sheet.dates, asks, strict=True)
        if date.stays is not None and not ask.left_out
    ]
    try:
        return Outcome(done=move_following(moves=moves, by=by, now=now))
    except SeriesClashes as refused:
        return sheet.report(refused=str(refused), status=409, undecided=[d.name for d in sheet.dates])
    except Refused as refused:
        return sheet.report(refused=str(refused), status=409 if refused.somebody_was_first else 422)
