"""Taking what waits for a customer, and noting what became of it: short transactions, nothing asked of the network.

Who sends to a customer has a lease on the contact, with a fence that grows: of two at once one finds nothing to do, and
somebody killed loses the customer to the next when the lease is over.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from care.answers.rules import Way
from care.conversations.tables import Conversation, Message
from care.crypto import blind_index
from care.settings import settings
from care.wechat import reminding
from care.wechat.plan import Look, Plan, Sending, plan
from care.wechat.rules import (
    ALLOWED,
    KF,
    MOMENT,
    PASSIVE_FOR,
    Window,
    allowance,
    is_important,
    more_comes,
    wait_after,
)
from care.wechat.states import may_send
from care.wechat.tables import Contact
from care.wechat.waiting import Waiting, has_new, note_sent, part_of, set_delivery, show_desk_ids, waiting

#: of who sends, anew with each sending; more than any call of a platform takes
LEASE = timedelta(seconds=30)

_MSGID = re.compile(r"m([0-9]{1,18})_([0-9]{1,9})_[0-9a-f]{8}")


@dataclass(frozen=True)
class Serving:
    """What this installation sends by."""

    channels: frozenset[str]
    #: the account may send customer-service messages
    pushes_official: bool

    def pushes(self, channel: str) -> bool:
        return channel == KF or self.pushes_official


@dataclass(frozen=True)
class Job:
    """What one process sends to one customer now."""

    conversation_id: str
    channel: str
    #: app id or open_kfid
    account: str
    openid: str = field(repr=False)
    fence: int
    #: of the window that the plan was made for
    opened_at: datetime | None
    plan: Plan
    #: ids of what is held from now on
    holds: list[int]
    #: something of that must not be missed
    holds_important: bool
    #: a template message says so
    by_template: bool


def look() -> Look:
    return Look(settings().public_url, settings().wechat_menu == "msgmenu")


def take(
    session: Session, conversation_id: str, serving: Serving, now: datetime, mine: int | None = None
) -> Job | None:
    """What is to be done for this customer now, theirs who asks until `LEASE` is over; None: nothing, not yet, or
    another process does it. `mine`: the fence of who is at it already; nothing more to do ends that."""
    row = session.execute(
        select(Contact, Conversation.channel)
        .join(Conversation, Conversation.id == Contact.conversation_id)
        .where(Contact.conversation_id == conversation_id)
        # Who has them looks once more before they are given back, and waits for whoever looks just now.
        .with_for_update(of=Contact, skip_locked=mine is None)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or row.channel not in serving.channels:
        return None
    contact, channel = row.Contact, row.channel
    if contact.fence != mine and contact.leased_until is not None and contact.leased_until > now:
        return None
    left = _left(contact, channel, serving, now)
    found = _found(session, contact, channel, serving, now)
    if found is None or (left and _should_wait(session, contact, found, now)):
        if contact.fence == mine:
            contact.leased_until = None
        return None
    found = _same_again(contact, found)
    planned = plan(found.bubbles, left, look(), part_of(contact))
    holds = [id_ for id_ in planned.held if id_ not in found.held]
    important = any(bubble.is_important for bubble in found.bubbles if bubble.id in holds)
    if contact.fence != mine:
        contact.fence += 1
    contact.leased_until = now + LEASE
    return Job(
        conversation_id=conversation_id,
        channel=channel,
        account=contact.account,
        openid=contact.openid,
        fence=contact.fence,
        opened_at=contact.opened_at,
        plan=planned,
        holds=holds,
        holds_important=important,
        by_template=important and reminding.should_tell(contact, channel) and reminding.by_template(contact, channel),
    )


def _found(session: Session, contact: Contact, channel: str, serving: Serving, now: datetime) -> Waiting | None:
    if contact.next_attempt_at is not None and contact.next_attempt_at > now:
        return None
    found = waiting(session, contact.conversation_id, pictures=serving.pushes(channel))
    if not found.has_new:
        contact.sending_to = None
        return None
    if not serving.pushes(channel):
        newest = max(bubble.created_at or now for bubble in found.bubbles)
        if now < newest + PASSIVE_FOR:
            contact.next_attempt_at = newest + PASSIVE_FOR
            return None
    return found


def _should_wait(session: Session, contact: Contact, found: Waiting, now: datetime) -> bool:
    if not contact.sent:
        return False
    said = [bubble.created_at or now for bubble in found.bubbles if bubble.id not in found.held]
    urgent = any(bubble.is_important for bubble in found.bubbles)
    owed = select(Message.id).where(Message.conversation_id == contact.conversation_id, Message.status == "pending")
    owes = not urgent and session.scalar(owed.limit(1)) is not None
    if not more_comes(min(said), max(said), contact.sent, now, is_urgent=urgent, owes_answers=owes):
        return False
    contact.next_attempt_at = now + MOMENT
    return True


def _same_again(contact: Contact, found: Waiting) -> Waiting:
    """What was begun and not noted is tried again as it was: the platform may have taken it, and would take it a second
    time if something were added (微信客服 knows it by its msgid)."""
    before = [bubble for bubble in found.bubbles if contact.sending_to is not None and bubble.id <= contact.sending_to]
    if any(bubble.id not in found.held for bubble in before):
        return Waiting(before, found.held)
    contact.sending_to = found.bubbles[-1].id
    return found


def _left(contact: Contact, channel: str, serving: Serving, now: datetime) -> int:
    if contact.gone_at is not None or not serving.pushes(channel):
        return 0
    if channel == KF and not may_send(contact.service_state):
        return 0
    return allowance(contact.opened_by, contact.opened_at, contact.sent, now)


def went(session: Session, job: Job, sending: Sending, now: datetime) -> bool:
    """The platform took it. False: nothing is left to be done, or another process has the customer meanwhile."""
    contact = _locked(session, job)
    if contact is None:
        return False
    contact.sent += 1
    contact.attempts, contact.next_attempt_at = 0, None
    note_sent(session, contact, sending, now, Way.PUSHED)
    is_last = sending is job.plan.sendings[-1] and not job.holds and contact.fence == job.fence
    if is_last and not has_new(session, job.conversation_id):
        contact.leased_until = contact.sending_to = None
        return False
    return _goes_on(contact, job, now)


def refused_for_good(session: Session, job: Job, sending: Sending, now: datetime) -> bool:
    """The platform will never take it; what else waits goes on. False: another process has the customer meanwhile."""
    contact = _locked(session, job)
    if contact is None:
        return False
    ids = [bubble.id for bubble in sending.bubbles]
    if contact.part_of in ids:
        contact.part_of, contact.part_to = None, 0
    show_desk_ids(session, job.conversation_id, set_delivery(session, job.conversation_id, ids, "given_up", now))
    return _goes_on(contact, job, now)


def spent(session: Session, job: Job, now: datetime) -> bool:
    """The platform counts otherwise than we do: nothing more until the customer does something. As `went`."""
    contact = _locked(session, job)
    if contact is None:
        return False
    if contact.opened_by is not None and contact.opened_at == job.opened_at:
        contact.sent = ALLOWED[Window(contact.opened_by)][0]
    return _goes_on(contact, job, now)


def gone(session: Session, job: Job, now: datetime) -> bool:
    """They do not follow any more, or want no messages. As `went`."""
    contact = _locked(session, job)
    if contact is None:
        return False
    if contact.opened_at == job.opened_at:
        contact.gone_at = now
    return _goes_on(contact, job, now)


def later(session: Session, job: Job, now: datetime, not_before: datetime | None = None) -> None:
    """It did not work and may later: the same again, and nothing overtakes it."""
    contact = _locked(session, job)
    if contact is None or contact.fence != job.fence:
        return
    if not_before is None:
        contact.attempts += 1
    wait = wait_after(max(contact.attempts, 1))
    contact.next_attempt_at = max(not_before or now, now + wait)
    contact.leased_until = None


def give_back(session: Session, job: Job) -> None:
    """Somebody else goes on: this process ends."""
    contact = _locked(session, job)
    if contact is not None and contact.fence == job.fence:
        contact.leased_until = None


def hold(session: Session, job: Job, now: datetime, *, is_told: bool) -> bool:
    """What did not fit waits until the customer writes again, and they are told so where it must not be missed.

    `is_told`: by a template message. As `went`.
    """
    contact = _locked(session, job)
    if contact is None:
        return False
    if is_told:
        contact.told_at = now
    if contact.opened_at == job.opened_at:
        held = set_delivery(session, job.conversation_id, job.holds, "held", now)
        show_desk_ids(session, job.conversation_id, held)
        if held and job.holds_important and reminding.should_tell(contact, job.channel):
            reminding.tell_by_sms(session, contact, now)
    return _goes_on(contact, job, now)


def failed_later(session: Session, conversation_id: str, msgid: str, is_held: bool, now: datetime) -> int:
    """微信客服 tells that what it had taken did not reach the customer (msg_send_fail). `is_held`: it may, once they
    write again. How many messages that concerns; 0: none of ours."""
    found = _MSGID.fullmatch(msgid)
    contact = session.get(Contact, conversation_id, with_for_update=True, populate_existing=True)
    if found is None or contact is None:
        return 0
    last = int(found[1])
    rows = session.execute(
        update(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.id.between(last - int(found[2]), last),
            Message.delivery == "sent",
        )
        .values(delivery="held" if is_held else "given_up", delivered_at=None)
        .returning(Message.id, Message.author, Message.in_reply_to, Message.buttons)
        .execution_options(synchronize_session=False)
    ).all()
    show_desk_ids(session, conversation_id, [row.id for row in rows])
    important = any(_is_important(row.author, row.in_reply_to, row.buttons) for row in rows)
    if important and reminding.should_tell(contact, KF):
        reminding.tell_by_sms(session, contact, now)
    return len(rows)


def msgid(job: Job, sending: Sending) -> str:
    """Of a sending of 微信客服: the same when it is tried again, another for everything else, of any installation."""
    first, last = sending.bubbles[0], sending.bubbles[-1]
    kind = "picture" if sending.picture else "menu" if sending.menu else "text"
    end = sending.part.to if sending.part is not None else 0
    what = (job.conversation_id, first.id, last.id, last.created_at, kind, end)
    digest = blind_index("\x00".join(str(each) for each in what), "wechat_contacts.msgid")[:4].hex()
    return f"m{last.id}_{last.id - first.id}_{digest}"


def _is_important(author: str, in_reply_to: int | None, buttons: Collection[dict[str, str]] | None) -> bool:
    payloads = [str(each["payload"]) for each in buttons or []]
    return is_important(author, is_answer=in_reply_to is not None, payloads=payloads)


def _locked(session: Session, job: Job) -> Contact | None:
    return session.get(Contact, job.conversation_id, with_for_update=True, populate_existing=True)


def _goes_on(contact: Contact, job: Job, now: datetime) -> bool:
    if contact.fence != job.fence:
        return False
    contact.leased_until = now + LEASE
    return True
