"""Who talks with the customer: taken, refused, handed on, handed back, given back when an agent is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.alarms.rules import Kind
from care.alarms.service import raise_alarm
from care.audit.service import note
from care.conversations.service import close_matter, set_owner
from care.conversations.tables import Message
from care.conversations.telling import tell
from care.errors import Conflict, InvalidInput, NotAllowed
from care.handoff.choosing import served_from
from care.handoff.policy import handoff_policy
from care.handoff.routing import is_there, loads_of, ring, route, skill_of
from care.handoff.rules import EndedBy, Status, Step
from care.handoff.service import finish, settle, warn
from care.handoff.steps import lock_conversation, locked, note_step, open_handoff
from care.handoff.tables import Handoff
from care.staff.announcing import tell_desk
from care.staff.rules import MAY, Permission, Presence, Role
from care.staff.service import staff_by_number
from care.staff.tables import Staff, StaffPresence


class Agent(Protocol):
    """Somebody who is signed in: care.staff.sessions.Signed."""

    @property
    def staff_id(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def role(self) -> Role: ...


@dataclass(frozen=True)
class ToQueue:
    #: under `queues` of the policy file
    name: str


@dataclass(frozen=True)
class ToStaff:
    number: str


def take(session: Session, handoff_id: int, staff: Agent, now: datetime) -> str:
    """The conversation's id; taken again by the same agent, the same. Whoever has its skill may, also where it rings at
    another; supervisors may always.

    Raises Conflict (reasons `taken`, `gone`, `full`), NotAllowed (reason `skill`).
    """
    handoff = locked(session, handoff_id)
    if handoff is None or handoff.status in (Status.CLOSED, Status.WITHDRAWN):
        raise Conflict("gone", "this customer does not wait any more")
    if handoff.status == Status.PICKED:
        if handoff.staff_id != staff.staff_id:
            raise Conflict("taken", "somebody else talks with this customer")
        return handoff.conversation_id
    working = session.get_one(Staff, staff.staff_id)
    skill = skill_of(handoff_policy(), handoff.queue)
    if not (staff.role is Role.SUPERVISOR or handoff.offered_to == staff.staff_id or skill in working.skills):
        raise NotAllowed("skill", f"this queue needs the skill {skill}")
    _lock_agent(session, staff.staff_id, now)
    if _talks_with(session, staff.staff_id) >= working.load_limit:
        raise Conflict("full", "hand one back first: you talk with as many customers as your limit allows")
    _give_to(session, handoff, staff.staff_id, staff.number, now)
    _stop_rings_without_room(session, working, now)
    note(session, f"staff:{staff.number}", "take", f"conversation:{handoff.conversation_id}")
    return handoff.conversation_id


def _lock_agent(session: Session, staff_id: int, now: datetime) -> None:
    """Until the transaction ends nobody else gives this agent anything. Who does something is there."""
    row = insert(StaffPresence).values(staff_id=staff_id, state=Presence.AWAY, since=now, seen_at=now)
    session.execute(row.on_conflict_do_update(index_elements=[StaffPresence.staff_id], set_={"seen_at": now}))


def _talks_with(session: Session, staff_id: int) -> int:
    held = select(func.count()).where(Handoff.status == Status.PICKED, Handoff.staff_id == staff_id)
    return session.scalars(held).one()


def _give_to(session: Session, handoff: Handoff, staff_id: int, number: str, now: datetime) -> None:
    rang_at = handoff.offered_to
    handoff.status, handoff.changed_at = Status.PICKED, now
    handoff.staff_id = staff_id
    handoff.picked_at = handoff.picked_at or now
    handoff.offered_to = handoff.offered_until = None
    note_step(session, handoff.id, Step.TAKEN, now, number, queue=handoff.queue)
    settle(session, handoff, now)
    set_owner(session, handoff.conversation_id, "agent")
    tell_desk(session, "queue")
    tell_desk(session, f"staff:{number}")
    if rang_at not in (None, staff_id):
        _tell_staff(session, rang_at)


def _tell_staff(session: Session, staff_id: int | None) -> None:
    number = session.scalar(select(Staff.number).where(Staff.id == staff_id))
    if number is not None:
        tell_desk(session, f"staff:{number}")


def _stop_rings_without_room(session: Session, working: Staff, now: datetime) -> None:
    """What rang at the last place that is taken now goes to others."""
    if loads_of(session, [working.id]).get(working.id, 0) <= working.load_limit:
        return
    if stop_rings(session, working.id):
        route(session, now)


def stop_rings(session: Session, staff_id: int) -> int:
    """Nothing rings at this agent any more; how many rang. What another transaction works on is left to it."""
    ringing = session.scalars(
        select(Handoff)
        .where(Handoff.status == Status.WAITING, Handoff.offered_to == staff_id)
        .with_for_update(skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    for handoff in ringing:
        handoff.offered_to = handoff.offered_until = None
    session.flush()
    if ringing:
        tell_desk(session, "queue")
    return len(ringing)


def refuse(session: Session, handoff_id: int, staff_id: int, why: str | None, now: datetime) -> None:
    """What rings at this agent goes back to its old place; what does not ring there (any more) stays as it is.

    `why`: `busy`, `skill`, `conflict` or nothing.
    """
    decline(session, handoff_id, staff_id, Step.REFUSED, now, why=why)


def decline(
    session: Session, handoff_id: int, staff_id: int, step: Step, now: datetime, why: str | None = None
) -> bool:
    """Refused or unanswered; False: it does not ring there."""
    handoff = locked(session, handoff_id)
    if handoff is None or handoff.status != Status.WAITING or handoff.offered_to != staff_id:
        return False
    number = session.get_one(Staff, staff_id).number
    handoff.offered_to = handoff.offered_until = None
    note_step(session, handoff.id, step, now, number, **({"why": why} if why else {}))
    tell_desk(session, "queue")
    tell_desk(session, f"staff:{number}")
    route(session, now)
    return True


def end(
    session: Session,
    conversation_id: str,
    by: EndedBy,
    now: datetime,
    *,
    staff: str | None = None,
    outcome: str | None = None,
) -> int | None:
    """The hand-off's id; None: there was none, or (by an agent) nobody talked with the customer.

    The bot has the conversation again; after a talk with a person a new Rasa session begins. `outcome`: the agent's
    word for how it ended, kept with the step.
    """
    lock_conversation(session, conversation_id)
    handoff = open_handoff(session, conversation_id)
    if handoff is None or (by is EndedBy.AGENT and handoff.status != Status.PICKED):
        return None
    was_picked = handoff.status == Status.PICKED
    detail = {"outcome": outcome} if outcome else {}
    finish(session, handoff, Status.CLOSED if was_picked else Status.WITHDRAWN, by, now, staff, **detail)
    if was_picked:
        newest = session.scalar(select(func.max(Message.id)).where(Message.conversation_id == conversation_id))
        if newest is not None:
            close_matter(session, conversation_id, newest)
        _tell_staff(session, handoff.staff_id)
        route(session, now)
    return handoff.id


def held_by(session: Session, conversation_id: str) -> Handoff | None:
    """The hand-off that somebody has picked up, locked; `staff_id` is who. None: nobody talks with this customer."""
    lock_conversation(session, conversation_id)
    handoff = open_handoff(session, conversation_id)
    return handoff if handoff is not None and handoff.status == Status.PICKED else None


def transfer(session: Session, conversation_id: str, staff: str, to: ToQueue | ToStaff, now: datetime) -> None:
    """By whoever talks with the customer. To an agent: it rings there, and if nobody answers it goes to the queue.

    Raises Conflict (reasons `not_yours`, `closed`, `away`, `full`), InvalidInput (reason `to`).
    """
    handoff = held_by(session, conversation_id)
    giver = staff_by_number(session, staff)
    if handoff is None or giver is None or handoff.staff_id != giver.id:
        raise Conflict("not_yours", "you do not talk with this customer (any more)")
    receiver = _receiver(session, to.number, now, giver) if isinstance(to, ToStaff) else None
    _wait_again(session, handoff, Step.TRANSFERRED, now, staff, to)
    if receiver is not None:
        _lock_agent_of(session, receiver)
        ring(session, handoff, receiver.id, receiver.number, now)
    note(session, f"staff:{staff}", "transfer", f"conversation:{conversation_id}", detail={"to": _words(to)})
    route(session, now)


def reassign(session: Session, conversation_id: str, staff: str, to: ToQueue | ToStaff, now: datetime) -> None:
    """By a supervisor, at once, whether it waits or somebody talks: whoever it is given to talks with the customer from
    now on, load limit or not.

    Raises Conflict (reasons `gone`, `closed`, `away`), InvalidInput (reason `to`).
    """
    lock_conversation(session, conversation_id)
    handoff = open_handoff(session, conversation_id)
    if handoff is None:
        raise Conflict("gone", "this customer neither waits nor talks with anybody")
    held = handoff.staff_id if handoff.status == Status.PICKED else handoff.offered_to
    if isinstance(to, ToQueue):
        _wait_again(session, handoff, Step.TRANSFERRED, now, staff, to)
        route(session, now)
    else:
        receiver = _receiver(session, to.number, now)
        if handoff.status == Status.PICKED and handoff.staff_id == receiver.id:
            return
        note_step(session, handoff.id, Step.TRANSFERRED, now, staff, to=_words(to))
        _lock_agent_of(session, receiver)
        _give_to(session, handoff, receiver.id, receiver.number, now)
    _tell_staff(session, held)
    note(session, f"staff:{staff}", "reassign", f"conversation:{conversation_id}", detail={"to": _words(to)})


def _words(to: ToQueue | ToStaff) -> str:
    return f"queue:{to.name}" if isinstance(to, ToQueue) else f"staff:{to.number}"


def _receiver(session: Session, number: str, now: datetime, giver: Staff | None = None) -> Staff:
    """With `giver`, who asks; it needs room then."""
    found = staff_by_number(session, number)
    is_staff = found is not None and found.left_at is None and Role(found.role) in MAY[Permission.TALK]
    if found is None or not is_staff or (giver is not None and found.id == giver.id):
        raise InvalidInput("to", "nobody with this number takes customers, or it is yourself")
    ready = session.scalar(
        select(StaffPresence.staff_id).where(
            StaffPresence.staff_id == found.id, StaffPresence.state == Presence.READY, is_there(now)
        )
    )
    if ready is None:
        raise Conflict("away", "this colleague takes no customers now")
    if giver is not None and loads_of(session, [found.id]).get(found.id, 0) >= found.load_limit:
        raise Conflict("full", "this colleague talks with as many customers as their limit allows")
    return found


def _lock_agent_of(session: Session, receiver: Staff) -> None:
    session.execute(
        select(StaffPresence.staff_id).where(StaffPresence.staff_id == receiver.id).with_for_update(key_share=True)
    ).all()


def _wait_again(
    session: Session, handoff: Handoff, step: Step, now: datetime, staff: str, to: ToQueue | ToStaff | None = None
) -> None:
    """Back into the queue (of `to`), at the old place. Raises Conflict (`closed`), InvalidInput (`to`)."""
    policy = handoff_policy()
    if isinstance(to, ToQueue):
        if to.name not in policy.queues:
            raise InvalidInput("to", "there is no such queue")
        if not policy.queues[to.name].hours.is_open(now):
            raise Conflict("closed", "this queue is closed now")
        handoff.queue = to.name
    held = handoff.staff_id if handoff.status == Status.PICKED else handoff.offered_to
    handoff.status, handoff.changed_at = Status.WAITING, now
    handoff.offered_to = handoff.offered_until = None
    if handoff.picked_at is None:
        handoff.served_from = min(handoff.served_from, served_from(policy, handoff.queue, now))
    detail = {} if to is None else {"to": _words(to)}
    note_step(session, handoff.id, step, now, staff, queue=handoff.queue, **detail)
    warn(session, handoff, now)
    set_owner(session, handoff.conversation_id, "queue")
    tell_desk(session, "queue")
    _tell_staff(session, held)


def give_back(session: Session, staff_id: int, now: datetime) -> int:
    """An agent is gone: all their conversations wait again at their old place, their customers are told, supervisors
    alarmed; nothing rings there any more. How many conversations those were."""
    number = session.get_one(Staff, staff_id).number
    held = (Handoff.status == Status.PICKED, Handoff.staff_id == staff_id)
    returned = 0
    for conversation_id in session.scalars(select(Handoff.conversation_id).where(*held).order_by("conversation_id")):
        handoff = held_by(session, conversation_id)
        if handoff is None or handoff.staff_id != staff_id:
            continue
        _wait_again(session, handoff, Step.RETURNED, now, number)
        tell(session, conversation_id, "utter_agent_gone", now)
        returned += 1
    session.flush()
    leave(session, staff_id, now)
    stop_rings(session, staff_id)
    if returned:
        raise_alarm(session, Kind.AGENT_GONE, f"staff:{number}", now, {"conversations": returned})
        tell_desk(session, "alarm")
    tell_desk(session, f"staff:{number}")
    route(session, now)
    return returned


def leave(session: Session, staff_id: int, now: datetime) -> None:
    """Takes no customers from now on; the sign of life stays as it was, and who never chose anything is away anyway."""
    session.execute(
        update(StaffPresence)
        .where(StaffPresence.staff_id == staff_id, StaffPresence.state != Presence.AWAY)
        .values(state=Presence.AWAY, since=now)
        .execution_options(synchronize_session=False)
    )
