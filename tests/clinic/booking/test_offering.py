"""A freed time is offered: it is held, the first yes gets it, and the others are told so politely."""

from __future__ import annotations

import datetime as dt

import pytest

from clinic.booking import actions, answering, freed, offer_reminders, offering, tasks, waiting
from clinic.booking.answering import AnotherVisit, Gone, NotOpen
from clinic.booking.models import Answer, Appointment, CameBy, Hold, Offer, Urgency, WaitListPolicy
from clinic.booking.offering import CannotBeAsked, NobodyFits, NotFree
from clinic.booking.refusals import SlotHeld
from clinic.booking.steps import take_back
from clinic.people.tokens import hashed
from clinic.reminders import actions as outbox
from clinic.reminders.models import Reminder
from clinic.reminders.sources import Message, NotWanted

HOUR, MINUTE, DAY = dt.timedelta(hours=1), dt.timedelta(minutes=1), dt.timedelta(days=1)


@pytest.fixture
def tomorrow(world):
    """Wednesday at ten."""
    return world.now + DAY + HOUR


def somebody(world, number):
    return world.patient("Pat", f"Number{number}", dt.date(1990, 1, 1), f"+4479460{number:05d}")


@pytest.fixture
def line(world):
    """Five who wait for a follow-up, in the order they were put on the list."""
    people = [somebody(world, number) for number in range(5)]
    return [world.waits(one, now=world.now - (5 - n) * MINUTE) for n, one in enumerate(people)]


def offered(world, start, **other):
    return offering.offer(
        **{"clinician": world.carl.clinician, "by": world.dee, "now": world.now} | other, starts_at=start
    )


def link(offer, now):
    """The token of a mail that was written now."""
    told = offer_reminders.message(kind="time_offered", subject_id=offer.pk, about_at=now, now=now)
    assert isinstance(told, Message), told
    return told.key


def answers(round):
    return list(Offer.objects.filter(round=round).order_by("pk").values_list("answer", flat=True))


def policy(**other):
    WaitListPolicy.objects.update_or_create(pk=1, defaults={"automatic": True} | other)


class TestOffering:
    def test_the_first_three_are_asked_and_the_time_is_held(self, world, tomorrow, line):
        made = offered(world, tomorrow)
        assert [one.entry for one in made] == line[:3]
        hold = Hold.objects.get()
        assert (hold.purpose, hold.starts_at, hold.expires_at) == ("offer", tomorrow, world.now + HOUR)
        with pytest.raises(SlotHeld, match="offered to the wait list and kept until 10:00"):
            world.booked(starts_at=tomorrow)

    def test_nobody_fits(self, world, tomorrow):
        with pytest.raises(NobodyFits):
            offered(world, tomorrow)

    def test_a_time_that_is_not_free(self, world, tomorrow, line):
        world.booked(starts_at=tomorrow)
        for start in (tomorrow, tomorrow.replace(hour=20), world.now - HOUR):
            with pytest.raises(NotFree):
                offered(world, start)
        assert not Offer.objects.exists()

    def test_only_who_can_be_asked_by_mail_and_is_not_being_asked(self, world, tomorrow, line):
        line[0].patient.channels.filter(kind="email").update(consent_withdrawn_at=world.now)
        offered(world, tomorrow, how_many=1)
        made = offered(world, tomorrow + HOUR)
        assert [one.entry for one in made] == line[2:5]

    def test_one_hold_is_long_enough_for_all_who_are_asked(self, world, tomorrow, line):
        long = world.waits(world.ana, type=world.assessment, urgency=Urgency.SOON)
        made = offered(world, tomorrow)
        assert [one.entry for one in made] == [long, *line[:2]]
        hold = Hold.objects.get()
        assert hold.held_until - hold.starts_at == HOUR
        assert [one.ends_at - one.starts_at for one in made] == [HOUR, HOUR / 2, HOUR / 2]

    def test_an_offer_never_outlasts_the_time_itself(self, world, line):
        made = offered(world, world.now + 30 * MINUTE)
        assert made[0].expires_at == world.now + 30 * MINUTE


