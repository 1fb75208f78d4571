"""The words of a template as a person reads them, paragraph by paragraph, from its source: text in, texts out.

Nothing is rendered, so both sides of an {% if %} are read. What a page fills in (a name, a number) is one short word.
"""

from __future__ import annotations

import html
import re

FILLED_IN = "Sam"

# Which texts in quotes a component shows: those in these places, and those of these names.
SHOWN_PLACES = {
    "page_header": (0,),
    "notice": (1,),
    "table_region": (0,),
    "button": (0,),
    "empty_state": (0, 1, 2),
    "error_summary": (1,),
}
SHOWN_NAMES = ("lead", "back_label", "eyebrow")

_UNREAD = re.compile(
    r"{#.*?#}|{% comment.*?endcomment %}|<!--.*?-->|<script.*?</script>|<head>.*?</head>"
    r"|{% block (?:main_class|body_class|head|scripts|code) %}.*?{% endblock[^%]*%}",
    re.DOTALL,
)
_TAG = re.compile(r"{%\s*(\w+)(.*?)%}", re.DOTALL)
_ARGUMENT = re.compile(r'(?:(\w+)=)?(?:"([^"]*)"|([^\s"]+))')
_PLURAL = re.compile(r"{{[^}]*\|pluralize[^}]*}}")
_FILLED = re.compile(r"{{.*?}}", re.DOTALL)
_SIDE_BY_SIDE = re.compile(r"</a>(?:\s|{%[^%]*%})*<a\b")
_LABEL = re.compile(r'<[^>]*?\baria-label="([^"]*)"[^>]*>')
_INLINE = re.compile(r"</?(?:a|strong|em|span|b|i|code|abbr|time)\b[^>]*>")
_MARKUP = re.compile(r"<[^>]*>")
_FOLLOWS = {"if", "endif", "for", "endfor", "with", "endwith", "url", "load", "icon", "static"}


def paragraphs(source: str) -> list[str]:
    """Every stretch of words of a template that is read as one, in its order."""
    text = _UNREAD.sub("", source)
    text = _SIDE_BY_SIDE.sub("\n<a", text)
    text = _FILLED.sub(FILLED_IN, _PLURAL.sub("s", text))
    text = _TAG.sub(_of_tag, text)
    text = _LABEL.sub(r"\n\1\n", text)
    text = _MARKUP.sub("\n", _INLINE.sub("", text))
    found = (" ".join(html.unescape(line).split()) for line in text.split("\n"))
    return [line for line in found if re.search(r"[A-Za-z]", line.replace(FILLED_IN, ""))]


def _of_tag(tag: re.Match[str]) -> str:
    """What a tag itself says, on lines of its own; most say nothing, and some do not even end a sentence."""
    name = tag[1]
    if name in _FOLLOWS:
        return ""
    if name == "clinic_time":
        return FILLED_IN
    places = SHOWN_PLACES.get(name, ())
    found = []
    at = 0
    for key, quoted, _bare in _ARGUMENT.findall(tag[2]):
        if key in SHOWN_NAMES or (not key and at in places):
            found.append(quoted)
        at += not key
    return "\n" + "\n".join(found) + "\n"
