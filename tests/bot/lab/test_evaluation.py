"""Figures of readings beside labels: worked examples. What was read is given, no model is asked."""

import math

import pytest

from bot.lab import evaluation
from bot.lab.evaluation import Reading, Row
from bot.lab.payload import BadInput


def row(label: str, alt: "str | None" = None, text: str = "x", source: str = "") -> Row:
    return Row(text, label, alt, source)


def read(
    label: str, confidence: float = 0.9, *others: str, asked_back: bool = False, stage: str = "ngrams", ms: float = 1.0
) -> Reading:
    return Reading(label, confidence, (label, *others), asked_back, stage, ms / 1000, ms / 1000)


HALVES = [
    # (text, half): the first byte of its SHA-256, by sha256sum
    ("宽带断了", "look"),  # bc
    ("转人工", "score"),  # 41
    ("查话费", "score"),  # 99
    ("你好", "score"),  # 67
    ("  你好", "look"),  # 72: nothing is stripped
    ("發票怎麼開", "look"),  # c0: nothing is made simplified
    ("", "score"),  # e3
]


@pytest.mark.parametrize(("text", "half"), HALVES)
def test_halves_are_told_by_a_hash_of_the_text(text: str, half: str) -> None:
    assert evaluation.half_of(text) == half


RIGHT = [
    # (row, read, right, right group)
    (row("billing_detail"), "billing_detail", True, True),
    (row("billing_detail"), "billing_usage", False, True),  # a neighbour of the same group
    (row("complaint_vas", "billing_detail"), "billing_detail", True, True),  # either of two labels
    (row("complaint_vas", "billing_detail"), "billing_usage", False, True),  # the group of either
    (row("complaint_vas"), "complain", False, False),  # the move 「我要投诉」 is no complaint_…
    (row("handoff"), "handoff", True, True),
    (row("out_of_scope"), "other_telecom", False, False),
]


@pytest.mark.parametrize(("one", "label", "right", "group"), RIGHT)
def test_right_label_and_group(one: Row, label: str, right: bool, group: bool) -> None:
    figures = evaluation.figures([(one, read(label))])
    assert (figures["accuracy"], figures["groups"]) == (float(right), float(group))


def test_asking_back_counts_for_the_accuracy_and_not_among_what_was_answered() -> None:
    figures = evaluation.figures(
        [
            (row("billing_detail"), read("billing_detail")),
            (row("billing_detail"), read("billing_usage", 0.3, "billing_detail", asked_back=True)),
            (row("billing_detail"), read("handoff", 0.5, "a", "b", "billing_detail")),
            (row("billing_detail"), read("billing_detail", 0.3, asked_back=True)),
        ]
    )
    assert figures["accuracy"] == 0.5
    assert figures["asked_back"] == 0.5
    assert figures["answered_accuracy"] == 0.5
    assert figures["top_three"] == 0.75  # the third one's label is fourth


OUTSIDE = [
    # (row, read, not taken for a wish, strict)
    (row("out_of_scope"), read("out_of_scope"), 1, 1),
    (row("out_of_scope"), read("greet_chitchat"), 1, 0),  # answered as small talk
    (row("out_of_scope"), read("satisfaction"), 1, 0),
    (row("out_of_scope"), read("inform"), 1, 0),  # a bare answer does nothing outside of a form
    (row("out_of_scope"), read("complain"), 0, 0),  # this move opens a form
    (row("out_of_scope"), read("billing_detail"), 0, 0),
    (row("out_of_scope"), read("handoff"), 0, 0),
    (row("out_of_scope"), read("billing_detail", asked_back=True), 1, 0),  # nothing was begun
    (row("out_of_scope"), read("out_of_scope", asked_back=True), 1, 0),
    (row("out_of_scope", "other_telecom"), read("other_telecom"), 1, 0),  # right by its second label
    (row("billing_detail"), read("out_of_scope"), None, None),  # no row that is out of scope
]


@pytest.mark.parametrize(("one", "reading", "not_taken", "strict"), OUTSIDE)
def test_out_of_scope(one: Row, reading: Reading, not_taken: "int | None", strict: "int | None") -> None:
    figures = evaluation.out_of_scope([(one, reading)])
    assert (figures["not_taken"], figures["strict"]) == (not_taken, strict)


def test_what_was_sent_away_as_out_of_scope() -> None:
    pairs = [
        (row("billing_detail"), read("out_of_scope")),
        (row("billing_detail"), read("out_of_scope", asked_back=True)),  # was asked back
        (row("billing_detail", "out_of_scope"), read("out_of_scope")),  # either is right
        (row("handoff"), read("handoff")),
    ]
    assert evaluation.out_of_scope(pairs)["false_alarms"] == round(1 / 3, 4)


