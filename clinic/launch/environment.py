"""Keys made on first use, and the settings every process of the demo clinic is started with."""

from __future__ import annotations

import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from clinic.launch.places import Places


@dataclass(frozen=True)
class Keys:
    """What makes this machine's clinic its own. Never printed; kept in a file only its owner reads."""

    secret_key: str
    postgres_owner: str  # the superuser's password: only for making the role and the database
    postgres_clinic: str
    valkey: str
    valkey_port: int
    vapid: str = (
        ""  # what push services know this clinic by; clinics of an earlier day get theirs at the next start
    )


def keys_for(places: Places) -> Keys:
    """This clinic's keys, made the first time. A damaged file is an error, not a reason for new keys."""
    path = places.data / "keys.json"
    if path.exists():
        keys = Keys(**json.loads(path.read_text()))
        return keys if keys.vapid else _kept(replace(keys, vapid=secrets.token_urlsafe(32)), path)
    keys = Keys(
        secret_key=secrets.token_urlsafe(50),
        postgres_owner=secrets.token_urlsafe(24),
        postgres_clinic=secrets.token_urlsafe(24),
        valkey=secrets.token_urlsafe(24),
        valkey_port=free_port(),
        vapid=secrets.token_urlsafe(32),
    )
    return _kept(keys, path)


def _kept(keys: Keys, path: Path) -> Keys:
    write_private(path, json.dumps(asdict(keys), indent=2))
    return keys


def with_free_port(keys: Keys, places: Places) -> Keys:
    """The same keys, with another port for Valkey if something else took its port since."""
    if is_free(keys.valkey_port):
        return keys
    keys = replace(keys, valkey_port=free_port())
    write_private(places.data / "keys.json", json.dumps(asdict(keys), indent=2))
    return keys


def settings_for(places: Places, keys: Keys, web_port: int) -> dict[str, str]:
    """The environment variables clinic.config.settings reads, for the embedded servers."""
    return {
        "DEBUG": "1",
        "CLINIC_EMBEDDED": "1",
        "SECRET_KEY": keys.secret_key,
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "CLINIC_BASE_URL": f"http://127.0.0.1:{web_port}",
        "CSRF_TRUSTED_ORIGINS": f"http://127.0.0.1:{web_port},http://localhost:{web_port}",
        "DATABASE_URL": database_url(places, keys),
        "REDIS_URL": f"redis://:{keys.valkey}@127.0.0.1:{keys.valkey_port}/0",
        "VAPID_PRIVATE_KEY": keys.vapid,
        "CLINIC_DATA_DIR": str(places.data),
        "DEV_MAIL_DIR": str(places.data / "mail"),
        "DJANGO_SETTINGS_MODULE": "clinic.config.settings",
    }


def database_url(places: Places, keys: Keys) -> str:
    """The socket's folder goes into the query: a host with slashes in it is not read by django-environ."""
    return f"postgres://clinic:{keys.postgres_clinic}@/clinic?host={places.sockets}"


def process_environment(settings: dict[str, str]) -> dict[str, str]:
    """Our own environment with the settings over it: a DATABASE_URL of some other project never wins."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "DJANGO_"))}
    for way_out in ("EMAIL_URL", "SMS_URL"):  # the demo writes to nobody
        mine.pop(way_out, None)
    # Ten processes make a clinic, and the tests start some hundred: compiling it anew took each a second.
    mine.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**mine, "PYTHONUNBUFFERED": "1", **settings}


def write_for_manage_py(places: Places, settings: dict[str, str]) -> None:
    """Leave the settings where manage.py finds them, so that it works in another terminal too."""
    lines = [f"{name}={value}" for name, value in settings.items()]
    write_private(places.data / "environment", "\n".join(lines) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def free_port() -> int:
    """A port of 127.0.0.1 nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
