"""Making the made-up operator's data, and carrying it on as months pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import case, delete, func, insert, select, text, update
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateSchema, DropSchema

from care.billing.demo.bonds import agreement_on, promotions_in
from care.billing.demo.customers import Customer, Service, customer
from care.billing.demo.generator import MonthMade, bill, items, top_ups
from care.billing.demo.meter import crossings
from care.billing.demo.stories import CUSTOMERS
from care.billing.demo.tables import (
    SCHEMA,
    VERSION,
    About,
    DemoBase,
    DemoBill,
    DemoLine,
    DemoPlan,
    DemoSubscription,
    DemoTopUp,
    Due,
    changes,
)
from care.billing.values import BillItem, Consent, ConsentMethod, Month, TopUp, TopUpStatus
from care.timezone import CHINA

SEED = 1
#: Whoever writes waits for the one who does (pg_advisory_lock key, any constant of ours).
_LOCK = 0x64656D6F
_SHARES = (Decimal("0.8"), Decimal(1))
_NOTICE = timedelta(days=30)
_DAY = timedelta(days=1)


def ensure(session: Session, now: datetime, customers: int = CUSTOMERS) -> None:
    """Schema, tables, and the data of the first `customers` up to the running month. What is there stays as it is:
    earlier months, and what orders changed. Several at once: one does it, the others find it done.
    """
    # Longer than a customer may wait, but nobody does.
    session.execute(text("SET LOCAL statement_timeout = '60s'; SET LOCAL lock_timeout = '60s'"))
    lock(session)
    about = _about(session, now)
    have = set(session.scalars(select(DemoLine.n)))
    _make(session, about, [n for n in range(customers) if n not in have], now)
    behind = session.scalars(select(DemoLine).where(DemoLine.month < str(Month.of(now)))).all()
    carry_on(session, about, behind, now)


def reset(session: Session, now: datetime, customers: int = CUSTOMERS) -> None:
    """Everything anew, told from `now`; what orders changed is gone."""
    lock(session)
    session.execute(DropSchema(SCHEMA, cascade=True, if_exists=True))
    ensure(session, now, customers)


def lock(session: Session) -> None:
    """For everything that writes: until the end of the transaction nobody else does."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _about(session: Session, now: datetime) -> About:
    connection = session.connection()
    if connection.scalar(select(func.to_regclass(f"{SCHEMA}.about"))) is not None:
        found = session.get(About, 1)
        if found is not None and found.version == VERSION:
            return found
        if found is not None:  # of another shape: nothing in it is worth a migration
            session.expunge(found)
            session.execute(DropSchema(SCHEMA, cascade=True))
    session.execute(CreateSchema(SCHEMA, if_not_exists=True))
    DemoBase.metadata.create_all(connection)
    about = About(id=1, version=VERSION, seed=SEED, began_at=now)
    session.add(about)
    session.flush()
    return about


def who_is(session: Session, about: About, line: DemoLine) -> Customer:
    """The customer as they are now: as they were made, with what orders changed."""
    return _who_are(session, about, [line])[line.phone]


def _who_are(session: Session, about: About, lines: Sequence[DemoLine]) -> dict[str, Customer]:
    made = {line.phone: customer(about.seed, line.n, about.began_at) for line in lines}
    plans: dict[str, list[DemoPlan]] = {}
    for plan in session.scalars(select(DemoPlan).where(DemoPlan.phone.in_(made)).order_by(DemoPlan.since)):
        plans.setdefault(plan.phone, []).append(plan)
    services: dict[str, list[Service]] = {}
    for row in session.scalars(
        select(DemoSubscription).where(DemoSubscription.phone.in_(made)).order_by(DemoSubscription.id)
    ):
        services.setdefault(row.phone, []).append(_service(row))
    return {
        line.phone: replace(
            made[line.phone],
            plans=tuple((each.since, each.plan) for each in plans[line.phone]),
            services=tuple(services.get(line.phone, ())),
            voice_on=line.voice_on,
            data_on=line.data_on,
        )
        for line in lines
    }


def _service(row: DemoSubscription) -> Service:
    consent = None
    if row.consent_at is not None and row.consent_method is not None:
        consent = Consent(row.consent_at, ConsentMethod(row.consent_method), row.consent_text or "")
    return Service(row.id, row.service, row.since, row.off_from, row.charged_until, consent)


def _make(session: Session, about: About, indexes: Iterable[int], now: datetime) -> None:
    made = [customer(about.seed, n, about.began_at) for n in indexes]
    if not made:
        return
    _add(session, DemoPlan, [{"phone": who.phone, "since": s, "plan": p} for who in made for s, p in who.plans])
    _add(session, DemoSubscription, [_subscription_row(who, each) for who in made for each in who.services])
    lines = [
        DemoLine(
            phone=who.phone,
            n=who.n,
            voice_on=who.voice_on,
            data_on=who.data_on,
            month=str(who.first_month.plus(-1)),
            change=change,
        )
        for who, change in zip(made, _numbers(session, len(made)), strict=True)
    ]
    session.add_all(lines)
    session.flush()
    carry_on(session, about, lines, now)


