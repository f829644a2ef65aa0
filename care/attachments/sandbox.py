"""Files of strangers are read in a process of their own: it may take so long, need so much, and knows no key.

A decoder that hangs, eats memory or is taken over by a hostile file then costs one refusal and not the web process
(OWASP File Upload Cheat Sheet). A thread could not be ended.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from typing import Any

from care.attachments.rules import CheckedFile, check_size, clean_name
from care.errors import InvalidInput, Unavailable

#: from start to answer. A photo takes 0.2 to 0.5, a PDF of 50 pages up to 2 (docs/decisions/0009).
MAX_SECONDS = 6
#: address space of the process. A photo needs some 150 MB, a progressive one of 60 million pixels 500.
MAX_MEMORY = 640 * 1024 * 1024

_COMMAND = [sys.executable, "-I", "-m", __name__]


def check(name: str, content: bytes) -> CheckedFile:
    """A file as it may be kept. Takes a good part of a second: call it in a thread, and in no transaction.

    Raises InvalidInput (a reason of `rules.py` or `contents.py`; `evidence_complex` when it cannot be read within the
    limits) or Unavailable (reason `evidence_check`) when no process could be started.
    """
    check_size(len(content))
    try:
        done = subprocess.run(
            _COMMAND, input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, timeout=MAX_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise InvalidInput("evidence_complex", "the file cannot be checked in time; send a screenshot") from error
    except OSError as error:
        raise Unavailable("evidence_check", "the file cannot be checked now; send it again") from error
    verdict = _verdict(done)
    if "reason" in verdict:
        raise InvalidInput(verdict["reason"], verdict["detail"])
    return CheckedFile(clean_name(name, verdict["media_type"]), verdict["media_type"], content)


def _verdict(done: subprocess.CompletedProcess[bytes]) -> dict[str, str]:
    if done.returncode == 0:
        verdict: dict[str, str] = json.loads(done.stdout)
        return verdict
    # Ended by a limit, or by the decoder's own crash.
    return {"reason": "evidence_complex", "detail": "the file cannot be checked; send a screenshot"}


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    # Also when nobody is left who could end it.
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would be the file, readable, on disk
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _main() -> None:
    """In the child: the file on standard input, the verdict as JSON on standard output."""
    from care.attachments.contents import examine

    _limit()
    verdict: dict[str, Any]
    try:
        verdict = {"media_type": examine(sys.stdin.buffer.read())}
    except InvalidInput as error:
        verdict = {"reason": error.reason, "detail": str(error)}
    json.dump(verdict, sys.stdout)


if __name__ == "__main__":
    _main()
