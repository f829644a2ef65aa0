"""From the scores of a search to an answer, a choice, or nothing."""

from __future__ import annotations

import pytest

from care.rights.choosing import ANSWER, MARGIN, NEAR, SURE, SURELY, Chosen, Ranked, choose, is_sure

CASES = [
    # scores, likeliest first; what comes of them; why
    ([0.95, 0.02], Chosen(answer="a0"), "clear"),
    ([ANSWER], Chosen(answer="a0"), "as sure as it has to be, and alone"),
    ([ANSWER, ANSWER - MARGIN], Chosen(answer="a0"), "just far enough from the second"),
    ([ANSWER, ANSWER - MARGIN + 0.01], Chosen(offers=("a0", "a1")), "too near to the second: the customer knows"),
    ([ANSWER - 0.01, 0.05], Chosen(offers=("a0",)), "not sure: is this meant?"),
    ([0.3, 0.2, 0.15, 0.14], Chosen(offers=("a0", "a1", "a2")), "three at most"),
    ([NEAR, NEAR - 0.01], Chosen(offers=("a0",)), "what is far is not offered"),
    ([NEAR - 0.01], Chosen(), "nothing near"),
    ([], Chosen(), "nothing at all"),
]


@pytest.mark.parametrize(("scores", "chosen", "why"), CASES, ids=[why for *_, why in CASES])
def test_what_comes_of_the_scores(scores: list[float], chosen: Chosen, why: str) -> None:
    assert choose([Ranked(f"a{place}", score) for place, score in enumerate(scores)]) == chosen, why


LABELS = [
    # label, score, and whether the article is told whatever the label
    ("billing_detail", SURE, True),
    ("billing_detail", SURE - 0.01, False),
    ("complaint_vas", SURE, False),
    ("complaint_vas", SURELY, True),
    ("complain", SURELY - 0.01, False),
    ("privacy_delete", SURE, False),
    ("ticket_status", SURELY, True),
]


@pytest.mark.parametrize(("label", "score", "sure"), LABELS)
def test_whatever_the_label(label: str, score: float, sure: bool) -> None:
    assert is_sure([Ranked("a0", score)], label) is sure
    assert not is_sure([], label)
