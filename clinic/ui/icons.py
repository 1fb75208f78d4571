"""Our own line icons, drawn on a 20 by 20 grid, so that a page needs no icon font and no second request."""

# ruff: noqa: E501 - a path is read by its numbers, not by its line breaks

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# Bodies of <svg>: `currentColor` strokes, so an icon takes the colour of the words beside it in every theme.
SHAPES = {
    "check": '<path d="m4.5 10.5 3.5 3.5 7.5-8"/>',
    "check-circle": '<circle cx="10" cy="10" r="7.25"/><path d="m6.75 10.25 2.25 2.25 4.25-4.75"/>',
    "circle": '<circle cx="10" cy="10" r="6.75"/>',
    "circle-half": '<circle cx="10" cy="10" r="6.75"/><path fill="currentColor" d="M10 3.25a6.75 6.75 0 0 1 0 13.5z"/>',
    "circle-filled": '<circle cx="10" cy="10" r="6.75" fill="currentColor"/>',
    "circle-dashed": '<circle cx="10" cy="10" r="6.75" stroke-dasharray="3.2 2.4"/>',
    "cross": '<path d="m5.5 5.5 9 9m0-9-9 9"/>',
    "cross-circle": '<circle cx="10" cy="10" r="7.25"/><path d="m7.5 7.5 5 5m0-5-5 5"/>',
    "minus-circle": '<circle cx="10" cy="10" r="7.25"/><path d="M6.75 10h6.5"/>',
    "question": '<circle cx="10" cy="10" r="7.25"/><path d="M7.9 8.1a2.15 2.15 0 1 1 3.1 2c-.7.35-1 .8-1 1.5M10 14.1v.1"/>',
    "info": '<circle cx="10" cy="10" r="7.25"/><path d="M10 9.25v4.25M10 6.4v.1"/>',
    "warning": '<path d="M10 3.25 17.5 16.5h-15z"/><path d="M10 8v4M10 14.2v.1"/>',
    "octagon": '<path d="M7 2.75h6L17.25 7v6L13 17.25H7L2.75 13V7z"/><path d="M10 6.25v4.5M10 13.6v.1"/>',
    "clock": '<circle cx="10" cy="10" r="7.25"/><path d="M10 5.75V10l2.75 1.75"/>',
    "calendar": '<rect x="3" y="4.25" width="14" height="12.5" rx="2"/><path d="M3 8.25h14M7 2.5v3.25M13 2.5v3.25"/>',
    "person": '<circle cx="10" cy="6.75" r="3.25"/><path d="M3.75 17c.5-3.5 2.9-5.25 6.25-5.25S15.75 13.5 16.25 17"/>',
    "pin": '<path d="M10 17.5c3.5-3.9 5.25-6.6 5.25-9a5.25 5.25 0 1 0-10.5 0c0 2.4 1.75 5.1 5.25 9z"/><circle cx="10" cy="8.4" r="1.6"/>',
    "arrow-left": '<path d="M16 10H4.5M9 5l-5 5 5 5"/>',
    "arrow-right": '<path d="M4 10h11.5M11 5l5 5-5 5"/>',
    "chevron-down": '<path d="m5.5 7.75 4.5 4.5 4.5-4.5"/>',
    "plus": '<path d="M10 4.5v11M4.5 10h11"/>',
    "search": '<circle cx="8.75" cy="8.75" r="5.25"/><path d="m12.75 12.75 4 4"/>',
    "home": '<path d="m3 9.5 7-6 7 6"/><path d="M5 8.25v8.25h10V8.25"/>',
    "list": '<path d="M7.5 5.5h9M7.5 10h9M7.5 14.5h9M3.6 5.5h.1M3.6 10h.1M3.6 14.5h.1"/>',
    "pencil": '<path d="M4 16l.75-3.5L13.5 3.75l2.75 2.75L7.5 15.25z"/>',
    "bell": '<path d="M5 13.5V9a5 5 0 0 1 10 0v4.5l1.25 1.25H3.75zM8.5 17h3"/>',
    "eye": '<path d="M2.25 10S5 4.75 10 4.75 17.75 10 17.75 10 15 15.25 10 15.25 2.25 10 2.25 10z"/><circle cx="10" cy="10" r="2.25"/>',
    "gear": '<circle cx="10" cy="10" r="2.5"/><path d="M10 2.75v2.5M10 14.75v2.5M2.75 10h2.5M14.75 10h2.5M4.9 4.9l1.75 1.75M13.35 13.35l1.75 1.75M15.1 4.9l-1.75 1.75M6.65 13.35 4.9 15.1"/>',
    "grip": '<path d="M7.25 5.5h.1M12.75 5.5h.1M7.25 10h.1M12.75 10h.1M7.25 14.5h.1M12.75 14.5h.1" stroke-width="2.5"/>',
    "keyboard": '<rect x="2.25" y="5" width="15.5" height="10" rx="2"/><path d="M5.5 8.25h.1M8.5 8.25h.1M11.5 8.25h.1M14.5 8.25h.1M6.5 11.75h7"/>',
    "play": '<path fill="currentColor" d="M7 4.75v10.5L15.25 10z"/>',
    "lock": '<rect x="4.25" y="9" width="11.5" height="7.75" rx="2"/><path d="M6.75 9V6.5a3.25 3.25 0 0 1 6.5 0V9"/>',
}

_FRAMES = {
    name: mark_safe(
        '<svg class="icon" viewBox="0 0 20 20" width="20" height="20" fill="none" stroke="currentColor"'
        ' stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'
        f"{shape}</svg>"
    )
    for name, shape in SHAPES.items()
}


def icon(name: str, text: str = "") -> SafeString:
    """The icon as inline SVG, hidden from screen readers; `text` adds words that only they hear.

    Raises KeyError naming the icon if there is no such icon: a page with a hole in it should fail in its test.
    """
    if not text:
        return _FRAMES[name]
    return format_html('{}<span class="visually-hidden">{}</span>', _FRAMES[name], text)
