"""What every page's frame needs: the links of the person's role, and where their home is."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True, slots=True)
class NavItem:
    """One link of the top bar. `current` marks the page we are on, for aria-current."""

    label: str
    url: str
    icon: str
    current: bool


# Role → (label, URL name, icon). The doors are named as strings: the frame lies below them all.
LINKS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "patient": (
        ("Today", "portal:today", "home"),
        ("Program", "portal:program", "list"),
        ("Progress", "portal:progress", "check-circle"),
        ("Visits", "portal:appointments", "calendar"),
    ),
    "front_desk": (
        ("Today", "desk:today", "calendar"),
        ("Book", "desk:book", "plus"),
        ("Next free", "desk:find_time", "clock"),
        ("Patients", "desk:patients", "search"),
        ("Wait list", "desk:wait_list", "list"),
        ("Reminders", "desk:reminders", "bell"),
        ("Numbers", "desk:numbers", "list"),
    ),
    "clinician": (
        ("Today", "charting:today", "calendar"),
        ("Patients", "charting:patients", "search"),
        ("Programs", "prescribing:worklist", "list"),
    ),
    "manager": (
        ("Today", "desk:today", "calendar"),
        ("Patients", "desk:patients", "search"),
        ("Wait list", "desk:wait_list", "list"),
        ("Reminders", "desk:reminders", "bell"),
        ("Numbers", "desk:numbers", "list"),
        ("Overbooked", "desk:overbooked", "warning"),
        ("Hours", "desk:hours", "clock"),
        ("Overruled", "charting:overruled", "pencil"),
        ("Access log", "desk:access_log", "eye"),
        ("Settings", "admin:index", "gear"),
    ),
}

ROLE_NAMES = {
    "patient": "Patient",
    "front_desk": "Front desk",
    "clinician": "Clinician",
    "manager": "Manager",
}


def navigation(request: HttpRequest) -> dict[str, object]:
    """Context processor: `navigation` (NavItems of the role), `home_url`, `role`, `role_name`, the clinic's
    name and phone (`clinic_name`, `clinic_phone`).

    A link whose page does not exist (yet) is left out instead of breaking every page.
    """
    role = str(getattr(getattr(request, "user", None), "role", "") or "")
    items = nav_items(role, current=_current_name(request))
    return {
        "navigation": items,
        "home_url": items[0].url if items else "/",
        "role": role,
        "role_name": ROLE_NAMES.get(role, ""),
        "clinic_name": settings.CLINIC_NAME,
        "clinic_phone": settings.CLINIC_PHONE,
    }


def nav_items(role: str, *, current: str = "") -> list[NavItem]:
    """The links of a role, in their order; unknown roles have none. `current` is a URL name like "desk:today"."""
    items = []
    for label, name, icon in LINKS.get(role, ()):
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        items.append(NavItem(label=label, url=url, icon=icon, current=name == current))
    return items


def _current_name(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    return match.view_name or "" if match else ""
