"""Asks ``python -m bot.lab`` as the application's environment does."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


def ask(command: str, payload: Any) -> "tuple[int, dict[str, Any], str]":
    """Exit code, answer, and what was said meanwhile."""
    written = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    done = subprocess.run(
        [sys.executable, "-m", "bot.lab", command], cwd=ROOT, input=written, capture_output=True, timeout=120
    )
    return done.returncode, json.loads(done.stdout), done.stderr.decode()
