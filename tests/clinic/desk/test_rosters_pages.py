"""The managers' pages about hours: what is typed stays, who would be booked outside is shown, nobody is overwritten."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from clinic.audit.models import Entry
from clinic.booking import rosters
from clinic.booking.models import Absence, ExtraHours, WorkingHours
from tests.signed_out import away_too_long, owner_in, sign_in
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def mona(world):
    client = world.signed_in(world.mona)
    client.get(reverse("desk:hours"))
    return client


@pytest.fixture
def carl(world):
    return world.carl.clinician


def page(answer) -> str:
    return answer.content.decode()


def week(carl, **typed):
    """Monday to Friday from nine to five, from the coming Monday on."""
    told = {"since": "2026-03-09", "based_on": rosters.fingerprint(carl.working_hours.all())}
    for day in range(5):
        told |= {f"d{day}_0_starts": "9", f"d{day}_0_ends": "17.00", f"d{day}_0_every": "1"}
    return told | typed


def save(client, carl, **typed):
    return client.post(reverse("desk:change_week", args=[carl.pk]), week(carl, **typed))


class TestTheWeek:
    def test_the_form_opens_with_the_week_that_holds(self, mona, carl):
        shown = page(mona.get(reverse("desk:change_week", args=[carl.pk])))
        assert len(re.findall(r'name="d\d_0_starts" value="08:00"', shown)) == 5
        assert 'name="d6_1_starts"' in shown, "an empty row to fill in"

    def test_showing_the_weeks_saves_nothing(self, mona, carl):
        answer = save(mona, carl, look="1")
        assert answer.status_code == 200
        assert "09:00–17:00" in page(answer)
        assert not WorkingHours.objects.exclude(from_day=None).exists()

    def test_saving_leads_back_and_keeps_the_past(self, mona, carl):
        answer = save(mona, carl)
        assert answer["Location"] == reverse("desk:roster", args=[carl.pk])
        assert WorkingHours.objects.filter(until_day=dt.date(2026, 3, 8)).count() == 5
        assert WorkingHours.objects.filter(from_day=dt.date(2026, 3, 9), starts=dt.time(9)).count() == 5

    @pytest.mark.parametrize(
        ("typed", "label", "says"),
        [
            ({"d0_0_starts": "half eight"}, "Monday from", "That is not a time of day"),
            ({"d0_0_starts": "25:00"}, "Monday from", "That is not a time of day"),
            ({"d1_0_ends": "08:00"}, "Tuesday to", "before it starts"),
            ({"d2_1_starts": "12", "d2_1_ends": "18"}, "Wednesday (2) from", "This lies over 09:00 to 17:00"),
            ({"d3_1_starts": "18"}, "Thursday (2) to", "Type when it ends"),
            ({"d3_1_ends": "18"}, "Thursday (2) from", "Type when it starts"),
            ({"d6_0_starts": "01:00", "d6_0_ends": "01:45"}, "Sunday from", "29 March 2026 the clocks skip"),
            ({"d0_0_every": "9@x"}, "Monday how often", "Choose one of the weeks"),
            ({"since": "2026-03-02"}, "From this day on", "The past stays as it was"),
            ({"since": "soon"}, "From this day on", "not a day in the calendar"),
            ({"since": ""}, "From this day on", "Choose a day"),
            ({"until": "2026-03-01"}, "Until", "lies before the first"),
            ({"until": "9999-12-31"}, "Until", "years ahead"),
        ],
    )
    def test_what_cannot_be_is_said_beside_its_field_and_stays_typed(self, mona, carl, typed, label, says):
        answer = save(mona, carl, **typed)
        shown = page(answer)
        assert answer.status_code == 422
        assert re.search(rf'<a href="#id_\w+">{re.escape(label)}: [^<]*{re.escape(says)}', shown)
        text = [value for name, value in typed.items() if not name.endswith("_every") and value]
        assert [value for value in text if f'value="{value}"' not in shown] == []
        assert not WorkingHours.objects.exclude(from_day=None).exists()

    def test_whoever_would_be_booked_outside_is_named_before_it_is_saved(self, world, mona, carl):
        visit = world.booked(starts_at=NOW + dt.timedelta(days=7, hours=8))  # Tuesday at five
        answer = save(mona, carl)
        shown = page(answer)
        assert answer.status_code == 409
        assert "Ana Silva" in shown
        assert reverse("desk:move", args=[visit.patient_id, visit.pk]) in shown
        assert Entry.objects.filter(patient=world.ana, what="outside hours").exists()
        assert not WorkingHours.objects.exclude(from_day=None).exists()
        knowing = re.search(r'name="knowing" value="([^"]+)"', shown)[1]
        assert save(mona, carl, knowing=knowing).status_code == 302
        assert "Ana Silva" in page(mona.get(reverse("desk:roster", args=[carl.pk])))

    def test_somebody_booked_since_is_asked_about_again(self, world, mona, carl):
        visit = world.booked(starts_at=NOW + dt.timedelta(days=7, hours=8))
        world.booked(patient=world.ben, starts_at=NOW + dt.timedelta(days=8, hours=8))
        answer = save(mona, carl, knowing=str(visit.pk))
        assert answer.status_code == 409
        assert "Ben Nowak" in page(answer)

    def test_the_second_of_two_is_told_and_sees_what_holds(self, mona, carl):
        seen = rosters.fingerprint(carl.working_hours.all())
        save(mona, carl, d0_0_ends="15:30")
        answer = save(mona, carl, based_on=seen)
        shown = page(answer)
        assert answer.status_code == 409
        assert "Somebody else changed the hours of Carl Jensen" in shown
        assert "09:00–15:30" in shown, "what holds now"
        assert 'value="17.00"' in shown, "what was typed"
        again = re.search(r'name="based_on" value="([^"]+)"', shown)[1]
        assert save(mona, carl, based_on=again).status_code == 302

    def test_one_more_row_keeps_what_was_typed_and_refuses_nothing(self, mona, carl):
        answer = save(mona, carl, more="2", d2_1_starts="nonsense")
        shown = page(answer)
        assert answer.status_code == 200
        assert 'name="d2_2_starts"' in shown
        assert 'name="d1_2_starts"' not in shown
        assert 'value="nonsense"' in shown
        assert "error-summary" not in shown

    def test_every_other_week(self, mona, carl):
        save(mona, carl, d0_0_every="2@2026-03-09")
        monday = WorkingHours.objects.get(every_weeks=2)
        assert monday.from_day == dt.date(2026, 3, 9)
        shown = page(mona.get(reverse("desk:change_week", args=[carl.pk])))
        assert "every 2nd week: 9 Mar and 23 Mar …" in shown
        assert '<option value="2@2026-03-09" selected' in shown

    def test_typed_hours_outlive_a_session(self, world, clock, client, carl):
        assert world.mona
        url = reverse("desk:change_week", args=[carl.pk])
        sign_in(client, "mona", reverse("account_login"))
        owner = owner_in(client.get(url))
        away_too_long(clock, "staff")
        answer = client.post(url, week(carl, d4_0_ends="13:45", form_owner=owner))
        back = sign_in(client, "mona", answer["Location"])
        assert 'value="13:45"' in page(client.get(back["Location"]))
        assert not WorkingHours.objects.exclude(from_day=None).exists()

    def test_an_unknown_clinician_is_no_page(self, mona):
        assert mona.get(reverse("desk:change_week", args=[10**9])).status_code == 404


@pytest.mark.parametrize("how_many", [1, 14])
def test_the_pages_cost_the_same_however_much_is_booked(
    world, mona, carl, how_many, django_assert_max_num_queries
):
    starts = [NOW + dt.timedelta(days=7, minutes=30 * number) for number in range(how_many)]
    for starts_at in starts:
        world.booked(type=world.follow_up, starts_at=starts_at)
    for starts_at in starts:
        ends_at = starts_at + dt.timedelta(hours=1)
        Absence.objects.create(
            clinician=carl, kind="leave", starts_at=starts_at, ends_at=ends_at, made_at=NOW
        )
    for name in ("roster", "change_week", "import_calendar", "add_absence"):
        with django_assert_max_num_queries(12):
            mona.get(reverse(f"desk:{name}", args=[carl.pk]))
    for name in ("hours", "types", "resources"):
        with django_assert_max_num_queries(12):
            mona.get(reverse(f"desk:{name}"))
    with django_assert_max_num_queries(12):
        assert save(mona, carl, look="1").status_code == 200


class TestLeave:
    def add(self, client, carl, **typed):
        told = {"kind": "leave", "first_day": "2026-03-05"} | typed
        return client.post(reverse("desk:add_absence", args=[carl.pk]), told)

    def test_a_whole_day_on_which_nobody_is_booked_is_saved_at_once(self, mona, carl):
        answer = self.add(mona, carl)
        absence = Absence.objects.get()
        assert (absence.starts_at.day, absence.ends_at - absence.starts_at) == (5, dt.timedelta(days=1))
        assert answer["Location"] == reverse("desk:absence", args=[absence.pk])

    def test_who_is_booked_then_is_said_before_it_is_saved(self, world, mona, carl):
        world.booked()
        answer = self.add(mona, carl, note="in Spain", starts="8")
        assert answer.status_code == 409
        assert not Absence.objects.exists()
        shown = page(answer)
        assert "Not saved yet" in shown
        assert "Ana Silva" in shown
        assert re.search(r">Thu[^<]* 5 Mar[^<]*10:00<", shown)
        assert "tel:+447946000123" in shown
        assert "Save the leave; I will move this one" in shown
        assert 'value="in Spain"' in shown
        assert re.search(r'name="starts" value="0?8(:00)?"', shown)
        assert Entry.objects.filter(patient=world.ana, what="booked in an absence", action="listed").exists()

    def test_the_second_press_saves_it_and_the_list_stays(self, world, mona, carl):
        visit = world.booked()
        knowing = re.search(r'name="knowing" value="([^"]+)"', page(self.add(mona, carl)))[1]
        answer = self.add(mona, carl, knowing=knowing)
        absence = Absence.objects.get()
        assert answer["Location"] == reverse("desk:absence", args=[absence.pk])
        for address in (answer["Location"], reverse("desk:roster", args=[carl.pk])):
            shown = page(mona.get(address))
            assert "Ana Silva" in shown
            assert "tel:+447946000123" in shown
            to = reverse("desk:move", args=[visit.patient_id, visit.pk])
            assert f'href="{to}?clinician=any&amp;day=2026-03-05&amp;time=10:00"' in shown, "Carl is away"

    def test_who_was_booked_meanwhile_is_said_too(self, world, mona, carl):
        world.booked()
        knowing = re.search(r'name="knowing" value="([^"]+)"', page(self.add(mona, carl)))[1]
        world.booked(patient=world.ben, starts_at=NOW + dt.timedelta(days=2, hours=4))
        answer = self.add(mona, carl, knowing=knowing)
        assert answer.status_code == 409
        assert "Ben Nowak" in page(answer)
        assert not Absence.objects.exists()

    @pytest.mark.parametrize("knowing", ["", "x", "nobody", "-1", "9" * 30])
    def test_knowing_nonsense_is_knowing_nobody(self, world, mona, carl, knowing):
        world.booked()
        assert self.add(mona, carl, knowing=knowing).status_code == 409
        assert not Absence.objects.exists()

    def test_part_of_a_day_and_several_days(self, mona, carl):
        self.add(mona, carl, starts="13", ends="15:30")
        self.add(mona, carl, first_day="2026-03-09", last_day="2026-03-13")
        part, days = Absence.objects.all()
        assert (part.starts_at.hour, part.ends_at.hour) == (13, 15)
        assert days.ends_at - days.starts_at == dt.timedelta(days=5)
        shown = page(mona.get(reverse("desk:roster", args=[carl.pk])))
        assert "Thu 5 Mar 2026, 13:00 to 15:30" in shown
        assert "Mon 9 Mar 2026 to Fri 13 Mar 2026" in shown

    @pytest.mark.parametrize(
        ("typed", "label", "says"),
        [
            ({"first_day": ""}, "First day", "Choose a day"),
            ({"first_day": "0001-01-01"}, "First day", "out of reach|over already"),
            ({"first_day": "9999-12-31"}, "First day", "out of reach"),
            ({"last_day": "2026-03-04"}, "Last day", "ends before it starts"),
            ({"starts": "15", "ends": "13"}, "Last day", "ends before it starts"),
            ({"starts": "noon"}, "From", "not a time of day"),
            ({"first_day": "2026-03-02"}, "Last day", "over already"),
            ({"last_day": "2028-03-04"}, "Last day", "more than a year"),
            ({"kind": "elsewhere"}, "What is it", "valid choice"),
            ({"note": "x" * 121}, "Note", "At most 120 letters"),
        ],
    )
    def test_what_cannot_be_is_said_beside_its_field(self, mona, carl, typed, label, says):
        answer = self.add(mona, carl, **typed)
        assert answer.status_code == 422
        assert re.search(rf'<a href="#id_\w+">({label}|First day|Last day): [^<]*({says})', page(answer))
        assert not Absence.objects.exists()

    def test_removing_it_twice_says_so(self, mona, carl):
        self.add(mona, carl)
        url = reverse("desk:absence", args=[Absence.objects.get().pk])
        assert "It can be booked again." in page(mona.post(url, follow=True))
        assert "removed already" in page(mona.post(url, follow=True))
        assert mona.get(url).status_code == 404

    def test_past_ones_are_kept_apart_and_cannot_be_removed(self, mona, carl):
        old = Absence.objects.create(
            clinician=carl, kind="sick", starts_at=NOW - dt.timedelta(days=9), ends_at=NOW - dt.timedelta(days=8),
            made_at=NOW,
        )  # fmt: skip
        shown = page(mona.get(reverse("desk:roster", args=[carl.pk])))
        assert "Past leave and absences" in shown
        assert reverse("desk:absence", args=[old.pk]) not in shown
        mona.post(reverse("desk:absence", args=[old.pk]))
        assert Absence.objects.filter(pk=old.pk, ends_at=old.ends_at).exists()

    def test_a_holiday_of_the_whole_clinic(self, world, mona):
        world.booked(clinician=world.cleo)
        told = {"first_day": "2026-03-05", "note": "Founders’ day"}
        asked = mona.post(reverse("desk:add_holiday"), told)
        assert asked.status_code == 409
        assert "Save the holiday; I will move this one" in page(asked)
        assert "Ana Silva" in page(asked), "with Cleo"
        knowing = re.search(r'name="knowing" value="([^"]+)"', page(asked))[1]
        answer = mona.post(reverse("desk:add_holiday"), told | {"knowing": knowing})
        assert "Ana Silva" in page(mona.get(answer["Location"]))
        shown = page(mona.get(reverse("desk:hours")))
        assert "Founders’ day" in shown
        assert "1 visit to move" in shown

    def test_a_holiday_whose_visits_are_moved_says_none(self, world, mona):
        mona.post(reverse("desk:add_holiday"), {"first_day": "2026-03-05", "note": "Founders’ day"})
        world.booked(starts_at=NOW + dt.timedelta(days=1))
        assert "to move" not in page(mona.get(reverse("desk:hours")))

    def test_an_extra_day(self, mona, carl):
        url = reverse("desk:add_extra_hours", args=[carl.pk])
        assert mona.post(url, {"on_day": "2026-03-07", "starts": "12", "ends": "9"}).status_code == 422
        assert mona.post(url, {"on_day": "2026-03-07", "starts": "9", "ends": "12"}).status_code == 302
        extra = ExtraHours.objects.get()
        remove = reverse("desk:remove_extra_hours", args=[carl.pk, extra.pk])
        assert "Removed: Sat 7 Mar 2026" in page(mona.post(remove, follow=True))
        assert "removed already" in page(mona.post(remove, follow=True))


ICS = b"""BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1
SUMMARY:Dentist
DTSTART:20260305T100000Z
DTEND:20260305T110000Z
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART:20260305T100000Z
RRULE:FREQ=SECONDLY
END:VEVENT
END:VCALENDAR
"""


class TestAnotherCalendar:
    def look(self, client, carl, data=ICS, source="Hospital rota"):
        file = SimpleUploadedFile("calendar.ics", data, "text/calendar")
        told = {"file": file, "source": source}
        return client.post(reverse("desk:import_calendar", args=[carl.pk]), told)

    def save(self, client, carl, shown):
        read = re.search(r'name="read" value="([^"]+)"', shown)[1]
        return client.post(reverse("desk:import_calendar", args=[carl.pk]), {"read": read})

    def test_a_file_is_shown_before_it_is_saved_and_its_titles_nowhere(self, world, mona, carl):
        world.booked()  # Thursday at ten
        shown = page(self.look(mona, carl))
        assert "Added: 1" in shown
        assert "1 event: it repeats more often than daily" in shown
        assert "Ana Silva" in shown, "booked in it"
        assert "Dentist" not in shown
        assert not Absence.objects.exists()
        assert self.save(mona, carl, shown).status_code == 302
        assert Absence.objects.get().kind == "elsewhere"
        assert "1 busy time to come" in page(mona.get(reverse("desk:roster", args=[carl.pk])))
        assert "its 1 busy time is here already" in page(self.look(mona, carl))

    def test_a_second_calendar_leaves_the_first_and_one_can_be_taken_away(self, mona, carl):
        self.save(mona, carl, page(self.look(mona, carl)))
        other = ICS.replace(b"T10", b"T13").replace(b"T11", b"T14")
        self.save(mona, carl, page(self.look(mona, carl, other, "School run")))
        assert Absence.objects.count() == 2
        again = page(self.look(mona, carl, other, " hospital  ROTA"))
        assert "What this file changes in Hospital rota" in again
        assert "Changed: 1" in again
        roster = page(mona.get(reverse("desk:roster", args=[carl.pk])))
        assert "Hospital rota" in roster
        assert "School run" in roster
        remove = reverse("desk:remove_import", args=[carl.pk])
        gone = page(mona.post(remove, {"source": "School run"}, follow=True))
        assert "Removed: School run, 1 busy time to come." in gone
        assert Absence.objects.get().imported_from == "Hospital rota"
        assert "was removed already" in page(mona.post(remove, {"source": "School run"}, follow=True))
        assert "was removed already" in page(mona.post(remove, follow=True))

    @pytest.mark.parametrize(
        ("source", "says"),
        [("", "Give the calendar a name"), ("x" * 61, "At most 60 letters"), (" ", "Give the")],
    )
    def test_a_calendar_has_a_name(self, mona, carl, source, says):
        answer = self.look(mona, carl, source=source)
        assert answer.status_code == 422
        assert says in page(answer)

    @pytest.mark.parametrize(
        ("data", "says"),
        [(b"", "This file is empty"), (b"<html>", "does not begin with BEGIN:VCALENDAR"),
         (ICS + b" " * 1_100_000, "larger than 1 MB"), (b"BEGIN:VCALENDAR\x00", "bytes that no text has")],
    )  # fmt: skip
    def test_a_file_that_is_none_is_refused_in_words(self, mona, carl, data, says):
        answer = self.look(mona, carl, data)
        assert answer.status_code == 422
        assert says in page(answer)

    def test_without_a_file_it_asks_for_one(self, mona, carl):
        answer = mona.post(reverse("desk:import_calendar", args=[carl.pk]), {"x": "1"})
        assert "Choose the .ics file" in page(answer)

    def test_what_was_read_is_only_for_whom_it_was_read_and_for_an_hour(self, world, clock, mona, carl):
        shown = page(self.look(mona, carl))
        answer = self.save(mona, world.cleo.clinician, shown)
        assert answer.status_code == 409
        assert "no longer at hand" in page(answer)
        tampered = mona.post(reverse("desk:import_calendar", args=[carl.pk]), {"read": "x:y:z"})
        assert tampered.status_code == 409
        clock.shift(dt.timedelta(minutes=61))
        assert self.save(world.signed_in(world.mona), carl, shown).status_code == 409
        assert not Absence.objects.exists()

    def test_of_two_who_import_at_once_the_second_is_told(self, mona, carl):
        shown = page(self.look(mona, carl))
        self.save(mona, carl, shown)
        answer = self.save(mona, carl, shown)
        assert answer.status_code == 409
        assert "Somebody else changed the imported calendar" in page(answer)
