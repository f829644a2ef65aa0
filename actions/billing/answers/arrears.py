"""What is owed, how a suspended line comes back, and that it is our fault when it does not.

电信条例 34: a late fee of at most 3 ‰ a day, and 48 hours to restore the line once all is paid.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from actions.billing.asked import Asked, Events
from actions.billing.money import yuan
from actions.billing.spoken import choice, day, month_name, number_of, person, tell, ticket
from care.billing.values import Arrears, Line, LineStatus
from care.wording import buttons, say, spoken_time

_RESTORED_WITHIN = timedelta(hours=48)


async def answer(asked: Asked) -> Events:
    arrears, line = await asyncio.gather(asked.system.arrears(asked.phone), asked.system.line(asked.phone))
    phone = number_of(asked)
    if arrears.amount > 0:
        tell(asked, _owed(asked, arrears, line), [choice(asked, "bill"), choice(asked, "topup"), ticket(), person()])
    elif arrears.paid_at is not None:
        _say_paid(asked, arrears.paid_at)
    elif line.status is LineStatus.RESTRICTED:
        asked.dispatcher.utter_message(response="utter_restriction")
    elif line.status is LineStatus.PAUSED:
        tell(asked, [say("arrears_paused", phone=phone)], [person()])
    elif line.status is LineStatus.CLOSED:
        tell(asked, [say("arrears_closed", phone=phone)], [person()])
    elif line.status is LineStatus.ARREARS or arrears.suspended_at is not None:
        tell(asked, [say("arrears_suspended_unknown", phone=phone)], [person(), ticket()])
    else:
        # Not every billing system knows whether a line is suspended: nothing is said about that.
        network = buttons("arrears_network")
        tell(asked, [say("arrears_none", phone=phone)], [*network, choice(asked, "balance"), person()])
    return []


def _owed(asked: Asked, arrears: Arrears, line: Line) -> list[str]:
    fee = say("arrears_late_fee", amount=yuan(arrears.late_fee)) if arrears.late_fee > 0 else ""
    since = say("arrears_since", date=day(arrears.since, asked.now)) if arrears.since else ""
    lines = [say("arrears", phone=number_of(asked), amount=yuan(arrears.amount), late_fee=fee, since=since)]
    if arrears.months:
        months = say("and").join(month_name(month, asked.now) for month in arrears.months)
        lines.append(say("arrears_months", months=months))
    if arrears.suspended_at is not None:
        lines.append(say("arrears_suspended", at=spoken_time(arrears.suspended_at, asked.now)))
    lines.append(say("arrears_how"))
    if arrears.late_fee > 0:
        lines.append(say("arrears_rule"))
    if line.status is LineStatus.RESTRICTED:
        lines.append(say("arrears_restricted_too"))
    if line.status is LineStatus.PAUSED:
        lines.append(say("arrears_paused_too"))
    return lines


def _say_paid(asked: Asked, paid_at: datetime) -> None:
    until, at = paid_at + _RESTORED_WITHIN, spoken_time(paid_at, asked.now)
    if asked.now > until:
        tell(asked, [say("arrears_paid_late", at=at)], [person(), ticket()])
    else:
        tell(
            asked,
            [say("arrears_paid", at=at, until=spoken_time(until, asked.now))],
            [choice(asked, "arrears"), person()],
        )
