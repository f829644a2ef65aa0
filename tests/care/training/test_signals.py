"""What is wrong in data/signals is told with its line; what ships is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from care.training.signals import FOLDER, SIGNALS, faults

ROOT = Path(__file__).resolve().parents[3]
BLOCK = "examples:\n- signals: [anger]\n  texts: |\n"
GOOD = BLOCK + "    - 滚\n"


def _build(root: Path, anger: str) -> Path:
    folder = root / FOLDER
    folder.mkdir(parents=True)
    for signal in SIGNALS:
        content = anger if signal == "anger" else f"examples:\n- signals: [{signal}]\n  texts: |\n    - {signal}\n"
        (folder / f"{signal}.yml").write_text(content, encoding="utf-8")
    return root


def test_what_ships_is_right() -> None:
    assert faults(ROOT) == []


def test_a_checkout_without_signals_has_no_faults(tmp_path: Path) -> None:
    assert faults(tmp_path) == []


FAULTS = [
    # (file, line, words of what is wrong)
    ("examples:\n- signals: [anger\n  texts: |\n    - 滚\n", 3, "bracket"),
    ("- signals: [anger]\n", 1, "does not consist of keys"),
    ("nlu:\n- intent: anger\n", 1, "no list under"),
    ("examples: anger\n", 1, "no list under"),
    ("examples:\n- 滚\n", 2, "not made of signals"),
    ("examples:\n- signals: anger\n  texts: |\n    - 滚\n", 2, "not made of signals"),
    ("examples:\n- signals: [anger]\n  texts:\n    - 滚\n", 2, "not made of signals"),
    ("examples:\n- texts: |\n    - 滚\n", 2, "not made of signals"),
    ("examples:\n- signals: [rage]\n  texts: |\n    - 滚\n", 2, "no signal 'rage'"),
    (BLOCK + "    滚\n", 4, 'not "- " and a text'),
    (BLOCK + "    - 滚\n    -\n", 5, 'not "- " and a text'),
    (GOOD + "- signals: []\n  texts: |\n    - 滚\n", 7, "data/signals/anger.yml:4 says anger"),
    (GOOD + "- signals: []\n  texts: |\n    - fraud\n", 7, "data/signals/fraud.yml:4 says fraud"),
]


@pytest.mark.parametrize(("content", "line", "what"), FAULTS)
def test_a_fault_has_its_line(tmp_path: Path, content: str, line: int, what: str) -> None:
    found = faults(_build(tmp_path, content))
    assert [(each.file, each.line) for each in found] == [(f"{FOLDER}/anger.yml", line)], found
    assert what in found[0].what
    assert found[0].todo


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    (_build(tmp_path, GOOD) / FOLDER / "anger.yml").unlink()
    assert [each.what for each in faults(tmp_path)] == ["The examples of anger are missing."]
