"""The systemd units of docs/operate/systemd: systemd accepts them, and what they start exists."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "docs" / "operate" / "systemd").glob("*.service"))
_PROGRAM = re.compile(r"/opt/quanyi/\.venv/(app|bot)/bin/(\w+)")


def _setting(unit: Path, name: str) -> list[str]:
    joined = unit.read_text(encoding="utf-8").replace("\\\n", " ")
    return re.findall(rf"^{name}=(.*)$", joined, re.MULTILINE)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_accepts_the_unit(unit: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not on this machine")
    # It looks whether the program is there; ours is in /opt/quanyi on the operator's machine only.
    copy = tmp_path / unit.name
    copy.write_text(_PROGRAM.sub(sys.executable, unit.read_text(encoding="utf-8")), encoding="utf-8")
    done = subprocess.run([analyze, "verify", copy], capture_output=True, text=True, check=False, timeout=60)
    assert [line for line in done.stderr.splitlines() if unit.stem in line] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_what_the_unit_starts_exists(unit: Path) -> None:
    (command,) = _setting(unit, "ExecStart")
    words = command.split()
    program = _PROGRAM.fullmatch(words[0])
    assert program is not None
    if program[2] == "python":
        assert words[1] == "-m"
        assert words[2] == "rasa" or (ROOT / words[2] / "__main__.py").exists()
    named = [word for word in words[1:] if word.endswith(".yml")]
    assert all((ROOT / name).exists() for name in named)


def test_rasa_and_the_others_have_different_users_and_variables() -> None:
    for unit in UNITS:
        is_rasa = unit.name == "quanyi-rasa.service"
        assert _setting(unit, "User") == ["quanyi-bot" if is_rasa else "quanyi"]
        assert _setting(unit, "EnvironmentFile") == [f"/etc/quanyi/{'rasa' if is_rasa else 'app'}.env"]


def test_every_unit_may_do_as_little_as_the_others() -> None:
    hardening = {
        re.search(r"# What it may not do\n((?:\w+=.*\n)+)", unit.read_text(encoding="utf-8"))[1] for unit in UNITS
    }  # type: ignore[index]
    assert len(hardening) == 1
    assert "ProtectSystem=strict" in hardening.pop()
