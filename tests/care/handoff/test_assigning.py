"""Taking, refusing, handing on, handing back, and an agent who is gone: who has the conversation afterwards."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.alarms.rules import Kind
from care.alarms.service import open_alarms
from care.conversations.service import owner_of
from care.conversations.tables import Conversation, Message
from care.db import transaction
from care.errors import Conflict, InvalidInput, NotAllowed
from care.handoff.assigning import (
    ToQueue,
    ToStaff,
    end,
    give_back,
    held_by,
    reassign,
    refuse,
    take,
    transfer,
)
from care.handoff.policy import handoff_policy
from care.handoff.presence import presence_of, set_presence, sign_of_life, signed_out
from care.handoff.routing import GONE_AFTER, route
from care.handoff.rules import EndedBy, Reason
from care.handoff.service import withdraw
from care.handoff.tables import Handoff
from care.staff.rules import Presence, Role
from care.staff.sessions import Signed
from care.staff.tables import Staff
from care.wording import say
from tests.care.handoff.conftest import Ask, rings_at, steps, waits
from tests.support.desk import member as anybody
from tests.support.desk import noted
from tests.support.times import china
from tests.support.waiting import at_once

#: a Friday morning: every queue is open
NOW = china("2026-11-20 10:00")
SECOND = timedelta(seconds=1)

member = partial(anybody, now=NOW)


def _signed(staff: Staff) -> Signed:
    return Signed(staff.id, staff.number, "", Role(staff.role), False, "", b"")


def _ready(session: Session, skills: str = "service", role: Role = Role.AGENT, limit: int = 3) -> Staff:
    return member(session, role, skills=skills.split(), presence=Presence.READY, load_limit=limit)


def _away(session: Session, skills: str = "service", role: Role = Role.AGENT, limit: int = 3) -> Staff:
    return member(session, role, skills=skills.split(), presence=Presence.AWAY, load_limit=limit)


# Taking


def test_it_rings_at_who_is_ready_and_is_taken(session: Session, ask: Ask) -> None:
    agent = _ready(session)
    handoff = ask("c1", NOW)
    assert rings_at(session, handoff) == agent.number
    assert handoff.offered_until == NOW + timedelta(seconds=20)
    assert take(session, handoff.id, _signed(agent), NOW + SECOND) == "c1"
    assert (handoff.status, handoff.staff_id, handoff.picked_at) == ("picked", agent.id, NOW + SECOND)
    assert (handoff.offered_to, handoff.offered_until) == (None, None)
    assert owner_of(session, "c1") == "agent"
    assert steps(session, handoff) == [("requested", None), ("offered", agent.number), ("taken", agent.number)]
    assert noted(session) == [(f"staff:{agent.number}", "take", "conversation:c1")]


def test_taken_again_is_the_same(session: Session, ask: Ask) -> None:
    agent, handoff = _ready(session), ask("c1", NOW)
    for _ in range(2):
        assert take(session, handoff.id, _signed(agent), NOW) == "c1"
    assert [kind for kind, _ in steps(session, handoff)].count("taken") == 1


def test_anybody_with_the_skill_may_take_what_rings_elsewhere(session: Session, ask: Ask) -> None:
    ready, away = _ready(session), _away(session)
    handoff = ask("c1", NOW)
    assert rings_at(session, handoff) == ready.number
    take(session, handoff.id, _signed(away), NOW)
    assert handoff.staff_id == away.id


REFUSALS = [
    # who, role, skills, what it is, reason of the refusal
    ("another queue's", Role.AGENT, "network", NotAllowed, "skill"),
    ("a supervisor may always", Role.SUPERVISOR, "", None, None),
    ("has the skill", Role.AGENT, "service network", None, None),
]


@pytest.mark.parametrize(("who", "role", "skills", "error", "reason"), REFUSALS)
def test_who_may_take(
    session: Session, ask: Ask, who: str, role: Role, skills: str, error: type[NotAllowed] | None, reason: str | None
) -> None:
    staff, handoff = _away(session, skills, role), ask("c1", NOW)
    if error is None:
        assert take(session, handoff.id, _signed(staff), NOW) == "c1", who
        return
    with pytest.raises(error) as refused:
        take(session, handoff.id, _signed(staff), NOW)
    assert refused.value.reason == reason
    assert handoff.status == "waiting"


def test_one_beside_the_limit_is_not_taken(session: Session, ask: Ask) -> None:
    agent = _away(session, limit=2)
    for name in ("c1", "c2"):
        take(session, ask(name, NOW).id, _signed(agent), NOW)
    third = ask("c3", NOW)
    with pytest.raises(Conflict, match="as many customers") as refused:
        take(session, third.id, _signed(agent), NOW)
    assert refused.value.reason == "full"


def test_what_rang_at_the_last_free_place_goes_elsewhere(session: Session, ask: Ask) -> None:
    agent = _ready(session, limit=1)
    rings, other = ask("c1", NOW), ask("c2", NOW)
    assert rings_at(session, rings) == agent.number
    take(session, other.id, _signed(agent), NOW)
    assert rings_at(session, rings) is None, "there is no place any more"
    colleague = _ready(session)
    route(session, NOW)
    assert rings_at(session, rings) == colleague.number


GONE = [
    # what happened before
    (lambda session: withdraw(session, "c1", NOW, by=EndedBy.CUSTOMER), "gone", "does not wait any more"),
    (lambda session: end(session, "c1", EndedBy.SYSTEM, NOW), "gone", "cut off"),
    (lambda session: take(session, _id(session), _signed(_away(session)), NOW), "taken", "another was faster"),
]


def _id(session: Session) -> int:
    return session.scalars(select(Handoff.id).where(Handoff.conversation_id == "c1")).one()


@pytest.mark.parametrize(("before", "reason", "why"), GONE)
def test_too_late(session: Session, ask: Ask, before: object, reason: str, why: str) -> None:
    agent, handoff = _away(session), ask("c1", NOW)
    before(session)
    with pytest.raises(Conflict) as refused:
        take(session, handoff.id, _signed(agent), NOW)
    assert refused.value.reason == reason, why


def test_there_is_no_such_hand_off(session: Session) -> None:
    with pytest.raises(Conflict) as refused:
        take(session, 999, _signed(_away(session)), NOW)
    assert refused.value.reason == "gone"


# Two at once, in transactions of their own


def _staff(number: int, limit: int = 3) -> list[Signed]:
    with transaction() as session:
        return [_signed(_away(session, limit=limit)) for _ in range(number)]


def _waiting(*names: str) -> list[int]:
    with transaction() as session:
        return [waits(session, name, Reason.ASKED, NOW).id for name in names]


def _take(handoff: int, who: Signed) -> str:
    with transaction() as session:
        return take(session, handoff, who, NOW)


@pytest.mark.usefixtures("database")
def test_two_agents_never_have_the_same_conversation() -> None:
    agents, [handoff] = _staff(6), _waiting("c1")
    results = at_once(*[partial(_take, handoff, agent) for agent in agents])
    assert results.count("c1") == 1
    assert [each.reason for each in results if isinstance(each, Conflict)] == ["taken"] * 5
    with transaction() as session:
        held = session.get_one(Handoff, handoff)
        assert held.staff_id == agents[results.index("c1")].staff_id


@pytest.mark.usefixtures("database")
def test_two_browsers_of_one_agent_stay_within_the_limit() -> None:
    [agent], handoffs = _staff(1, limit=2), _waiting(*[f"c{number}" for number in range(5)])
    results = at_once(*[partial(_take, handoff, agent) for handoff in handoffs])
    assert sum(isinstance(each, str) for each in results) == 2
    assert {each.reason for each in results if isinstance(each, Conflict)} == {"full"}


@pytest.mark.usefixtures("database")
def test_a_customer_who_leaves_while_being_taken_is_one_or_the_other() -> None:
    [agent], [handoff] = _staff(1), _waiting("c1")

    def leave() -> bool:
        with transaction() as session:
            return withdraw(session, "c1", NOW, by=EndedBy.CUSTOMER)

    taken, left = at_once(partial(_take, handoff, agent), leave)
    with transaction() as session:
        status, owner = session.get_one(Handoff, handoff).status, owner_of(session, "c1")
    if left is True:
        assert isinstance(taken, Conflict)
        assert (status, owner) == ("withdrawn", "bot")
    else:
        assert taken == "c1"
        assert (status, owner) == ("picked", "agent")


@pytest.mark.usefixtures("database")
def test_many_routers_at_once_fill_nobody_s_place_twice() -> None:
    handoffs = _waiting(*[f"c{number}" for number in range(8)])
    with transaction() as session:
        ready = [_ready(session, limit=2).id for _ in range(2)]

    def work() -> int:
        with transaction() as session:
            return route(session, NOW)

    assert all(isinstance(rings, int) for rings in at_once(*[work] * 6))
    work()  # what was passed by because another worked on it
    with transaction() as session:
        offered = select(Handoff.offered_to, func.count()).where(Handoff.offered_to.is_not(None))
        rings = dict(session.execute(offered.group_by(Handoff.offered_to)).all())
        assert rings == dict.fromkeys(ready, 2)
        first = session.scalars(select(Handoff.id).where(Handoff.offered_to.is_not(None)).order_by(Handoff.id))
        assert list(first) == handoffs[:4], "who came first"


@pytest.mark.usefixtures("database")
def test_everything_at_once_ends_without_a_deadlock() -> None:
    agents, handoffs = _staff(4, limit=5), _waiting(*[f"c{number}" for number in range(8)])
    for index, handoff in enumerate(handoffs):
        _take(handoff, agents[index % 4])

    def do(work: object) -> None:
        with transaction() as session:
            work(session)

    works = [
        *[partial(do, lambda s, one=agent: give_back(s, one.staff_id, NOW)) for agent in agents],
        *[partial(do, lambda s, one=agent: set_presence(s, one.staff_id, Presence.READY, NOW)) for agent in agents],
        *[partial(do, lambda s, one=n: end(s, f"c{one}", EndedBy.AGENT, NOW)) for n in range(4)],
        *[partial(do, lambda s: route(s, NOW)) for _ in range(4)],
    ]
    assert [each for each in at_once(*works) if each is not None] == []


# Refusing


def test_a_refusal_puts_it_back_at_its_old_place(session: Session, ask: Ask) -> None:
    agent = _ready(session, limit=1)
    first, second = ask("c1", NOW), ask("c2", NOW + SECOND)
    assert rings_at(session, first) == agent.number
    refuse(session, first.id, agent.id, "busy", NOW + SECOND)
    assert first.requested_at == NOW
    assert (rings_at(session, first), rings_at(session, second)) == (None, agent.number), "not again to who refused"
    colleague = _ready(session, limit=1)
    route(session, NOW + SECOND)
    assert rings_at(session, first) == colleague.number


def test_it_comes_back_when_nobody_else_is_there(session: Session, ask: Ask) -> None:
    agent = _ready(session)
    handoff = ask("c1", NOW)
    refuse(session, handoff.id, agent.id, None, NOW)
    assert rings_at(session, handoff) is None, "not at once"
    later = NOW + timedelta(seconds=60)
    sign_of_life(session, agent.id, later)
    route(session, later)
    assert rings_at(session, handoff) == agent.number


def test_a_refusal_that_comes_again_or_too_late_changes_nothing(session: Session, ask: Ask) -> None:
    agent, colleague = _ready(session), _away(session)
    handoff = ask("c1", NOW)
    refuse(session, handoff.id, colleague.id, None, NOW)
    assert rings_at(session, handoff) == agent.number, "it did not ring there"
    take(session, handoff.id, _signed(agent), NOW)
    refuse(session, handoff.id, agent.id, None, NOW)
    assert handoff.status == "picked"


def test_who_knows_the_customer_is_asked_first(session: Session, ask: Ask) -> None:
    known, _ = _ready(session), _ready(session)
    take(session, ask("c1", NOW).id, _signed(known), NOW)
    end(session, "c1", EndedBy.AGENT, NOW)
    take(session, ask("c2", NOW).id, _signed(known), NOW)
    again = ask("c1", NOW + timedelta(seconds=30))
    assert rings_at(session, again) == known.number, "busier, but knows"


def test_our_own_checks_ring_nowhere(session: Session, ask: Ask) -> None:
    _ready(session)
    assert rings_at(session, ask("c1", NOW, channel="audit")) is None


# Handing back


def test_handing_back(session: Session, ask: Ask) -> None:
    agent, handoff = _ready(session), ask("c1", NOW)
    take(session, handoff.id, _signed(agent), NOW)
    session.add(Message(conversation_id="c1", author="agent", text="办好了", staff=agent.number, created_at=NOW))
    session.flush()
    later = NOW + timedelta(minutes=4)
    assert end(session, "c1", EndedBy.AGENT, later, staff=agent.number, outcome="solved") == handoff.id
    assert (handoff.status, handoff.ended_at, handoff.ended_by) == ("closed", later, "agent")
    assert owner_of(session, "c1") == "bot"
    newest = session.scalar(select(func.max(Message.id)))
    assert session.get_one(Conversation, "c1", populate_existing=True).closed_by == newest, "a new Rasa session begins"
    assert end(session, "c1", EndedBy.AGENT, later) is None, "sent again"
    assert held_by(session, "c1") is None


def test_an_agent_hands_back_only_what_somebody_has(session: Session, ask: Ask) -> None:
    handoff = ask("c1", NOW)
    assert end(session, "c1", EndedBy.AGENT, NOW) is None
    assert end(session, "c1", EndedBy.SYSTEM, NOW) == handoff.id
    assert (handoff.status, handoff.ended_by) == ("withdrawn", "system")


def test_who_has_a_place_again_is_rung_at_once(session: Session, ask: Ask) -> None:
    agent = _ready(session, limit=1)
    first, second = ask("c1", NOW), ask("c2", NOW)
    take(session, first.id, _signed(agent), NOW)
    assert rings_at(session, second) is None
    end(session, "c1", EndedBy.AGENT, NOW)
    assert rings_at(session, second) == agent.number


# Handing on


def _talking(session: Session, ask: Ask) -> tuple[Staff, Handoff]:
    agent, handoff = _ready(session), ask("c1", NOW)
    take(session, handoff.id, _signed(agent), NOW)
    return agent, handoff


def test_to_a_queue(session: Session, ask: Ask) -> None:
    agent, handoff = _talking(session, ask)
    both = _ready(session, "network")
    transfer(session, "c1", agent.number, ToQueue("network"), NOW + SECOND)
    assert (handoff.queue, handoff.requested_at, owner_of(session, "c1")) == ("network", NOW, "queue")
    assert rings_at(session, handoff) == both.number
    assert steps(session, handoff)[-2:] == [("transferred", agent.number), ("offered", both.number)]
    assert noted(session)[-1] == (f"staff:{agent.number}", "transfer", "conversation:c1")
    take(session, handoff.id, _signed(both), NOW + 2 * SECOND)
    assert handoff.picked_at == NOW, "the wait ended with the first pick-up"


def test_not_back_to_who_handed_it_on(session: Session, ask: Ask) -> None:
    agent, handoff = _talking(session, ask)
    transfer(session, "c1", agent.number, ToQueue("service"), NOW)
    assert rings_at(session, handoff) is None


def test_to_an_agent_it_rings_and_then_goes_to_the_queue(session: Session, ask: Ask) -> None:
    agent, handoff = _talking(session, ask)
    asked, third = _ready(session, "network"), _ready(session)
    transfer(session, "c1", agent.number, ToStaff(asked.number), NOW)
    assert rings_at(session, handoff) == asked.number, "also without the skill of its queue"
    refuse(session, handoff.id, asked.id, "busy", NOW)
    assert rings_at(session, handoff) == third.number


TRANSFERS = [
    # to, error, reason
    (lambda session: ToQueue("nowhere"), InvalidInput, "to", "no such queue"),
    (lambda session: ToStaff("nobody"), InvalidInput, "to", "no such agent"),
    (
        lambda session: ToStaff(member(session, Role.TRAINER, presence=Presence.READY).number),
        InvalidInput,
        "to",
        "a trainer",
    ),
    (lambda session: ToStaff(_away(session).number), Conflict, "away", "takes no customers now"),
    (lambda session: ToStaff(_ready(session, limit=0).number), Conflict, "full", "no place"),
    (lambda session: ToStaff(_holder(session)), InvalidInput, "to", "to oneself"),
]


def _holder(session: Session) -> str:
    return session.scalars(select(Staff.number).join(Handoff, Handoff.staff_id == Staff.id)).one()


@pytest.mark.parametrize(("to", "error", "reason", "why"), TRANSFERS)
def test_where_nothing_can_be_handed_on_to(
    session: Session, ask: Ask, to: object, error: type[Exception], reason: str, why: str
) -> None:
    agent, handoff = _talking(session, ask)
    with pytest.raises(error) as refused:
        transfer(session, "c1", agent.number, to(session), NOW)
    assert refused.value.reason == reason, why
    assert (handoff.status, handoff.staff_id) == ("picked", agent.id)


def test_a_closed_queue_takes_nobody(session: Session, ask: Ask) -> None:
    sunday = china("2026-11-22 10:00")
    agent, handoff = _away(session), ask("c1", sunday)
    take(session, handoff.id, _signed(agent), sunday)
    with pytest.raises(Conflict) as refused:
        transfer(session, "c1", agent.number, ToQueue("privacy"), sunday)
    assert refused.value.reason == "closed"


def test_only_who_talks_hands_on(session: Session, ask: Ask) -> None:
    _, _ = _talking(session, ask)
    with pytest.raises(Conflict) as refused:
        transfer(session, "c1", _ready(session).number, ToQueue("network"), NOW)
    assert refused.value.reason == "not_yours"


def test_a_supervisor_gives_it_to_somebody_at_once(session: Session, ask: Ask) -> None:
    agent, handoff = _talking(session, ask)
    boss, full = _away(session, role=Role.SUPERVISOR), _ready(session, limit=0)
    for _ in range(2):
        reassign(session, "c1", boss.number, ToStaff(full.number), NOW)
        assert (handoff.status, handoff.staff_id, owner_of(session, "c1")) == ("picked", full.id, "agent")
    assert steps(session, handoff)[-2:] == [("transferred", boss.number), ("taken", full.number)]
    reassign(session, "c1", boss.number, ToQueue("billing"), NOW)
    assert (handoff.status, handoff.queue, owner_of(session, "c1")) == ("waiting", "billing", "queue")
    reassign(session, "c1", boss.number, ToStaff(agent.number), NOW)
    assert (handoff.status, handoff.staff_id) == ("picked", agent.id), "also one who waits"
    end(session, "c1", EndedBy.AGENT, NOW)
    with pytest.raises(Conflict) as refused:
        reassign(session, "c1", boss.number, ToStaff(agent.number), NOW)
    assert refused.value.reason == "gone"


# Gone


def _said(session: Session) -> list[str]:
    return list(session.scalars(select(Message.text).where(Message.author == "system").order_by(Message.id)))


def test_an_agent_who_is_gone_gives_back_to_the_old_place(session: Session, ask: Ask) -> None:
    agent, handoff = _talking(session, ask)
    other = ask("c2", NOW)
    assert rings_at(session, other) == agent.number
    later = NOW + timedelta(minutes=5)
    assert give_back(session, agent.id, later) == 1
    assert (handoff.status, handoff.requested_at, owner_of(session, "c1")) == ("waiting", NOW, "queue")
    assert steps(session, handoff)[-1] == ("returned", agent.number)
    assert rings_at(session, other) is None
    assert presence_of(session, agent.id, NOW) is Presence.AWAY
    assert _said(session)[-1] == say("agent_gone")
    [alarm] = open_alarms(session, Kind.AGENT_GONE)
    assert (alarm.subject, alarm.detail) == (f"staff:{agent.number}", {"conversations": 1})
    assert give_back(session, agent.id, later) == 0, "again: nothing more"
    assert len(_said(session)) == 1

    set_presence(session, agent.id, Presence.READY, later)
    assert rings_at(session, handoff) == agent.number, "back: knows the customer"
    assert open_alarms(session, Kind.AGENT_GONE) == []


def test_signing_out_gives_back(session: Session, ask: Ask) -> None:
    agent, handoff = _talking(session, ask)
    signed_out(session, agent.id, NOW)
    assert handoff.status == "waiting"


def test_away_keeps_the_customers_and_stops_the_rings(session: Session, ask: Ask) -> None:
    agent, handoff = _talking(session, ask)
    rings = ask("c2", NOW)
    set_presence(session, agent.id, Presence.AWAY, NOW)
    assert rings_at(session, rings) is None
    assert handoff.status == "picked"


def test_what_waits_rings_at_who_becomes_ready(session: Session, ask: Ask) -> None:
    first, second = ask("c1", NOW), ask("c2", NOW)
    agent = _away(session, limit=1)
    set_presence(session, agent.id, Presence.READY, NOW)
    assert (rings_at(session, first), rings_at(session, second)) == (agent.number, None)


def test_without_a_sign_of_life_nothing_rings(session: Session, ask: Ask) -> None:
    agent = _ready(session)
    later = NOW + GONE_AFTER
    assert rings_at(session, ask("c1", later)) is None
    assert presence_of(session, agent.id, later) is Presence.AWAY
    sign_of_life(session, agent.id, later)
    assert presence_of(session, agent.id, later) is Presence.READY


def test_a_life_alarms_supervisors_until_somebody_is_there(session: Session, ask: Ask) -> None:
    handoff = ask("c1", NOW, Reason.DISTRESS, trigger={"message": 7, "probability": 0.8})
    assert handoff.queue == "duty"
    recorded = {"policy": handoff_policy().version, "at_any_hour": True}
    assert handoff.trigger == {"message": 7, "probability": 0.8} | recorded
    [alarm] = open_alarms(session, Kind.URGENT)
    assert (alarm.subject, alarm.detail["reason"]) == (f"handoff:{handoff.id}", "distress")
    boss = _away(session, role=Role.SUPERVISOR)
    take(session, handoff.id, _signed(boss), NOW)
    assert open_alarms(session, Kind.URGENT) == []


def test_a_trigger_holds_no_words(session: Session, ask: Ask) -> None:
    with pytest.raises(ValueError, match="numbers and names of ours"):
        ask("c1", NOW, trigger={"said": "我要投诉"})
