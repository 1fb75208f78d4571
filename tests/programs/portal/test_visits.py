"""One visit's pages: by the link of a message, without sign-in, and from the patient's own appointments."""

from __future__ import annotations

import datetime as dt
import logging
import re
import uuid
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from clinic.audit.models import Entry
from clinic.booking import actions, links
from clinic.booking.models import Appointment
from clinic.people import actions as people
from programs.portal import visits
from tests.promises.test_reading_changes_nothing import rows

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
# Of the patient, and of what the visit is for: a link is forwarded, and read over shoulders.
NEVER = ("Silva", "Ana", "R0000", "ssessment", "screen", "Nowak", "Ben")


@pytest.fixture(autouse=True)
def _now(clock):
    return clock


@pytest.fixture
def visit(world) -> Appointment:
    return world.booked(starts_at=world.now + 9 * DAY + HOUR)


@pytest.fixture
def page(world, visit) -> str:
    return reverse("portal:visit", args=[links.make_link(appointment=visit, now=world.now)])


@pytest.fixture(params=["by link", "signed in"])
def way(request, world, visit, page):
    """A browser and the visit's page, as whoever has the link and as the patient have them."""
    if request.param == "by link":
        return Client(), page
    return world.signed_in(world.ana.account), reverse("portal:appointment", args=[visit.pk])


def read(answer) -> str:
    return answer.content.decode()


class TestLooking:
    def test_it_shows_when_with_whom_and_where_and_not_whose_nor_what_for(self, page):
        answer = Client().get(page)
        shown = read(answer)
        assert answer.status_code == 200
        for words in (
            "Thursday 12 March 2026 at 10:00 (Europe/London, GMT)",
            "60 minutes",
            "Carl Jensen",
            "1 Example Street, London",
        ):
            assert words in shown
        assert [word for word in NEVER if word in shown] == []

    def test_a_patient_elsewhere_reads_both_clocks(self, world, page):
        world.ana.time_zone = "America/New_York"
        world.ana.save()
        assert "Thursday 12 March 2026 at 06:00 (America/New_York, EDT)" in read(Client().get(page))
        assert "Thu 07:00" in read(Client().get(page + "move/"))

    def test_it_is_kept_by_no_cache_and_found_by_no_engine(self, page):
        for address in (page, page + "move/", page + "appointment.ics", page.replace("/visit/", "/visit/x")):
            answer = Client().get(address)
            assert "no-store" in answer["Cache-Control"]
            assert answer["X-Robots-Tag"] == "noindex"
            assert answer["Referrer-Policy"] == "same-origin"

    def test_nothing_on_it_leads_to_another_site(self, page):
        for address in (page, page + "move/"):
            found = re.findall(r'(?:href|src|action)="([^"]+)"', read(Client().get(address)))
            assert [one for one in found if not one.startswith(("/", "#", "tel:"))] == []

    def test_a_scanner_that_opens_everything_changes_nothing(self, page):
        """All it finds on the pages, with GET and HEAD, twice; then every row is as it was."""
        before, seen, waiting = rows(), set(), [page]
        while waiting:
            address = waiting.pop()
            if address in seen or len(seen) > 60:
                continue
            seen.add(address)
            Client().head(address)
            answer = Client().get(address)
            if "text/html" in answer["Content-Type"]:
                found = re.findall(r'(?:href|action)="(/my/visit/[^"#]+)"', read(answer))
                waiting += [one.replace("&amp;", "&") for one in found]
        assert {page, page + "move/", page + "appointment.ics"} <= seen
        after = rows()
        assert [table for table in before if before[table] != after[table]] == []

    def test_each_look_is_in_the_journal(self, world, page):
        answer = Client().get(page)
        entry = Entry.objects.get(request_id=answer["X-Request-ID"])
        assert (entry.patient, entry.job, entry.action) == (world.ana, "link in a message", "read")

    def test_it_costs_little(self, way, django_assert_max_num_queries):
        client, page = way
        client.get(page)
        with django_assert_max_num_queries(7):
            client.get(page)
        with django_assert_max_num_queries(8):
            client.get(page + "move/?who=anybody")


