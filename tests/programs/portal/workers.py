"""The browser's own tools for what runs without a page of ours: its worker."""

from __future__ import annotations

from playwright.sync_api import CDPSession, Page

from tests.journeys.person import comes


def its_worker(page: Page) -> tuple[CDPSession, str]:
    """The tools, and the number they know the portal's worker by, once the browser has told it."""
    tools = page.context.new_cdp_session(page)
    numbers: list[str] = []

    def hear(told: dict[str, list[dict[str, str]]]) -> None:
        numbers.extend(
            one["registrationId"] for one in told["registrations"] if one["scopeURL"].endswith("/my/")
        )

    tools.on("ServiceWorker.workerRegistrationUpdated", hear)
    tools.send("ServiceWorker.enable")
    comes(page, lambda: numbers and page.context.service_workers)
    return tools, numbers[0]
