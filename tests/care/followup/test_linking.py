"""Linked tickets, and merged ones: no promise becomes later, no miss is forgotten, and the customer is told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.attachments.rules import PNG, CheckedFile
from care.attachments.service import store_evidence
from care.attachments.tables import TicketEvidence
from care.conversations.tables import Message
from care.errors import CareError
from care.followup import linking, staff
from care.followup.listing import count_tickets
from care.followup.service import own_tickets, prove_contact, reopen
from care.notices.tables import Notice
from care.once import OnceKey
from care.sla import pauses
from care.sla.misses import record_misses
from care.sla.policy import Policy
from care.sla.service import clocks_of, due_times, start_clock
from care.sla.tables import Clock, Pause
from care.tickets.rules import EventKind, Kind
from care.tickets.service import add_event
from care.tickets.tables import Ticket, TicketEvent, TicketLink
from tests.care.followup.conftest import File
from tests.support.desk import noted
from tests.support.files import picture
from tests.support.times import NOW, china

HOUR = timedelta(hours=1)


def _merge(session: Session, ticket: Ticket, into: Ticket, policy: Policy, now: datetime = NOW + 3 * HOUR) -> None:
    linking.merge(session, ticket.number, into.number, "同一件事登记了两次", "8003", now, policy)


def _events(session: Session, ticket: Ticket, kind: str) -> list[str | None]:
    session.flush()
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == kind)
    return [event.note for event in session.scalars(query.order_by(TicketEvent.id))]


def test_the_merged_one_is_closed_and_says_where_it_went(session: Session, file: File, shipped: Policy) -> None:
    first, second = file(), file(now=NOW + HOUR)
    _merge(session, second, first, shipped)
    assert (second.status, second.merged_into, second.outcome) == ("closed", first.id, None)
    assert first.status == "acknowledged"
    assert _events(session, second, "merged") == [f"→ {first.number}: 同一件事登记了两次"]
    assert _events(session, first, "merged") == [f"← {second.number}: 同一件事登记了两次"]
    assert {clock.ended_at for clock in clocks_of(session, [second.id])[second.id]} == {NOW + 3 * HOUR}
    shown = {each.number: each.merged_into for each in own_tickets(session, "c1", NOW + 4 * HOUR)}
    assert shown == {first.number: None, second.number: first.number}
    assert {subject for _, action, subject in noted(session) if action == "ticket_merge"} == {
        f"ticket:{first.number}",
        f"ticket:{second.number}",
    }


def test_the_customer_is_told_the_number(session: Session, file: File, shipped: Policy) -> None:
    first, second = file(), file(now=NOW + HOUR)
    prove_contact(session, "c1", first.number, "13800138001", NOW)
    _merge(session, second, first, shipped)
    (notice,) = [each for each in session.scalars(select(Notice)) if each.kind == "merged"]
    said = session.scalars(select(Message.text)).one()
    for told in (notice.text, said):
        assert first.number in told
        assert second.number in told


#: hours after NOW at which survivor and merged one were filed, their complexities (vas: simple, 24 h; billing:
#: complex, 48 h), and in how many hours after NOW the survivor's solution is due afterwards
PROMISES = [
    (0, "complaint_vas", 1, "complaint_vas", 24),  # the survivor's own was earlier
    (1, "complaint_vas", 0, "complaint_vas", 24),  # the merged one's was: it is kept
    (0, "complaint_billing", 0, "complaint_vas", 24),  # promised in 24 hours under another name
    (0, "complaint_vas", 0, "complaint_billing", 24),
    (2, "complaint_billing", 0, "complaint_billing", 48),
]


@pytest.mark.parametrize(("own_at", "own", "other_at", "other", "due"), PROMISES)
def test_no_promise_becomes_later(
    session: Session, file: File, shipped: Policy, own_at: int, own: str, other_at: int, other: str, due: int
) -> None:
    survivor = file(now=NOW + own_at * HOUR, category=own)
    merged = file(now=NOW + other_at * HOUR, category=other)
    _merge(session, merged, survivor, shipped)
    kept = due_times(session, survivor.id)
    name = shipped.solution_of(survivor.category, survivor.complexity)
    assert kept[name] == NOW + due * HOUR
    assert kept["first_feedback"] == NOW + 24 * HOUR, "the earlier of both"
    assert set(kept) == {"first_feedback", name, "answer"}, "each promise once"


def test_a_promise_that_was_kept_is_not_owed_again(session: Session, file: File, shipped: Policy) -> None:
    survivor, merged = file(now=NOW + HOUR), file()
    staff.give_feedback(session, survivor.number, "已联系业务方核实", "8001", NOW + 2 * HOUR, told=True)
    _merge(session, merged, survivor, shipped)
    assert "first_feedback" not in due_times(session, survivor.id), "the customer has heard of the matter"


def test_a_miss_is_never_erased(session: Session, file: File, shipped: Policy) -> None:
    """Due a day ago, and nobody has recorded it yet: it counts as missed, and then ends."""
    merged = file()
    later = china("2026-11-23 10:00")
    survivor = file(now=later - HOUR)
    _merge(session, merged, survivor, shipped, later)
    missed = {clock.name: clock.missed_at for clock in clocks_of(session, [merged.id])[merged.id]}
    assert missed == {"first_feedback": later, "solution_simple": later, "answer": None}
    assert _events(session, merged, "delay") == ["first_feedback", "solution_simple"]


#: whether a miss was recorded before the merge (else it is just over), and which of both is the older, missed one
LATE = [(True, "merged"), (True, "survivor"), (False, "merged"), (False, "survivor")]


@pytest.mark.parametrize(("is_recorded", "older"), LATE)
def test_a_late_matter_stays_late_whichever_way_it_is_merged(
    session: Session, file: File, shipped: Policy, is_recorded: bool, older: str
) -> None:
    """Two tickets, one of them late: after the merge one open matter is late, since its first time, until it is met."""
    old = file()
    later = china("2026-11-23 10:00")
    new = file(now=later - HOUR)
    if is_recorded:
        record_misses(session, old, later - HOUR)
    merged, survivor = (old, new) if older == "merged" else (new, old)
    assert count_tickets(session, "8001", later).missed == 1
    _merge(session, merged, survivor, shipped, later)
    assert count_tickets(session, "8001", later).missed == 1
    owed = [each for each in clocks_of(session, [survivor.id])[survivor.id] if each.ended_at is None]
    first = next(each for each in owed if each.name == "solution_simple")
    assert (first.starts_at, first.due_at) == (NOW, NOW + 24 * HOUR)
    if is_recorded:
        assert first.missed_at == later - HOUR, "it is not missed, or told, a second time"
    staff.record_result(session, survivor.number, "已退费", "8001", later + HOUR)
    assert count_tickets(session, "8001", later + HOUR).missed == 0
    promised = next(each for each in clocks_of(session, [old.id])[old.id] if each.name == "solution_simple")
    if is_recorded or older == "merged":
        assert promised.missed_at is not None, "and on the ticket where it was promised it stays"


def test_a_miss_of_the_survivor_stays_owed(session: Session, file: File, shipped: Policy) -> None:
    survivor = file()
    later = china("2026-11-23 10:00")
    record_misses(session, survivor, later)
    merged = file(now=later - HOUR)
    _merge(session, merged, survivor, shipped, later)
    own = [clock for clock in clocks_of(session, [survivor.id])[survivor.id] if clock.name == "first_feedback"]
    assert (own[0].missed_at, own[0].ended_at) == (later, None)
    assert count_tickets(session, "8001", later).missed == 1


def test_what_else_the_survivor_takes_over(session: Session, file: File, shipped: Policy) -> None:
    survivor = file(category="complaint_billing")
    merged = file(now=NOW + HOUR, category="complaint_billing", threatens_appeal=True)
    merged.priority, merged.partner = 1, "某某代理商"
    store_evidence(session, "c1", CheckedFile("账单.png", PNG, picture("PNG")), "m1", NOW + HOUR)
    _merge(session, merged, survivor, shipped)
    assert (survivor.priority, survivor.threatens_appeal, survivor.partner) == (1, True, "某某代理商")
    holders = set(session.scalars(select(TicketEvidence.ticket_id)))
    assert holders == {survivor.id, merged.id}


def test_nobody_gets_at_a_ticket_of_others_by_a_merge(session: Session, file: File, shipped: Policy) -> None:
    """Whoever complains about somebody's line must not take their ticket back with a code of their own."""
    survivor, strangers = file(), file("c2")
    prove_contact(session, "c2", strangers.number, "13800138009", NOW)
    _merge(session, strangers, survivor, shipped)
    assert survivor.notify_phone is None
    (shown,) = own_tickets(session, "c2", NOW + 4 * HOUR)
    assert (shown.number, shown.merged_into) == (strangers.number, survivor.number)


