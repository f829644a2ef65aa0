"""Offers put by how a number is used: only where its holder switched that on, and switched off with one button."""

from __future__ import annotations

from dataclasses import dataclass

from actions.billing.asked import Asked
from actions.billing.spoken import Button, choice, if_known
from actions.turn import in_database
from care.billing.access import LEVELS
from care.billing.choosing import Need, need_of
from care.privacy.choices import channel_of, is_on, switch, was_chosen
from care.privacy.rules import Switch
from care.wording import say

#: of a button, in the place of an offer's id
ON, OFF = "personal:on", "personal:off"
_SWITCHES = {ON: True, OFF: False}


@dataclass(frozen=True)
class Order:
    """`need` None: the order that everybody gets."""

    need: Need | None = None
    #: why they stand so
    intro: str | None = None
    #: to change that
    button: Button | None = None


NEUTRAL = Order()


async def switched_by(asked: Asked) -> list[str]:
    """What a button of ours did, in words; empty for anything else. It counts at once."""
    wanted = _SWITCHES.get(asked.question.item or "")
    if wanted is None:
        return []
    if asked.line is None:  # its proof is over, or nobody can tell now whose number it is
        return [say("offers_personal_not_switched")]
    line = await if_known(asked.system.line, asked.phone)
    # Nobody knows since when it is theirs: what was chosen before this moment may be somebody else's choice.
    since = line.holder_since if line else asked.now
    await in_database(
        lambda session: switch(
            session,
            asked.phone,
            Switch.PERSONALISATION,
            wanted,
            channel_of(session, asked.tracker.sender_id),
            asked.now,
            since,
        )
    )
    return [say("offers_personal_switched_on" if wanted else "offers_personal_switched_off")]


async def order_for(asked: Asked) -> Order:
    """Whoever said no is not asked again (网络数据安全管理条例第二十二条)."""
    if asked.line is None or asked.line.level < LEVELS["usage"]:
        return NEUTRAL
    line = await if_known(asked.system.line, asked.phone)
    if line is None:
        return NEUTRAL
    chosen, on = await in_database(
        lambda session: (
            was_chosen(session, asked.phone, Switch.PERSONALISATION, line.holder_since),
            is_on(session, asked.phone, Switch.PERSONALISATION, line.holder_since),
        )
    )
    if not on:
        return NEUTRAL if chosen else Order(button=choice(asked, "offers", item=ON, title=say("offers_personal_on")))
    usage = await if_known(asked.system.usage, asked.phone)
    need = need_of(usage) if usage else None
    if need is None:
        return NEUTRAL
    return Order(
        need,
        say("offers_personal", gb=str(need.gb), minutes=str(need.minutes)),
        choice(asked, "offers", item=OFF, title=say("offers_personal_off")),
    )
