"""Finding a Python 3.10 for Rasa: $QUANYI_PYTHON310, a working `python3.10`, pyenv's versions, uv's download."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from cli.errors import Stop
from cli.run.progress import Progress

VARIABLE = "QUANYI_PYTHON310"

# What Rasa cannot do without; an interpreter built on a machine without the libraries lacks some.
_CHECK = (
    "import sys, ssl, sqlite3, zlib, bz2, ctypes; "
    "sys.exit(0 if sys.version_info[:2] == (3, 10) and sys.implementation.name == 'cpython' else 3)"
)


def find_python310(uv: Path, progress: Progress) -> Path:
    named = os.environ.get(VARIABLE)
    if named:
        if not works(Path(named)):
            raise Stop(f"{VARIABLE} is set to {named}, which is not a working Python 3.10; correct or unset it.")
        return Path(named)
    for candidate in candidates(os.environ):
        if works(candidate):
            return candidate
    progress.say("no Python 3.10 on this machine; uv tries to download one")
    downloaded = _download(uv)
    if downloaded is None:
        raise Stop(
            "Rasa needs Python 3.10 and none was found: install one (for example `pyenv install 3.10` or "
            f"`uv python install 3.10`), or set {VARIABLE} to the path of its interpreter."
        )
    return downloaded


def candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    """In order. Every `python3.10` on PATH, not only the first: a pyenv shim may stand before a real one."""
    for directory in environ.get("PATH", "").split(os.pathsep):
        candidate = Path(directory) / "python3.10"
        if directory and candidate.is_file():
            yield candidate
    pyenv = Path(environ.get("PYENV_ROOT") or Path(environ.get("HOME", "/")) / ".pyenv")
    versions = sorted(pyenv.glob("versions/3.10.*"), key=_patch, reverse=True)
    yield from (version / "bin" / "python3.10" for version in versions)


def works(python: Path) -> bool:
    """Tried by running it: a pyenv shim is there and executable, and fails."""
    try:
        done = subprocess.run([python, "-I", "-c", _CHECK], capture_output=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _patch(version: Path) -> int:
    match = re.fullmatch(r"3\.10\.(\d+)", version.name)
    return int(match[1]) if match else -1


def _download(uv: Path) -> Path | None:
    for arguments in (["install", "3.10"], ["find", "--managed-python", "3.10"]):
        try:
            done = subprocess.run([uv, "python", *arguments], capture_output=True, text=True, check=False)
        except OSError:
            return None
        if done.returncode != 0:
            return None
    found = Path(done.stdout.strip())
    return found if works(found) else None
