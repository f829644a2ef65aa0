"""Why a person is asked for. The reasons are a closed list, so that reports can count them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from care.plain import plain


class Reason(StrEnum):
    ASKED = "asked"  # the customer asked for a person
    NOT_UNDERSTOOD = "not_understood"  # two messages in a row were not understood
    BOT_FAILURE = "bot_failure"  # no answer after several tries; withdrawn when the bot answers first
    # concerns: what the customer's words let fear (signals of understanding, each named as its signal)
    DISTRESS = "distress"  # spoke of ending their life
    FRAUD = "fraud"  # is being defrauded, or just was
    LEAK = "leak"  # their data was leaked or misused
    THREAT = "threat"  # will go to court, a regulator or the media
    ANGER = "anger"  # is beside themselves
    ELDERLY = "elderly"  # is 65 or older, or cannot manage
    # who must be given a person, whatever they ask for (docs/handoff.md)
    DISABILITY = "disability"
    SUSPENSION = "suspension"  # cut off for suspicion of fraud
    AUTOMATED = "automated"  # objects to a decision that a machine took (个人信息保护法第二十四条)
    BEREAVED = "bereaved"  # asks for somebody who has died (个人信息保护法第四十九条)
    MINOR = "minor"  # a purchase of a child
    REPEATED = "repeated"  # the same complaint again
    UNSURE = "unsure"  # understood too badly to go on
    CLOCK = "clock"  # a promised time was missed, or is about to be
    PRIVACY = "privacy"  # a request about personal data that a person decides


#: the concerns that understanding gives as signals, most pressing first
CONCERNS = (Reason.DISTRESS, Reason.FRAUD, Reason.LEAK, Reason.THREAT, Reason.ANGER, Reason.ELDERLY)
#: the same for what words and our own records tell for certain (actions/entitled.py)
ENTITLED = (
    Reason.SUSPENSION,
    Reason.BEREAVED,
    Reason.DISABILITY,
    Reason.CLOCK,
    Reason.REPEATED,
    Reason.AUTOMATED,
    Reason.MINOR,
    Reason.PRIVACY,
)
_PRESSING = (
    Reason.DISTRESS,
    Reason.FRAUD,
    Reason.LEAK,
    Reason.SUSPENSION,
    Reason.BEREAVED,
    Reason.CLOCK,
    Reason.REPEATED,
    Reason.THREAT,
    Reason.ANGER,
    Reason.ELDERLY,
    Reason.DISABILITY,
    Reason.AUTOMATED,
    Reason.MINOR,
    Reason.PRIVACY,
)
#: a person was wanted for no other reason than these
_PLAIN = (Reason.ASKED, Reason.NOT_UNDERSTOOD, Reason.UNSURE)


def concerns_in(signals: Mapping[str, float], thresholds: Mapping[str, float]) -> tuple[Reason, ...]:
    """The concerns of one message, most pressing first. `signals`: probabilities, 0 to 1, by name of the concern."""
    return tuple(each for each in CONCERNS if signals.get(each, 0.0) >= thresholds[each])


def reason_for(reason: Reason, concerns: Iterable[str]) -> Reason:
    """Why a person is asked for where the conversation has raised concerns: the most pressing one tells more."""
    if reason not in _PLAIN:
        return reason
    raised = set(concerns)
    return next((each for each in _PRESSING if each in raised), reason)


class Status(StrEnum):
    WAITING = "waiting"
    PICKED = "picked"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class EndedBy(StrEnum):
    """Who ended a hand-off; `handoffs.ended_by`."""

    AGENT = "agent"  # handed back to the bot
    CUSTOMER = "customer"  # did not want to wait any longer
    CALLBACK = "callback"  # chose to be called back instead
    BOT = "bot"  # answered after all, before anybody came
    SYSTEM = "system"  # the conversation is gone
    WECOM = "wecom"  # a person serves the customer in WeCom


class Step(StrEnum):
    """What can happen to a hand-off; `handoff_events.kind`."""

    REQUESTED = "requested"
    OFFERED = "offered"
    REFUSED = "refused"
    UNANSWERED = "unanswered"  # it rang and nobody took it
    TAKEN = "taken"
    TOLD_LATE = "told_late"
    TOLD_CLOSED = "told_closed"  # nobody is there now; when somebody will be
    MOVED = "moved"  # its queue closed: who must have a person at any hour waits with those on duty
    RETURNED = "returned"  # the agent went away: back to the queue at the old place
    TRANSFERRED = "transferred"
    LISTENED = "listened"
    BARGED = "barged"
    ENDED = "ended"


#: characters; more words say something else with it
_READ = 24
_STOP = re.compile(
    "(?:那|就|算了?|还是|我们?|吧|了|啊|啦|谢谢)*"
    "(?:(?:不(?:想)?(?:再)?等|不用等|不(?:想)?排队?|取消排队|别转|不转|不(?:用|要|想|需要)(?:转|等|找)?(?:人工|真人)(?:客服)?"
    "|(?:回到?|找|继续[和跟]|还是[和跟])(?:小益|机器人)聊?|自己(?:说|来|弄|填)|不(?:想)?投诉)(?:我|了|吧|啊|啦|谢谢)*)+"
)
_HOW_LONG = re.compile(
    "多久|多长时间|几分钟|多少分钟|(?:什么|啥)时候|几时|第几位|排(?:到|在)?(?:第)?几|前面.{0,4}(?:几个|多少)|还要等"
)


def wants_to_stop_waiting(text: str) -> bool:
    """「不等了」「取消排队」「回到小益」: said in the queue, and nothing else with it."""
    return len(text) <= _READ and _STOP.fullmatch(re.sub(r"[\W_]+", "", plain(text))) is not None


def asks_how_long(text: str) -> bool:
    """「要等多久」「还要等吗」: said in the queue, and short."""
    return len(text) <= _READ and _HOW_LONG.search(plain(text)) is not None


#: A hand-off that is one of these holds the conversation.
OPEN = (Status.WAITING, Status.PICKED)
