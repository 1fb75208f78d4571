"""Opening a page changes nothing: mail scanners, prefetching browsers and back buttons open pages too."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from tests.test_doors import pages

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


def changed(before: dict[str, tuple[int, str]]) -> set[str]:
    """The tables that do not say what they said."""
    after = rows()
    return {table for table in before if before[table] != after[table]}


def test_a_stranger_changes_no_row(story):
    """Who is signed in changes none either: tests/promises/test_every_answer.py."""
    client, before = Client(), rows()
    for address in (*(page.url(story.ana) for page in pages()), *addresses_of_others()):
        client.get(address)
    assert changed(before) == set()


def test_a_changed_cell_is_seen(story):
    before = rows()
    story.ana.channels.update(digits="447946000999")
    assert changed(before) == {"people_contactchannel"}