class TestDeadLinks:
    @pytest.fixture
    def dead(self, world, visit, page, clock) -> list[str]:
        """A wrong one, one of a moved visit, of a cancelled one, and one whose visit has begun."""
        moved = world.booked(starts_at=visit.starts_at + DAY)
        off = world.booked(starts_at=visit.starts_at + 4 * DAY)
        begun = world.booked(starts_at=world.now + HOUR)
        tokens = ["x" * 43, *(links.make_link(appointment=one, now=world.now) for one in (moved, off, begun))]
        actions.move(appointment=moved, starts_at=moved.starts_at + HOUR, by=world.dee, now=world.now)
        actions.cancel(appointment=off, because="ill", by=world.dee, now=world.now)
        clock.shift(HOUR)
        return [reverse("portal:visit", args=[token]) for token in tokens]

    def test_all_answer_alike_and_politely(self, dead):
        for part in ("", "move/", "appointment.ics"):
            answers = [Client().get(page + part) for page in dead]
            assert {one.status_code for one in answers} == {404}
            assert len({one.content for one in answers}) == 1
            assert "our newest mail has the link that works" in read(answers[0])
            assert "020 7946 0000" in read(answers[0])

    def test_posts_too_and_they_change_nothing(self, dead):
        before = rows()
        for page in dead:
            for asked in ({"do": "confirm"}, {"do": "cancel"}, {"do": "back"}):
                assert Client().post(page, asked).status_code == 404
            assert (
                Client().post(page + "move/", {"starts_at": "2026-03-20T10:00:00+00:00"}).status_code == 404
            )
        after = rows()
        assert [table for table in before if before[table] != after[table]] == []

    def test_a_network_that_tries_too_often_waits(self, dead):
        statuses = [Client().get(dead[0]).status_code for _ in range(121)]
        assert statuses[-2:] == [404, 429]
        assert Client(REMOTE_ADDR="203.0.113.9").get(dead[0]).status_code == 404

    def test_an_ipv6_network_counts_once(self, dead):
        answers = [
            Client(REMOTE_ADDR=f"2001:db8:1:2::{number:x}").get(dead[0]).status_code
            for number in range(1, 122)
        ]
        assert answers[-1] == 429

    def test_its_secret_is_not_logged(self, dead, caplog):
        from clinic.audit.middleware import SecretsFilter

        caplog.handler.addFilter(SecretsFilter())
        with caplog.at_level(logging.WARNING):
            Client().get(dead[0])
        said = [record.getMessage() for record in caplog.records if "Not Found" in record.getMessage()]
        assert said == ["Not Found: /my/visit/…/"]


class TestActing:
    def test_confirming_is_shown_and_harmless_again(self, way, visit):
        client, page = way
        for _ in range(2):
            answer = client.post(page, {"do": "confirm"}, follow=True)
            assert "Confirmed. We look forward" in read(answer)
        visit.refresh_from_db()
        assert visit.status == "confirmed"
        assert visit.changes.count() == 2
        assert 'value="confirm"' not in read(client.get(page))

    def test_cancelling_with_a_reason_and_taking_it_back(self, way, visit):
        client, page = way
        shown = read(client.post(page, {"do": "cancel", "reason": "I am abroad"}, follow=True))
        assert "You can take it back until 09:03; then we mail you that it is cancelled" in shown
        visit.refresh_from_db()
        assert visit.cancelled_because.startswith("by the patient ")
        assert visit.cancelled_because.endswith(": I am abroad")
        shown = read(client.post(page, {"do": "back"}, follow=True))
        assert "stands as it did before" in shown
        visit.refresh_from_db()
        assert visit.status == "booked"

    def test_a_mail_is_promised_to_nobody_who_gets_none(self, way, world):
        client, page = way
        people.withdraw_consent(channel=world.ana.channels.get(kind="email"), by=world.dee, now=world.now)
        shown = read(client.post(page, {"do": "cancel"}, follow=True))
        assert "take it back until 09:03." in shown

    def test_moving_by_a_button_of_the_page(self, way, visit):
        client, page = way
        times = re.findall(r'name="starts_at" value="([^"]+)"', read(client.get(page + "move/")))
        answer = client.post(page + "move/", {"starts_at": times[3]}, follow=True)
        visit.refresh_from_db()
        assert visit.starts_at == dt.datetime.fromisoformat(times[3])
        assert "has this new time" in read(answer)
        here = answer.redirect_chain[-1][0]
        client.post(here, {"do": "back"})
        visit.refresh_from_db()
        assert visit.starts_at == dt.datetime(2026, 3, 12, 10, tzinfo=dt.UTC)

    def test_a_time_that_went_meanwhile_offers_the_next_and_names_nobody(self, way, world, visit):
        client, page = way
        world.booked(patient=world.ben, starts_at=visit.starts_at + HOUR)
        taken = (visit.starts_at + HOUR).isoformat()
        answer = client.post(page + "move/", {"starts_at": taken, "from": "2026-03-16"})
        shown = read(answer)
        assert answer.status_code == 409
        assert "That time has just gone. Your visit stays as it was." in shown
        assert (visit.starts_at + 2 * HOUR).isoformat() in shown
        assert "Monday 16 March" in shown, "the days that were looked at are still there"
        assert "Nowak" not in shown

    def test_a_held_time_is_not_said_to_be_somebodys(self, way, world, visit):
        from clinic.booking.holding import hold
        from clinic.booking.models import Hold

        client, page = way
        at = visit.starts_at + HOUR
        hold(
            clinician=world.carl.clinician,
            type=visit.type,
            starts_at=at,
            purpose=Hold.Purpose.OFFER,
            lasts_until=world.now + HOUR,
            now=world.now,
        )
        answer = client.post(page + "move/", {"starts_at": at.isoformat()})
        assert answer.status_code == 409
        assert "wait list" not in read(answer)

    @pytest.mark.parametrize(
        "typed",
        ["", "soon", "2026-03-12", "9999-12-31T00:00:00+14:00", "2026-03-12T11:00", "9" * 4000, "\x00"],
    )
    def test_what_is_no_time_moves_nothing(self, way, visit, typed):
        client, page = way
        assert client.post(page + "move/", {"starts_at": typed}).status_code == 422
        visit.refresh_from_db()
        assert visit.moved_at is None

    @pytest.mark.parametrize(
        "asked", ["?from=soon", "?from=9999-12-31", "?from=2001-01-01", "?who=me", "?from=\x00"]
    )
    def test_what_is_no_day_shows_times_or_says_that_there_are_none(self, way, asked):
        client, page = way
        assert client.get(page + "move/" + asked).status_code == 200

    @pytest.mark.parametrize(
        "asked",
        [{}, {"do": "delete"}, {"do": "cancel", "reason": "x" * 161}, {"do": "cancel", "reason": "a\x00b"}],
    )
    def test_what_is_no_act_does_nothing_and_keeps_what_was_typed(self, way, visit, asked):
        client, page = way
        answer = client.post(page, asked)
        assert answer.status_code == 422
        visit.refresh_from_db()
        assert visit.status == "booked"
        if len(asked.get("reason", "")) > 100:
            assert asked["reason"] in read(answer)
            assert "160 characters" in read(answer)

    def test_too_late_it_says_whom_to_ring_and_keeps_what_was_typed(self, way, visit, clock):
        client, page = way
        clock.shift(8 * DAY + 2 * HOUR)
        if client.session.keys():
            client.force_login(visit.patient.account, backend="clinic.people.backends.ClinicBackend")
        shown = read(client.get(page))
        assert "until 24 hours before it begins" in shown
        assert "020 7946 0000" in shown
        assert 'value="cancel"' not in shown
        answer = client.post(page, {"do": "cancel", "reason": "I am abroad"})
        assert answer.status_code == 409
        assert "What you typed: “I am abroad”" in read(answer)
        assert client.get(page + "move/").status_code == 302
        client.post(page, {"do": "confirm"})
        visit.refresh_from_db()
        assert visit.status == "confirmed"

    def test_an_urgent_one_is_not_called_urgent(self, way, world, visit):
        client, page = way
        actions.mark_urgent(appointment=visit, because="Night pain.", by=world.dee, now=world.now)
        shown = read(client.get(page))
        assert "can only be changed by phone" in shown
        assert "urgent" not in shown.casefold()

    def test_a_form_from_elsewhere_is_refused(self, page, visit):
        assert Client(enforce_csrf_checks=True).post(page, {"do": "cancel"}).status_code == 403
        visit.refresh_from_db()
        assert visit.status == "booked"


