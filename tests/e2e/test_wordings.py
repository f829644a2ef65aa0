"""Approved by a second person, and told within seconds by every part of the running product: Rasa, the action server,
web; and as it was once it is taken back."""

from __future__ import annotations

from contextlib import closing

import pytest

from tests.e2e.client import Conversation
from tests.e2e.desk_client import sign_in
from tests.e2e.stack import Stack
from tests.e2e.training_run import until

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

HELLO = "您好呀，小益在听，请讲。"
RIGHT = "规定里的时间"
#: of the button in `utter_rights`, and the article behind it
BUTTON, ARTICLE = "投诉要多久答复", "channels-time-legal"
#: seconds; 4.5 were measured until the last of them said it
SOON = 15.0


def test_told_everywhere_within_seconds(small_stack: Stack) -> None:
    reader = small_stack.http
    assert HELLO not in _greeting(small_stack)
    with closing(sign_in(small_stack, "trainer")) as trainer, closing(sign_in(small_stack, "supervisor")) as lead:
        shown = trainer.json("GET", f"/trainer/wordings/article/{ARTICLE}")
        short = {each["name"]: each["value"] for each in shown["fields"]}["short"]
        proposals = {
            "response/utter_greet": {"text": HELLO, "text_2": HELLO},
            f"article/{ARTICLE}": {"title": RIGHT, "short": f"{short}以上是{RIGHT}。"},
        }
        changes = [
            trainer.json("POST", f"/trainer/wordings/{path}", {"fields": fields, "why": "更好懂"})["id"]
            for path, fields in proposals.items()
        ]
        for change in changes:
            assert lead.json("POST", f"/trainer/wordings/changes/{change}/approve", {})["state"] == "live"
        until(lambda: RIGHT in reader.get(f"/rights/{ARTICLE}").text, "the page", SOON)
        until(lambda: HELLO in _greeting(small_stack), "Rasa", SOON)
        until(lambda: _asked(small_stack).endswith(f"以上是{RIGHT}。"), "the action server", SOON)
        for change in changes:
            trainer.json("POST", f"/trainer/wordings/changes/{change}/roll-back", {"why": "还是旧的好"})
        until(lambda: HELLO not in _greeting(small_stack), "Rasa, as before", SOON)
        until(lambda: RIGHT not in _asked(small_stack), "the action server, as before", SOON)
        until(lambda: f"<h1>{RIGHT}" not in reader.get(f"/rights/{ARTICLE}").text, "the page, as before", SOON)


def _greeting(stack: Stack) -> str:
    """To somebody new: who says the same over and over is brought to a person."""
    return Conversation(stack.http).say("你好")


def _asked(stack: Stack) -> str:
    """The short answer, in a conversation of its own."""
    customer = Conversation(stack.http)
    customer.say("你好")
    customer.say("我的权利")
    return customer.say(BUTTON).split("\n")[0]