def test_a_merged_one_is_not_worked_on_again(session: Session, file: File, shipped: Policy) -> None:
    first, second = file(), file(now=NOW + HOUR)
    _merge(session, second, first, shipped)
    with pytest.raises(CareError) as refused:
        reopen(session, "c1", second.number, "没解决", OnceKey("c1", 8, "reopen"), NOW + 4 * HOUR, shipped)
    assert refused.value.reason == "not_resolved"


def test_merged_again_changes_nothing(session: Session, file: File, shipped: Policy) -> None:
    first, second = file(), file(now=NOW + HOUR)
    for _ in range(2):
        _merge(session, second, first, shipped)
    assert len(_events(session, second, "merged")) == 1


def test_what_is_not_one_matter(session: Session, file: File, shipped: Policy) -> None:
    ours = file()
    cases = {
        "another customer's": file("c2", line="13800138002"),
        "no line and another conversation": file("c2", line=None),
    }
    appeal = file()
    appeal.kind = Kind.APPEAL
    suggestion = file()
    suggestion.kind = Kind.FEEDBACK
    for why, other in {**cases, "an appeal": appeal, "a suggestion": suggestion}.items():
        with pytest.raises(CareError) as refused:
            _merge(session, other, ours, shipped)
        assert refused.value.reason == "not_one_matter", why