def test_handoff_counts_only_without_asking_back() -> None:
    pairs = [
        (row("handoff"), read("handoff")),
        (row("handoff"), read("handoff", 0.3, asked_back=True)),
        (row("handoff"), read("complaint_service")),
        (row("handoff", "complaint_service"), read("complaint_service")),
        (row("complaint_service"), read("handoff")),
        (row("complaint_service", "handoff"), read("handoff")),
        (row("greet_chitchat"), read("greet_chitchat")),
    ]
    assert evaluation.handoff(pairs) == {"rows": 4, "recall": 0.5, "missed": 2, "false_alarms": 0.5}


def test_calibration_error_is_the_mean_distance_of_confidence_and_accuracy() -> None:
    pairs = [
        (row("a"), read("a", 0.95)),
        (row("a"), read("b", 0.85)),
        (row("a"), read("a", 0.81)),
        (row("a"), read("a", 0.25)),
        (row("a"), read("a", 1.0)),
    ]
    found = evaluation.calibration(pairs)
    # bins 0.9–1.0: 0.975 against 1; 0.8–0.9: 0.83 against 0.5; 0.2–0.3: 0.25 against 1
    assert math.isclose(found["error"], (2 * 0.025 + 2 * 0.33 + 0.75) / 5, abs_tol=1e-4)
    assert [(each["from"], each["rows"], each["accuracy"]) for each in found["bins"]] == [
        (0.2, 1, 1.0),
        (0.8, 2, 0.5),
        (0.9, 2, 1.0),
    ]


def test_perfect_calibration_and_none() -> None:
    halves = [(row("a"), read("a", 0.5)), (row("a"), read("b", 0.5))]
    assert evaluation.calibration(halves)["error"] == 0.0
    assert evaluation.calibration([])["error"] is None


def test_labels_where_the_second_label_that_was_read_is_the_true_one() -> None:
    pairs = [
        (row("a", "b"), read("b")),
        (row("a", "b"), read("c")),
        (row("b"), read("b")),
        (row("b"), read("a")),
    ]
    assert evaluation.per_label(pairs) == {
        "a": {"support": 1, "precision": 0.0, "recall": 0.0, "f1": 0.0},
        "b": {"support": 3, "precision": 1.0, "recall": 0.6667, "f1": 0.8},
        "c": {"support": 0, "precision": 0.0, "recall": None, "f1": 0.0},
    }


def test_confusion_has_a_row_for_each_true_label() -> None:
    assert evaluation.confusion([("a", "a"), ("a", "b"), ("c", "b"), ("a", "b")]) == {
        "labels": ["a", "b", "c"],
        "counts": [[1, 2, 0], [0, 0, 0], [0, 1, 0]],
    }


def test_parts_are_the_largest_first() -> None:
    pairs = [
        (row("a", source="weibo"), read("a")),
        (row("a", source="call"), read("a")),
        (row("a", source="call"), read("b")),
    ]
    assert evaluation.by(pairs, lambda one, _: one.source) == {
        "call": {"rows": 2, "share": 0.6667, "accuracy": 0.5},
        "weibo": {"rows": 1, "share": 0.3333, "accuracy": 1.0},
    }


QUANTILES = [
    # (values, part, quantile)
    ([1.0], 0.95, 1.0),
    ([1.0, 2.0], 0.5, 1.0),
    (list(range(1, 101)), 0.95, 95),
    (list(range(1, 101)), 1.0, 100),
    (list(range(1, 11)), 0.95, 10),
]


@pytest.mark.parametrize(("values", "part", "quantile"), QUANTILES)
def test_quantile(values: "list[float]", part: float, quantile: float) -> None:
    assert evaluation.quantile(values, part) == quantile


def test_latency_by_stage() -> None:
    reads = [read("a", ms=ms) for ms in (1, 2, 3)] + [read("a", stage="encoder", ms=40)]
    found = evaluation.latency(reads)
    assert list(found) == ["ngrams", "encoder", "all"]
    assert found["ngrams"] == {"rows": 3, "share": 0.75, "median": 2.0, "p95": 3.0, "most": 3.0, "core_p95": 3.0}
    assert found["encoder"]["median"] == 40.0
    assert list(evaluation.latency(reads[:3])) == ["ngrams", "all"], "a stage that read nothing is left out"


BAD = [
    # (rows, words of the answer)
    (None, '"rows" must be a list'),
    ([{"text": "a"}], '"rows" must be a list'),
    (["a"], '"rows" must be a list'),
]


@pytest.mark.parametrize(("rows", "words"), BAD)
def test_rows_that_are_none(rows: object, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        evaluation.rows_of(rows, "rows")


def test_readings_must_fit_the_rows() -> None:
    with pytest.raises(BadInput, match="what the command"):
        evaluation.readings_of([{"label": "a"}], "readings", 1)
    with pytest.raises(BadInput, match="has 0 readings for 2 rows"):
        evaluation.readings_of([], "readings", 2)
