"""Why one bill is more, or less, than another: item by item, the biggest difference first, to the cent. Pure functions.

Nothing is left out and nothing is counted twice: every item of both bills is in exactly one change, or in a pair that
came to the same amount.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from care.billing.items import base_name
from care.billing.values import Bill, BillItem, ItemKind, Month, Plan, Subscription

ZERO = Decimal("0.00")


class Reason(StrEnum):
    """Why an amount is another one. The words for customers are in data/responses (`why_…`)."""

    #: something that is paid every month, for the first time
    NEW = "new"
    ENDED = "ended"
    #: the month before was not a whole one for it
    PART_BEFORE = "part_before"
    DEARER = "dearer"
    CHEAPER = "cheaper"
    PLAN_CHANGED = "plan_changed"
    #: the same thing for the same money more than once in a month: looks like a mistake of ours
    TWICE = "twice"
    TWICE_BEFORE = "twice_before"
    ONE_TIME = "one_time"
    ONE_TIME_BEFORE = "one_time_before"
    #: used beyond the allowance
    BEYOND = "beyond"
    LESS_BEYOND = "less_beyond"
    ROAMING = "roaming"
    LESS_ROAMING = "less_roaming"
    PROMOTION_ENDED = "promotion_ended"
    PROMOTION_LESS = "promotion_less"
    PROMOTION_BEGUN = "promotion_begun"
    PROMOTION_MORE = "promotion_more"
    REFUND = "refund"
    REFUND_BEFORE = "refund_before"
    CHARGED_AFTERWARDS = "charged_afterwards"
    CHARGED_BEFORE = "charged_before"
    LATE_FEE = "late_fee"
    LATE_FEE_BEFORE = "late_fee_before"


@dataclass(frozen=True)
class Change:
    """One thing that costs more or less than the month before; `before` and `after` are 0 where it was not billed."""

    name: str
    kind: ItemKind
    before: Decimal
    after: Decimal
    reason: Reason
    #: lines of the later bill that it is about
    items: tuple[BillItem, ...]
    #: its name in the earlier bill, where that is another
    was: str | None = None
    #: since when the customer has it
    since: date | None = None

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def quantity(self) -> Decimal:
        """What was used, in the unit of the items; 0 where it is not charged by use."""
        return sum((item.quantity or Decimal(0) for item in self.items), Decimal(0))


@dataclass(frozen=True)
class Explanation:
    """`changes` has the biggest difference first; together they are `difference`."""

    before: Bill
    after: Bill
    changes: tuple[Change, ...]

    @property
    def difference(self) -> Decimal:
        return self.after.total - self.before.total


def explain(
    before: Bill, after: Bill, plan: Plan | None = None, subscriptions: Sequence[Subscription] = ()
) -> Explanation:
    """`plan` and `subscriptions` of now tell since when something is paid, where they are known."""
    since = {each.id: each.since for each in subscriptions}
    if plan is not None:
        since[plan.id] = plan.since
    changes = [_change(group, before.month, since) for group in _groups(before, after) if group.difference]
    return Explanation(before, after, tuple(sorted(changes, key=lambda each: (-abs(each.difference), each.name))))


#: counted together, however many lines there are
_BY_USE = frozenset({ItemKind.DATA_OVER, ItemKind.VOICE_OVER, ItemKind.SMS})
_ROAMING = frozenset({ItemKind.ROAMING_DATA, ItemKind.ROAMING_VOICE})
_MONTHLY = frozenset({ItemKind.PLAN, ItemKind.ADDON, ItemKind.VAS, ItemKind.BROADBAND, ItemKind.TERMINAL})


@dataclass
class _Group:
    """Lines of both bills that are for the same thing."""

    before: list[BillItem] = field(default_factory=list)
    after: list[BillItem] = field(default_factory=list)

    @property
    def difference(self) -> Decimal:
        return _sum(self.after) - _sum(self.before)

    @property
    def biggest(self) -> BillItem:
        return _biggest(self.after or self.before)


def _sum(items: Sequence[BillItem]) -> Decimal:
    return sum((item.amount for item in items), ZERO)


def _biggest(items: Sequence[BillItem]) -> BillItem:
    return max(items, key=lambda item: abs(item.amount))


def _groups(before: Bill, after: Bill) -> list[_Group]:
    found: defaultdict[Hashable, _Group] = defaultdict(_Group)
    for item in before.items:
        found[_thing(item)].before.append(item)
    for item in after.items:
        found[_thing(item)].after.append(item)
    return _plans_joined(_joined(list(found.values())))


def _thing(item: BillItem) -> Hashable:
    if item.kind in _BY_USE:
        return item.kind
    # The kind as well: money given back for a subscription is no part of its price.
    return item.kind, item.subject is None, item.subject or item.name


def _joined(groups: Sequence[_Group]) -> list[_Group]:
    """What stands in one bill only goes together with its like of either: a thing may have got its lasting mark only
    now, and twelve purchases in one game are one matter.
    """
    lonely: defaultdict[Hashable, list[_Group]] = defaultdict(list)
    paired = []
    for group in groups:
        if group.before and group.after:
            paired.append(group)
        else:
            lonely[group.biggest.kind, base_name(group.biggest.name)].append(group)
    return [*paired, *(_merged(alike) for alike in lonely.values())]


def _merged(groups: Sequence[_Group]) -> _Group:
    return _Group([i for group in groups for i in group.before], [i for group in groups for i in group.after])


def _plans_joined(groups: Sequence[_Group]) -> list[_Group]:
    """All that is paid for plans as one change, where the main plan became another."""
    plans = [group for group in groups if group.biggest.kind is ItemKind.PLAN]
    before = max((group for group in plans if group.before), key=lambda group: _sum(group.before), default=None)
    after = max((group for group in plans if group.after), key=lambda group: _sum(group.after), default=None)
    if before is None or after is None or before is after:
        return list(groups)
    return [_merged(plans), *(group for group in groups if group.biggest.kind is not ItemKind.PLAN)]


def _change(group: _Group, month_before: Month, since: dict[str, date]) -> Change:
    item = group.biggest
    begun = since.get(item.subject or "")
    is_part = begun is not None and begun.day > 1 and Month(begun.year, begun.month) == month_before
    was = _biggest(group.before).name if group.before else item.name
    names = {each.name for each in group.after or group.before}
    return Change(
        name=item.name if len(names) == 1 else base_name(item.name),
        kind=item.kind,
        before=_sum(group.before),
        after=_sum(group.after),
        reason=_reason(group, is_part),
        items=tuple(group.after),
        was=was if was != item.name else None,
        since=begun,
    )


def _reason(group: _Group, is_part: bool) -> Reason:
    """`is_part`: it began in the course of the earlier month."""
    kind, is_more = group.biggest.kind, group.difference > 0
    if kind in _BY_USE:
        return Reason.BEYOND if is_more else Reason.LESS_BEYOND
    if kind in _ROAMING:
        return Reason.ROAMING if is_more else Reason.LESS_ROAMING
    if kind is ItemKind.LATE_FEE:
        return Reason.LATE_FEE if is_more else Reason.LATE_FEE_BEFORE
    if kind is ItemKind.DISCOUNT:
        return _discount(group, is_more)
    if kind is ItemKind.ADJUSTMENT:
        return _adjustment(_sum(group.before), _sum(group.after))
    return _price(group, is_more, is_part)


def _discount(group: _Group, is_more: bool) -> Reason:
    if is_more:
        return Reason.PROMOTION_LESS if group.after else Reason.PROMOTION_ENDED
    return Reason.PROMOTION_MORE if group.before else Reason.PROMOTION_BEGUN


def _adjustment(before: Decimal, after: Decimal) -> Reason:
    if abs(after) >= abs(before):
        return Reason.REFUND if after < 0 else Reason.CHARGED_AFTERWARDS
    return Reason.REFUND_BEFORE if before < 0 else Reason.CHARGED_BEFORE


def _price(group: _Group, is_more: bool, is_part: bool) -> Reason:
    twice, twice_before = charged_twice(group.after), charged_twice(group.before)
    if is_more and twice and not twice_before:
        return Reason.TWICE
    if not is_more and twice_before and not twice:
        return Reason.TWICE_BEFORE
    is_monthly = group.biggest.kind in _MONTHLY or group.biggest.subject is not None
    if not group.before:
        return Reason.NEW if is_monthly else Reason.ONE_TIME
    if not group.after:
        return Reason.ENDED if is_monthly else Reason.ONE_TIME_BEFORE
    if group.biggest.kind is ItemKind.PLAN and not {_thing(i) for i in group.before} & {_thing(group.biggest)}:
        return Reason.PLAN_CHANGED
    if is_more and is_part:
        return Reason.PART_BEFORE
    return Reason.DEARER if is_more else Reason.CHEAPER


def charged_twice(items: Sequence[BillItem]) -> list[list[BillItem]]:
    """What stands in a bill more than once, for the same money, and should not: the lines of each such thing."""
    alike: defaultdict[Hashable, list[BillItem]] = defaultdict(list)
    for item in items:
        # Data packs may be bought again and again; what has a lasting mark is paid once a month.
        is_once = item.kind in _MONTHLY and (item.subject is not None or item.kind is not ItemKind.ADDON)
        if is_once and item.amount > 0:
            alike[_thing(item), item.amount].append(item)
    return [same for same in alike.values() if len(same) > 1]
