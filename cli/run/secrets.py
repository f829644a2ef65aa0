"""The secrets between the parts: made once in demo mode, named one by one when missing in production."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from cli.errors import Stop


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _key_ring() -> str:
    return f"k1:{_key()}"


def _token() -> str:
    return secrets.token_urlsafe(32)


#: Variable and how a demo value is made (formats: care/settings.py).
MAKERS: dict[str, Callable[[], str]] = {
    "QUANYI_KEYS": _key_ring,
    "QUANYI_INDEX_KEY": _key,
    "QUANYI_TOKEN_KEY": _token,
    "QUANYI_GATEWAY_SECRET": _token,
    "QUANYI_ACTIONS_SECRET": _token,
    "QUANYI_TRACKER_KEYS": _key_ring,
}
DATABASES = ("QUANYI_DATABASE_URL", "QUANYI_TRACKER_URL")


def demo_secrets(path: Path, environ: Mapping[str, str], data: Path | None = None) -> dict[str, str]:
    """From `path`, made when missing; what the environment already says wins.

    `data` is the database directory that may exist already: with new keys its content could not be read.
    """
    kept = _read(path)
    if data and data.exists() and not kept and "QUANYI_KEYS" not in environ:
        raise Stop(f"{path} with the keys is missing but its database {data} is there; put it back, or delete {data}.")
    complete = {name: kept.get(name) or make() for name, make in MAKERS.items()}
    if complete != kept:
        _write(path, complete)
    return {name: environ.get(name) or value for name, value in complete.items()}


def production_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """In production nothing is made up: keys that nobody backed up are data that nobody can read."""
    missing = [name for name in (*DATABASES, *MAKERS) if not environ.get(name)]
    if missing:
        raise Stop(f"QUANYI_MODE=production needs these variables, which are not set: {', '.join(missing)}.")
    return {name: environ[name] for name in MAKERS}


def _read(path: Path) -> dict[str, str]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        kept = None
    if not isinstance(kept, dict):
        raise Stop(f"{path} cannot be read; put a good copy back, or delete it together with var/pg to start anew.")
    return kept


def _write(path: Path, values: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(values, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
