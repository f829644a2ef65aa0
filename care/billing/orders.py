"""Orders, from being shown to being placed. Every step is written down and never changed.

Anything that changes what a customer pays for is confirmed by a code sent by SMS: 工信部“明白办、放心用”行动
(2025-04-30) asks for an answer by SMS, a code by SMS or a signature; a yes in a chat is none of them.
The billing system is asked in `placing.py`, outside of any transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.accounts.proofs import open_lines
from care.accounts.rules import Level
from care.accounts.service import phone_index
from care.billing.order_rules import (
    CONFIRM_WITHIN,
    FIRST_WAIT,
    Status,
    Step,
    is_expired,
    is_hopeless,
    title_of,
    wait_after,
)
from care.billing.tables import Order, OrderStep
from care.billing.values import OrderKind, OrderRequest, Placed
from care.notices.service import notify_number
from care.once import OnceKey, once
from care.retries import take_due
from care.timezone import CHINA
from care.wording import say

# Written out in the statement: with a parameter PostgreSQL cannot know that the index of what waits is enough.
_WAITS = Order.status == literal(Status.CONFIRMED.value, literal_execute=True)
_SHOWN = Order.status == literal(Status.SHOWN.value, literal_execute=True)
#: the reason of an order that was tried for a day
GIVEN_UP = "given_up"


class Confirmed(StrEnum):
    YES = "yes"
    #: shown too long ago, or the proof of its number was ended: nothing was ordered
    EXPIRED = "expired"
    #: cancelled, or none of this conversation's
    GONE = "gone"


@dataclass(frozen=True)
class OrderState:
    id: int
    phone: str
    request: OrderRequest
    #: the few words that name it
    title: str
    shown: str
    status: Status
    #: with status PLACED
    placed: Placed | None


@dataclass(frozen=True)
class DueOrder:
    """A confirmed order that whoever took it has for itself until its next try is due."""

    id: int
    phone: str
    request: OrderRequest
    title: str
    #: which try this is, the first is 1
    attempt: int


def show_order(
    session: Session,
    conversation_id: str,
    message_id: int,
    phone: str,
    request: OrderRequest,
    shown: str,
    now: datetime,
) -> int:
    """Keep what the customer is shown; the id of the order. The same message again gives the first one.

    `shown`: all of it, its first line names the order. An earlier one of this conversation that waits for its code is
    cancelled.
    """
    order_id: int | None = session.scalar(
        insert(Order)
        .values(
            conversation_id=conversation_id,
            message_id=message_id,
            phone=phone,
            phone_index=phone_index(phone),
            kind=request.kind,
            subject=request.subject,
            shown=shown,
            status=Status.SHOWN,
            created_at=now,
            attempts=0,
        )
        .on_conflict_do_nothing(index_elements=[Order.conversation_id, Order.message_id])
        .returning(Order.id)
    )
    if order_id is None:
        of_message = (Order.conversation_id == conversation_id, Order.message_id == message_id)
        return int(session.scalars(select(Order.id).where(*of_message)).one())
    _add_step(session, order_id, Step.SHOWN, now, shown)
    others = select(Order).where(Order.conversation_id == conversation_id, _SHOWN, Order.id != order_id)
    for other in session.scalars(others.with_for_update()):
        _end(session, other, Status.CANCELLED, now, "another order was shown")
    return order_id


def refusal_of(session: Session, order_id: int) -> str | None:
    """Why it was refused: the reason of the billing system, or GIVEN_UP."""
    return session.scalar(select(OrderStep.note).where(OrderStep.order_id == order_id, OrderStep.step == Step.REFUSED))


def order_of(session: Session, conversation_id: str, order_id: int, now: datetime) -> OrderState | None:
    """As it stands; one that was shown too long ago is ended. None: there is none, or it is another conversation's."""
    order = _own(session, conversation_id, order_id)
    if order is not None and order.status == Status.SHOWN and is_expired(order.created_at, now):
        _end(session, order, Status.EXPIRED, now)
    return _state(order) if order else None


def confirm_order(session: Session, conversation_id: str, order_id: int, now: datetime) -> Confirmed:
    """Its code was right: called in the same transaction. The number was proved here when it was shown, and that was
    not ended since; that it ran out meanwhile does not matter, as this code went to the same number.

    Confirmed already is YES again, so that a turn can be run again.
    """
    order = _own(session, conversation_id, order_id)
    if order is None or order.status == Status.CANCELLED:
        return Confirmed.GONE
    if order.status == Status.EXPIRED:
        return Confirmed.EXPIRED
    if order.status != Status.SHOWN:
        return Confirmed.YES
    if is_expired(order.created_at, now):
        _end(session, order, Status.EXPIRED, now)
        return Confirmed.EXPIRED
    proved = {line.phone for line in open_lines(session, conversation_id, order.created_at, Level.PROVED)}
    if order.phone not in proved:
        _end(session, order, Status.EXPIRED, now, "the number was not proved, or its proof was ended")
        return Confirmed.EXPIRED
    order.status = Status.CONFIRMED
    order.confirmed_at = now
    order.attempts = 1  # whoever confirms it tries at once; the worker is the second
    order.next_attempt_at = now + FIRST_WAIT
    _add_step(session, order.id, Step.CONFIRMED, now)
    return Confirmed.YES


