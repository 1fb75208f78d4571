"""The rules of the house that no other tool can hold. Each has a negative control beside it."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from assessments.screens.offered import CATALOGUE
from clinic.knowledge.files import versions

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("clinic", "assessments", "programs")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def our_files(suffix: str = ".py") -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob(f"*{suffix}")]
    return sorted(path for path in found if "migrations" not in path.parts)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


# --- Imports and foreign keys point down ------------------------------------------------------------------

LAYERS = next(c for c in PYPROJECT["tool"]["importlinter"]["contracts"] if c["type"] == "layers")["layers"]
DEPTH = {name.strip(): -place for place, layer in enumerate(LAYERS) for name in layer.split("|")}


def upward_keys(pairs: list[tuple[str, str, str]]) -> list[str]:
    """Which of (app, field, target app) point from a lower layer to a higher one."""
    return [f"{field} -> {target}" for app, field, target in pairs if DEPTH[target] > DEPTH[app]]


def our_foreign_keys() -> list[tuple[str, str, str]]:
    return [
        (model._meta.app_config.name, str(field), field.related_model._meta.app_config.name)
        for model in apps.get_models()
        if model._meta.app_config.name in DEPTH
        for field in model._meta.get_fields(include_hidden=False)
        if isinstance(field, models.ForeignKey | models.ManyToManyField)
        and field.related_model._meta.app_config.name in DEPTH
    ]


def test_foreign_keys_point_down():
    """import-linter cannot see "app.Model" strings, so the tables are looked at."""
    assert our_foreign_keys()
    assert upward_keys(our_foreign_keys()) == []


def test_a_foreign_key_that_points_up_is_seen():
    assert upward_keys([("clinic.people", "people.Patient.program", "programs.plans")])


def test_every_app_has_its_place_in_the_layers():
    ours = {config.name for config in apps.get_app_configs() if config.name.split(".")[0] in PACKAGES}
    assert ours - set(DEPTH) == set()


# --- Every page wears a guard -----------------------------------------------------------------------------

# Other people's pages, which cannot wear ours: what they show and why that is right.
THIRD_PARTY = {
    "account_": "allauth's sign-in pages: they show no record",
    "mfa_": "allauth's second-factor pages: only the signed-in account's own factors",
    "ui:": "the component page: development only, invented people",
    "admin:": "managers with a second factor only (tests/clinic/desk, tests/test_doors.py)",
}


def all_pages(
    patterns: list[URLPattern | URLResolver] | None = None, prefix: str = ""
) -> Iterator[tuple[str, object]]:
    """Every (URL name, view) of the site."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from all_pages(entry.url_patterns, inner)
        else:
            yield f"{prefix}{entry.name or entry.pattern}", entry.callback


def unguarded(pages: list[tuple[str, object]]) -> list[str]:
    return [
        name for name, view in pages if not name.startswith(tuple(THIRD_PARTY)) and not hasattr(view, "door")
    ]


def test_every_page_says_who_may_open_it():
    assert unguarded(list(all_pages())) == []


def test_a_page_without_a_guard_is_seen():
    assert unguarded([("desk:today", lambda request: None)]) == ["desk:today"]


def test_a_page_for_everyone_says_why():
    silent = [
        name
        for name, view in all_pages()
        if hasattr(view, "door") and not (view.door.roles or view.door.because)
    ]
    assert silent == []


# --- Names and sizes --------------------------------------------------------------------------------------

BANNED_NAMES = {
    "utils",
    "util",
    "common",
    "core",
    "helpers",
    "helper",
    "manager",
    "managers",
    "service",
    "services",
}
LONGEST_FILE = 350
LONGEST_FUNCTION = 60


def test_no_file_is_named_from_nowhere():
    assert [named(p) for p in our_files() if {p.stem, *p.relative_to(ROOT).parts} & BANNED_NAMES] == []


def test_no_room_has_grown_too_large():
    assert {named(p): n for p in our_files() if (n := len(p.read_text().splitlines())) > LONGEST_FILE} == {}


def long_functions(source: str, *, longest: int = LONGEST_FUNCTION) -> list[str]:
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > longest
    ]


def test_functions_are_short():
    assert {named(p): found for p in our_files() if (found := long_functions(p.read_text()))} == {}


def test_pages_do_three_things_and_no_more():
    """Read the request, make one call, answer: a view of more than 30 lines is doing something else."""
    views = [p for p in our_files() if "views" in p.parts or p.stem == "views"]
    assert views
    assert {named(p): found for p in views if (found := long_functions(p.read_text(), longest=30))} == {}


def test_a_long_function_is_seen():
    assert long_functions("def page():\n" + "    x = 1\n" * 31, longest=30) == ["page"]


def misnamed(name: str, field: models.Field) -> bool:
    if isinstance(field, models.DateTimeField):
        return name != "at" and not name.endswith(
            ("_at", "_since", "_until")
        )  # a moment, or an end of a stretch
    if isinstance(field, models.DateField):
        return not name.endswith(("_on", "_date", "_day", "_since"))
    return False


def test_moments_end_in_at_and_days_in_on():
    theirs = {"last_login", "date_joined"}  # Django's own, on every account
    fields = [
        field
        for model in apps.get_models()
        if model._meta.app_config.name in DEPTH
        for field in model._meta.concrete_fields
    ]
    assert [str(f) for f in fields if f.name not in theirs and misnamed(f.name, f)] == []


def test_a_misnamed_moment_is_seen():
    assert misnamed("booked", models.DateTimeField())
    assert misnamed("born", models.DateField())


