"""Orders at the made-up operator: checked, done, and done once for a key. The caller has the writers' lock."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from care.billing.demo.bonds import agreement_on
from care.billing.demo.customers import Customer
from care.billing.demo.goods import PLANS
from care.billing.demo.tables import DemoLine, DemoOrder, DemoPlan, DemoSubscription, changes
from care.billing.values import LineStatus, Month, OrderKind, OrderRequest, Placed
from care.errors import Conflict
from care.timezone import CHINA

_SWITCHES = {
    OrderKind.ROAMING_VOICE_ON: ("voice_on", True),
    OrderKind.ROAMING_VOICE_OFF: ("voice_on", False),
    OrderKind.ROAMING_DATA_ON: ("data_on", True),
    OrderKind.ROAMING_DATA_OFF: ("data_on", False),
}


def placed(session: Session, key: str) -> Placed | None:
    """What was done for the key before."""
    order = session.get(DemoOrder, key)
    return None if order is None else Placed(order.reference, order.effective_on)


def place(session: Session, line: DemoLine, who: Customer, order: OrderRequest, key: str, now: datetime) -> Placed:
    """Raises Conflict: `order_not_possible`, `order_done`."""
    if order.kind is OrderKind.UNSUBSCRIBE:
        effective = _unsubscribe(session, who, order.subject, now)
    elif order.kind is OrderKind.CHANGE_PLAN:
        effective = _change_plan(session, who, order.subject, now)
    else:
        effective = _switch(line, who, order.kind, now)
    line.change = session.scalars(select(changes.next_value())).one()
    number = session.scalar(select(func.count()).where(DemoOrder.phone == who.phone).select_from(DemoOrder)) or 0
    reference = f"D{now.astimezone(CHINA):%Y%m%d}{who.phone[-4:]}{number + 1:03d}"
    session.add(
        DemoOrder(
            key=key,
            phone=who.phone,
            kind=order.kind,
            subject=order.subject,
            reference=reference,
            effective_on=effective,
            placed_at=now,
        )
    )
    session.flush()
    return Placed(reference, effective)


def _unsubscribe(session: Session, who: Customer, subject: str | None, now: datetime) -> date:
    service = next((each for each in who.services if each.id == subject), None)
    if service is None:
        raise Conflict("order_not_possible", "the line has no such service")
    if service.off_from is not None:
        raise Conflict("order_done", "the service ends already")
    next_month = Month.of(now).plus(1).start.date()
    session.execute(update(DemoSubscription).where(DemoSubscription.id == service.id).values(off_from=next_month))
    return next_month


def _change_plan(session: Session, who: Customer, subject: str | None, now: datetime) -> date:
    wanted, today = PLANS.get(subject or ""), now.astimezone(CHINA).date()
    next_month = Month.of(now).plus(1).start.date()
    current, then = PLANS[who.plan_on(today)], PLANS[who.plan_on(next_month)]
    if wanted is None or not (wanted.is_on_sale or wanted is current):
        raise Conflict("order_not_possible", "the plan is not on sale")
    if wanted is then:
        raise Conflict("order_done", "the line has this plan, or gets it with the next month")
    _check_works(who)
    if agreement_on(who, next_month) is not None and wanted.price < current.price:
        raise Conflict("order_not_possible", "the contract does not allow a cheaper plan")
    session.execute(delete(DemoPlan).where(DemoPlan.phone == who.phone, DemoPlan.since == next_month))
    if wanted is not current:
        session.add(DemoPlan(phone=who.phone, since=next_month, plan=wanted.id))
    return next_month


def _switch(line: DemoLine, who: Customer, kind: OrderKind, now: datetime) -> date:
    name, value = _SWITCHES[kind]
    if getattr(line, name) is value:
        raise Conflict("order_done", "the switch is so already")
    if value:
        _check_works(who)
    setattr(line, name, value)
    return now.astimezone(CHINA).date()


def _check_works(who: Customer) -> None:
    if who.status is not LineStatus.ACTIVE:
        raise Conflict("order_not_possible", "the line is out of order")