def test_the_mail_says_until_when_the_time_is_kept(world, tomorrow, line):
    (made,) = offered(world, tomorrow, how_many=1)
    told = offer_reminders.message(
        kind="time_offered", subject_id=made.pk, about_at=world.now, now=world.now + 5 * MINUTE
    )
    assert told.facts == {"until": "Tuesday 3 March 2026 at 10:00 (Europe/London, GMT)"}


class TestOfferingToOneChosenPerson:
    def test_only_they_are_asked_and_the_time_is_held_as_for_all(self, world, tomorrow, line):
        made = offered(world, tomorrow, to=line[3].pk)
        assert [one.entry for one in made] == [line[3]]
        hold = Hold.objects.get()
        assert (hold.purpose, hold.starts_at, hold.expires_at) == ("offer", tomorrow, world.now + HOUR)
        visit = answering.accept(token=link(made[0], world.now), now=world.now + MINUTE)
        assert (visit.patient, visit.came_by) == (line[3].patient, CameBy.OFFER)

    def test_what_they_need_is_kept_and_no_more(self, world, tomorrow, line):
        world.waits(world.ana, type=world.assessment, urgency=Urgency.SOON)
        offered(world, tomorrow, to=line[0].pk)
        hold = Hold.objects.get()
        assert hold.ends_at - hold.starts_at == HOUR / 2

    def test_no_answer_lapses_and_the_time_is_free(self, world, tomorrow, line):
        made = offered(world, tomorrow, to=line[2].pk)
        offering.lapse(now=world.now + 2 * HOUR)
        assert answers(made[0].round) == ["lapsed"]
        assert not Hold.objects.exists()

    def test_the_next_are_asked_where_the_clinic_offers_by_itself(self, world, tomorrow, line):
        policy(how_many=2)
        made = offered(world, tomorrow, to=line[2].pk)
        answering.decline(token=link(made[0], world.now), now=world.now + MINUTE)
        asked = Offer.objects.filter(round=made[0].round, answer="open").order_by("pk")
        assert [one.entry for one in asked] == line[:2]

    def test_who_does_not_fit_is_not_asked(self, world, tomorrow, line):
        thursdays = world.waits(world.ana, weekdays=[3])
        with pytest.raises(CannotBeAsked, match=r"no longer waits for a time that 10:00 on .* would suit"):
            offered(world, tomorrow, to=thursdays.pk)
        waiting.withdraw(entry=line[1], by=world.dee, now=world.now)
        with pytest.raises(CannotBeAsked, match=r"no longer waits for a time that 10:00 on .* would suit"):
            offered(world, tomorrow, to=line[1].pk)
        assert not Hold.objects.exists()

    def test_who_can_only_be_rung_is_named(self, world, tomorrow, line):
        line[0].patient.channels.filter(kind="email").update(consent_withdrawn_at=world.now)
        with pytest.raises(CannotBeAsked, match=r"Pat Number0 has agreed to no e-mail.*Ring them"):
            offered(world, tomorrow, to=line[0].pk)
        assert not Offer.objects.exists()

    def test_nobody_is_asked_about_two_times_at_once(self, world, tomorrow, line):
        offered(world, tomorrow, to=line[0].pk)
        with pytest.raises(CannotBeAsked, match="Pat Number0 is being asked already"):
            offered(world, tomorrow + HOUR, to=line[0].pk)
        assert Offer.objects.count() == 1


