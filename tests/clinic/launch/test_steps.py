"""`make test`: what its exit code says, and which browser it takes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from clinic.launch import browser, steps
from clinic.launch.steps import Step

YES = [sys.executable, "-c", ""]
NO = [sys.executable, "-c", "raise SystemExit(5)"]


@pytest.fixture
def has_browser(monkeypatch):
    monkeypatch.setattr(steps, "find_browser", lambda root: "/bin/true")


def test_all_passed(tmp_path, has_browser, capfd):
    assert steps.run_wanted(tmp_path, [Step("ruff", (YES,)), Step("pytest", (YES,))], {}) == 0
    assert "passed  ruff" in capfd.readouterr().out


def test_one_failed_and_the_others_were_run_all_the_same(tmp_path, has_browser, capfd):
    shout = [sys.executable, "-c", "print('the last line')"]
    assert steps.run_wanted(tmp_path, [Step("ruff", (NO, YES)), Step("pytest", (shout,))], {}) == 1
    said = capfd.readouterr().out
    assert "FAILED  ruff" in said
    assert said.rstrip().endswith("the last line")


def test_a_missing_browser_fails_loudly_even_if_every_test_passed(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("CLINIC_BROWSER", str(tmp_path / "none"))
    assert steps.run_wanted(tmp_path, [Step("pytest", (YES,))], {}) == steps.NO_BROWSER == 3
    assert "NO BROWSER: the browser journeys will fail" in capfd.readouterr().out


def test_a_failing_pytest_fails(tmp_path, has_browser):
    assert steps.run_wanted(tmp_path, [Step("pytest", (NO,))], {}) == 1


def test_an_unknown_step_is_named(tmp_path, capsys):
    assert steps.run_steps(tmp_path, ["rufff"]) == 2
    assert "rufff" in capsys.readouterr().out


def test_what_follows_two_dashes_goes_to_pytest(tmp_path):
    assert steps.partition(["pytest", "--", "-k", "booking"], "--") == (["pytest"], True, ["-k", "booking"])
    last = steps.all_steps(tmp_path, ["-k", "booking"])[-1]
    assert last.name == "pytest"
    assert last.commands[0][-2:] == ["-k", "booking"]


def test_deploy_is_checked_with_production_settings_only(monkeypatch):
    monkeypatch.setenv("DEBUG", "1")
    monkeypatch.setenv("CLINIC_EMBEDDED", "1")
    monkeypatch.setenv("CLINIC_TESTING", "1")
    env = steps.production_environment()
    assert not {"DEBUG", "CLINIC_EMBEDDED", "CLINIC_TESTING"} & env.keys()


def test_a_named_browser_wins(tmp_path, monkeypatch):
    monkeypatch.setenv("CLINIC_BROWSER", sys.executable)
    assert browser.find_browser(tmp_path) == sys.executable


def test_an_installed_browser_is_taken_before_one_is_fetched(tmp_path: Path, monkeypatch):
    monkeypatch.delenv("CLINIC_BROWSER", raising=False)
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "installable_browser", lambda root: pytest.fail("nothing is fetched"))
    assert browser.find_browser(tmp_path) == str(program)


def test_without_any_one_is_fetched(tmp_path, monkeypatch):
    monkeypatch.delenv("CLINIC_BROWSER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "MAC_APPS", ())
    monkeypatch.setattr(browser, "installable_browser", lambda root: "/fetched")
    assert browser.find_browser(tmp_path) == "/fetched"
