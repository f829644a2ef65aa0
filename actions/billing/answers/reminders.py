"""Consumption reminders of an open number: which are on, and each of them switched off and on."""

from __future__ import annotations

import re

from actions.billing.asked import Asked, Events
from actions.billing.spoken import Button, choice, number_of, tell
from actions.turn import in_database
from care.billing.reminder_switches import switched_off
from care.billing.reminders import Kind
from care.billing.reminding import why_off
from care.plain import plain
from care.privacy.choices import channel_of, switch_reminders
from care.wording import say

#: of a button: `off:usage_80`, `on:all`
_ALL = "all"

_KINDS = (
    ((Kind.USAGE_80,), re.compile("80|八十|八成|快用完|快没")),
    ((Kind.USAGE_100,), re.compile("100|百分之?百|(?<!快)用完|用光|超套|超出")),
    ((Kind.USAGE_80, Kind.USAGE_100), re.compile("流量|用量|通话|语音|分钟|使用")),
    ((Kind.UNUSUAL,), re.compile("费用|扣费|话费|账单|大额|巨额|异常|高额|变高")),
    ((Kind.ENDING,), re.compile("合约|优惠|到期|协议")),
    ((Kind.ROAMING,), re.compile("漫游|境外|出境|出国|国外|国际")),
)
_EVERYTHING = re.compile("全部|所有|统统|一切|都|消费提醒|什么提醒")
_NOT_OFF = re.compile("(?:别|不要|不用|不想|没有?|不)(?:给我)?(?:关|取消|停)")
#: 「为什么没提醒我流量用完了」 wants no switch
_ASKS_WHY = re.compile("为什么|为啥|怎么(?:没|不|都没)|咋(?:没|不)|没(?:有)?(?:人)?(?:提醒|通知|告诉|跟我说)")
_ON = re.compile("打开|开启|开通|恢复|重新|开一下|开着|要收|想收|提醒我|继续发|开$")
_OFF = re.compile("关|取消|停|退订|屏蔽|别|不要|不想|不用|不需要|不收|烦|少发|勿")


async def answer(asked: Asked) -> Events:
    if why_off(asked.system):
        tell(asked, [say("reminders_not_sent")], [choice(asked, "usage")])
        return []
    is_on, kinds = _of_button(asked.question.item or "") or wanted(asked.question.words)
    if is_on is not None:
        await _switch(asked, is_on, kinds)
    else:
        await _show(asked)
    return []


def wanted(words: str) -> tuple[bool | None, tuple[Kind, ...]]:
    """On (True), off (False) or only asked (None), and of which kinds; without a kind all are meant."""
    text = plain(words)
    if _ASKS_WHY.search(text):
        return None, tuple(Kind)
    named = next((kinds for kinds, pattern in _KINDS if pattern.search(text)), tuple(Kind))
    kinds = tuple(Kind) if _EVERYTHING.search(text) else named
    if _NOT_OFF.search(text) or not (_ON.search(text) or _OFF.search(text)):
        return (True, kinds) if _NOT_OFF.search(text) else (None, kinds)
    # 「别再提醒我」 has both.
    return not _OFF.search(text), kinds


def _of_button(item: str) -> tuple[bool | None, tuple[Kind, ...]] | None:
    direction, _, kind = item.partition(":")
    if direction not in ("on", "off") or kind not in (_ALL, *Kind):
        return None
    return direction == "on", tuple(Kind) if kind == _ALL else (Kind(kind),)


async def _switch(asked: Asked, is_on: bool, kinds: tuple[Kind, ...]) -> None:
    conversation = asked.tracker.sender_id
    await in_database(
        lambda session: switch_reminders(
            session, asked.phone, kinds, is_on, channel_of(session, conversation), asked.now
        )
    )
    named = "、".join(_name(kind) for kind in kinds)
    if is_on:
        line = say("reminders_switched_on", phone=number_of(asked), kinds=named)
    else:
        line = say("reminders_switched_off", phone=number_of(asked), kinds=named)
    tell(asked, [line], [choice(asked, "reminders"), choice(asked, "usage")])


async def _show(asked: Asked) -> None:
    line = await asked.system.line(asked.phone)
    off = await in_database(lambda session: switched_off(session, asked.phone, line.holder_since))
    rows = [
        say("reminder_row", kind=_name(kind), state=say("reminder_is_off" if kind in off else "reminder_is_on"))
        for kind in Kind
    ]
    tell(asked, [say("reminders_now", phone=number_of(asked)), *rows], _switches(asked, off))


def _switches(asked: Asked, off: set[Kind]) -> list[Button]:
    single = [
        choice(asked, "reminders", item=f"on:{kind}", title=say("reminder_switch_on", kind=_name(kind)))
        if kind in off
        else choice(asked, "reminders", item=f"off:{kind}", title=say("reminder_switch_off", kind=_name(kind)))
        for kind in Kind
    ]
    all_of_them = (
        choice(asked, "reminders", item=f"on:{_ALL}", title=say("reminder_all_on"))
        if off
        else choice(asked, "reminders", item=f"off:{_ALL}", title=say("reminder_all_off"))
    )
    return [*single, all_of_them]


def _name(kind: Kind) -> str:
    return say(f"reminder_kind_{kind}")
