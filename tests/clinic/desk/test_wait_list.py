"""The desk's wait list: putting somebody on it, who fits a gap, offering it, and what the day shows of it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from clinic.audit.models import Entry
from clinic.booking import offering
from clinic.booking.models import Hold, Offer, Urgency, WaitListEntry, WaitListPolicy
from clinic.reminders.models import Incoming
from tests.world import NOW

DAY, HOUR, MINUTE = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(minutes=1)
TEN = NOW + DAY + HOUR  # on Wednesday


@pytest.fixture(autouse=True)
def _nine_on_a_tuesday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def dee(world):
    client = world.signed_in(world.dee)
    client.get(reverse("desk:patients"))
    return client


def text(response):
    return response.content.decode()


def slot(world, start=TEN):
    return f"{world.carl.clinician.pk} {start.isoformat()}"


def gap(world, time="10:00", **other):
    return {"clinician": world.carl.clinician.pk, "day": "2026-03-04", "time": time} | other


def many(world, how_many):
    for number in range(how_many):
        world.waits(world.patient("Pat", f"Number{number}", dt.date(1990, 1, 1), f"+4479460{number:05d}"))


class TestPuttingSomebodyOnIt:
    def put(self, dee, patient, **typed):
        return dee.post(reverse("desk:wait", args=[patient.pk]), {"urgency": "0"} | typed, follow=True)

    def test_from_the_record_with_what_is_typed(self, world, dee):
        assert world.follow_up
        assert reverse("desk:wait", args=[world.ana.pk]) in text(
            dee.get(reverse("desk:patient", args=[world.ana.pk]))
        )
        page = self.put(
            dee,
            world.ana,
            type="follow-up",
            weekdays=["0", "2"],
            from_time="9:00",
            until_day="2026-03-20",
            urgency="1",
        )
        assert "Ana Silva is on the wait list." in text(page)
        assert "Mon, Wed · not before 09:00 · until 20 Mar" in text(page)
        assert "+447946000123" in text(page)
        assert Entry.objects.filter(patient=world.ana, what="wait list", action="listed").exists()

    def test_from_the_list_itself_by_finding_the_patient(self, world, dee):
        search, form = reverse("desk:patients"), reverse("desk:wait", args=[world.ana.pk])
        assert f'href="{search}?for=wait-list"' in text(dee.get(reverse("desk:wait_list")))
        page = text(dee.get(search, {"for": "wait-list"}))
        assert "Who goes on the wait list?" in page
        assert 'name="for" value="wait-list"' in page
        asked = {"q": "sil an", "for": "wait-list"}
        assert dee.post(search, asked).headers["Location"] == form
        world.patient("Anabel", "Silva", dt.date(1990, 1, 1), "+447946000999")
        for headers in ({}, {"X-As-They-Type": "1"}):
            found = text(dee.post(search, asked, headers=headers))
            assert found.count(f'href="{form}"') == 2
            assert "Ana Silva to the wait list</span>" in found
            assert f"{reverse('desk:book')}?patient" not in found
        assert 'name="for" value="wait-list"' in text(dee.post(search, asked))

    @pytest.mark.parametrize("marked", ["", "other", "x" * 500])
    def test_another_mark_in_the_address_is_the_plain_page(self, world, dee, marked):
        record = reverse("desk:patient", args=[world.ana.pk])
        assert "Who goes on" not in text(dee.get(reverse("desk:patients"), {"for": marked}))
        found = text(dee.post(reverse("desk:patients"), {"q": "sil an", "for": marked}))
        assert f'href="{record}"' in found
        assert reverse("desk:wait", args=[world.ana.pk]) not in found

    def test_an_appointment_that_wants_to_be_earlier(self, world, dee):
        visit = world.booked(starts_at=TEN)
        address = f"{reverse('desk:wait', args=[world.ana.pk])}?appointment={visit.pk}"
        for page in (
            dee.get(reverse("desk:patient", args=[world.ana.pk])),
            dee.get(reverse("desk:today"), {"day": "2026-03-04"}),
        ):
            assert address in text(page)
        form = text(dee.get(address))
        assert f'<option value="{visit.pk}" selected>Wed 4 Mar, 10:00, Initial assessment</option>' in form
        self.put(dee, world.ana, instead_of=str(visit.pk))
        assert WaitListEntry.objects.get().instead_of == visit

    def test_from_the_booking_where_nothing_suits(self, world, dee):
        assert world.follow_up
        assert world.carl
        page = text(
            dee.get(reverse("desk:book"), {"patient": world.ana.pk, "type": "follow-up", "day": "2026-03-04"})
        )
        assert f"{reverse('desk:wait', args=[world.ana.pk])}?type=follow-up" in page
        assert 'value="follow-up" selected' in text(
            dee.get(reverse("desk:wait", args=[world.ana.pk]), {"type": "follow-up"})
        )

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({}, "Choose what they wait for."),
            ({"type": "nonsense"}, "Choose one of the appointment types listed."),
            ({"type": "follow-up", "from_time": "25:00"}, "That is not a time of day."),
            ({"type": "follow-up", "until_day": "31/2/2026"}, "That is not a day in the calendar."),
            ({"type": "follow-up", "until_day": "2026-03-01"}, "last day has passed"),
            (
                {"type": "follow-up", "from_time": "10:00", "until_time": "09:00"},
                "do not fit between those times",
            ),
            ({"type": "follow-up", "part": "morning", "from_time": "13"}, "13:00 is not in the morning."),
            (
                {"type": "follow-up", "part": "afternoon", "until_time": "12"},
                "12:00 is not in the afternoon.",
            ),
            ({"type": "follow-up", "part": "night"}, "Choose morning, afternoon or any time."),
            ({"type": "follow-up", "note": "x" * 201}, "at most 200 characters"),
        ],
    )
    def test_what_makes_no_sense_is_told_and_kept(self, world, dee, typed, words):
        assert world.follow_up
        page = (
            self.put(dee, world.ana, note="rings back", **typed)
            if "note" not in typed
            else self.put(dee, world.ana, **typed)
        )
        assert page.status_code == 422
        assert words in text(page)
        assert "rings back" in text(page) or "note" in typed
        assert not WaitListEntry.objects.exists()

    def test_twice_is_told_with_the_way_there(self, world, dee):
        entry = world.waits(world.ana)
        page = self.put(dee, world.ana, type="follow-up", note="again")
        assert page.status_code == 409
        assert reverse("desk:wait_change", args=[world.ana.pk, entry.pk]) in text(page)
        assert "again" in text(page)

    @pytest.mark.parametrize(
        "asked", ["?appointment=x", "?clinician=-1", "?type=%00", "?appointment=99999999999"]
    )
    def test_an_address_that_makes_no_sense_is_an_empty_form(self, world, dee, asked):
        assert dee.get(reverse("desk:wait", args=[world.ana.pk]) + asked).status_code == 200

    @pytest.mark.parametrize(
        ("typed", "taken"),
        [
            ({"part": "morning"}, (None, dt.time(12))),
            ({"part": "afternoon"}, (dt.time(12), None)),
            ({"part": "morning", "from_time": "9", "until_time": "11"}, (dt.time(9), dt.time(11))),
            ({"part": "afternoon", "from_time": "9"}, (dt.time(12), None)),
            ({"part": ""}, (None, None)),
        ],
    )
    def test_a_part_of_the_day_is_ticked_and_not_typed(self, world, dee, typed, taken):
        assert world.follow_up
        self.put(dee, world.ana, type="follow-up", **typed)
        made = WaitListEntry.objects.get()
        assert (made.from_time, made.until_time) == taken


class TestChangingAndClosing:
    @pytest.mark.parametrize(
        ("begins", "ends", "ticked", "typed"),
        [
            (None, dt.time(12), "morning", ()),
            (dt.time(12), None, "afternoon", ()),
            (dt.time(9), dt.time(12), "", ("09:00", "12:00")),
            (None, None, "", ()),
        ],
    )
    def test_the_part_of_the_day_is_shown_again(self, world, dee, begins, ends, ticked, typed):
        entry = world.waits(world.ana, from_time=begins, until_time=ends)
        address = reverse("desk:wait_change", args=[world.ana.pk, entry.pk])
        page = text(dee.get(address))
        assert re.findall(r'name="part" value="(\w*)"[^>]*checked', page) == [ticked]
        assert re.findall(r'name="(?:from|until)_time" value="([^"]*)"', page) == list(typed)
        told = {"urgency": "0", "part": ticked} | dict(zip(("from_time", "until_time"), typed, strict=False))
        dee.post(address, told)
        entry.refresh_from_db()
        assert (entry.from_time, entry.until_time) == (begins, ends)

    def test_the_wish_is_shown_and_changed(self, world, dee):
        entry = world.waits(world.ana, weekdays=[1], note="mornings")
        address = reverse("desk:wait_change", args=[world.ana.pk, entry.pk])
        assert "mornings" in text(dee.get(address))
        dee.post(address, {"urgency": "2", "weekdays": ["3"], "note": "afternoons"})
        entry.refresh_from_db()
        assert (entry.weekdays, entry.note, entry.urgency) == ([3], "afternoons", Urgency.WITHIN_DAYS)

    def test_off_the_list_and_once_only(self, world, dee):
        entry = world.waits(world.ana)
        address = reverse("desk:wait_change", args=[world.ana.pk, entry.pk])
        assert "off the wait list" in text(dee.post(address, {"do": "close"}, follow=True))
        page = dee.post(address, {"do": "close"})
        assert page.status_code == 409
        assert "no longer wanted" in text(page)


class TestTheList:
    def test_most_urgent_first_with_the_last_offer(self, world, dee):
        world.waits(world.ana)
        world.waits(world.ben, urgency=Urgency.SAME_DAY, target_day=NOW.date())
        offering.offer(clinician=world.carl.clinician, starts_at=TEN, by=world.dee, now=NOW, how_many=1)
        page = text(dee.get(reverse("desk:wait_list")))
        table = page.split("<tbody>")[1]
        assert table.index("Ben Nowak") < table.index("Ana Silva")
        assert "By Tue 3 Mar" in page
        assert "Waiting for an answer" in table.split("Ana Silva")[0]
        assert "Being offered now" in page

    @pytest.mark.parametrize("how_many", [1, 30])
    def test_it_costs_no_more_when_many_wait(self, world, dee, how_many, django_assert_max_num_queries):
        many(world, how_many)
        with django_assert_max_num_queries(6):
            page = dee.get(reverse("desk:wait_list"))
        assert text(page).count("Find a time") == how_many

    def test_a_time_is_one_click_away(self, world, dee):
        visit = world.booked(starts_at=TEN + DAY)
        world.waits(world.ana, instead_of=visit)
        world.waits(world.ben)
        page = text(dee.get(reverse("desk:wait_list")))
        assert reverse("desk:move", args=[world.ana.pk, visit.pk]) in page
        assert f"patient={world.ben.pk}&amp;type=follow-up" in page


class TestBesideAGap:
    def test_only_those_who_fit_are_shown_with_their_phone(self, world, dee):
        world.waits(world.ana, weekdays=[3])
        world.waits(world.ben)
        page = text(dee.get(reverse("desk:who_waits"), gap(world)))
        assert "+447946000456" in page
        assert "Silva" not in page
        listed = Entry.objects.filter(what="who waits", action="listed")
        assert [entry.patient for entry in listed] == [world.ben]

    def test_the_day_asks_for_the_list_alone(self, world, dee):
        many(world, 9)
        part = dee.get(reverse("desk:who_waits"), gap(world), headers={"X-Part": "1"})
        assert "<html" not in text(part)
        assert text(part).count("<li>") == 6
        assert "3 more who fit" in text(part)
        assert Entry.objects.filter(what="who waits").count() == 6

    def test_whose_day_is_past_by_then_is_marked_and_keeps_their_place(self, world, dee):
        world.waits(world.ana, urgency=Urgency.SAME_DAY, target_day=NOW.date())
        world.waits(world.ben, target_day=NOW.date() + DAY)
        page = text(dee.get(reverse("desk:who_waits"), gap(world)))
        assert "<strong>too late: by Tue 3 Mar</strong>" in page
        assert page.count("too late") == 1
        assert "· by Wed 4 Mar" in page
        assert page.index("Silva") < page.index("Nowak")
        assert page.count("Offer to ") == 2

    @pytest.mark.parametrize("how_many", [1, 30])
    def test_it_costs_no_more_when_many_wait(self, world, dee, how_many, django_assert_max_num_queries):
        many(world, how_many)
        asked = gap(world)
        with django_assert_max_num_queries(7):
            dee.get(reverse("desk:who_waits"), asked, headers={"X-Part": "1"})

    @pytest.mark.parametrize(
        "asked",
        [
            {},
            {"clinician": "x"},
            {"clinician": "999999"},
            {"day": "2026-02-30"},
            {"day": "9999-12-31"},
            {"time": "25:00"},
        ],
    )
    def test_an_address_that_names_no_gap(self, world, dee, asked):
        page = dee.get(reverse("desk:who_waits"), gap(world) | asked if asked else {})
        assert page.status_code == 404
        assert "No such time" in text(page)

    def test_what_is_taken_is_said(self, world, dee):
        world.booked(starts_at=TEN)
        assert "Nothing is free then" in text(dee.get(reverse("desk:who_waits"), gap(world)))


class TestOfferingIt:
    def test_one_click_asks_the_first_three_and_holds_the_time(self, world, dee):
        many(world, 4)
        page = text(dee.post(reverse("desk:offer_time"), {"slot": slot(world)}, follow=True))
        assert "Offered to 3 people who wait. Wed 4 Mar, 10:00 is kept until 10:00" in page
        assert page.count("Waiting for an answer") == 6  # in the round, and on each line
        assert Hold.objects.count() == 1

    def test_twice_is_refused_with_who_holds_it(self, world, dee):
        many(world, 4)
        dee.post(reverse("desk:offer_time"), {"slot": slot(world)})
        page = dee.post(reverse("desk:offer_time"), {"slot": slot(world)}, follow=True)
        assert "is not free (any more), so nothing was offered" in text(page)
        assert Offer.objects.count() == 3

    @pytest.mark.parametrize(
        "sent", ["", "x", "1", "1 2026-03-04", "1 2026-03-04T10:00", "0 9999-12-31T10:00+00:00"]
    )
    def test_what_is_no_slot_is_told(self, world, dee, sent):
        page = dee.post(reverse("desk:offer_time"), {"slot": sent}, follow=True)
        assert "could not be read" in text(page)

    def test_one_person_is_chosen(self, world, dee):
        many(world, 3)
        entry = WaitListEntry.objects.get(patient__legal_family_name="Number2")
        shown = text(dee.get(reverse("desk:who_waits"), gap(world)))
        assert f'name="to" value="{entry.pk}"' in shown
        assert "Offer to Pat Number2" in shown
        page = dee.post(reverse("desk:offer_time"), {"slot": slot(world), "to": entry.pk}, follow=True)
        assert "Offered to Pat Number2. Wed 4 Mar, 10:00 is kept for them until 10:00." in text(page)
        assert [one.entry for one in Offer.objects.all()] == [entry]
        assert Entry.objects.filter(patient=entry.patient, what=f"offer {Offer.objects.get().pk}").exists()

    def test_who_can_only_be_rung_gets_no_button(self, world, dee):
        entry = world.waits(world.ana)
        world.ana.channels.filter(kind="email").update(consent_withdrawn_at=NOW)
        shown = text(dee.get(reverse("desk:who_waits"), gap(world)))
        assert "no e-mail: ring them" in shown
        assert "Offer to" not in shown
        page = dee.post(reverse("desk:offer_time"), {"slot": slot(world), "to": entry.pk}, follow=True)
        assert "Ana Silva has agreed to no e-mail, so nothing was offered." in text(page)

    @pytest.mark.parametrize("to", ["x", "0", "-1", "99999999999999999999", "\u0661x"])
    def test_who_is_nobody_is_told(self, world, dee, to):
        many(world, 1)
        page = dee.post(reverse("desk:offer_time"), {"slot": slot(world), "to": to}, follow=True)
        assert page.status_code == 200
        assert "nothing was offered" in text(page).casefold()
        assert not Offer.objects.exists()

    def test_it_is_taken_back(self, world, dee):
        many(world, 2)
        dee.post(reverse("desk:offer_time"), {"slot": slot(world)})
        address = reverse("desk:take_offer_back", args=[Offer.objects.first().round])
        assert "the time is free again" in text(dee.post(address, follow=True))
        assert "Nothing was taken back" in text(dee.post(address, follow=True))
        assert not Hold.objects.exists()

    def test_cancelling_says_who_fits_with_a_button(self, world, dee):
        visit = world.booked(starts_at=TEN)
        many(world, 2)
        cancel = reverse("desk:appointment_status", args=[world.ana.pk, visit.pk])
        page = text(dee.post(cancel, {"to": "cancelled", "because": "ill"}, follow=True))
        assert "2 people on the wait list fit the time that came free." in page
        assert f'form="offer-freed" name="slot" value="{slot(world)}"' in page
        assert 'id="offer-freed"' in page
        assert "Offer this time to the first 2 who fit" in page

    def test_cancelling_says_nothing_where_nobody_fits(self, world, dee):
        visit = world.booked(starts_at=TEN)
        cancel = reverse("desk:appointment_status", args=[world.ana.pk, visit.pk])
        assert "wait list fit" not in text(
            dee.post(cancel, {"to": "cancelled", "because": "ill"}, follow=True)
        )


class TestToBeSeenInTime:
    def test_on_top_of_the_day_with_the_next_free_time(self, world, dee):
        world.waits(world.ana, urgency=Urgency.WITHIN_DAYS, target_day=dt.date(2026, 3, 5))
        assert world.carl
        address = reverse("desk:to_be_seen")
        assert f'data-loads="{address}"' in text(dee.get(reverse("desk:today")))
        assert "<html" in text(dee.get(address))
        top = text(dee.get(address, headers={"X-Part": "1"}))
        assert "<html" not in top
        assert "By Thursday 5 Mar" in top
        assert "+447946000123" in top
        assert "next free" in top
        assert "with Carl Jensen" in top
        assert f"patient={world.ana.pk}&amp;type=follow-up&amp;clinician={world.carl.clinician.pk}" in top
        assert "day=2026-03-03&amp;time=09%3A00" in top

    def test_too_late_and_overdue_are_said(self, world, dee):
        world.waits(world.ana, target_day=dt.date(2026, 3, 2))
        world.waits(world.ben, target_day=NOW.date())
        assert world.carl
        with time_machine.travel(NOW.replace(hour=17, minute=45), tick=False):
            page = text(world.signed_in(world.dee).get(reverse("desk:to_be_seen")))
        assert "Was due Mon 2 Mar" in page
        assert page.count("(too late)") == 1

    def test_nothing_where_nobody_is(self, world, dee):
        world.waits(world.ana)
        assert text(dee.get(reverse("desk:to_be_seen"), headers={"X-Part": "1"})).strip() == ""

    def test_a_text_nobody_has_read_stands_on_top(self, world, dee):
        waits = {"provider": "p", "from_digits": "44", "text": "Can I come later?", "received_at": NOW}
        Incoming.objects.create(**waits, provider_id="1", for_the_desk=True)
        Incoming.objects.create(**waits, provider_id="2")
        address = reverse("desk:to_be_seen")
        assert reverse("desk:replies") in text(dee.get(address, headers={"X-Part": "1"}))
        assert reverse("desk:replies") in text(dee.get(address))
        Incoming.objects.update(for_the_desk=False)
        assert text(dee.get(address, headers={"X-Part": "1"})).strip() == ""

    @pytest.mark.parametrize("how_many", [1, 30])
    def test_it_costs_no_more_when_many_are(self, world, dee, how_many, django_assert_max_num_queries):
        many(world, how_many)
        WaitListEntry.objects.update(target_day=NOW.date())
        assert world.carl
        with django_assert_max_num_queries(7):
            dee.get(reverse("desk:to_be_seen"), headers={"X-Part": "1"})


class TestThePolicy:
    def test_managers_set_it(self, world):
        mona = world.signed_in(world.mona)
        address = reverse("desk:wait_policy")
        assert "three minutes" in text(mona.get(address)).casefold()
        sent = {"automatic": "on", "how_many": "5", "answer_minutes": "45", "notice_minutes": "90"}
        mona.post(address, sent)
        policy = WaitListPolicy.objects.get()
        assert (policy.automatic, policy.how_many, policy.answer_minutes, policy.notice_minutes) == (
            True,
            5,
            45,
            90,
        )
        assert "automatically to the first 5 who fit" in text(mona.get(reverse("desk:wait_list")))

    @pytest.mark.parametrize(
        "wrong", [{"how_many": "0"}, {"how_many": "11"}, {"answer_minutes": "4"}, {"notice_minutes": "-1"}]
    )
    def test_what_makes_no_sense_is_refused(self, world, wrong):
        sent = {"how_many": "3", "answer_minutes": "60", "notice_minutes": "120"} | wrong
        assert world.signed_in(world.mona).post(reverse("desk:wait_policy"), sent).status_code == 422
        assert not WaitListPolicy.objects.exists()

    def test_the_desk_does_not(self, dee):
        assert dee.get(reverse("desk:wait_policy")).status_code == 403
