"""The code that comes back, whose record the visit is written into, and that nobody can tell who is a patient."""

from __future__ import annotations

import datetime as dt

import pytest

from clinic.audit.models import Entry
from clinic.booking import online, online_requests
from clinic.booking.models import Appointment, AppointmentType, CameBy, Hold, OnlineRequest
from clinic.booking.online_requests import CodeTooOld, Contact, TooManyTries, WrongCode
from clinic.people.models import Patient
from tests.clinic.booking.test_online import MINUTE, THURSDAY_TEN, keep, opened
from tests.clinic.booking.test_race import race
from tests.world import World

ROSA = Contact("Rosa", "Lindqvist", dt.date(1990, 5, 3), "rosa@runner.example", "+447946000777")
ANA = Contact("Ana", "Silva", dt.date(1991, 3, 14), "ana@runner.example")


@pytest.fixture
def visit(world):
    world.carl, world.cleo  # noqa: B018 - made before anybody asks
    return opened(world)


def asked(world, visit, contact=ROSA, *, starts_at=THURSDAY_TEN, instead_of=None, hold=None) -> OnlineRequest:
    held = hold or keep(world, visit, starts_at)
    request = online_requests.ask(
        type=visit,
        clinician=held.clinician,
        starts_at=held.starts_at,
        hold=held,
        contact=contact,
        now=world.now,
        instead_of=instead_of,
    )
    online_requests.want_code(request=request, now=world.now)
    return request


def mailed(world, request, now=None) -> str:
    now = now or world.now
    (due,) = [one for one in online_requests.codes_due(now=now) if one[0] == request.pk]
    letter = online_requests.new_code(request_id=due[0], nth=due[1], now=now)
    return letter.code


def confirm(world, request, code, now=None) -> Appointment:
    return online_requests.confirm(request=request, code=code, now=now or world.now + MINUTE)


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


# --- The code -----------------------------------------------------------------------------------------------------


def test_only_a_keyed_hash_of_the_code_is_kept(world, visit):
    request = asked(world, visit)
    code = mailed(world, request)
    request.refresh_from_db()
    assert (len(code), code.isdigit()) == (6, True)
    assert code not in {str(value) for value in vars(request).values()}
    assert request.code_sha256 == online_requests.hashed(request.pk, code)
    assert request.code_sha256 != online_requests.hashed(request.pk + 1, code)


def test_a_copy_of_the_task_makes_no_second_code(world, visit):
    request = asked(world, visit)
    assert online_requests.new_code(request_id=request.pk, nth=1, now=world.now)
    assert online_requests.new_code(request_id=request.pk, nth=1, now=world.now) is None
    assert online_requests.new_code(request_id=request.pk, nth=2, now=world.now) is None
    assert online_requests.codes_due(now=world.now) == []


def test_a_code_that_nobody_could_send_does_not_count(world, visit):
    request = asked(world, visit)
    mailed(world, request)
    online_requests.code_not_sent(request_id=request.pk, nth=1, now=world.now)
    request.refresh_from_db()
    assert (request.codes_sent, request.code_sha256) == (0, "")
    assert online_requests.wants_code(request, again=True, now=world.now)


def test_a_code_that_waited_too_long_is_given_up(world, visit):
    asked(world, visit)
    assert online_requests.codes_due(now=world.now + 9 * MINUTE)
    assert online_requests.codes_due(now=world.now + 10 * MINUTE) == []


def test_the_right_code_books(world, visit):
    request = asked(world, visit)
    made = confirm(world, request, mailed(world, request))
    assert (made.starts_at, made.came_by, made.patient.full_name) == (
        THURSDAY_TEN,
        CameBy.ONLINE,
        "Rosa Lindqvist",
    )
    assert not Hold.objects.exists()


def test_nobody_is_a_patient_before_the_code_came_back(world, visit):
    request = asked(world, visit)
    code = mailed(world, request)
    with pytest.raises(WrongCode):
        confirm(world, request, other_than(code))
    assert not Patient.objects.filter(legal_family_name="Lindqvist").exists()


def test_five_wrong_codes_end_it_and_a_new_code_begins_again(world, visit):
    request = asked(world, visit)
    code = mailed(world, request)
    left = []
    for _ in range(5):
        with pytest.raises(WrongCode) as wrong:
            confirm(world, request, other_than(code))
        left.append(wrong.value.left)
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(TooManyTries):
        confirm(world, request, code)
    request.refresh_from_db()
    assert online_requests.wants_code(request, again=False, now=world.now)
    online_requests.want_code(request=request, now=world.now)
    newer = mailed(world, request)
    if newer != code:
        with pytest.raises(WrongCode):
            confirm(world, request, code)
    assert confirm(world, request, newer)