class TestAnswering:
    def test_the_first_yes_gets_it(self, world, tomorrow, line):
        made = offered(world, tomorrow)
        first, second = (link(one, world.now) for one in made[:2])
        visit = answering.accept(token=second, now=world.now + MINUTE)
        assert (visit.patient, visit.starts_at, visit.came_by) == (line[1].patient, tomorrow, CameBy.OFFER)
        assert visit.booked_by_job == "offer answered"
        assert answers(made[0].round) == ["too_late", "yes", "too_late"]
        line[1].refresh_from_db()
        assert (line[1].outcome, line[1].became) == ("booked", visit)
        assert not Hold.objects.exists()
        with pytest.raises(Gone):
            answering.accept(token=first, now=world.now + MINUTE)
        assert Appointment.objects.count() == 1

    def test_yes_twice_is_yes_once(self, world, tomorrow, line):
        token = link(offered(world, tomorrow)[0], world.now)
        visit = answering.accept(token=token, now=world.now)
        assert answering.accept(token=token, now=world.now) == visit
        assert Appointment.objects.count() == 1

    def test_the_visit_they_have_is_moved_and_its_time_is_free(self, world, tomorrow):
        visit = world.booked(type=world.follow_up, starts_at=tomorrow + 2 * DAY)
        world.waits(world.ana, instead_of=visit)
        moved = answering.accept(token=link(offered(world, tomorrow)[0], world.now), now=world.now)
        assert (moved.pk, moved.starts_at) == (visit.pk, tomorrow)
        assert world.booked(patient=world.ben, type=world.follow_up, starts_at=tomorrow + 2 * DAY)

    def test_no_frees_a_place_in_the_round(self, world, tomorrow, line):
        policy()
        made = offered(world, tomorrow)
        answering.decline(token=link(made[0], world.now), now=world.now + 5 * MINUTE)
        assert answers(made[0].round) == ["no", "open", "open", "open"]
        newest = Offer.objects.latest("pk")
        assert (newest.entry, newest.offered_by) == (line[3], None)
        assert Hold.objects.get().expires_at == newest.expires_at == world.now + 65 * MINUTE
        line[0].refresh_from_db()
        assert line[0].closed_at is None

    def test_where_the_desk_asks_nobody_else_is_asked_by_itself(self, world, tomorrow, line):
        made = offered(world, tomorrow, how_many=2)
        for one in made:
            answering.decline(token=link(one, world.now), now=world.now)
        assert answers(made[0].round) == ["no", "no"]
        assert not Hold.objects.exists()

    @pytest.mark.parametrize("token", ["", "x" * 43, "\x00\ud800"])
    def test_a_wrong_link_opens_nothing(self, world, tomorrow, line, token):
        offered(world, tomorrow)  # its token is empty until it is mailed
        for act in (answering.behind, answering.accept, answering.decline):
            with pytest.raises(NotOpen):
                act(token, now=world.now) if act is answering.behind else act(token=token, now=world.now)

    def test_an_older_link_dies_with_the_newer(self, world, tomorrow, line):
        (made,) = offered(world, tomorrow, how_many=1)
        old, new = link(made, world.now), link(made, world.now)
        made.refresh_from_db()
        assert made.token_sha256 == hashed(new)
        with pytest.raises(NotOpen):
            answering.accept(token=old, now=world.now)
        assert answering.accept(token=new, now=world.now)

    def test_a_used_link_is_used(self, world, tomorrow, line):
        (made,) = offered(world, tomorrow, how_many=1)
        token = link(made, world.now)
        answering.decline(token=token, now=world.now)
        with pytest.raises(NotOpen):
            answering.accept(token=token, now=world.now)
        with pytest.raises(NotOpen):
            answering.behind(token, now=world.now)

    def test_after_its_time_has_come(self, world, tomorrow, line):
        token = link(offered(world, tomorrow)[0], world.now)
        with pytest.raises(NotOpen):
            answering.accept(token=token, now=tomorrow)

    def test_late_but_still_free_it_is_theirs(self, world, tomorrow, line):
        made = offered(world, tomorrow)
        token = link(made[0], world.now)
        late = world.now + 2 * HOUR
        offering.lapse(now=late)
        assert answers(made[0].round) == ["lapsed"] * 3
        assert not Hold.objects.exists()
        assert answering.behind(token, now=late)
        assert answering.accept(token=token, now=late).patient == line[0].patient

    def test_late_and_taken_it_has_gone(self, world, tomorrow, line):
        token = link(offered(world, tomorrow)[0], world.now)
        late = world.now + 2 * HOUR
        world.booked(starts_at=tomorrow, now=late)  # the hold has expired, nobody has looked after it yet
        with pytest.raises(Gone, match="has gone to somebody else"):
            answering.accept(token=token, now=late)
        assert Appointment.objects.count() == 1

    def test_whoever_has_another_visit_then_is_told(self, world, tomorrow, line):
        token = link(offered(world, tomorrow)[0], world.now)
        world.booked(patient=line[0].patient, clinician=world.cleo, starts_at=tomorrow)
        with pytest.raises(AnotherVisit, match="You have a visit with us at 10:00"):
            answering.accept(token=token, now=world.now)
        assert Appointment.objects.count() == 1

    def test_whose_visit_is_sooner_by_now_keeps_it(self, world, tomorrow):
        visit = world.booked(type=world.follow_up, starts_at=tomorrow + 2 * DAY)
        world.waits(world.ana, instead_of=visit, weekdays=[2, 3, 4])
        token = link(offered(world, tomorrow)[0], world.now)
        Appointment.objects.filter(pk=visit.pk).update(
            starts_at=tomorrow - 2 * HOUR, ends_at=tomorrow - HOUR, held_until=tomorrow - HOUR
        )
        with pytest.raises(AnotherVisit):
            answering.accept(token=token, now=world.now)

    def test_whoever_left_the_list_cannot_answer(self, world, tomorrow, line):
        made = offered(world, tomorrow)
        token = link(made[0], world.now)
        waiting.withdraw(entry=line[0], by=world.dee, now=world.now)
        with pytest.raises(NotOpen):
            answering.accept(token=token, now=world.now)
        offering.lapse(now=world.now)
        assert answers(made[0].round) == ["withdrawn", "open", "open"]


