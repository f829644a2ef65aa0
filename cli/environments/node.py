"""Node.js for building ui/: the system's, release 20 or later; else `.venv/node`, from node.lock."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from cli.environments.install import is_link, remove, run_installer, start_anew
from cli.environments.stamp import Plan, expected_stamp, interpreter, interpreter_works, plan, read_stamp, write_stamp
from cli.run.progress import Progress

OLDEST = 20
#: Free space that an installation needs at most, downloads included.
GIGABYTES = 0.5


def find_node(root: Path, progress: Progress) -> Path:
    """The folder with a `node` and an `npm` that work."""
    for folder in candidates(os.environ):
        if works(folder):
            return folder
    return _ensure_own(root, progress)


def candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    """Every folder of PATH that has both; Debian's `nodejs` alone brings no npm."""
    for folder in environ.get("PATH", "").split(os.pathsep):
        if folder and (Path(folder) / "node").is_file() and (Path(folder) / "npm").is_file():
            yield Path(folder)


def works(folder: Path) -> bool:
    """Tried by running it: a version manager's shim is there and executable, and may fail."""
    version = re.match(r"v(\d+)\.", _says(folder, "node"))
    return version is not None and int(version[1]) >= OLDEST and _says(folder, "npm")[:1].isdigit()


def environment_with(folder: Path) -> dict[str, str]:
    """npm starts the first `node` on PATH: it has to be the one of this folder."""
    return {"PATH": os.pathsep.join([str(folder), os.environ.get("PATH", "")])}


def _says(folder: Path, program: str) -> str:
    command = [str(folder / program), "--version"]
    env = {**os.environ, **environment_with(folder)}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30, env=env)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _ensure_own(root: Path, progress: Progress) -> Path:
    environment = root / ".venv" / "node"
    folder = environment / "bin"
    if is_link(environment, progress):
        return folder
    lock = root / "requirements" / "node.lock"
    wanted = expected_stamp(environment, "node", lock)
    if plan(read_stamp(environment), wanted, works=interpreter_works(environment)) is Plan.KEEP:
        return folder
    start_anew(environment, root, gigabytes=GIGABYTES)
    log = root / ".venv" / "node.log"
    log.unlink(missing_ok=True)
    progress.say(f".venv/node: no Node.js {OLDEST} or later on this machine; installing the packages of {lock.name}")
    remove(environment)
    run_installer([sys.executable, "-m", "venv", environment], what=".venv/node", log=log, progress=progress)
    pip: list[str | Path] = [interpreter(environment), "-m", "pip", "install", "--quiet", "--no-input"]
    pip += ["--disable-pip-version-check", "--require-hashes", "--only-binary=:all:", "-r", lock]
    run_installer(pip, what=".venv/node", log=log, progress=progress)
    write_stamp(environment, wanted)
    progress.say(".venv/node: ready")
    return folder
