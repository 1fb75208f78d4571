"""Sign-in links: one signs one patient in once, within a day of being made.

The token has 256 random bits and is never stored; its SHA-256 is. A new link kills the older ones, so a lost
mail cannot be used by whoever finds it later. Reached through clinic.people.actions.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q

from clinic.people import journal
from clinic.people.actors import Actor
from clinic.people.models import Account, ChannelKind, Patient, SignInLink
from clinic.people.roles import Role
from clinic.people.tokens import hashed, new_token

# Long enough for a mail read in the evening, short enough that an old mail is no key.
LASTS = dt.timedelta(hours=24)


class LinkRefused(ValueError):
    """The link signs nobody in. Nothing was changed; a new one can be asked for."""


class LinkUnknown(LinkRefused):
    """No such link was ever made, or its account is closed."""


class LinkUsed(LinkRefused):
    """It signed somebody in already."""


class LinkReplaced(LinkRefused):
    """A newer link was made after it."""


class LinkExpired(LinkRefused):
    """Its day is over."""


def open_account_for(*, patient: Patient, by: Actor, now: dt.datetime) -> Account:
    """The patient's account; made without a password when there is none (they come in by links)."""
    with transaction.atomic():
        patient = Patient.objects.select_for_update().get(pk=patient.pk)
        if patient.account_id is not None:
            known: Account = Account.objects.get(pk=patient.account_id)
            return known
        email = patient.channels.filter(kind=ChannelKind.EMAIL).values_list("value", flat=True).first()
        account: Account = Account.objects.create_user(
            username=patient.record_number.lower(),
            email=email or "",
            password=None,
            display_name=patient.full_name,
            role=Role.PATIENT,
            date_joined=now,
        )
        patient.account = account
        patient.save(update_fields=["account"])
        journal.write(action="changed", patient=patient, by=by, what="account opened")
    return account


def make_sign_in_link(*, patient: Patient, by: Actor, now: dt.datetime) -> str:
    """The token of a new link (43 characters); older unused links die. It can be had only now."""
    token = new_token()
    with transaction.atomic():
        account = open_account_for(patient=patient, by=by, now=now)
        Account.objects.select_for_update().get(pk=account.pk)  # two desks at once leave one living link
        waiting = SignInLink.objects.filter(account=account, used_at__isnull=True, replaced_at__isnull=True)
        waiting.update(replaced_at=now)
        link = SignInLink.objects.create(
            account=account, token_sha256=hashed(token), made_at=now, expires_at=now + LASTS
        )
        journal.write(action="changed", patient=patient, by=by, what=f"sign-in link {link.pk} made")
    return token


def kill_links(*, patient: Patient, now: dt.datetime) -> None:
    """No link that was mailed until now signs anybody in: an address turned out to be somebody else's."""
    waiting = SignInLink.objects.filter(
        account__patient=patient, used_at__isnull=True, replaced_at__isnull=True
    )
    waiting.update(replaced_at=now)


def use_sign_in_link(*, token: str, now: dt.datetime) -> Account:
    """The patient's account, once. Raises LinkUnknown, LinkUsed, LinkReplaced or LinkExpired."""
    with transaction.atomic():
        links = SignInLink.objects.filter(token_sha256=hashed(token))
        living = links.filter(
            Q(account__is_active=True, account__role=Role.PATIENT),
            used_at__isnull=True,
            replaced_at__isnull=True,
            expires_at__gt=now,
        )
        # One conditional UPDATE: of two clicks at the same moment the database lets one through.
        if not living.update(used_at=now):
            raise _refusal(links.select_related("account").first())
        account: Account = Account.objects.with_doors().get(sign_in_links__token_sha256=hashed(token))
        journal.write(action="changed", patient=account.patient, by=account, what="signed in by link")
    return account


def _refusal(link: SignInLink | None) -> LinkRefused:
    if link is None or not link.account.is_active or link.account.role != Role.PATIENT:
        return LinkUnknown("This link is not one of ours, or it was cut short on its way.")
    if link.used_at is not None:
        return LinkUsed("This link was used already. Each link signs in once.")
    if link.replaced_at is not None:
        return LinkReplaced("A newer link was sent after this one. Use the newest mail.")
    return LinkExpired("This link is more than a day old.")
