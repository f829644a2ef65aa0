"""The floors of `quanyi rights report`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.errors import Stop
from cli.nlu.measures import FLOORS
from cli.rights.report import floors_in, missed_floors
from tests.cli.toy import ROOT

FOUND: dict[str, Any] = {"first": 0.9, "three": None, "answered_without": 0.06, "speed": {"p95": 30.0}}

JUDGED = [
    # (floors, what is said)
    ({"first": 0.9, "answered_without": 0.06, "p95": 30.0}, []),
    ({"first": 0.92}, ["first is 90.0%, 2.00 points below its floor of 92.0%"]),
    ({"answered_without": 0.05}, ["answered_without is 6.0%, 1.00 points above the most allowed of 5.0%"]),
    ({"p95": 20.0}, ["p95 is 30.0 ms, 10.000 ms above the most allowed of 20.0 ms"]),
    # not measured
    ({"three": 0.98}, []),
]


@pytest.mark.parametrize(("floors", "said"), JUDGED)
def test_floors(floors: dict[str, float], said: list[str]) -> None:
    assert [str(each) for each in missed_floors(FOUND, floors)] == said


FILES = [
    # (content, words of the answer)
    ("accuracy: 0.7", "under rights"),
    ("rights: 0.9", "under rights"),
    ("rights: {first: high}", "under rights"),
    ("rights: {weather: 0.9}", "rights: there is no measure 'weather'"),
    ("a: b: c", "under rights"),
]


@pytest.mark.parametrize(("content", "words"), FILES)
def test_a_file_without_them(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / FLOORS).write_text(content, encoding="utf-8")
    with pytest.raises(Stop, match=words):
        floors_in(tmp_path)


def test_our_own_floors_are_measures() -> None:
    assert floors_in(ROOT)["first"] >= 0.85