REFUSED = [
    ("itself", "同一件事", "same_ticket"),
    ("nothing", "同一件事", "ticket"),
    ("other", "  ", "reason_missing"),
    ("closed", "同一件事", "ticket_status"),
]


@pytest.mark.parametrize(("into", "why", "reason"), REFUSED)
def test_no_merge(session: Session, file: File, shipped: Policy, into: str, why: str, reason: str) -> None:
    ticket, other, closed = file(), file(), file()
    staff.record_result(session, closed.number, "已退费", "8001", NOW)
    numbers = {
        "itself": ticket.number, "nothing": "TS261121-000000", "other": other.number, "closed": closed.number,
    }  # fmt: skip
    with pytest.raises(CareError) as refused:
        linking.merge(session, ticket.number, numbers[into], why, "8003", NOW, shipped)
    assert refused.value.reason == reason
    assert ticket.merged_into is None


def test_a_link(session: Session, file: File) -> None:
    one, other = file(), file("c2", line="13800138002")
    linking.link(session, one.number, other.number, "related", "8001", NOW)
    linking.link(session, one.number, other.number, "related", "8001", NOW)
    linking.link(session, other.number, one.number, "duplicate", "8001", NOW)
    links = session.scalars(select(TicketLink)).all()
    assert [(each.ticket_id, each.other_id, each.kind) for each in links] == [(one.id, other.id, "related")], "once"
    assert _events(session, one, "linked") == [other.number]
    assert _events(session, other, "linked") == [one.number]
    assert {one.status, other.status} == {"acknowledged"}
    with pytest.raises(CareError) as refused:
        linking.link(session, one.number, one.number, "related", "8001", NOW)
    assert refused.value.reason == "same_ticket"


def test_nothing_that_stands_still_hides_a_promise(session: Session, file: File, shipped: Policy) -> None:
    """Both customers were asked something; the earlier promise is kept, an hour later, and runs."""
    merged, survivor = file(), file(now=NOW + 2 * HOUR)
    for ticket in (merged, survivor):
        event = add_event(session, ticket, EventKind.NOTE, "staff:7", NOW, note="哪天？")
        pauses.ask(session, ticket, event, None, NOW + 2 * HOUR)
        pauses.deliver_by_word(session, ticket.id, NOW + 2 * HOUR)
    _merge(session, merged, survivor, shipped, NOW + 3 * HOUR)
    assert due_times(session, survivor.id)["first_feedback"] == NOW + 25 * HOUR
    clocks = [*clocks_of(session, [survivor.id])[survivor.id], *clocks_of(session, [merged.id])[merged.id]]
    assert {clock.paused_at for clock in clocks} == {None}
    assert set(session.scalars(select(Pause.ended_by))) == {"closed", "staff"}


def test_alarms_after_a_miss_go_with_it(session: Session, file: File, shipped: Policy) -> None:
    """The merged one was missed at 15:20 on Sunday; four hours later somebody is told of the survivor."""
    spec = shipped.clocks["first_feedback"].model_copy(update={"after": [4]})
    policy = shipped.model_copy(update={"clocks": shipped.clocks | {"first_feedback": spec}})
    merged = file()
    start_clock(session, merged, "first_feedback", policy, NOW)
    late = china("2026-11-22 16:00")
    survivor = file(now=late)
    _merge(session, merged, survivor, shipped, late)
    alarms = select(Clock.due_at).where(
        Clock.ticket_id == survivor.id, Clock.name == "first_feedback", Clock.kind == "alarm", Clock.ended_at.is_(None)
    )
    assert china("2026-11-22 19:20") in session.scalars(alarms).all()
