"""Every page, opened and then sent to by every role, in one walk: each answer is held against all that is promised.

Each promise has its reasons and its known-bad answers in the file it comes from.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpResponse

from clinic.people.roles import Role
from tests.promises.test_headers import missing
from tests.promises.test_reading_changes_nothing import addresses_of_others, changed, rows
from tests.test_doors import METHODS, Page, answer, body, canaries, pages, shown_unseen, somebody
from tests.world import World


def broken(story: World, role: Role, page: Page, method: str, response: HttpResponse) -> Iterator[str]:
    """What this answer to somebody who is signed in does not keep."""
    let_in, may_enter = response.status_code not in {401, 403}, role in page.door.roles
    if not page.door.because:  # the clinic's own health page says 503 where no worker runs
        if response.status_code >= 500:
            yield "a fault of ours"
        if let_in != may_enter:
            yield "let in" if let_in else "shut out"
    if not let_in:
        yield from (f"shows {word}" for word in canaries(story.ana) if word in body(response))
    if may_enter and method == "get":
        yield from (
            f"{patient} shown unseen by the audit"
            for patient in shown_unseen(response, [story.ana, story.ben])
        )
    yield from missing(response)
    if response.status_code != 404 and "no-store" not in response.headers.get("Cache-Control", ""):
        yield "may be stored"


@pytest.mark.parametrize("role", list(Role))
def test_every_answer_keeps_what_is_promised_of_it(story, role):
    client, wrong, statuses = story.signed_in(somebody(story, role)), [], set()
    before = rows()
    for method in METHODS:  # opened first, before anything is sent that changes what there is to see
        for page in pages():
            response = answer(client, method, page.url(story.ana))
            statuses.add(response.status_code)
            wrong += [
                f"{method} {page.name} {response.status_code}: {fault}"
                for fault in broken(story, role, page, method, response)
            ]
        if method == "get":
            for address in addresses_of_others():
                client.get(address)
            wrong += [f"opening changed {table}" for table in changed(before)]
    assert wrong == []
    assert {200, 302, 403, 404, 405} <= statuses


def test_an_answer_that_keeps_nothing_is_seen(story):
    """The control: a page for the wrong role, with a name nobody wrote down, and nothing the browser is told."""
    response = HttpResponse(f"<p>{story.ana.legal_family_name}</p>", headers={"X-Request-ID": "0" * 32})
    chart = next(page for page in pages() if page.name == "charting:patient")
    found = list(broken(story, Role.CLINICIAN, chart, "get", response))
    assert f"{story.ana} shown unseen by the audit" in found
    assert "may be stored" in found
    assert "let in" in list(broken(story, Role.FRONT_DESK, chart, "get", response))
    assert "X-Content-Type-Options: None" in found
