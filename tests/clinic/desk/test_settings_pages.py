"""/admin/: managers with a second factor, through the one sign-in; records shown there are journalled."""

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as live
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
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


def named_pages():
    """(URL name, how many parts its address takes) of every page there."""
    for pattern in admin.site.urls[0]:
        inner = pattern.url_patterns if isinstance(pattern, URLResolver) else [pattern]
        for page in inner:
            if page.name:
                yield page.name, tuple(page.pattern.converters) or page.pattern.regex.groups


def addresses(world):
    """Every address of the settings, with Ana's row or any other where one is named."""
    ct = ContentType.objects.get_for_model(Patient).pk
    stands_for = {"object_id": world.ana.pk, "content_type_id": ct, "app_label": "people", "url": "x"}
    for name, parts in dict.fromkeys(named_pages()):
        if isinstance(parts, tuple):
            yield reverse(f"admin:{name}", kwargs={part: stands_for.get(part, 1) for part in parts})
        else:
            yield reverse(f"admin:{name}", args=["people"] if parts else [])


def test_the_walk_finds_them_all(world):
    assert len(set(addresses(world))) > 30
    assert f"/admin/people/patient/{world.ana.pk}/change/" in addresses(world)


def test_no_page_of_it_opens_for_anybody_else(world, client):
    """Each address × a stranger, a clinician with a second factor, a manager without one; read and posted to."""
    enrol, sign_in = reverse("mfa_activate_totp"), reverse("account_login")
    carl, mona = world.signed_in(world.carl), world.signed_in(world.without_second_factor(world.mona))
    wrong = []
    for address in addresses(world):
        for method in ("get", "post"):
            stranger, other, unenrolled = (getattr(who, method)(address) for who in (client, carl, mona))
            wrong += [address] * (
                not stranger.get("Location", "").startswith(sign_in)
                or other.status_code != 403
                or unenrolled.get("Location") != enrol
            )
            assert b"Silva" not in stranger.content + other.content + unenrolled.content
    assert wrong == []


def test_a_page_that_opens_would_be_seen(world):
    """The negative control: the same walk by the manager meets pages that open."""
    mona = world.signed_in(world.mona)
    assert [mona.get(address).status_code for address in addresses(world)].count(200) > 15


@pytest.mark.django_db(transaction=True)
def test_the_browser_refuses_nothing_on_these_pages(world, at_a_browser, live_server):
    """Django's own scripts and styles keep to our content security policy, which allows no inline ones."""
    page, heard = at_a_browser(world.mona), []
    page.on("console", lambda said: heard.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    for path in ("", "people/account/add/", "people/clinician/add/", "people/patient/", "audit/entry/"):
        page.goto(f"{live_server.url}/admin/{path}")
        assert live.CLINIC_NAME in page.title()
    page.goto(f"{live_server.url}/admin/people/clinician/add/")
    page.locator(".datetimeshortcuts a").nth(1).click()  # the calendar is drawn by script
    page.locator(".calendarbox").first.wait_for(state="visible")
    assert heard == []
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))")
    page.wait_for_timeout(100)
    assert any("Content Security Policy" in words for words in heard), "a refusal would be heard"


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


def test_what_managers_keep_on_pages_of_their_own_is_found_from_here(world):
    page = world.signed_in(world.mona).get(reverse("admin:index")).content.decode()
    for name in ("desk:wishes", "desk:types", "desk:resources", "desk:hours"):
        assert f'href="{reverse(name)}"' in page