# --- What no line of ours may say -------------------------------------------------------------------------

EVERY_POST = "every post is checked"
# The guard of pages that programs call, which cannot be worn without naming who checks the caller's signature.
MAY_SAY = {"clinic/desk/machines.py": {EVERY_POST}}
FORBIDDEN = {
    r"\bcsrf_exempt\b": EVERY_POST,
    r"\b(eta|countdown)\s*=": "Celery runs delayed tasks again after an hour; what is due lives in PostgreSQL",
    r"\bcrontab\(": "crontab schedules lose runs when the clocks change",
    r"\b(post_save|pre_save|m2m_changed|post_delete|pre_delete)\b|@receiver": "no signals: one door for changes",
    r"\.extra\(|RawSQL\(": "no SQL from pieces",
    r"date\.today\(\)|datetime\.now\(\)|utcnow\(": "the clock is handed in",
    r"def save\(self": "no save() overrides",
}


def said(source: str) -> list[str]:
    return [why for pattern, why in FORBIDDEN.items() if re.search(pattern, source)]


def test_nothing_forbidden_is_said():
    found = {named(p): set(said(p.read_text())) - MAY_SAY.get(named(p), set()) for p in our_files()}
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    "line",
    [
        "@csrf_exempt",
        "send.apply_async(countdown=9)",
        "crontab(hour=1)",
        "@receiver(x)",
        "q.extra(a)",
        "dt.date.today()",
    ],
)
def test_a_forbidden_line_is_seen(line):
    assert said(line)


CLOCKLESS = ("actions.py", "models.py", "rules.py", "causes.py", "definitions.py", "free.py", "derived.py")


def test_now_is_handed_in_below_the_doors():
    """Actions and rules take `now`. The audit alone writes the moment it happens."""
    readers = [p for p in our_files() if p.name in CLOCKLESS and "timezone.now()" in p.read_text()]
    assert [named(p) for p in readers if p.parent.name != "audit"] == []


# --- Templates --------------------------------------------------------------------------------------------

TEMPLATE_FAULTS = {
    r"<style|\sstyle=": "no inline styles: the content security policy refuses them",
    r"<script(?![^>]*\ssrc=)": "no inline scripts: the content security policy refuses them",
    r"\son[a-z]+=": "no inline handlers: the content security policy refuses them",
    r"\|\s*safe\b|autoescape off": "nothing typed by anyone goes out unescaped",
    r"https?://(?!127\.0\.0\.1|www\.w3\.org)": "pages load nothing from another origin",
}


def template_faults(source: str) -> list[str]:
    return [why for pattern, why in TEMPLATE_FAULTS.items() if re.search(pattern, source)]


def templates() -> list[Path]:
    return sorted(p for p in (ROOT / "templates").rglob("*.html") if "emails" not in p.parts)


def test_templates_keep_to_the_content_security_policy():
    assert templates()
    assert {named(p): found for p in templates() if (found := template_faults(p.read_text()))} == {}


@pytest.mark.parametrize("line", ['<p style="x">', "<script>x</script>", '<a onclick="x">', "{{ a|safe }}"])
def test_a_template_fault_is_seen(line):
    assert template_faults(line)


def test_every_template_is_used():
    """A template nobody names is dead; allauth, crispy and Django find theirs by their own names."""
    found_by_name = ("account/", "mfa/", "allauth/", "bootstrap5/", "admin/")
    everything = "".join(p.read_text() for p in [*our_files(), *(ROOT / "templates").rglob("*.*")])
    unused = [
        name
        for p in (ROOT / "templates").rglob("*.html")
        if not (name := str(p.relative_to(ROOT / "templates"))).startswith(found_by_name)
        and name not in everything
        # Components are drawn by clinic_ui's tags, error pages by their status.
        and not (p.parent.name == "components" and f'"{p.stem}"' in everything)
        and not p.stem.isdigit()
    ]
    assert unused == []


# --- Regions are data ----------------------------------------------------------------------------------------

REGIONS = versions(CATALOGUE)


def regions_named(source: str) -> list[str]:
    """Lines of code, comments and docstrings that name a region: what is true of one is a knowledge file's to say."""
    words = re.compile(rf"\b({'|'.join(REGIONS)})s?\b", re.IGNORECASE)
    return [line.strip() for line in source.splitlines() if words.search(line.replace("_", " "))]


def test_no_python_file_names_a_region():
    assert REGIONS
    found = {named(path): regions_named(path.read_text()) for path in our_files()}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_no_page_and_no_script_names_a_region():
    ours = [
        p for folder in ("templates", "static/js") for p in (ROOT / folder).rglob("*.*") if p.suffix != ".svg"
    ]
    assert ours
    found = {named(path): regions_named(path.read_text()) for path in ours}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize("line", ['load_recipe("{}", 1)', "def is_{}(x): ...", "# only for {}s"])
def test_a_named_region_is_seen(line):
    for region in REGIONS:
        assert regions_named(line.format(region)), (line, region)


# --- The tree tells nothing of where it was made ----------------------------------------------------------

# Written in pieces, so that this file does not name them.
HOSTS = ["files.pythonh" + "osted", "py" + "pi.org", "registry.npm" + "js", "deb.debi" + "an.org"]


def tracked_text() -> Iterator[tuple[str, str]]:
    names = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    for name in filter(None, names):
        try:
            yield name, (ROOT / name).read_text()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue


def test_no_file_names_a_package_registry():
    assert [(name, host) for name, text in tracked_text() for host in HOSTS if host in text] == []
