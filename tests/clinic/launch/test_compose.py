"""docker-compose.yml: the production shape, with nothing to fall back on."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from clinic.reminders import mail

ROOT = Path(__file__).resolve().parents[3]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
# What a clinic may do without: left empty, it is switched off. Nothing but empty may stand there.
OPTIONAL = {"SMS_URL": "${SMS_URL:-}", "VAPID_PRIVATE_KEY": "${VAPID_PRIVATE_KEY:-}"}
SECRET = re.compile(r"PASSWORD|SECRET|KEY|SMS_URL|EMAIL_URL|DATABASE_URL|REDIS_URL")


def defaults(environment: dict[str, str]) -> list[str]:
    """Secrets that are written out, or that have something to fall back on."""
    wrong = []
    for name, value in environment.items():
        if OPTIONAL.get(name) == value:
            continue
        if SECRET.search(name) and not re.search(r"\$\{\w+:\?", value):
            wrong.append(name)
        if re.search(r"\$\{\w*(PASSWORD|SECRET|KEY)\w*(:?-|\})", value):
            wrong.append(name)
    return wrong


def test_the_services_are_those_of_the_clinic():
    assert SERVICES.keys() == {"web", "worker", "beat", "migrate", "postgres", "redis"}
    assert SERVICES["postgres"]["image"].startswith("postgres:18")


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_reaps_its_processes_and_says_how_it_is(name):
    service = SERVICES[name]
    assert service["init"] is True
    # `migrate` ends by itself: its health is its exit code, which the others wait for.
    assert (
        service["healthcheck"] == {"disable": True} if name == "migrate" else service["healthcheck"]["test"]
    )


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_has_a_default(name):
    assert defaults(SERVICES[name].get("environment", {})) == []


@pytest.mark.parametrize("value", ["hunter2", "${POSTGRES_PASSWORD:-clinic}", "${POSTGRES_PASSWORD}"])
def test_a_default_password_is_seen(value):
    assert defaults({"POSTGRES_PASSWORD": value})


@pytest.mark.parametrize("value", ["${VAPID_PRIVATE_KEY:-c2VjcmV0}", "c2VjcmV0", "${VAPID_PRIVATE_KEY}"])
def test_what_is_optional_is_empty_or_given(value):
    assert defaults({"VAPID_PRIVATE_KEY": value})


def test_web_can_be_scaled():
    web = SERVICES["web"]
    assert "container_name" not in web
    first, last = re.fullmatch(r"127\.0\.0\.1:(\d+)-(\d+):8000", web["ports"][0]).groups()
    assert int(last) - int(first) >= 3


def test_only_web_is_reachable_and_only_from_this_machine():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_the_clinic_waits_for_migrate(name):
    assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_production_names_neither_debug_nor_embedded_servers():
    names = {name for service in SERVICES.values() for name in service.get("environment", {})}
    assert not names & {"DEBUG", "CLINIC_EMBEDDED", "CLINIC_TESTING"}


@pytest.mark.parametrize("name", ["web", "worker"])
def test_photos_and_videos_outlive_a_container(name):
    """One volume for all: a photo that one web process kept, another hands out, and the worker sweeps."""
    assert "recordings:/var/lib/clinic/recordings" in SERVICES[name]["volumes"]


def test_what_a_killed_worker_had_in_hand_outlives_its_container():
    assert "senders:/var/lib/clinic/senders" in SERVICES["worker"]["volumes"]


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_a_deaf_one_is_started_again(name):
    """`watched` asks a web server at the port it listens on, under a name it answers to, and stops when asked to."""
    service = SERVICES[name]
    python, flag, module, address, program, *_ = service["command"]
    assert (python, flag, program) == ("python", "-m", "celery")
    assert find_spec(module)
    assert address == "web:" + SERVICES["web"]["ports"][0].rpartition(":")[2]
    assert "ALLOWED_HOSTS" in service["environment"]
    assert service["restart"] == "unless-stopped"


def test_a_worker_has_time_to_finish_a_letter():
    assert float(SERVICES["worker"]["stop_grace_period"].removesuffix("s")) > 2 * mail.LONGEST
