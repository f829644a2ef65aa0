"""The report's parts and the comparison of two models, from given readings; and what of the real texts they show."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.lab import compare, report
from bot.lab.evaluation import Reading, Row
from bot.lab.payload import BadInput

# test_evaluation has their halves
LOOK, OTHER_LOOK, SCORE, OTHER_SCORE = "宽带断了", "發票怎麼開", "转人工", "查话费"


def read(label: str, confidence: float = 0.9, asked_back: bool = False, stage: str = "encoder") -> Reading:
    return Reading(label, confidence, (label, "other_telecom"), asked_back, stage, 0.02, 0.02)


def given(reading: Reading) -> "dict[str, Any]":
    """As the command ``read`` gives it."""
    return {**vars(reading), "ranking": [[label, 0.5] for label in reading.ranking], "sub": None}


def test_texts_of_the_half_to_score_are_not_in_the_report() -> None:
    pairs = [
        (Row(LOOK, "complaint_broadband"), read("complaint_network", 0.8)),
        (Row(SCORE, "handoff"), read("complaint_service")),
        (Row(OTHER_LOOK, "billing_invoice"), read("billing_invoice")),
        (Row(OTHER_SCORE, "billing_balance"), read("billing_balance")),
    ]
    found = report.real(pairs)
    assert [each["text"] for each in found["misread"]] == [LOOK]
    assert SCORE not in json.dumps(found, ensure_ascii=False)
    assert (found["look"]["rows"], found["look"]["accuracy"]) == (2, 0.5)
    assert (found["score"]["rows"], found["score"]["accuracy"]) == (2, 0.5)
    assert found["all"]["rows"] == 4


def test_phrasings_by_kind() -> None:
    pairs = [
        (Row("找人工", "handoff"), read("handoff")),
        (Row(LOOK, "handoff"), read("complaint_service")),
        (Row(SCORE, "handoff"), read("handoff", 0.3, asked_back=True)),
        (Row(OTHER_LOOK, "out_of_scope"), read("handoff")),
        (Row(OTHER_SCORE, "out_of_scope"), read("handoff")),
        (Row("人工费多少钱", "out_of_scope"), read("out_of_scope")),
    ]
    found = report.phrasings(["short", "short", "polite"], pairs)
    assert (found["rows"], found["missed"], found["recall"]) == (3, 2, 0.3333)
    assert found["missed_of_kind"] == {"short": 1, "polite": 1}
    assert (found["near_misses"], found["false_alarms"]) == (3, 0.6667)
    assert [each["text"] for each in found["missed_texts"]] == [LOOK]
    assert [each["text"] for each in found["false_alarm_texts"]] == [OTHER_LOOK]


def test_own_examples_by_label() -> None:
    labels = ["billing_detail", "billing_detail", "billing_usage", "handoff"]
    probabilities = np.array([[0.7, 0.2, 0.1], [0.4, 0.6, 0.0], [0.1, 0.8, 0.1], [0.6, 0.3, 0.1]])
    found = report.own_figures(labels, probabilities)
    assert (found["examples"], found["accuracy"], found["groups"], found["top_three"]) == (4, 0.5, 0.75, 1.0)
    assert found["labels"]["billing_detail"] == {"support": 2, "precision": 0.5, "recall": 0.5, "f1": 0.5}


def test_the_largest_gap_comes_first_and_labels_without_real_rows_are_left_out() -> None:
    own = {name: {"f1": 0.9} for name in ("a", "b", "c", "affirm")}
    real = {
        "a": {"f1": 0.8, "support": 3},
        "b": {"f1": 0.2, "support": 5},
        "c": {"f1": 0.0, "support": 0},  # read, but never true
        "new": {"f1": 0.5, "support": 1},
    }
    assert report.gap(own, real) == [
        {"label": "b", "own": 0.9, "real": 0.2, "gap": 0.7, "support": 5},
        {"label": "a", "own": 0.9, "real": 0.8, "gap": 0.1, "support": 3},
    ]


def test_a_report_without_a_real_set_says_so_and_draws_nothing(tmp_path: Path) -> None:
    readings = [given(read("handoff")), given(read("out_of_scope"))]
    told = {"wanted": [["short", "找人工"]], "not_wanted": [{"text": "人工费", "label": "out_of_scope"}]}
    found = report.run({"real": None, "phrasings": {**told, "readings": readings}, "folder": str(tmp_path)})
    assert (found["real"], found["own"], found["gap"], found["drawn"]) == (None, None, [], [])
    assert found["phrasings"]["recall"] == 1.0


def test_figures_are_drawn(tmp_path: Path) -> None:
    rows = [{"text": text, "label": "handoff", "alt": "", "source": "s"} for text in (LOOK, SCORE, OTHER_LOOK)]
    readings = [given(read("handoff", 0.99)), given(read("greet_chitchat", 0.4)), given(read("handoff", 0.6))]
    told = {"wanted": [["short", "找人工"]], "not_wanted": [], "readings": readings[:1]}
    payload = {"real": {"rows": rows, "readings": readings}, "phrasings": told, "folder": str(tmp_path)}
    found = report.run(payload)
    assert found["drawn"] == ["confusion.png", "confidence.png", "calibration.png"]
    for name in found["drawn"]:
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


WRONG = [
    # (payload, words of the answer)
    ({}, '"folder" must be a folder'),
    ({"folder": "/nowhere"}, '"folder" must be a folder'),
    ({"folder": "."}, '"phrasings" must be'),
    ({"folder": ".", "phrasings": {"wanted": ["a"], "not_wanted": []}}, '"phrasings" must be'),
    ({"folder": ".", "real": {"rows": [], "readings": [{}]}, "phrasings": {}}, 'must be what the command "read" gives'),
    ({"folder": ".", "real": [1], "phrasings": {}}, '"real" must be'),
]


@pytest.mark.parametrize(("payload", "words"), WRONG)
def test_what_cannot_be_measured(payload: "dict[str, Any]", words: str) -> None:
    with pytest.raises(BadInput, match=words):
        report.run(payload)


def test_compare_shows_texts_of_one_half_and_counts_of_the_other() -> None:
    rows = [Row(LOOK, "a"), Row(OTHER_LOOK, "a", "b"), Row(SCORE, "a"), Row(OTHER_SCORE, "b"), Row("你好", "b")]
    one = [read(label) for label in "bcbbc"]
    other = [read(label) for label in "abacd"]
    found = compare.compared(rows, one, other)
    assert found["accuracy"] == [0.2, 0.6]
    assert found["changed"] == 5, "the last one is read otherwise, and as wrongly"
    assert (found["better"]["look"], found["better"]["score"]) == (2, 1)
    assert (found["worse"]["look"], found["worse"]["score"], found["worse"]["rows"]) == (0, 1, [])
    assert [each["text"] for each in found["better"]["rows"]] == [LOOK, OTHER_LOOK]
    assert SCORE not in json.dumps(found, ensure_ascii=False)
    assert found["p"] == 0.625
    assert found["labels"][0]["label"] == "a"
    assert found["labels"][0]["delta"] > 0


P_VALUES = [
    # (better, worse, p): both tails of a binomial with p = 1/2
    (0, 0, 1.0),
    (1, 0, 1.0),
    (3, 3, 1.0),
    (5, 0, 0.0625),
    (0, 6, 0.03125),
    (1, 9, 22 / 1024),
    (30, 10, 0.0022),
]


@pytest.mark.parametrize(("better", "worse", "p"), P_VALUES)
def test_mcnemar(better: int, worse: int, p: float) -> None:
    assert compare.mcnemar(better, worse) == pytest.approx(p, abs=5e-5)
