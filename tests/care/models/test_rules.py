"""When a model may be published, and what a threshold would do, by worked examples."""

from __future__ import annotations

import pytest

from care.models.rules import Figure, Gate, Row, Stories, gate, rows_of, thresholds

BILL = frozenset({"billing_detail"})


def _rows(*right: bool) -> list[Row]:
    return [Row(BILL, "billing_detail" if each else "out_of_scope", 0.8) for each in right]


def _handoff(value: float | None, current: float | None) -> list[Figure]:
    return [Figure("handoff_phrasings", "our phrasings", "%", False, value, current)]


KEPT = Stories(26, [])
GATES = [
    (_rows(True, True), _rows(True, False), [], KEPT, Gate.PASSED, [], "better"),
    (_rows(True, False), _rows(False, True), [], KEPT, Gate.PASSED, [], "others are right, as many"),
    (_rows(True, False), _rows(True, True), [], KEPT, Gate.FAILED, ["accuracy"], "one message fewer"),
    (_rows(True), _rows(True), _handoff(0.9, 0.95), KEPT, Gate.FAILED, ["handoff"], "more requests for a human missed"),
    (_rows(True), _rows(True), _handoff(0.95, None), KEPT, Gate.PASSED, [], "nothing to compare that with"),
    (_rows(True), _rows(True), [], Stories(25, ["a person"]), Gate.FAILED, ["stories"], "a rehearsal fails"),
    ([], [], [], KEPT, Gate.NOT_JUDGED, ["not_judged"], "no evaluation set"),
    (_rows(True), [], [], KEPT, Gate.NOT_JUDGED, ["not_judged"], "the model in use is not here to be read"),
    ([], [], [], Stories(0, ["a"]), Gate.FAILED, ["stories", "not_judged"], "what fails, fails without a set too"),
]


@pytest.mark.parametrize(
    ("rows", "current", "figures", "stories", "state", "reasons", "why"), GATES, ids=[why for *_, why in GATES]
)
def test_the_gate(
    rows: list[Row],
    current: list[Row],
    figures: list[Figure],
    stories: Stories,
    state: Gate,
    reasons: list[str],
    why: str,
) -> None:
    found, told = gate(figures, rows, current, stories)
    assert (found, [each["reason"] for each in told]) == (state, reasons), why


def test_a_threshold_trades_wrong_answers_for_questions() -> None:
    rows = [Row(BILL, label, confidence) for label, confidence in (("billing_detail", 0.9), ("out_of_scope", 0.3))]
    by_threshold = {each["threshold"]: each for each in thresholds(rows, [])}
    assert (by_threshold[0.0]["handed_off"], by_threshold[0.0]["wrong"]) == (0.0, 0.5)
    assert (by_threshold[0.35]["handed_off"], by_threshold[0.35]["wrong"]) == (0.5, 0.0)
    assert (by_threshold[0.95]["handed_off"], by_threshold[0.95]["wrong"]) == (1.0, 0.0)
    assert by_threshold[0.35]["current_wrong"] is None


def test_either_label_of_a_message_is_right() -> None:
    messages = [{"label": "billing_detail", "alt": "complaint_billing"}, {"label": "billing_detail", "alt": ""}]
    readings = [{"label": "complaint_billing", "confidence": 0.5}] * 2
    assert [row.is_right for row in rows_of(messages, readings)] == [True, False]
