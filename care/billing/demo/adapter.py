"""The made-up operator as `BillingSystem`: each question one short transaction in a thread, about one number."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from care import db
from care.billing.demo import ordering, seeding
from care.billing.demo.bonds import contract_on, promotions_in
from care.billing.demo.customers import Customer
from care.billing.demo.generator import items, late_fee
from care.billing.demo.goods import PLANS, SERVICES
from care.billing.demo.meter import allowances
from care.billing.demo.tables import About, DemoBill, DemoLine, DemoTopUp
from care.billing.system import Part
from care.billing.values import (
    Arrears,
    Balance,
    Bill,
    BillItem,
    Changed,
    Invoice,
    InvoiceStatus,
    ItemKind,
    Leaving,
    Line,
    LineStatus,
    Month,
    OrderRequest,
    Placed,
    Plan,
    Roaming,
    Subscription,
    TopUp,
    TopUpStatus,
    Usage,
)
from care.errors import Conflict, InvalidInput, Unavailable
from care.timezone import CHINA

T = TypeVar("T")

#: an action has 3 s, and something else to do as well
_SECONDS = 2.0
_ATTACHED = (ItemKind.BROADBAND, ItemKind.TERMINAL)
_OVER = (ItemKind.DATA_OVER, ItemKind.VOICE_OVER, ItemKind.SMS, ItemKind.ROAMING_DATA, ItemKind.ROAMING_VOICE)


@dataclass(frozen=True)
class _Asked:
    session: Session
    about: About
    line: DemoLine
    who: Customer
    now: datetime

    @property
    def month(self) -> Month:
        return Month.of(self.now)

    def so_far(self) -> tuple[BillItem, ...]:
        return items(self.about.seed, self.who, self.month, self.now)

    def bill(self, month: Month) -> DemoBill | None:
        return self.session.get(DemoBill, (self.who.phone, str(month)))


class DemoBilling:
    offers = frozenset(Part)

    def __init__(self, clock: Callable[[], datetime] = db.utcnow) -> None:
        self._clock = clock

    async def line(self, phone: str) -> Line:
        return await self._ask(
            phone, lambda a: Line(phone, a.who.status, a.who.holder_since, is_prepaid=a.who.is_prepaid)
        )

    async def balance(self, phone: str) -> Balance:
        return await self._ask(phone, _balance)

    async def top_ups(self, phone: str, since: datetime) -> list[TopUp]:
        def ask(asked: _Asked) -> list[TopUp]:
            rows = asked.session.scalars(
                select(DemoTopUp)
                .where(DemoTopUp.phone == phone, DemoTopUp.at >= since, DemoTopUp.at <= asked.now)
                .order_by(DemoTopUp.at.desc(), DemoTopUp.id)
            )
            return [_top_up(row, asked.now) for row in rows]

        return await self._ask(phone, ask)

    async def bill(self, phone: str, month: Month) -> Bill | None:
        def ask(asked: _Asked) -> Bill | None:
            if month == asked.month:
                return Bill(month, asked.so_far(), Decimal("0.00"), None, None)
            row = asked.bill(month)
            if row is None:
                return None
            return Bill(month, tuple(_item(each) for each in row.items), row.paid, row.issued_at, row.due)

        return await self._ask(phone, ask)

    async def usage(self, phone: str) -> Usage:
        def ask(asked: _Asked) -> Usage:
            over = tuple(item for item in asked.so_far() if item.kind in _OVER)
            return Usage(asked.now, allowances(asked.about.seed, asked.who, asked.month, asked.now), over)

        return await self._ask(phone, ask)

    async def plan(self, phone: str) -> Plan:
        return await self._ask(phone, lambda asked: _plan(asked.who, _day(asked.now)))

    async def subscriptions(self, phone: str) -> list[Subscription]:
        def ask(asked: _Asked) -> list[Subscription]:
            today, next_month = _day(asked.now), asked.month.end.astimezone(CHINA).date()
            found = []
            for each in sorted(asked.who.services, key=lambda each: (each.since, each.id)):
                if each.since > today or (each.off_from is not None and each.off_from <= today):
                    continue
                sold = SERVICES[each.service]
                ends, is_ending = each.off_from or next_month, each.off_from is not None
                found.append(
                    Subscription(
                        *(each.id, sold.name, sold.provider, sold.price, each.since, each.consent),
                        *(ends, is_ending),
                    )
                )
            return found

        return await self._ask(phone, ask)

    async def arrears(self, phone: str) -> Arrears:
        return await self._ask(phone, _arrears)

    async def roaming(self, phone: str) -> Roaming:
        def ask(asked: _Asked) -> Roaming:
            trip, today = asked.who.trip, _day(asked.now)
            is_abroad = trip is not None and trip[0] <= today <= trip[1]
            return Roaming(asked.who.voice_on, asked.who.data_on, "日本" if is_abroad else None)

        return await self._ask(phone, ask)

    async def leaving(self, phone: str) -> Leaving:
        return await self._ask(phone, _leaving)

    async def invoices(self, phone: str, newest: int) -> list[Invoice]:
        def ask(asked: _Asked) -> list[Invoice]:
            rows = asked.session.scalars(
                select(DemoBill).where(DemoBill.phone == phone).order_by(DemoBill.month.desc()).limit(newest)
            )
            return [_invoice(row) for row in rows]

        return await self._ask(phone, ask)

    async def request_invoice(self, phone: str, month: Month, key: str) -> Invoice:
        """One bill has one invoice, whatever the key."""

        def ask(asked: _Asked) -> Invoice:
            seeding.lock(asked.session)
            row = asked.bill(month)
            if row is None or row.paid < row.total:
                raise Conflict("invoice_not_yet", "the month is not billed yet, or not paid")
            asked.session.refresh(row)
            if row.invoice is None:
                digits = Random(f"{asked.about.seed}:{phone}:{month}:invoice").randrange(10**18)
                row.invoice, row.invoiced_at = f"26{digits:018d}", asked.now
            return _invoice(row)

        return await self._ask(phone, ask)

    async def place(self, phone: str, order: OrderRequest, key: str) -> Placed:
        def ask(asked: _Asked) -> Placed:
            seeding.lock(asked.session)
            done = ordering.placed(asked.session, key)
            if done is not None:
                return done
            asked.session.refresh(asked.line)  # as the order before this one left it
            who = seeding.who_is(asked.session, asked.about, asked.line)
            return ordering.place(asked.session, asked.line, who, order, key, asked.now)

        return await self._ask(phone, ask)

    async def changed_since(self, cursor: str | None, limit: int) -> list[Changed]:
        def ask(session: Session) -> list[Changed]:
            now = self._clock()
            seeding.lock(session)
            about = session.get(About, 1)
            if about is None:
                return []
            seeding.tell_changes(session, now, limit)
            # What was made anew is read from its beginning.
            made, _, number = (cursor or "").partition(":")
            generation = str(int(about.began_at.timestamp() * 1_000_000))
            after = int(number) if made == generation and number.isdecimal() else 0
            lines = session.execute(
                select(DemoLine.phone, DemoLine.change)
                .where(DemoLine.change > after)
                .order_by(DemoLine.change)
                .limit(limit)
            )
            return [Changed(phone, f"{generation}:{change}") for phone, change in lines]

        return await self._run(ask)

    async def _ask(self, phone: str, question: Callable[[_Asked], T]) -> T:
        def ask(session: Session) -> T:
            now = self._clock()
            line = session.get(DemoLine, phone)
            if line is None:
                raise InvalidInput("line_unknown", "not a number of this operator")
            about = session.get_one(About, 1)
            if Month.read(line.month) < Month.of(now):
                seeding.lock(session)
                session.refresh(line)
                seeding.carry_on(session, about, [line], now)
            return question(_Asked(session, about, line, seeding.who_is(session, about, line), now))

        return await self._run(ask)

    async def _run(self, work: Callable[[Session], T]) -> T:
        try:
            async with asyncio.timeout(_SECONDS):
                return await asyncio.to_thread(db.run, work)
        except (TimeoutError, Unavailable) as error:
            raise Unavailable("billing", "the demo operator does not answer in time") from error
        except ProgrammingError as error:
            raise Unavailable("billing", "the demo operator has no data; run `quanyi demo seed`") from error


def _day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def _item(row: dict[str, Any]) -> BillItem:
    return BillItem(
        row["id"],
        ItemKind(row["kind"]),
        row["name"],
        Decimal(row["amount"]),
        None if row["quantity"] is None else Decimal(row["quantity"]),
        row["unit"],
        row["subject"],
    )


def _top_up(row: DemoTopUp, now: datetime) -> TopUp:
    status = TopUpStatus(row.status)
    if row.credited_at is not None and row.credited_at > now:
        return TopUp(row.id, row.at, row.amount, row.channel, TopUpStatus.PENDING, None)
    return TopUp(row.id, row.at, row.amount, row.channel, status, row.credited_at)


def _plan(who: Customer, today: date) -> Plan:
    since, plan = next((each for each in reversed(who.plans) if each[0] <= today), who.plans[0])
    following = next((PLANS[plan].name for day, plan in who.plans if day > today), None)
    sold = PLANS[plan]
    return Plan(
        id=sold.id,
        name=sold.name,
        price=sold.price,
        since=since,
        contract=contract_on(who, today),
        promotions=promotions_in(who, Month(today.year, today.month)),
        next_name=following,
    )


def _balance(asked: _Asked) -> Balance:
    amount = seeding.balances(asked.session, [asked.who], asked.now)[asked.who.phone] - _arrears(asked).amount
    unbilled = sum((item.amount for item in asked.so_far()), Decimal("0.00"))
    return Balance(amount, max(min(asked.who.given, amount), Decimal("0.00")), unbilled, asked.now)


def _leaving(asked: _Asked) -> Leaving:
    who, balance = asked.who, _balance(asked)
    return Leaving(
        status=who.status,
        is_real_name=who.status is not LineStatus.RESTRICTED,
        joined_on=_day(who.holder_since),
        owed=_arrears(asked).amount,
        unbilled=balance.unbilled,
        balance=balance.amount,
        given=balance.given,
        contract=contract_on(who, _day(asked.now)),
        attached=tuple(item.name for item in asked.so_far() if item.kind in _ATTACHED),
        is_porting=False,
    )


def _arrears(asked: _Asked) -> Arrears:
    who, today = asked.who, _day(asked.now)
    unpaid = asked.session.scalars(
        select(DemoBill).where(DemoBill.phone == who.phone, DemoBill.paid < DemoBill.total).order_by(DemoBill.month)
    ).all()
    owed = sum((row.total - row.paid for row in unpaid), Decimal("0.00"))
    late = sum((late_fee(row.total - row.paid, max((today - row.due).days, 0)) for row in unpaid), Decimal("0.00"))
    return Arrears(
        amount=owed + late,
        late_fee=late,
        since=unpaid[0].due if unpaid else None,
        months=tuple(Month.read(row.month) for row in unpaid),
        suspended_at=who.suspended_at,
        paid_at=who.paid_at,
    )


def _invoice(row: DemoBill) -> Invoice:
    status = InvoiceStatus.NOT_YET
    if row.invoice is not None:
        status = InvoiceStatus.ISSUED
    elif row.paid >= row.total:
        status = InvoiceStatus.CAN_BE_ISSUED
    return Invoice(Month.read(row.month), row.total, status, row.invoice, row.invoiced_at)