def test_an_hour_that_the_clock_shows_twice_is_told_apart():
    """01:30 on the night the clocks go back, and half past one on any other."""
    zone = ZoneInfo("Europe/London")
    twice = [dt.datetime(2026, 10, 25, hour, 30, tzinfo=dt.UTC).astimezone(zone) for hour in (0, 1)]
    assert [visits._clock(one) for one in twice] == ["01:30 BST", "01:30 GMT"]
    assert visits._clock(dt.datetime(2026, 10, 26, 1, 30, tzinfo=zone)) == "01:30"


class TestTheirOwn:
    def test_the_list_leads_to_each_and_confirms(self, world, visit):
        ana = world.signed_in(world.ana.account)
        shown = read(ana.get("/my/appointments/"))
        assert reverse("portal:appointment", args=[visit.pk]) in shown
        assert "Move or cancel" in shown
        assert 'value="confirm"' in shown

    def test_anothers_visit_is_no_page(self, world, visit):
        ben = world.signed_in(world.ben.account)
        for name in ("appointment", "appointment_move", "appointment_file"):
            assert ben.get(reverse(f"portal:{name}", args=[visit.pk])).status_code == 404
        assert ben.post(reverse("portal:appointment", args=[visit.pk]), {"do": "cancel"}).status_code == 404

    def test_who_cancelled_is_named_by_their_account(self, world, visit):
        ana = world.signed_in(world.ana.account)
        ana.post(reverse("portal:appointment", args=[visit.pk]), {"do": "cancel", "reason": "ill"})
        visit.refresh_from_db()
        assert (visit.cancelled_by, visit.cancelled_because) == (
            world.ana.account,
            "by the patient online: ill",
        )

    def test_a_past_one_has_no_buttons(self, world, visit, clock):
        clock.shift(10 * DAY)
        shown = read(world.signed_in(world.ana.account).get(reverse("portal:appointment", args=[visit.pk])))
        assert "<button" not in shown.partition("<main")[2]


class TestFile:
    def test_it_is_a_calendar_file_of_this_visit(self, way, visit):
        client, page = way
        answer = client.get(page + "appointment.ics")
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert answer["Content-Disposition"] == 'attachment; filename="appointment.ics"'
        (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
        assert event["dtstart"].dt == visit.starts_at
        assert [word for word in NEVER if word in answer.content.decode()] == []
        assert uuid.UUID(str(event["uid"]))
