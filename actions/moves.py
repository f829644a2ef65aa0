"""Is a message in an open form a command or a question of its own, or words for the field?

Free text must not be mistaken for a command unless it clearly is one (people write 「人工客服态度差」 into a story),
so a command has to be short and the model sure. A button is always what it says.
"""

from __future__ import annotations

import re

from rasa_sdk import Tracker

from actions.turn import intent_of, text_of

COMMANDS = {"handoff", "cancel"}
# A form is given up by a word for it, never by sounds that the model has not seen.
_CANCEL = re.compile("取消|不|算了|算啦|撤|别|罢了|免了|唔")
_COMMAND_LENGTH = 16
_COMMAND_CONFIDENCE = 0.6

#: questions that a form answers in between; a story can look like any complaint label, so those are never digressions
_DIGRESSIONS = {"greet_chitchat", "help"}
_DIGRESSION_TOPICS = ("billing_", "privacy_", "rights_")
_DIGRESSION_LENGTH = 40
_DIGRESSION_CONFIDENCE = 0.6
_QUESTION = ("?", "？", "吗", "多少", "怎么", "什么", "哪", "如何", "查", "帮我")


def is_command(tracker: Tracker) -> bool:
    intent, confidence = intent_of(tracker)
    text = text_of(tracker)
    if intent not in COMMANDS:
        return False
    if not text:
        return True
    is_clear = len(text) <= _COMMAND_LENGTH and confidence >= _COMMAND_CONFIDENCE
    return is_clear and (intent != "cancel" or _CANCEL.search(text) is not None)


def is_digression(tracker: Tracker) -> bool:
    intent, confidence = intent_of(tracker)
    text = text_of(tracker)
    if not text or len(text) > _DIGRESSION_LENGTH or confidence < _DIGRESSION_CONFIDENCE:
        return False
    return intent in _DIGRESSIONS or (intent.startswith(_DIGRESSION_TOPICS) and any(sign in text for sign in _QUESTION))
