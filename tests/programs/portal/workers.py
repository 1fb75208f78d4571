"""The browser's own tools for what runs without a page of ours: its worker."""

from __future__ import annotations

from playwright.sync_api import CDPSession, Page


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
    for _ in range(100):
        if numbers and page.context.service_workers:
            break
        page.wait_for_timeout(100)  # what it tells arrives meanwhile
    return tools, numbers[0]
