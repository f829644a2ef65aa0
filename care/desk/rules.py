"""What an agent may send, how long a conversation stays readable, and what a reason must be. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum

from care.conversations.rules import MAX_MESSAGE_ID, clean_text
from care.errors import InvalidInput
from care.handoff.rules import Reason

#: characters of one message of an agent, and of one note
MAX_WORDS = 4_000
#: An agent reads on after handing back, to finish what was promised; a supervisor to see how customers were served.
#: Nobody needs it longer (个人信息保护法第六条: no more than the purpose needs).
AGENTS_LATELY = timedelta(hours=24)
SUPERVISORS_LATELY = timedelta(days=7)
#: Shows of personal data by one agent; more in a minute is a list being copied, and not a talk.
REVEALS_PER_MINUTE = 10
#: Different numbers that agents open for one customer while people talk with them: their own, and a helper's or two.
NUMBERS_OF_A_HANDOFF = 3
#: characters of a reason
LEAST_REASON, MOST_REASON = 4, 200

#: An agent's message has this before the id that their browser gave it. With a space: no customer's id is one of these.
OWN_ID = "desk "
MAX_OWN_ID = MAX_MESSAGE_ID - len(OWN_ID)
#: characters of `conversation_notes.note_id`
MAX_NOTE_ID = 64


class Outcome(StrEnum):
    """How a conversation with a person ended, as the agent says."""

    SOLVED = "solved"
    TICKET = "ticket"  # goes on as a ticket
    UNSOLVED = "unsolved"


class Emotion(StrEnum):
    """How the customer seems to feel: from the concerns that their words raised (data/signals)."""

    CALM = "calm"
    UPSET = "upset"
    ANGRY = "angry"
    DISTRESS = "distress"


class Reveal(StrEnum):
    """What is shown whole when somebody gives a reason."""

    PHONE = "phone"
    NAME = "name"
    MESSAGES = "messages"
    SLOTS = "slots"


_EMOTIONS = (
    (Emotion.DISTRESS, frozenset({Reason.DISTRESS})),
    (Emotion.ANGRY, frozenset({Reason.ANGER, Reason.THREAT})),
    (Emotion.UPSET, frozenset({Reason.FRAUD, Reason.LEAK, Reason.REPEATED})),
)
#: said to fill the field
_PADDING = re.compile(
    r"(?:test|none|asdf?|qwer|abcd?|无|没有|测试|原因|理由|查看|看看|随便|不知道|其他|\d|\W|_)*", re.I
)
#: two Chinese characters, or a word: "x y z w" and "12ab" say nothing
_WORD = re.compile("[\u3400-\u9fff][^\u3400-\u9fff]*[\u3400-\u9fff]|[A-Za-z]{4,}")


def emotion_of(concerns: Collection[str]) -> Emotion:
    """Of a conversation whose words raised these since a person last closed it; the hand-off's own reason counts."""
    return next((emotion for emotion, signs in _EMOTIONS if not signs.isdisjoint(concerns)), Emotion.CALM)


def clean_words(text: str, empty: str = "empty") -> str:
    """What an agent wrote, without control and bidirectional characters. Raises InvalidInput (`empty`, `too_long`)."""
    words = clean_text(text)
    if not words:
        raise InvalidInput(empty, "write something first")
    if len(words) > MAX_WORDS:
        raise InvalidInput("too_long", f"{MAX_WORDS} characters are the most; send the rest as a second one")
    return words


def check_reason(text: str) -> str:
    """Why personal data are to be shown, as it is kept. Raises InvalidInput (reason `reason`) for padding."""
    words = " ".join(clean_text(text).split())
    signs = [sign for sign in words if sign.isalnum()]
    is_varied = len(signs) >= LEAST_REASON and len(set(signs)) > LEAST_REASON // 2
    if not is_varied or not _WORD.search(words) or _PADDING.fullmatch(words):
        raise InvalidInput("reason", f"say in at least {LEAST_REASON} characters what you need it for")
    if len(words) > MOST_REASON:
        raise InvalidInput("reason", f"{MOST_REASON} characters are the most")
    return words
