"""`.venv/app`: everything but Rasa, from app.lock, or from dev.lock with the tools of `make test` and `make check`."""

from __future__ import annotations

import sys
from pathlib import Path

from cli.environments.install import is_link, remove, run_installer, start_anew
from cli.environments.stamp import (
    Plan,
    expected_stamp,
    interpreter,
    interpreter_works,
    plan,
    read_stamp,
    write_stamp,
)
from cli.run.progress import Progress

#: Free space that an installation needs at most, downloads included.
GIGABYTES = 1.5

# A script of this form works with a path of any length and with spaces in it; a plain `#!` line does not.
_COMMAND = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
from cli.main import app

app()
"""


def ensure_app(root: Path, progress: Progress, *, development: bool) -> None:
    environment = root / ".venv" / "app"
    if is_link(environment, progress):
        return
    found = read_stamp(environment)
    # Whoever has the tools keeps them: `make run` after `make test` installs nothing.
    kind = "dev" if development or (found and found.kind == "dev") else "app"
    lock = root / "requirements" / f"{kind}.lock"
    wanted = expected_stamp(environment, kind, lock)
    # dev.lock is app.lock and more.
    smaller = expected_stamp(environment, "app", root / "requirements" / "app.lock")
    todo = plan(found, wanted, works=interpreter_works(environment), may_grow_from=smaller)
    if todo is Plan.KEEP:
        return
    start_anew(environment, root, gigabytes=GIGABYTES)
    log = root / ".venv" / "app.log"
    log.unlink(missing_ok=True)
    if todo is Plan.MAKE:
        progress.say(f".venv/app: making it with {sys.executable}")
        remove(environment)
        run_installer([sys.executable, "-m", "venv", environment], what=".venv/app", log=log, progress=progress)
    progress.say(f".venv/app: installing the packages of {lock.name} (about a minute)")
    pip: list[str | Path] = [interpreter(environment), "-m", "pip", "install", "--quiet", "--no-input"]
    pip += ["--disable-pip-version-check", "--require-hashes", "--only-binary=:all:", "-r", lock]
    run_installer(pip, what=".venv/app", log=log, progress=progress)
    _add_project(environment, root)
    write_stamp(environment, wanted)
    progress.say(".venv/app: ready")


def _add_project(environment: Path, root: Path) -> None:
    """Our packages and the command `quanyi`, as an editable installation would, but without a build."""
    [packages] = environment.glob("lib/python3.*/site-packages")
    (packages / "quanyi.pth").write_text(f"{root}\n", encoding="utf-8")
    command = environment / "bin" / "quanyi"
    command.write_text(_COMMAND.format(python=interpreter(environment)), encoding="utf-8")
    command.chmod(0o755)
