"""What a turn's events say that was answered and understood."""

from typing import Any

import pytest
from rasa.shared.core.events import BotUttered, UserUttered

from bot.replies import RANKED, answer_of


def _heard(intent: dict[str, Any], ranking: Any) -> list[Any]:
    return [UserUttered("话费不对", intent, parse_data={"intent_ranking": ranking}), BotUttered("好的")]


DETAIL = {"name": "billing_detail", "confidence": 0.31}
OTHER = {"name": "complaint_billing", "confidence": 0.3}
FALLBACK = {"name": "nlu_fallback", "confidence": 0.35}
NEAR = {"id": "broadband-repair-time", "score": 0.9}

READINGS = [
    (DETAIL | {"sub": None}, [DETAIL, OTHER], (None, ["billing_detail", "complaint_billing"]), "understood"),
    ({"name": "ticket_status", "confidence": 0.9, "sub": "urge"}, [], ("urge", []), "with a sub-label"),
    (FALLBACK, [FALLBACK, DETAIL, OTHER], (None, ["billing_detail", "complaint_billing"]), "a fallback is no label"),
    (DETAIL, [DETAIL, OTHER] * RANKED, (None, ["billing_detail", "complaint_billing"] * 2 + ["billing_detail"]), "cut"),
    (DETAIL, None, (None, []), "a button's payload has no ranking"),
    (DETAIL, [{"name": None, "confidence": 0.0}], (None, []), "before training"),
]


@pytest.mark.parametrize(("intent", "ranking", "expected", "reason"), READINGS)
def test_what_was_understood(intent: dict[str, Any], ranking: Any, expected: tuple[Any, ...], reason: str) -> None:
    answer = answer_of(_heard(intent, ranking))
    assert answer["intent"] == intent["name"]
    assert answer["confidence"] == intent["confidence"]
    assert (answer["sub"], [each["label"] for each in answer["ranking"]]) == expected, reason
    assert [reply["text"] for reply in answer["replies"]] == ["好的"]


def test_confidences_are_kept() -> None:
    assert answer_of(_heard(DETAIL, [DETAIL]))["ranking"] == [{"label": "billing_detail", "confidence": 0.31}]


def test_nothing_was_said() -> None:
    nothing = {"replies": [], "intent": None, "sub": None, "confidence": 0.0, "ranking": [], "article": None}
    assert answer_of([]) == nothing


def test_the_nearest_article_about_rights_is_told() -> None:
    event = UserUttered("宽带几天修好", DETAIL, parse_data={"articles": [NEAR, {"id": "other", "score": 0.1}]})
    assert answer_of([event])["article"] == NEAR
