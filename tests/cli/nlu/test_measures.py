"""What a report says in one number each, and the floors."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.errors import Stop
from cli.nlu.measures import FLOORS, MEASURES, floors_in, floors_of, missed, unmeasured, values
from tests.cli.toy import ROOT

REPORT = {
    "real": {"all": {"accuracy": 0.77, "calibration": {"error": 0.05}}, "stages": {}},
    "own": None,
    "phrasings": {"recall": 0.95},
    "speed": {"memory": 850.0},
}


def test_values_are_found_in_the_report_or_none() -> None:
    found = values(REPORT)
    assert found["accuracy"] == 0.77
    assert found["handoff_phrasings"] == 0.95
    assert found["memory"] == 850.0
    assert found["own_accuracy"] is None
    assert found["ngrams_accuracy"] is None
    assert set(found) == {measure.name for measure in MEASURES}


JUDGED = [
    # (floors, what is said)
    ({"accuracy": 0.76}, []),
    ({"accuracy": 0.77}, []),  # as much as the floor is enough
    ({"accuracy": 0.78}, ["accuracy is 77.0%, 1.00 points below its floor of 78.0%"]),
    ({"memory": 800}, ["memory is 850.0 MB, 50.000 MB above the most allowed of 800.0 MB"]),
    ({"memory": 900}, []),
    ({"calibration_error": 0.04}, ["calibration_error is 0.050, 0.010 above the most allowed of 0.040"]),
    ({"own_accuracy": 0.9}, []),  # was not measured
    ({"handoff_phrasings": 0.97, "accuracy": 0.9}, ["handoff_phrasings", "accuracy"]),
]


@pytest.mark.parametrize(("floors", "said"), JUDGED)
def test_floors(floors: dict[str, float], said: list[str]) -> None:
    found = [str(each) for each in missed(values(REPORT), floors)]
    assert len(found) == len(said)
    assert all(one.startswith(words) for one, words in zip(found, said, strict=True))


def test_what_was_not_measured_is_told() -> None:
    assert unmeasured(values(REPORT), {"accuracy": 0.1, "own_accuracy": 0.1}) == ["own_accuracy"]


SHOWN = [
    # (name, value, before, shown, delta)
    ("accuracy", 0.7724, 0.7701, "77.2%", "+0.2"),
    ("accuracy", 0.7701, 0.7724, "77.0%", "-0.2"),
    ("accuracy", 0.77, 0.77, "77.0%", "="),
    ("accuracy", 0.77, None, "77.0%", ""),
    ("accuracy", None, 0.77, "–", ""),
    ("calibration_error", 0.0493, 0.06, "0.049", "-0.011"),
    ("memory", 868.0, 850.0, "868.0 MB", "+18.0"),
]


@pytest.mark.parametrize(("name", "value", "before", "shown", "delta"), SHOWN)
def test_numbers_as_they_are_shown(
    name: str, value: float | None, before: float | None, shown: str, delta: str
) -> None:
    measure = next(each for each in MEASURES if each.name == name)
    assert (measure.shown(value), measure.delta(value, before)) == (shown, delta)


def test_floors_on_the_command_line() -> None:
    assert floors_of("accuracy=0.76, memory=800") == {"accuracy": 0.76, "memory": 800.0}


WRONG = [
    # (floors, words of the answer)
    ("acuracy=0.76", "there is no measure 'acuracy'; there are accuracy, "),
    ("accuracy", "accuracy needs a number, like accuracy=0.76"),
    ("accuracy=high", "accuracy needs a number"),
    ("", "there is no measure ''"),
]


@pytest.mark.parametrize(("written", "words"), WRONG)
def test_floors_that_are_none(written: str, words: str) -> None:
    with pytest.raises(Stop, match=words):
        floors_of(written)


FILES = [
    # (content, words of the answer)
    ("accuracy: [1]", "accuracy needs a number"),
    ("weather: 1", "there is no measure 'weather'"),
    ("- accuracy", "must be lines of MEASURE: NUMBER"),
    ("", "must be lines of MEASURE: NUMBER"),
    ("a: b: c", "cannot be read"),
]


@pytest.mark.parametrize(("content", "words"), FILES)
def test_a_file_of_floors_that_is_none(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / FLOORS).write_text(content, encoding="utf-8")
    with pytest.raises(Stop, match=words):
        floors_in(tmp_path)


def test_our_own_floors_are_measures() -> None:
    assert floors_in(ROOT)["accuracy"] >= 0.7
