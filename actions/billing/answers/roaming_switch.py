"""International roaming on and off, calls and data apart: which switch, what it changes, and the code for it."""

from __future__ import annotations

import re

from actions.billing.asked import Asked, Events
from actions.billing.money import yuan
from actions.billing.orders import needs_orders, offer_order
from actions.billing.spoken import choice, person, tell
from care.billing.catalogue import tariff
from care.billing.values import OrderKind, OrderRequest, Roaming
from care.plain import plain
from care.wording import say

_OFF = re.compile(r"关|停|取消|不用|不要|断")
_ON = re.compile(r"开|启|打开|要用")
_DATA = re.compile(r"流量|上网|数据|网络|数据漫游")
_VOICE = re.compile(r"通话|电话|语音|接听|短信")

_ON_KINDS = (OrderKind.ROAMING_VOICE_ON, OrderKind.ROAMING_DATA_ON)
_DATA_KINDS = (OrderKind.ROAMING_DATA_ON, OrderKind.ROAMING_DATA_OFF)
_KINDS = (
    OrderKind.ROAMING_VOICE_ON,
    OrderKind.ROAMING_DATA_ON,
    OrderKind.ROAMING_VOICE_OFF,
    OrderKind.ROAMING_DATA_OFF,
)


async def answer(asked: Asked) -> Events:
    needs_orders(asked.system)
    now = await asked.system.roaming(asked.phone)
    meant = _meant(asked)
    changes = [kind for kind in meant if _is_on(now, kind) != (kind in _ON_KINDS)]
    if len(changes) == 1 and len(meant) <= 2:
        return await offer_order(asked, OrderRequest(changes[0]), _shown(asked, now, changes[0]))
    choices = [choice(asked, "roaming_switch", item=kind, title=say(f"roaming_switch_{kind}")) for kind in changes]
    key = "order_roaming_which" if changes else "order_roaming_done"
    tell(asked, [say(key), _state(now)], [*choices, *([] if changes else [person()])])
    return []


def _meant(asked: Asked) -> list[OrderKind]:
    """The switch of the button, else those that the words leave open."""
    if asked.question.item in set(_KINDS):
        return [OrderKind(asked.question.item)]
    words = plain(asked.question.words)
    is_off, is_on = _OFF.search(words) is not None, _ON.search(words) is not None
    is_data, is_voice = _DATA.search(words) is not None, _VOICE.search(words) is not None
    kinds = [kind for kind in _KINDS if is_off == is_on or (kind in _ON_KINDS) == is_on]
    return [kind for kind in kinds if is_data == is_voice or (kind in _DATA_KINDS) == is_data]


def _is_on(roaming: Roaming, kind: OrderKind) -> bool:
    return roaming.data_on if kind in _DATA_KINDS else roaming.voice_on


def _state(roaming: Roaming) -> str:
    voice, data = (say("order_on" if is_on else "order_off") for is_on in (roaming.voice_on, roaming.data_on))
    return say("order_roaming_state", voice=voice, data=data)


def _shown(asked: Asked, roaming: Roaming, kind: OrderKind) -> str:
    """What it costs is known by the place: of the words, else where the line is now."""
    lines = [say(f"order_{kind}")]
    if kind not in _ON_KINDS:
        return "\n".join([*lines, *([say("order_abroad", place=roaming.place)] if roaming.place else [])])
    found = tariff(asked.question.words, asked.now) or (tariff(roaming.place, asked.now) if roaming.place else None)
    if found is None:
        lines.append(say("order_roaming_price"))
    elif kind in _DATA_KINDS:
        package = found.group.day_package
        lines.append(
            say(
                "order_roaming_data_price",
                place=found.place,
                package=yuan(package.price),
                gb=f"{package.gb:f}",
                mb=yuan(found.group.data_mb),
            )
        )
    else:
        calls = found.group.calls
        lines.append(
            say(
                "order_roaming_voice_price",
                place=found.place,
                home=yuan(calls.home),
                incoming=yuan(calls.incoming),
            )
        )
    return "\n".join([*lines, *([found.cap] if found and kind in _DATA_KINDS else [])])