def carry_on(session: Session, about: About, lines: Sequence[DemoLine], now: datetime) -> None:
    """Bill the months that are over, and begin the running one. The caller has the writers' lock."""
    running = Month.of(now)
    behind = [line for line in lines if Month.read(line.month) < running]
    if not behind:
        return
    who_are = _who_are(session, about, behind)
    accounts = balances(session, who_are.values(), None)
    bills: list[dict[str, Any]] = []
    paid_in: list[dict[str, Any]] = []
    due: list[dict[str, Any]] = []
    for line, change in zip(behind, _numbers(session, len(behind)), strict=True):
        who, month = who_are[line.phone], Month.read(line.month)
        account = accounts[line.phone]
        while month < running:
            over = bill(about.seed, who, month) if month >= who.first_month else None
            if over is not None:
                bills.append(_bill_row(who, over))
                account -= over.paid
            month = month.plus(1)
            coming = top_ups(about.seed, who, month, account)
            paid_in += [_top_up_row(who, each) for each in coming]
            account += sum((each.amount for each in coming if each.status is TopUpStatus.CREDITED), Decimal(0))
        due += [{"phone": who.phone, "at": at} for at in _moments(about.seed, who, running) if at > now]
        line.month, line.change = str(running), change
    _add(session, DemoBill, bills)
    _add(session, DemoTopUp, paid_in)
    _add(session, Due, due)
    session.flush()


def _moments(seed: int, who: Customer, month: Month) -> list[datetime]:
    """When something of the running month changes by itself."""
    bond = agreement_on(who, month.start.date())
    ends = [each.until for each in promotions_in(who, month)] + ([bond.until] if bond else [])
    days = [*(end - _NOTICE for end in ends), *(() if who.trip is None else (who.trip[0], who.trip[1] + _DAY))]
    moments = [datetime.combine(day, time(), CHINA) for day in days]
    used_up = crossings(seed, who, month, _SHARES)
    return [*used_up, *(at for at in moments if Month.of(at) == month), *_dearer(seed, who, month), month.end]


def _dearer(seed: int, who: Customer, month: Month) -> Iterator[datetime]:
    """The midnights before which more was charged: beyond the allowances, or abroad."""
    charged = items(seed, who, month, month.start)
    if charged == items(seed, who, month, month.end):
        return
    for day in range(1, month.last_day.day):
        at = month.start + _DAY * day
        now = items(seed, who, month, at)
        if now != charged:
            yield at
        charged = now


def balances(session: Session, who: Iterable[Customer], now: datetime | None) -> dict[str, Decimal]:
    """What is on the account: everything that was credited until `now` without what was paid for bills. None: with
    what will be paid in until the month ends."""
    found = {each.phone: each.opening for each in who}
    is_credited = DemoTopUp.status == TopUpStatus.CREDITED
    if now is not None:
        is_credited &= DemoTopUp.credited_at <= now
    credited = (
        select(DemoTopUp.phone, func.sum(case((is_credited, DemoTopUp.amount), else_=0)))
        .where(DemoTopUp.phone.in_(found))
        .group_by(DemoTopUp.phone)
    )
    for phone, amount in session.execute(credited):
        found[phone] += amount
    spent = select(DemoBill.phone, func.sum(DemoBill.paid)).where(DemoBill.phone.in_(found)).group_by(DemoBill.phone)
    for phone, amount in session.execute(spent):
        found[phone] -= amount
    return found


def tell_changes(session: Session, now: datetime, limit: int) -> None:
    """Give a new number to lines whose time has come. The caller has the writers' lock."""
    phones = sorted(set(session.scalars(select(Due.phone).where(Due.at <= now).order_by(Due.at).limit(limit))))
    session.execute(delete(Due).where(Due.at <= now, Due.phone.in_(phones)))
    for phone, change in zip(phones, _numbers(session, len(phones)), strict=True):
        session.execute(update(DemoLine).where(DemoLine.phone == phone).values(change=change))


def _numbers(session: Session, count: int) -> list[int]:
    """Of changes."""
    if not count:
        return []
    numbers = select(changes.next_value()).select_from(func.generate_series(1, count))
    return list(session.scalars(numbers))


def _add(session: Session, table: type[DemoBase], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table), rows)


def _subscription_row(who: Customer, each: Service) -> dict[str, Any]:
    return {
        "id": each.id,
        "phone": who.phone,
        "service": each.service,
        "since": each.since,
        "off_from": each.off_from,
        "charged_until": each.charged_until,
        "consent_at": each.consent.at if each.consent else None,
        "consent_method": each.consent.method if each.consent else None,
        "consent_text": each.consent.text if each.consent else None,
    }


def _bill_row(who: Customer, over: MonthMade) -> dict[str, Any]:
    return {
        "phone": who.phone,
        "month": str(over.month),
        "items": [_item_row(item) for item in over.items],
        "total": over.total,
        "paid": over.paid,
        "issued_at": over.issued_at,
        "due": over.due,
        "invoice": over.invoice,
        "invoiced_at": over.issued_at if over.invoice else None,
    }


def _item_row(item: BillItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "kind": item.kind,
        "name": item.name,
        "amount": str(item.amount),
        "quantity": None if item.quantity is None else str(item.quantity),
        "unit": item.unit,
        "subject": item.subject,
    }


def _top_up_row(who: Customer, each: TopUp) -> dict[str, Any]:
    return {
        "id": each.id,
        "phone": who.phone,
        "at": each.at,
        "amount": each.amount,
        "channel": each.channel,
        "status": each.status,
        "credited_at": each.credited_at,
    }
