"""Why a month cost more than the one before: item by item, the biggest first, as words and as a small chart."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal

from actions.billing.answers.bill import MOST_ROWS, item_rows
from actions.billing.asked import Asked, Events
from actions.billing.cards import Row, figures
from actions.billing.errors import no_bill
from actions.billing.money import measure, signed, yuan
from actions.billing.spoken import Button, choice, day, if_known, month_name, person, short, tell
from care.billing.explanation import Change, Explanation, Reason, explain
from care.billing.items import base_name
from care.billing.values import Bill, ItemKind, Month, Plan, Subscription
from care.wording import say

#: charges that a dispute is offered for
_DISPUTES = 2
_NAME = 8
#: below zero: more of it is less to pay
_TAKEN_OFF = (ItemKind.DISCOUNT, ItemKind.ADJUSTMENT)


async def answer(asked: Asked) -> Events:
    running = Month.of(asked.now)
    month = asked.question.month
    if month is None:
        return await _newest(asked, running)
    if month == running:
        return await _running(asked, running)
    after, before, plan, subscriptions = await _read(asked, month)
    if after is None:
        return await no_bill(asked, month)
    _say(asked, after, before, plan, subscriptions)
    return []


async def _newest(asked: Asked, running: Month) -> Events:
    last = running.plus(-1)
    after, before, plan, subscriptions = await _read(asked, last)
    if after is None and before is not None:  # the last month is not billed yet
        after, before = before, await asked.system.bill(asked.phone, last.plus(-2))
    if after is None:
        return await _running(asked, running)
    _say(asked, after, before, plan, subscriptions)
    return []


async def _running(asked: Asked, running: Month) -> Events:
    """It is not over: said so, and the last two whole months compared instead."""
    last = running.plus(-1)
    so_far, (after, before, plan, subscriptions) = await asyncio.gather(
        asked.system.bill(asked.phone, running), _read(asked, last)
    )
    if so_far is None:
        tell(asked, [say("item_no_bill")], [choice(asked, "balance"), person()])
        return []
    if after is None:
        _say(asked, so_far, None, plan, subscriptions)
        return []
    now = asked.now
    lines = [
        say(
            "why_running",
            after=month_name(running, now),
            total=yuan(so_far.total),
            before=month_name(last, now),
            total_before=yuan(after.total),
        ),
        _over(so_far),
        say("why_billed") if before is not None else "",
    ]
    if before is None:
        tell(asked, lines, [choice(asked, "bill", month=running), choice(asked, "bill", month=last), person()])
    else:
        _say(asked, after, before, plan, subscriptions, lines)
    return []


def _over(so_far: Bill) -> str:
    over = [
        say("usage_over_item", name=item.name, amount=yuan(item.amount))
        for item in so_far.items
        if item.kind in (ItemKind.DATA_OVER, ItemKind.VOICE_OVER, ItemKind.ROAMING_DATA, ItemKind.ROAMING_VOICE)
    ]
    return say("why_running_over", items=say("and").join(over)) if over else ""


async def _read(asked: Asked, month: Month) -> tuple[Bill | None, Bill | None, Plan | None, Sequence[Subscription]]:
    """The bill, the one before, and since when things are paid for; the answer is right without the last two."""
    after, before, plan, subscriptions = await asyncio.gather(
        asked.system.bill(asked.phone, month),
        asked.system.bill(asked.phone, month.plus(-1)),
        if_known(asked.system.plan, asked.phone),
        if_known(asked.system.subscriptions, asked.phone),
    )
    return after, before, plan, subscriptions or ()


def _say(
    asked: Asked,
    after: Bill,
    before: Bill | None,
    plan: Plan | None,
    subscriptions: Sequence[Subscription],
    above: Sequence[str] = (),
) -> None:
    if before is None:
        _say_first(asked, after)
        return
    explained = explain(before, after, plan, subscriptions)
    rows = _rows(asked, explained)
    total = Row(say("total"), signed(explained.difference))
    names = _names(asked, explained)
    card = figures(say("why_title", **names), rows, total) if rows else None
    lines = [*above, _first(explained, names), *(row.line for row in rows)]
    tell(asked, lines, _ways(asked, explained), card)


def _say_first(asked: Asked, after: Bill) -> None:
    rows, month = item_rows(after.items), month_name(after.month, asked.now)
    before = month_name(after.month.plus(-1), asked.now)
    first = say("why_first_bill", before=before, after=month, total=yuan(after.total))
    wrong = choice(asked, "dispute", month=after.month)
    ways = [choice(asked, "item", month=after.month), wrong, person()]
    title = say("bill_title" if after.is_final else "bill_title_running", month=month)
    tell(asked, [first, *(row.line for row in rows)], ways, figures(title, rows, Row(say("total"), yuan(after.total))))


def _names(asked: Asked, explained: Explanation) -> dict[str, str]:
    return {
        "after": month_name(explained.after.month, asked.now),
        "before": month_name(explained.before.month, asked.now),
    }


def _first(explained: Explanation, names: dict[str, str]) -> str:
    difference, total = explained.difference, yuan(explained.after.total)
    if not difference:
        return say("why_equal_but" if explained.changes else "why_equal", **names, total=total)
    is_more = difference > 0
    main = next(each for each in explained.changes if (each.difference > 0) is is_more)
    facts = {
        "total": total,
        "total_before": yuan(explained.before.total),
        "difference": yuan(abs(difference)),
        "main": main.name,
        "part": _part(main),
    }
    return say("why_more", **names, **facts) if is_more else say("why_less", **names, **facts)


def _part(main: Change) -> str:
    amount = yuan(abs(main.difference))
    if main.kind in _TAKEN_OFF and min(main.before, main.after) < 0:
        return say("why_part_lost" if main.difference > 0 else "why_part_given", amount=amount)
    return say("why_part_more" if main.difference > 0 else "why_part_less", amount=amount)


def _rows(asked: Asked, explained: Explanation) -> list[Row]:
    changes = explained.changes
    shown = changes if len(changes) <= MOST_ROWS + 1 else changes[:MOST_ROWS]
    biggest = abs(changes[0].difference) if changes else Decimal(1)
    rows = [_row(_label(asked, each), each.difference, biggest) for each in shown]
    if rest := changes[len(shown) :]:
        left = sum((each.difference for each in rest), Decimal("0.00"))
        rows.append(_row(say("rest", count=str(len(rest))), left, biggest))
    return rows


def _row(label: str, difference: Decimal, biggest: Decimal) -> Row:
    """The rest together may be more than the biggest one."""
    share = max(Decimal(-1), min(Decimal(1), difference / biggest))
    return Row(label, signed(difference), float(share))


def _label(asked: Asked, change: Change) -> str:
    reason = _reason(asked, change)
    if change.name.endswith("）"):  # one pair of brackets
        return say("why_row_noted", name=change.name.removesuffix("）"), reason=reason)
    return say("why_row", name=change.name, reason=reason)


def _reason(asked: Asked, change: Change) -> str:
    reason: str = change.reason
    since = day(change.since, asked.now) if change.since else ""
    if change.reason is Reason.NEW and since:
        reason = "new_since"
    if change.reason in (Reason.NEW, Reason.ONE_TIME) and len(change.items) > 1:
        reason = "several"
    unit = change.items[0].unit if change.items else None
    if change.reason is Reason.BEYOND and not (unit and change.quantity):
        reason = "beyond_allowance"
    return say(
        f"why_{reason}",
        since=since,
        before=yuan(change.before),
        was=change.was or "",
        times=str(len(change.items)),
        quantity=measure(change.quantity, unit) if unit else "",
    )


def _ways(asked: Asked, explained: Explanation) -> list[Button]:
    """A dispute over each of the biggest charges, and what helps against the next such bill."""
    month = explained.after.month
    dearer = [each for each in explained.changes if each.difference > 0 and each.after > 0][:_DISPUTES]
    ways = [_dispute(asked, month, each) for each in dearer] or [choice(asked, "dispute", month=month)]
    ways.append(choice(asked, "bill", month=month, title=say("to_bill_of", month=month_name(month, asked.now))))
    is_beyond = any(each.reason is Reason.BEYOND for each in explained.changes[:_DISPUTES])
    return [*ways, choice(asked, "offers")] if is_beyond else [*ways, person()]


def _dispute(asked: Asked, month: Month, change: Change) -> Button:
    """Of several purchases the customer chooses one; of what was charged twice it is the second."""
    is_one = len({item.name for item in change.items}) == 1
    name = short(base_name(change.name), _NAME)
    title = say("to_dispute_of", name=name)
    return choice(asked, "dispute", month=month, item=change.items[-1].id if is_one else None, title=title)
