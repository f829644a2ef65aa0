"""Why a person is asked for. The reasons are a closed list, so that reports can count them."""

from __future__ import annotations

import re
from enum import StrEnum


class Reason(StrEnum):
    ASKED = "asked"  # the customer asked for a person
    NOT_UNDERSTOOD = "not_understood"  # two messages in a row were not understood
    DISTRESS = "distress"  # spoke of ending their life
    BOT_FAILURE = "bot_failure"  # no answer after several tries; withdrawn when the bot answers first


class Status(StrEnum):
    WAITING = "waiting"
    PICKED = "picked"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


_STOP = re.compile(
    r"(那?就?算了?吧?)?[,，]?(我?不等了?|不用等了?|不排队?了|取消排队|别转了|不转了|不用(转)?人工了?|不要人工了?|回到小益|找小益|继续和小益聊)吧?[。！!~～]*"
)


def wants_to_stop_waiting(text: str) -> bool:
    """「不等了」「取消排队」「回到小益」: said in the queue, and nothing else with it."""
    return _STOP.fullmatch(text.strip()) is not None


#: A hand-off that is one of these holds the conversation.
OPEN = (Status.WAITING, Status.PICKED)
