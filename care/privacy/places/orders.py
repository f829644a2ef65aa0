"""Orders with the steps by which they came about, and disputed charges.

How something that costs money was ordered is evidence for both sides: 工信部“明白办、放心用”行动 (2025-04-30) asks that
the customer's confirmation be kept. How long is the operator's own rule (retention.yml).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, false, or_, select
from sqlalchemy.orm import Session

from care.accounts.service import phone_index
from care.billing.order_rules import Status
from care.billing.tables import Dispute, Order, OrderStep
from care.privacy.holds import HELD, held_tickets
from care.privacy.places.base import Counts, Held, Record
from care.privacy.places.batches import count, oldest
from care.privacy.places.exported import record
from care.privacy.retention import retention
from care.privacy.rules import Hold
from care.privacy.subject import Subject
from care.tickets.tables import Ticket

#: a complaint that somebody still works on is about its number, or was filed where it was ordered
_DISPUTED = exists().where(
    HELD, or_(Ticket.line_index == Order.phone_index, Ticket.conversation_id == Order.conversation_id)
)
_OPEN_DISPUTE = exists().where(HELD, Ticket.id == Dispute.ticket_id)


class Orders:
    name = "orders"

    def records(self, session: Session, subject: Subject) -> Iterator[Record]:
        orders = session.scalars(select(Order).where(_of(subject)).order_by(Order.id)).all()
        for order in orders:
            yield record(order)
        ids = [order.id for order in orders]
        for step in session.scalars(select(OrderStep).where(OrderStep.order_id.in_(ids)).order_by(OrderStep.id)):
            yield record(step)
        for dispute in _disputes(session, subject):
            yield record(dispute)

    def plan(self, session: Session, subject: Subject, now: datetime) -> Counts:
        going, disputes, held = _work(session, subject, now)
        return Counts(removed=len(going) + len(disputes), held=held)

    def erase(self, session: Session, subject: Subject, now: datetime) -> Counts:
        going, disputes, held = _work(session, subject, now)
        _delete(session, [order.id for order in going])
        for dispute in disputes:
            session.delete(dispute)
        session.flush()
        return Counts(removed=len(going) + len(disputes), held=held)

    def expire(self, session: Session, before: datetime, now: datetime, limit: int) -> Counts:
        old = and_(Order.created_at < before, Order.status != Status.CONFIRMED)
        no_evidence = or_(Order.placed_at.is_(None), Order.placed_at < _evidence_since(now))
        ids = oldest(session, Order.id, limit, old, no_evidence, ~_DISPUTED)
        _delete(session, ids)
        is_old = Dispute.created_at < before
        disputes = oldest(session, Dispute.id, limit, is_old, ~_OPEN_DISPUTE)
        session.execute(delete(Dispute).where(Dispute.id.in_(disputes)))
        disputed = count(session, Order, old, no_evidence, _DISPUTED) + count(session, Dispute, is_old, _OPEN_DISPUTE)
        held = [Held(Hold.DISPUTE, disputed)] if disputed else []
        return Counts(removed=len(ids) + len(disputes), held=held)


def _of(subject: Subject) -> ColumnElement[bool]:
    """Ordered in their conversations; or for their number, since it is theirs."""
    if subject.is_words_only:
        return false()
    theirs: ColumnElement[bool] = Order.conversation_id.in_(subject.conversations)
    if subject.phone is not None and subject.number_from is not None:
        theirs |= and_(Order.phone_index == phone_index(subject.phone), Order.created_at >= subject.number_from)
    return theirs if subject.until is None else and_(theirs, Order.message_id <= subject.until)


def _disputes(session: Session, subject: Subject) -> Sequence[Dispute]:
    tickets = (*subject.tickets, *subject.mentions)
    theirs: ColumnElement[bool] = Dispute.ticket_id.in_(tickets)
    if not subject.is_words_only:
        theirs |= Dispute.conversation_id.in_(subject.conversations)
    return session.scalars(select(Dispute).where(theirs).order_by(Dispute.id)).all()


def _work(session: Session, subject: Subject, now: datetime) -> tuple[list[Order], list[Dispute], list[Held]]:
    """What goes, and why the rest stays."""
    going, evidence, disputed = [], [], 0
    for order, is_disputed in session.execute(select(Order, _DISPUTED).where(_of(subject)).order_by(Order.id)):
        since = order.placed_at or order.confirmed_at or order.created_at
        if is_disputed:
            disputed += 1
        elif order.status == Status.CONFIRMED or (order.status == Status.PLACED and since >= _evidence_since(now)):
            evidence.append(since)
        else:
            going.append(order)
    disputes = _disputes(session, subject)
    open_ones = held_tickets(session, {each.ticket_id for each in disputes if each.ticket_id is not None})
    settled = [each for each in disputes if each.ticket_id not in open_ones]
    disputed += len(disputes) - len(settled)
    held = []
    if evidence:
        until = retention().holds[Hold.ORDER_EVIDENCE].until(max(evidence))
        held.append(Held(Hold.ORDER_EVIDENCE, len(evidence), until))
    if disputed:
        held.append(Held(Hold.DISPUTE, disputed))
    return going, settled, held


def _evidence_since(now: datetime) -> datetime:
    """What was placed since then is evidence."""
    return retention().holds[Hold.ORDER_EVIDENCE].since(now)


def _delete(session: Session, ids: Sequence[int]) -> None:
    session.execute(delete(OrderStep).where(OrderStep.order_id.in_(ids)))
    session.execute(delete(Order).where(Order.id.in_(ids)))
