"""What a patient calls the browser they hold: Firefox on Android. A guess from what it says of itself."""

from __future__ import annotations

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
PLACES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def called_by(agent: str) -> str:
    """“Chrome on Android”; “A browser” where it does not say."""
    browser = next((name for sign, name in BROWSERS if sign in agent), "A browser")
    place = next((name for sign, name in PLACES if sign in agent), "")
    return f"{browser} on {place}" if place else browser
