"""Opening a page changes nothing: mail scanners, prefetching browsers and back buttons open pages too."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from clinic.people.roles import Role
from tests.test_doors import answer, pages, somebody, story

__all__ = ["story"]

# What a visit itself leaves behind: its audit row, the session that remembers when it was, and allauth's own copy
# of the account's address, made when it first looks for one.
OF_THE_VISIT = {"audit_entry", "django_session", "account_emailaddress"}


def rows() -> dict[str, tuple[int, str]]:
    """Table → how many rows, and a fingerprint of all they say."""
    everything = "select count(*), coalesce(md5(string_agg(r::text, chr(10) order by r::text)), '') from {} r"
    with connection.cursor() as cursor:
        found = {}
        for table in set(connection.introspection.table_names(cursor)) - OF_THE_VISIT:
            cursor.execute(everything.format(connection.ops.quote_name(table)))
            found[table] = cursor.fetchone()
        return found


def addresses_of_others() -> list[str]:
    """allauth's and the managers' pages that need nothing in their address."""
    found = []
    for name in get_resolver().reverse_dict:
        if isinstance(name, str):
            try:
                found.append(reverse(name))
            except NoReverseMatch:
                continue
    return found


@pytest.mark.parametrize("role", [None, *Role])
def test_opening_every_page_changes_no_row(story, role):
    client = Client() if role is None else story.signed_in(somebody(story, role))
    before = rows()
    opened = [answer(client, "get", page.url(story.ana)).status_code for page in pages()]
    for address in addresses_of_others():
        client.get(address)
    after = rows()
    assert role is None or 200 in opened
    assert {table for table in before if before[table] != after[table]} == set()


def test_a_changed_cell_is_seen(world):
    patient = world.ana
    before = rows()
    patient.channels.update(digits="447946000999")
    after = rows()
    assert [table for table in before if before[table] != after[table]] == ["people_contactchannel"]
