"""What all answers about an account say in the same way: days, months, the number, buttons, the bubble itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from actions.billing.asked import Asked
from actions.billing.question import payload
from care.accounts.rules import mask_phone
from care.billing.system import NotOffered
from care.billing.values import Month
from care.errors import Unavailable
from care.timezone import CHINA
from care.wording import buttons, say

T = TypeVar("T")
Button = dict[str, str]

#: characters of a button's title that a small screen shows
_TITLE = 12


def day(day: date, now: datetime) -> str:
    """`11月21日`; with its year where that is another one."""
    key = "day" if day.year == now.astimezone(CHINA).year else "day_of_year"
    return say(key, year=str(day.year), month=str(day.month), day=str(day.day))


def day_of(moment: datetime, now: datetime) -> str:
    return day(moment.astimezone(CHINA).date(), now)


def moment(at: datetime, now: datetime) -> str:
    """`11月21日 15:20`, for what may be long ago."""
    return say("moment", day=day_of(at, now), clock=f"{at.astimezone(CHINA):%H:%M}")


def month_name(month: Month, now: datetime) -> str:
    """`10月`; with its year where that is another one."""
    key = "month" if month.year == Month.of(now).year else "month_of_year"
    return say(key, year=str(month.year), month=str(month.number))


def number_of(asked: Asked) -> str:
    return mask_phone(asked.phone)


def choice(
    asked: Asked, topic: str, *, month: Month | None = None, item: str | None = None, title: str | None = None
) -> Button:
    """A button that asks the next question about the same number."""
    line = asked.line.id if asked.line else None
    return {"title": title or say(f"to_{topic}"), "payload": payload(topic, month=month, item=item, line=line)}


def short(title: str, most: int = _TITLE) -> str:
    return title if len(title) <= most else f"{title[: most - 1]}…"


def person() -> Button:
    return buttons("to_person")[0]


def ticket() -> Button:
    """Opens a complaint about money."""
    return buttons("to_ticket")[0]


def tell(
    asked: Asked, lines: Sequence[str], choices: Sequence[Button] = (), card: dict[str, Any] | None = None
) -> None:
    """One bubble: the fact that is wanted most comes first."""
    asked.dispatcher.utter_message(
        response="utter_account",
        answer="\n".join(line for line in lines if line),
        buttons=list(choices),
        json_message={"card": card} if card else {},
    )


async def if_known(ask: Callable[[str], Awaitable[T]], phone: str) -> T | None:
    """What an answer is better with and right without."""
    try:
        return await ask(phone)
    except (NotOffered, Unavailable):
        return None
