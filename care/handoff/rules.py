"""Why a person is asked for. The reasons are a closed list, so that reports can count them."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    ASKED = "asked"  # the customer asked for a person
    NOT_UNDERSTOOD = "not_understood"  # two messages in a row were not understood
    BOT_FAILURE = "bot_failure"  # no answer after several tries; withdrawn when the bot answers first


class Status(StrEnum):
    WAITING = "waiting"
    PICKED = "picked"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


#: A hand-off that is one of these holds the conversation.
OPEN = (Status.WAITING, Status.PICKED)