def cancel_order(session: Session, conversation_id: str, order_id: int, now: datetime, why: str | None = None) -> bool:
    """The customer does not want it after all. False: nothing to cancel, it is over or confirmed already."""
    order = _own(session, conversation_id, order_id)
    if order is None or order.status != Status.SHOWN:
        return False
    _end(session, order, Status.CANCELLED, now, why)
    return True


def note_step(session: Session, key: OnceKey, order_id: int, step: Step, now: datetime) -> None:
    """Write a step down, once for a message."""

    def write() -> dict[str, str]:
        _add_step(session, order_id, step, now)
        return {}

    once(session, OnceKey(key.conversation_id, key.message_id, f"order_{step}:{order_id}"), now, write)


def first_try(session: Session, order_id: int) -> DueOrder | None:
    """For whoever has just confirmed it; None when it is placed or refused already."""
    order = session.get(Order, order_id)
    return _due(order) if order is not None and order.status == Status.CONFIRMED else None


def next_due(session: Session, now: datetime, limit: int) -> list[DueOrder]:
    """Take up to `limit` confirmed orders whose next try is due, the longest waiting first (`care.retries.take_due`).

    A worker that dies before `mark_placed` leaves them to be tried again, under the same key.
    """
    return [_due(row) for row in take_due(session, Order, _WAITS, now, limit, wait_after)]


def mark_placed(session: Session, order_id: int, placed: Placed, now: datetime) -> bool:
    """Done; the holder of the number gets an SMS about it. False: somebody else has told it already."""
    order = _locked(session, order_id)
    if order.status != Status.CONFIRMED:
        return False
    order.status, order.next_attempt_at = Status.PLACED, None
    order.placed_at, order.reference, order.effective_on = now, placed.reference, placed.effective_on
    _add_step(session, order.id, Step.PLACED, now, placed.reference)
    effective = effective_words(placed.effective_on, now)
    _tell(session, order, say("sms_order_placed", what=title_of(order.shown), effective=effective), now)
    return True


def mark_refused(session: Session, order_id: int, reason: str, now: datetime, *, by_sms: bool) -> bool:
    """It cannot be done. `by_sms`: nobody tells the customer in the conversation. False: it was over already."""
    order = _locked(session, order_id)
    if order.status != Status.CONFIRMED:
        return False
    order.status, order.next_attempt_at = Status.REFUSED, None
    _add_step(session, order.id, Step.REFUSED, now, reason)
    if by_sms:
        key = "sms_order_given_up" if reason == GIVEN_UP else "sms_order_refused"
        _tell(session, order, say(key, what=title_of(order.shown)), now)
    return True


def mark_failed(session: Session, order_id: int, why: str, now: datetime) -> bool:
    """The billing system did not answer. True when that was the last try: given up, and the customer told."""
    order = _locked(session, order_id)
    if order.status != Status.CONFIRMED:
        return False
    _add_step(session, order.id, Step.FAILED, now, why)
    assert order.confirmed_at is not None  # its status says so
    return is_hopeless(order.confirmed_at, now) and mark_refused(session, order_id, GIVEN_UP, now, by_sms=True)


def expire_orders(session: Session, now: datetime, limit: int) -> int:
    """End what was shown and not confirmed in time; how many."""
    rows = session.scalars(
        select(Order)
        .where(_SHOWN, Order.created_at <= now - CONFIRM_WITHIN)
        .order_by(Order.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        _end(session, row, Status.EXPIRED, now)
    return len(rows)


def effective_words(day: date, now: datetime) -> str:
    """`2026年12月1日`; what is effective today is so at once."""
    if day <= now.astimezone(CHINA).date():
        return say("order_at_once")
    return say("order_day", year=str(day.year), month=str(day.month), day=str(day.day))


def _own(session: Session, conversation_id: str, order_id: int) -> Order | None:
    return session.scalar(
        select(Order).where(Order.id == order_id, Order.conversation_id == conversation_id).with_for_update()
    )


def _locked(session: Session, order_id: int) -> Order:
    return session.scalars(select(Order).where(Order.id == order_id).with_for_update()).one()


def _end(session: Session, order: Order, status: Status, now: datetime, why: str | None = None) -> None:
    order.status = status
    _add_step(session, order.id, Step(status.value), now, why)


def _add_step(session: Session, order_id: int, step: Step, now: datetime, note: str | None = None) -> None:
    session.add(OrderStep(order_id=order_id, at=now, step=step, note=note))


def _tell(session: Session, order: Order, text: str, now: datetime) -> None:
    notify_number(session, order.phone, "order", text, f"order:{order.id}", now)
    _add_step(session, order.id, Step.TOLD, now, text)


def _request(order: Order) -> OrderRequest:
    return OrderRequest(OrderKind(order.kind), order.subject)


def _state(order: Order) -> OrderState:
    return OrderState(
        order.id,
        order.phone,
        _request(order),
        title_of(order.shown),
        order.shown,
        Status(order.status),
        Placed(order.reference, order.effective_on) if order.reference and order.effective_on else None,
    )


def _due(order: Order) -> DueOrder:
    return DueOrder(order.id, order.phone, _request(order), title_of(order.shown), order.attempts)
