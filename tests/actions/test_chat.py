"""A message that looked like a bare answer while nothing was asked."""

from __future__ import annotations

import pytest

from tests.support.rasa import Actions, Talk

STORIES = [
    ("我家宽带从昨天开始断了，账号13800138000", ("inform", "complaint_broadband"), True),  # a story with a number in it
    ("13800138000，11月18日被扣了50元不明费用", ("correct", "nlu_fallback", "complaint_billing"), True),
    ("昨天晚上八点开始的", ("inform", "billing_usage"), False),  # an answer to nothing, and no complaint
    ("好的", ("affirm", "complaint_service"), False),  # too short to be a story
]


@pytest.mark.parametrize(("text", "ranking", "opens"), STORIES)
async def test_a_story_opens_its_complaint(actions: Actions, text: str, ranking: tuple[str, ...], opens: bool) -> None:
    result = await actions.run("action_what_now", Talk().user(text, ranking[0], 0.9, ranking))
    assert result.events == ([{"event": "followup", "timestamp": None, "name": "complaint_form"}] if opens else [])
    assert result.said == ([] if opens else ["utter_what_now"])
