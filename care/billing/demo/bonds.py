"""What binds a made-up customer, and what it saves them: promotions and contracts, their own and those of a plan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from care.billing.demo.customers import Agreement, Customer
from care.billing.demo.goods import PLANS
from care.billing.demo.meter import plan_in
from care.billing.values import Contract, Month, Promotion


def promotions_in(who: Customer, month: Month) -> tuple[Promotion, ...]:
    """Those that take something off the month."""
    own = tuple(each for each in who.promotions if each.until >= month.start.date())
    plan = plan_in(who, month)
    until = _began(who, month.start.date()).plus(plan.saves_months - 1).last_day
    if not plan.saves or until < month.start.date():
        return own
    return (*own, Promotion(f"{plan.name} 首年优惠", until, plan.saves))


def agreement_on(who: Customer, day: date) -> Agreement | None:
    """The one that holds on the day."""
    if who.contract is not None and who.contract.until >= day:
        return who.contract
    plan = PLANS[who.plan_on(day)]
    since = _began(who, day)
    until = since.plus(plan.bound_months - 1).last_day
    if not plan.bound_months or until < day:
        return None
    name = f"{plan.name} {plan.bound_months} 个月合约"
    return Agreement(name, since.start.date(), until, plan.saves, is_paid_back=True)


def contract_on(who: Customer, day: date) -> Contract | None:
    """With what leaving costs on the day."""
    found = agreement_on(who, day)
    if found is None:
        return None
    if found.is_paid_back:
        months = _months(found.since, day)
        rule = f"退回已减的月费：每个月 {found.monthly} 元，已减 {months} 个月"
    else:
        months = _months(day, found.until)
        rule = f"每个剩余月份 {found.monthly} 元，不足一个月按一个月算，还剩 {months} 个月"
    return Contract(found.name, found.since, found.until, (found.monthly * months).quantize(Decimal("0.01")), rule)


def _months(start: date, end: date) -> int:
    """Between two days, begun ones as whole."""
    whole = (end.year - start.year) * 12 + end.month - start.month
    return whole + (1 if end.day >= start.day else 0)


def _began(who: Customer, day: date) -> Month:
    """The month in which the plan of the day began."""
    since = next((since for since, _ in reversed(who.plans) if since <= day), who.plans[0][0])
    return Month(since.year, since.month)