class TestLapsing:
    def test_the_next_are_asked_while_there_is_notice(self, world, tomorrow, line):
        policy()
        made = offered(world, tomorrow)
        now = world.now + HOUR
        assert offering.lapse(now=now) == 1
        assert offering.lapse(now=now) == 0  # again, or by a second worker
        assert answers(made[0].round) == ["lapsed"] * 3 + ["open"] * 2
        assert Hold.objects.get().expires_at == now + HOUR

    def test_nobody_is_asked_without_notice(self, world, line):
        policy(answer_minutes=30)
        made = offered(world, world.now + 2 * HOUR)
        offering.lapse(now=world.now + 31 * MINUTE)
        assert answers(made[0].round) == ["lapsed"] * 3
        assert not Hold.objects.exists()

    def test_nobody_is_asked_twice_and_then_the_time_goes(self, world, tomorrow, line):
        policy()
        round = offered(world, tomorrow)[0].round
        for hours in (1, 2, 3):
            offering.lapse(now=world.now + hours * HOUR)
        assert answers(round) == ["lapsed"] * 5
        assert not Hold.objects.exists()
        assert world.booked(starts_at=tomorrow)

    def test_a_time_that_was_taken_meanwhile_is_not_offered_on(self, world, tomorrow, line):
        policy()
        round = offered(world, tomorrow)[0].round
        world.booked(starts_at=tomorrow, now=world.now + HOUR)
        offering.lapse(now=world.now + HOUR)
        assert answers(round) == ["lapsed"] * 3


class TestTakingBack:
    def test_the_time_is_free_again_and_nobody_else_is_asked(self, world, tomorrow, line):
        policy()
        made = offered(world, tomorrow)
        assert offering.take_back(round=made[0].round, by=world.dee, now=world.now) == 3
        assert offering.take_back(round=made[0].round, by=world.dee, now=world.now) == 0
        offering.look_after(round=made[0].round, now=world.now + 2 * HOUR)
        assert Offer.objects.count() == 3
        assert world.booked(starts_at=tomorrow)


