"""What Rasa has stored of a conversation: handed out, forgotten, and sealed again by the running product."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from care.privacy.tracker import RasaTracker
from tests.e2e.client import Conversation
from tests.e2e.stack import ROOT, Stack

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

STORY = "家里宽带断了三天没人管"


async def test_a_conversation_is_handed_out_and_forgotten(stack: Stack, conversation: Conversation) -> None:
    conversation.say(STORY)
    phone = stack.new_number()
    conversation.say(phone)
    tracker = RasaTracker(stack.environment["QUANYI_RASA_URL"], stack.environment["QUANYI_GATEWAY_SECRET"])
    try:
        events = await tracker.export(conversation.conversation_id)
        assert [event["text"] for event in events if event["event"] == "user"] == [STORY, phone]
        assert "complaint_form" in json.dumps(events), "the form, its slots and what was understood are in it"
        assert await tracker.delete(conversation.conversation_id) == 2
        assert await tracker.export(conversation.conversation_id) == []
    finally:
        await tracker.aclose()
    conversation.say("不用了谢谢")
    assert "/affirm" not in conversation.payloads, "nothing of the complaint is left to go on with"


def test_keys_are_rotated_in_both_databases(stack: Stack, conversation: Conversation) -> None:
    conversation.say(STORY)
    done = subprocess.run(
        [sys.executable, "-m", "cli", "keys", "rotate"],
        cwd=ROOT,
        env=os.environ | stack.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "bot_turns.data (Rasa): 0", "one key only: there was nothing to do"