def test_a_code_works_for_ten_minutes(world, visit):
    request = asked(world, visit)
    code = mailed(world, request)
    with pytest.raises(CodeTooOld):
        confirm(world, request, code, now=world.now + 10 * MINUTE)
    assert not Appointment.objects.exists()
    assert confirm(world, request, code, now=world.now + 9 * MINUTE)


def test_a_newer_code_kills_the_older_one_at_once(world, visit):
    request = asked(world, visit)
    code = mailed(world, request)
    online_requests.want_code(request=request, now=world.now)
    with pytest.raises(WrongCode):
        confirm(world, request, code)


def test_no_more_than_three_codes(world, visit):
    request = asked(world, visit)
    for _ in range(3):
        online_requests.want_code(request=request, now=world.now)
        mailed(world, request)
        request.refresh_from_db()
    assert not online_requests.wants_code(request, again=True, now=world.now)
    online_requests.want_code(request=request, now=world.now)
    assert online_requests.codes_due(now=world.now) == []


def test_a_code_of_somebody_elses_request_opens_nothing(world, visit):
    mine, theirs = asked(world, visit), asked(world, visit, ANA)
    code, other = mailed(world, mine), mailed(world, theirs)
    if code != other:
        with pytest.raises(WrongCode):
            confirm(world, mine, other)
        assert not Appointment.objects.exists()
    assert confirm(world, mine, code).patient.full_name == "Rosa Lindqvist"


def test_confirming_again_is_the_same_visit(world, visit):
    request = asked(world, visit)
    code = mailed(world, request)
    first = confirm(world, request, code)
    assert confirm(world, request, code) == first
    assert confirm(world, request, "not even the code", now=world.now + 60 * MINUTE) == first
    assert Appointment.objects.count() == 1


def test_another_address_needs_another_code(world, visit):
    request = asked(world, visit)
    code = mailed(world, request)
    elsewhere = Contact(**{**_told(ROSA), "email": "other@runner.example"})
    newer = asked(world, visit, elsewhere, instead_of=request, hold=request.hold)
    assert not OnlineRequest.objects.filter(pk=request.pk).exists()
    with pytest.raises(WrongCode):
        confirm(world, newer, code)


def test_a_corrected_name_keeps_the_code(world, visit):
    request = asked(world, visit)
    code = mailed(world, request)
    fixed = Contact(**{**_told(ROSA), "legal_given_name": "Rosalind"})
    same = online_requests.ask(
        type=visit,
        clinician=request.clinician,
        starts_at=request.starts_at,
        hold=request.hold,
        contact=fixed,
        now=world.now,
        instead_of=request,
    )
    assert same.pk == request.pk
    assert confirm(world, same, code).patient.legal_given_name == "Rosalind"


def test_a_time_that_is_gone_leaves_the_code_accepted_and_everything_typed(world, visit):
    held = keep(world, visit, clinician=world.carl.clinician)
    request = asked(world, visit, hold=held)
    code = mailed(world, request, now=world.now + 2 * MINUTE)
    later = world.now + 6 * MINUTE
    world.booked(patient=world.ben, starts_at=THURSDAY_TEN, now=later)
    with pytest.raises(online.Gone) as gone:
        confirm(world, request, code, now=later)
    assert gone.value.later
    request.refresh_from_db()
    assert (request.confirmed_at, request.email) == (later, ROSA.email)
    assert not Patient.objects.filter(legal_family_name="Lindqvist").exists()
    other = keep(world, visit, gone.value.later[0], now=later)
    asked(world, visit, instead_of=request, hold=other)
    assert confirm(world, request, "", now=later).starts_at == gone.value.later[0]


# --- Whose record -------------------------------------------------------------------------------------------------


def test_a_patient_is_found_by_address_family_name_and_birth_date(world, visit):
    assert world.ana
    shouted = Contact("ANA", "SILVA", ANA.birth_date, ANA.email)
    request = asked(world, visit, shouted)
    assert confirm(world, request, mailed(world, request)).patient == world.ana
    assert Patient.objects.count() == 1
    assert world.ana.channels.filter(value="+447946000123").exists(), "what was typed changes no record"


@pytest.mark.parametrize(
    "different",
    [
        {"email": "ana@elsewhere.example"},
        {"legal_family_name": "Souza"},
        {"birth_date": dt.date(1991, 3, 15)},
        {"legal_given_name": "Carla"},  # a twin with the same address
    ],
)
def test_anything_else_is_somebody_new(world, visit, different):
    assert world.ana
    request = asked(world, visit, Contact(**{**_told(ANA), **different}))
    made = confirm(world, request, mailed(world, request))
    assert made.patient != world.ana
    assert online.is_a_newcomers(made)


