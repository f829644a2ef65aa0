"""How an environment is recognised as whole and up to date.

The stamp is written last and removed first: an environment without one was left in the middle.
"""

from __future__ import annotations

import enum
import hashlib
import json
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

STAMP = "quanyi.json"


class Plan(enum.Enum):
    KEEP = "it is right"
    ADD = "install on top of what is there"
    MAKE = "remove it and make it anew"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What was installed, from what, and where (scripts name their interpreter: a moved checkout is a broken one)."""

    kind: str
    lock: str
    place: str


def expected_stamp(environment: Path, kind: str, lock: Path) -> Stamp:
    return Stamp(kind, hashlib.sha256(lock.read_bytes()).hexdigest(), str(environment))


def plan(found: Stamp | None, wanted: Stamp, *, works: bool, may_grow_from: Stamp | None = None) -> Plan:
    """What has to happen to an environment with the stamp `found` so that it is as `wanted`.

    `may_grow_from`: an environment that lacks something but has nothing too much.
    """
    if found is None or not works or found.place != wanted.place:
        return Plan.MAKE
    if found == wanted:
        return Plan.KEEP
    return Plan.ADD if found == may_grow_from else Plan.MAKE


def read_stamp(environment: Path) -> Stamp | None:
    try:
        return Stamp(**json.loads((environment / STAMP).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_stamp(environment: Path, stamp: Stamp) -> None:
    half = environment / f"{STAMP}.half"
    half.write_text(json.dumps(asdict(stamp)), encoding="utf-8")
    half.rename(environment / STAMP)


def remove_stamp(environment: Path) -> None:
    (environment / STAMP).unlink(missing_ok=True)


def interpreter(environment: Path) -> Path:
    return environment / "bin" / "python"


def interpreter_works(environment: Path) -> bool:
    """The interpreter that an environment was made from may have been removed since."""
    try:
        done = subprocess.run([interpreter(environment), "-I", "-c", ""], capture_output=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
