"""/admin/: managers with a second factor, through the one sign-in; records shown there are journalled."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from clinic.audit.models import Entry
from clinic.desk.admin_site import guarded
from clinic.people.models import Account, Patient


def admin_pages(entries=None):
    if entries is None:
        entries = next(
            e for e in get_resolver().url_patterns if getattr(e, "namespace", "") == "admin"
        ).url_patterns
    for entry in entries:
        if isinstance(entry, URLResolver):
            yield from admin_pages(entry.url_patterns)
        elif isinstance(entry, URLPattern):
            yield entry.callback


def test_every_settings_page_wears_the_managers_guard():
    pages = list(admin_pages())
    assert len(pages) > 20
    assert {tuple(page.door.roles) for page in pages} == {("manager",)}


def test_a_page_without_the_guard_would_be_seen():
    assert not hasattr(lambda request: None, "door")
    assert hasattr(guarded(lambda request: None), "door")


@pytest.mark.parametrize("page", ["/admin/", "/admin/login/", "/admin/people/patient/", "/admin/nothing/"])
def test_a_stranger_signs_in_where_everybody_does(db, client, page):
    assert client.get(page)["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("who", ["dee", "carl"])
def test_other_staff_are_refused(world, who):
    assert world.ana
    answer = world.signed_in(getattr(world, who)).get("/admin/people/patient/")
    assert answer.status_code == 403
    assert b"Silva" not in answer.content


def test_a_manager_without_a_second_factor_sets_one_up_first(world):
    client = world.signed_in(world.without_second_factor(world.mona))
    assert client.get("/admin/people/patient/")["Location"] == reverse("mfa_activate_totp")


def test_patients_looked_at_there_are_journalled(world):
    client = world.signed_in(world.mona)
    assert (
        world.ana.full_name.split()[1].encode() in client.get("/admin/people/patient/").content or world.ben
    )
    assert Entry.objects.filter(patient=world.ana, action="listed", account=world.mona).count() == 1
    client.get(f"/admin/people/patient/{world.ana.pk}/change/")
    assert Entry.objects.filter(patient=world.ana, action="read", what="settings").count() == 1


def test_the_audit_can_only_be_looked_at(world):
    client = world.signed_in(world.mona)
    client.get(reverse("desk:patient", args=[world.ana.pk]))
    entry = Entry.objects.first()
    assert client.get("/admin/audit/entry/").status_code == 200
    for page in ("add/", f"{entry.pk}/delete/"):
        assert client.post(f"/admin/audit/entry/{page}").status_code == 403
    assert client.post(f"/admin/audit/entry/{entry.pk}/change/", {"what": "x"}).status_code == 403


def test_records_are_not_changed_behind_the_actions(world):
    client = world.signed_in(world.mona)
    changed = client.post(f"/admin/people/patient/{world.ana.pk}/change/", {"legal_given_name": "X"})
    assert changed.status_code == 403
    assert client.post(f"/admin/people/patient/{world.ana.pk}/delete/").status_code == 403
    assert Patient.objects.get().legal_given_name == "Ana"


def test_a_manager_makes_a_staff_account_whose_role_decides(world):
    told = {"username": "fay", "email": "f@clinic.example", "display_name": "Fay", "role": "front_desk"}
    passwords = {"usable_password": "true", "password1": "wet lanterns hum", "password2": "wet lanterns hum"}
    answer = world.signed_in(world.mona).post("/admin/people/account/add/", told | passwords)
    assert answer.status_code == 302
    fay = Account.objects.get(username="fay")
    assert (fay.role, fay.is_staff, fay.is_superuser) == ("front_desk", False, False)


def test_no_staff_account_is_given_the_patients_role(world):
    told = {"username": "x", "email": "x@clinic.example", "display_name": "X", "role": "patient"}
    passwords = {"usable_password": "true", "password1": "wet lanterns hum", "password2": "wet lanterns hum"}
    assert world.signed_in(world.mona).post("/admin/people/account/add/", told | passwords).status_code == 200
    assert not Account.objects.filter(username="x").exists()


def test_patients_accounts_and_secrets_are_not_listed(world):
    assert world.ana.account
    client = world.signed_in(world.mona)
    assert b"Silva" not in client.get("/admin/people/account/").content
    assert client.get(f"/admin/people/account/{world.ana.account.pk}/change/").status_code == 302
    assert not admin.site.is_registered(Authenticator)