def test_a_short_form_of_the_given_name_is_the_same_person(world, visit):
    assert world.ben
    benjamin = Contact("Benjamin", "Nowak", dt.date(1984, 11, 2), "ben@runner.example")
    request = asked(world, visit, benjamin)
    assert confirm(world, request, mailed(world, request)).patient == world.ben


def test_a_known_phone_number_opens_nobodys_record(world, visit):
    """Only the e-mail address was shown to be theirs: a number and a birth date are easily known to others."""
    assert world.ana
    with_her_phone = Contact("Ana", "Silva", ANA.birth_date, "stranger@runner.example", "+447946000123")
    request = asked(world, visit, with_her_phone)
    made = confirm(world, request, mailed(world, request))
    assert made.patient != world.ana
    assert made.patient.channels.filter(value="+447946000123", consent_given_at=None).exists()


def test_somebody_new_is_registered_with_consent_and_a_trace(world, visit):
    request = asked(world, visit)
    patient = confirm(world, request, mailed(world, request)).patient
    patient.refresh_from_db()
    email = patient.channels.get(kind="email")
    assert (email.value, email.may_be_used) == (ROSA.email, True)
    assert email.consent_recorded_by == patient.account
    created = Entry.objects.get(patient=patient, action=Entry.Action.CREATED, what="record")
    assert created.job == "online booking"


def test_two_windows_of_one_newcomer_make_one_record(world, visit):
    first = asked(world, visit)
    second = asked(world, visit, starts_at=THURSDAY_TEN + dt.timedelta(hours=2))
    codes = mailed(world, first), mailed(world, second)
    one, other = confirm(world, first, codes[0]), confirm(world, second, codes[1])
    assert one.patient == other.patient
    assert one != other


# --- Nothing to be learned ----------------------------------------------------------------------------------------


def test_asking_looks_at_no_patient(world, visit, django_assert_max_num_queries):
    """The same statements for a patient's address as for anybody's: nothing that could take longer."""
    assert world.ana
    said = []
    for contact in (ANA, ROSA):
        held = keep(world, visit)
        with django_assert_max_num_queries(20) as seen:
            asked(world, visit, contact, hold=held)
        said.append([one["sql"].split(" ")[0] for one in seen.captured_queries])
        assert not [one["sql"] for one in seen.captured_queries if "people_patient" in one["sql"]]
        assert not [one["sql"] for one in seen.captured_queries if "people_contactchannel" in one["sql"]]
    assert said[0] == said[1]


# --- Forgetting ---------------------------------------------------------------------------------------------------


def test_what_was_typed_is_forgotten_after_a_day_and_the_visit_stays(world, visit):
    booked, left = asked(world, visit), asked(world, visit, ANA)
    made = confirm(world, booked, mailed(world, booked))
    assert online_requests.forget(now=world.now + dt.timedelta(hours=23)) == 0
    assert online_requests.forget(now=world.now + dt.timedelta(hours=25)) == 2
    assert not OnlineRequest.objects.filter(pk__in=[booked.pk, left.pk]).exists()
    assert not Hold.objects.exists()
    assert Appointment.objects.get() == made
    assert online.is_a_newcomers(made), "the desk still sees it"


def test_forgetting_is_bounded(world, visit, monkeypatch):
    monkeypatch.setattr(online_requests, "MOST_AT_ONCE", 1)
    asked(world, visit), asked(world, visit, ANA)
    assert [online_requests.forget(now=world.now + dt.timedelta(days=2)) for _ in range(3)] == [1, 1, 0]


# --- Many at once -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_code_sent_eight_times_at_once_is_one_visit(transactional_db):
    world = World()
    world.dee, world.carl, world.cleo  # noqa: B018 - made before the race
    request = asked(world, opened(world))
    code = mailed(world, request)
    results = race([lambda: confirm(world, request, code)] * 8)
    assert {one.pk for one in results} == {Appointment.objects.get().pk}
    assert Patient.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_tries_at_once_are_counted(transactional_db):
    world = World()
    world.carl, world.cleo  # noqa: B018 - made before the race
    request = asked(world, opened(world))
    code = mailed(world, request)
    results = race([lambda: confirm(world, request, other_than(code))] * 8)
    assert sum(isinstance(one, WrongCode) for one in results) == 5
    assert sum(isinstance(one, TooManyTries) for one in results) == 3


def _told(contact: Contact) -> dict[str, object]:
    return {name: getattr(contact, name) for name in Contact.__slots__}


def test_no_type_is_open_in_the_clinics_own_list(world):
    assert world.assessment
    assert not AppointmentType.objects.filter(bookable_online=True).exists()
