"""A virus scanner of the operator's looks at every file before it is kept, where `QUANYI_VIRUS_SCAN` names one.

The command gets the file on standard input and answers by its exit code, as ClamAV's clamdscan and clamscan do: 0
clean, 1 infected (docs/operate/files.md). Whatever else happens, the file was not looked at and is not taken.
"""

from __future__ import annotations

import os
import shlex
import subprocess

from care.errors import InvalidInput, Unavailable
from care.logs import get_logger
from care.settings import settings

MAX_SECONDS = 20
_CLEAN, _INFECTED = 0, 1

_log = get_logger("care.attachments")


def scan(content: bytes) -> None:
    """May take `MAX_SECONDS`: call it in a thread, and in no transaction. Without a scanner nothing is looked at.

    Raises InvalidInput (reason `evidence_infected`) or Unavailable (reason `evidence_unscanned`).
    """
    command = settings().virus_scan
    if not command:
        return
    try:
        done = subprocess.run(
            shlex.split(command),
            input=content,
            env={"PATH": os.environ.get("PATH", os.defpath)},  # it needs none of our secrets
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=MAX_SECONDS,
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise _unscanned(type(error).__name__) from error
    if done.returncode == _INFECTED:
        raise InvalidInput("evidence_infected", "the virus scanner found something in the file")
    if done.returncode != _CLEAN:
        raise _unscanned(f"exit code {done.returncode}")


def _unscanned(why: str) -> Unavailable:
    _log.error("virus_scan_failed", why=why)
    return Unavailable("evidence_unscanned", "the file could not be scanned for viruses; send it again later")
