"""What is used of each allowance, what is left, and what was charged beyond."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from actions.billing.answers.bill import MOST_ROWS
from actions.billing.asked import Asked, Events
from actions.billing.cards import Row, figures
from actions.billing.money import measure, yuan
from actions.billing.spoken import choice, day_of, tell
from care.billing.values import Allowance, AllowanceKind, BillItem
from care.plain import plain
from care.wording import say, spoken_time

_NAMED = {
    AllowanceKind.VOICE: re.compile("分钟|通话|语音|打电话|话音"),
    AllowanceKind.SMS: re.compile("短信|彩信"),
    AllowanceKind.DATA: re.compile("流量|上网|[gm]b?(?![a-z])", re.IGNORECASE),
}
#: percent
_NEARLY, _ALL = 80, 100


async def answer(asked: Asked) -> Events:
    usage = await asked.system.usage(asked.phone)
    kind = _kind_in(asked.question.words)
    general = _general(usage.allowances, kind or AllowanceKind.DATA)
    if not general and kind is None and usage.allowances:
        general = _general(usage.allowances, usage.allowances[0].kind) or list(usage.allowances[:1])
    rows = _rows(usage.allowances)
    lines = [_first(asked, general, kind if usage.allowances else None), *(row.line for row in rows), _over(usage.over)]
    percent = _percent(general)
    if percent >= _NEARLY:
        lines.append(_hint(general[0].kind, percent))
    title = say("usage_title", at=spoken_time(usage.as_of, asked.now))
    ways = [choice(asked, "offers"), choice(asked, "reminders"), choice(asked, "plan")]
    tell(asked, lines, ways if percent >= _NEARLY or usage.over else ways[1:], figures(title, rows) if rows else None)
    return []


def _kind_in(words: str) -> AllowanceKind | None:
    said = plain(words)
    return next((kind for kind, pattern in _NAMED.items() if pattern.search(said)), None)


def _general(allowances: Sequence[Allowance], kind: AllowanceKind) -> list[Allowance]:
    """What can be used for everything of this kind: of the plan, and of packs beside it."""
    return [each for each in allowances if each.kind is kind and each.only_for is None]


def _first(asked: Asked, general: Sequence[Allowance], kind: AllowanceKind | None) -> str:
    if not general:
        return say("usage_none_of", kind=say(f"allowance_{kind}")) if kind else say("usage_no_allowance")
    name, unit = say(f"allowance_{general[0].kind}"), general[0].unit
    until = say("usage_until", date=day_of(min(each.resets_at for each in general), asked.now))
    if any(each.total is None for each in general):
        used = sum((each.used for each in general), Decimal(0))
        return say("usage_unlimited", name=name, used=measure(used, unit), until=until)
    left = sum((_left(each) for each in general), Decimal(0))
    if left <= 0:
        return say("usage_none_left", name=name, until=until)
    return say("usage_left", name=name, left=measure(left, unit), until=until)


def _left(allowance: Allowance) -> Decimal:
    return max((allowance.total or Decimal(0)) - allowance.used, Decimal(0))


def _percent(general: Sequence[Allowance]) -> int:
    """Of all together; 0 where something has no limit."""
    total = Decimal(0)
    for each in general:
        if each.total is None:
            return 0
        total += each.total
    used = sum((min(each.used, each.total or Decimal(0)) for each in general), Decimal(0))
    return int(used * 100 / total) if total > 0 else 0


def _hint(kind: AllowanceKind, percent: int) -> str:
    if percent < _ALL:
        return say("usage_nearly", name=say(f"allowance_{kind}"), percent=str(percent))
    return say("usage_full_data" if kind is AllowanceKind.DATA else "usage_full")


def _rows(allowances: Sequence[Allowance]) -> list[Row]:
    shown = allowances if len(allowances) <= MOST_ROWS + 1 else allowances[:MOST_ROWS]
    rows = [_row(each) for each in shown]
    if rest := allowances[len(shown) :]:
        rows.append(Row(say("rest", count=str(len(rest))), say("usage_rest")))
    return rows


def _row(allowance: Allowance) -> Row:
    unit, total = allowance.unit, allowance.total
    notes = [say("usage_only_for", what=allowance.only_for)] if allowance.only_for else []
    if allowance.carried_over > 0:
        notes.append(say("usage_carried", quantity=measure(allowance.carried_over, unit)))
    told = say("usage_notes", notes=say("semicolon").join(notes)) if notes else ""
    label = say("usage_label", name=allowance.name, notes=told)
    used = measure(allowance.used, unit)
    if total is None:
        return Row(label, say("usage_row_unlimited", used=used))
    left = measure(_left(allowance), unit)
    share = float(min(allowance.used / total, Decimal(1))) if total > 0 else 1.0
    return Row(label, say("usage_row", left=left, used=used, total=measure(total, unit)), share)


def _over(over: Sequence[BillItem]) -> str:
    if not over:
        return ""
    amount = sum((item.amount for item in over), Decimal("0.00"))
    items = say("and").join(say("usage_over_item", name=item.name, amount=yuan(item.amount)) for item in over)
    return say("usage_over", amount=yuan(amount), items=items)