class TestWhatCameFree:
    @pytest.fixture
    def gone(self, world, tomorrow, line):
        """Ana's assessment tomorrow was called off just now."""
        policy()
        visit = world.booked(starts_at=tomorrow)
        return actions.cancel(appointment=visit, because="ill", by=world.dee, now=world.now)

    def test_only_after_the_three_quiet_minutes(self, world, gone):
        assert freed.offer_freed(now=world.now + 3 * MINUTE - dt.timedelta(seconds=1)) == 0
        assert freed.offer_freed(now=world.now + 3 * MINUTE) == 1
        assert Offer.objects.filter(starts_at=gone.starts_at, answer=Answer.OPEN).count() == 3

    def test_once_however_often_it_is_asked(self, world, gone):
        freed.offer_freed(now=world.now + 3 * MINUTE)
        assert freed.offer_freed(now=world.now + 4 * MINUTE) == 0
        offering.take_back(round=Offer.objects.first().round, by=world.dee, now=world.now + 5 * MINUTE)
        assert freed.offer_freed(now=world.now + 6 * MINUTE) == 0

    def test_not_where_managers_do_not_want_it(self, world, gone):
        policy(automatic=False)
        assert freed.offer_freed(now=world.now + 3 * MINUTE) == 0

    def test_not_what_was_taken_back(self, world, gone):
        take_back(change=gone.changes.latest("pk"), by=world.dee, now=world.now + MINUTE)
        assert freed.offer_freed(now=world.now + 3 * MINUTE) == 0

    def test_not_what_begins_too_soon(self, world, gone):
        policy(notice_minutes=25 * 60)
        assert freed.offer_freed(now=world.now + 3 * MINUTE) == 0

    def test_not_what_was_given_away(self, world, gone):
        world.booked(starts_at=gone.starts_at, patient=world.ben)
        assert freed.offer_freed(now=world.now + 3 * MINUTE) == 0

    def test_the_time_a_visit_was_moved_from(self, world, tomorrow, line):
        policy()
        visit = world.booked(starts_at=tomorrow)
        actions.move(appointment=visit, starts_at=tomorrow + DAY, by=world.dee, now=world.now)
        assert freed.offer_freed(now=world.now + 3 * MINUTE) == 1
        assert Offer.objects.first().starts_at == tomorrow

    def test_an_offered_move_frees_a_time_that_is_offered_on(self, world, tomorrow):
        policy()
        visit = world.booked(type=world.follow_up, starts_at=tomorrow + 2 * DAY)
        world.waits(world.ana, instead_of=visit)
        token = link(offered(world, tomorrow)[0], world.now)
        other = world.waits(world.ben, weekdays=[4])
        answering.accept(token=token, now=world.now)
        assert freed.offer_freed(now=world.now + 3 * MINUTE) == 1
        assert Offer.objects.get(answer=Answer.OPEN).entry == other

    def test_beat_does_all_of_it(self, world, gone, clock):
        clock.shift(3 * MINUTE)
        for _ in range(2):
            tasks.look_after_wait_list()
        assert Offer.objects.filter(answer=Answer.OPEN).count() == 3
        clock.shift(HOUR)
        tasks.look_after_wait_list()
        assert sorted(Offer.objects.values_list("answer", flat=True)) == ["lapsed"] * 3 + ["open"] * 2


class TestTheLetters:
    def written(self, now):
        outbox.collect(now=now)
        rows = Reminder.objects.filter(source="clinic.booking.offer_reminders").order_by("pk")
        return list(rows.values_list("kind", "patient__legal_family_name"))

    def test_each_is_asked_once_and_the_others_get_a_polite_no(self, world, tomorrow, line):
        made = offered(world, tomorrow)
        asked = [("time_offered", f"Number{n}") for n in range(3)]
        assert self.written(world.now) == self.written(world.now) == asked
        tokens = [link(one, world.now) for one in made[:2]]  # the third mail has not gone out
        answering.accept(token=tokens[0], now=world.now)
        assert self.written(world.now) == [*asked, ("time_gone", "Number1")]

    def test_what_is_no_longer_open_is_not_mailed(self, world, tomorrow, line):
        made = offered(world, tomorrow)
        offering.take_back(round=made[0].round, by=world.dee, now=world.now)
        told = offer_reminders.message(
            kind="time_offered", subject_id=made[0].pk, about_at=world.now, now=world.now
        )
        assert isinstance(told, NotWanted)
        made[0].refresh_from_db()
        assert made[0].token_sha256 == ""

    def test_the_polite_no_has_no_link_that_answers(self, world, tomorrow, line):
        made = offered(world, tomorrow)
        link(made[0], world.now)
        offering.take_back(round=made[0].round, by=world.dee, now=world.now)
        told = offer_reminders.message(
            kind="time_gone", subject_id=made[0].pk, about_at=world.now, now=world.now
        )
        assert (told.page, told.key, told.at) == ("portal:appointments", "", tomorrow)

    def test_whoever_is_booked_meanwhile_needs_no_polite_no(self, world, tomorrow, line):
        made = offered(world, tomorrow)
        link(made[0], world.now)
        world.booked(patient=line[0].patient, type=world.follow_up, starts_at=tomorrow + HOUR)
        offering.lapse(now=world.now)
        assert answers(made[0].round)[0] == "withdrawn"
        assert self.written(world.now)[-1] == ("time_offered", "Number2")
