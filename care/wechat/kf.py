"""What happened with a customer of 微信客服, one thing after the other, and what becomes of it in their conversation.

Everything may be told again, by the platform or after a crash: messages are stored once by their id, events are noted
in the transaction of what they do. The platform is asked between transactions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.conversations.rules import Inbound
from care.conversations.service import exists, set_status
from care.conversations.tables import Message
from care.conversations.telling import id_of, tell
from care.db import utcnow
from care.handoff import outside
from care.logs import get_logger
from care.turns.runner import Runner
from care.wechat.api import KfApi
from care.wechat.arriving import Arrived, Kind, inbound, picture
from care.wechat.errors import WeChatError
from care.wechat.items import Item, Origin
from care.wechat.outbox import failed_later
from care.wechat.rules import KF
from care.wechat.service import Sender, arrive
from care.wechat.states import AFTER_CHANGE, HELD_AFTER, REFUSED, State, is_settled, may_send, serves_outside
from care.wechat.tables import Contact, Event, Media
from care.wechat.tokens import Database, in_database
from care.wording import say

#: The code of an event allows one message for so long (https://developer.work.weixin.qq.com/document/path/95122).
CODE_GOOD: Final = timedelta(seconds=20)

_CHANGE: Final = "session_status_change"

_log = get_logger("care.wechat")


class Customers:
    """One a process."""

    def __init__(
        self, runner: Runner, api: KfApi, database: Database = in_database, clock: Callable[[], datetime] = utcnow
    ) -> None:
        self._runner, self._api, self._database, self._clock = runner, api, database, clock

    async def handle(self, item: Item, after: Sequence[Item] = ()) -> None:
        """`after`: what is known of the same customer since.

        Raises Unavailable when the database does not answer; InvalidInput, Conflict for what cannot be used.
        """
        if item.origin is Origin.CUSTOMER:
            await self._said(item, any(each.origin is Origin.PERSON or each.kind == _CHANGE for each in after))
        elif item.origin is Origin.PERSON:
            await self._database(lambda session: _note_person(session, item, self._clock()))
        elif item.kind == "enter_session":
            await self._entered(item)
        elif item.kind == _CHANGE:
            await self._changed(item)
        elif item.kind == "msg_send_fail":
            await self._database(lambda session: _note_failure(session, item, self._clock()))
        elif item.kind == "user_recall_msg":
            await self._database(lambda session: _note_recall(session, item, self._clock()))

    async def _said(self, item: Item, tells_who_serves: bool) -> None:
        """`tells_who_serves`: what came since. Read late, it was said to who served then, and not to who does now."""
        sender = _sender(item)
        known, state = await self._database(lambda session: _standing(session, sender, item))
        if known:
            return
        if not is_settled(state) and not (tells_who_serves and serves_outside(state)):
            state = await self._serve(sender.account, sender.openid, state)

        def keep_picture(session: Session) -> None:
            now = self._clock()
            picture(session, sender, _own_id(item.id), item.text("media_id"), now)
            note_state(session, sender.conversation_id, state, now, written_at=item.at)

        def store(session: Session) -> Inbound:
            now = self._clock()
            read = inbound(session, sender, _arrived(item), now)
            note_state(session, sender.conversation_id, state, now, written_at=item.at)
            return read

        if item.kind == "image" and item.text("media_id"):
            await self._database(keep_picture)
        else:
            await self._runner.accept_for_later(store)

    async def _serve(self, account: str, user: str, known: int | None) -> int | None:
        """Who serves the customer now, with a new session made the bot's. The platform does not answer: as far as is
        known."""
        try:
            state, _ = await self._api.state(account, user)
            if state == State.NEW:
                await self._api.set_state(account, user, State.ASSISTANT)
                state = State.ASSISTANT
            return state
        except WeChatError as error:
            _log.warning("kf_state_unknown", trouble=error.trouble, code=error.code)
            return known

    async def _entered(self, item: Item) -> None:
        code = item.text("welcome_code")
        if code and await self._is_first(item):
            await self._say_once(item, code, "wechat_welcome")

    async def _changed(self, item: Item) -> None:
        """People in WeCom took, handed on or ended a session."""
        state = AFTER_CHANGE.get(item.number("change_type") or 0)
        if state is None:
            return

        def note(session: Session) -> bool:
            if not first_time(session, item, self._clock()):
                return False
            sender, now = _sender(item), self._clock()
            arrive(session, sender, None, now)
            return note_state(session, sender.conversation_id, state, now)

        is_given_back = await self._database(note) and state is State.ENDED
        code = item.text("msg_code")
        if code and is_given_back:
            await self._say_once(item, code, "handed_back")

    async def _is_first(self, item: Item) -> bool:
        """Whoever notes it says it; killed before that, nobody does: the code is over by then."""
        if self._clock() - item.at >= CODE_GOOD:
            return False
        return await self._database(lambda session: first_time(session, item, self._clock()))

    async def _say_once(self, item: Item, code: str, key: str) -> None:
        """The one message that an event allows, and its place in the history where there is one."""
        if self._clock() - item.at >= CODE_GOOD:
            return
        try:
            await self._api.send_on_event(code, say(key), f"e{item.digest}")
        except WeChatError as error:
            _log.warning("kf_event_unanswered", kind=item.kind, trouble=error.trouble, code=error.code)
            return
        await self._database(lambda session: _note_told(session, item, key, self._clock()))


async def read_state_anew(
    api: KfApi, conversation_id: str, database: Database = in_database, clock: Callable[[], datetime] = utcnow
) -> bool:
    """The platform did not take a message because of the session's state: note who serves. May we send now?

    Raises WeChatError.
    """
    found = await database(
        lambda session: session.execute(
            select(Contact.account, Contact.openid).where(Contact.conversation_id == conversation_id)
        ).one_or_none()
    )
    if found is None:
        return False
    state, _ = await api.state(found.account, found.openid)
    await database(lambda session: note_state(session, conversation_id, state, clock()))
    return may_send(state)


def note_state(
    session: Session, conversation_id: str, state: int | None, now: datetime, *, written_at: datetime | None = None
) -> bool:
    """Who serves the customer from now on; True when that changed whose the conversation is. `written_at`: when they
    wrote what has opened the window just now; the platform counts from then."""
    contact = session.get_one(Contact, conversation_id, with_for_update=True, populate_existing=True)
    contact.service_state = state
    if written_at is not None and contact.opened_at == now:
        contact.opened_at = min(now, written_at)
    session.flush()
    if serves_outside(state):
        return outside.take(session, conversation_id, now)
    return state is not None and outside.give_back(session, conversation_id, now)


def first_time(session: Session, item: Item, now: datetime) -> bool:
    """Notes an event; False: it was noted before."""
    row = insert(Event).values(id=f"kf-{item.digest}", at=now).on_conflict_do_nothing().returning(Event.id)
    return session.scalar(row) is not None


def _sender(item: Item) -> Sender:
    return Sender(KF, item.account, item.user)


def _own_id(message_id: str) -> str:
    return f"kf-{message_id}"


def _standing(session: Session, sender: Sender, item: Item) -> tuple[bool, int | None]:
    """Is the message stored, and who served them last?"""
    known = id_of(session, sender.conversation_id, _own_id(item.id)) is not None
    contact = Contact.conversation_id == sender.conversation_id
    return known, session.scalar(select(Contact.service_state).where(contact))


def _arrived(item: Item) -> Arrived:
    own_id, words = _own_id(item.id), partial(item.text, most=12_000)
    if item.kind == "text":
        return Arrived(own_id, Kind.TEXT, words("content"), item.text("menu_id") or None)
    if item.kind == "location":
        named = dict.fromkeys((words("address"), words("name")))
        return Arrived(own_id, Kind.LOCATION, " ".join(filter(None, named)))
    if item.kind == "link":
        return Arrived(own_id, Kind.LINK, "\n".join(filter(None, map(words, ("title", "desc", "url")))))
    return Arrived(own_id, Kind.VOICE if item.kind == "voice" else Kind.OTHER)


def _note_person(session: Session, item: Item, now: datetime) -> None:
    """What somebody wrote who serves in WeCom."""
    sender = _sender(item)
    arrive(session, sender, None, now)
    words = item.text("content", 4096) if item.kind == "text" else ""
    if outside.note_said(session, sender.conversation_id, item.id, words or say("wechat_kf_shown_there"), now):
        note_state(session, sender.conversation_id, State.PERSON, now)


def _note_failure(session: Session, item: Item, now: datetime) -> None:
    """Messages that the platform had taken did not reach them."""
    if not first_time(session, item, now):
        return
    conversation_id, why = _sender(item).conversation_id, item.number("fail_type")
    if failed_later(session, conversation_id, item.text("fail_msgid"), why in HELD_AFTER, now):
        _log.warning("kf_undelivered", fail_type=why)
    if why == REFUSED:
        session.execute(update(Contact).where(Contact.conversation_id == conversation_id).values(gone_at=now))


def _note_recall(session: Session, item: Item, now: datetime) -> None:
    """They took a message back: what was not answered yet is not, a picture that was not fetched yet is not. What we
    have read stays, as it was said."""
    sender, own_id = _sender(item), _own_id(item.text("recall_msgid", 100))
    session.execute(
        delete(Media).where(
            Media.conversation_id == sender.conversation_id,
            Media.channel_message_id == own_id,
            Media.status == "waiting",
        )
    )
    waits = select(Message.id).where(
        Message.conversation_id == sender.conversation_id,
        Message.channel_message_id == own_id,
        Message.status == "pending",
    )
    for message_id in session.scalars(waits):
        set_status(session, message_id, "answered", now)


def _note_told(session: Session, item: Item, key: str, now: datetime) -> None:
    """Where they never wrote there is no conversation, and none is begun."""
    conversation_id = _sender(item).conversation_id
    if exists(session, conversation_id):
        told = tell(session, conversation_id, f"utter_{key}", now, buttons=[], once=f"kf:{item.digest}")
        session.execute(update(Message).where(Message.id == told).values(delivery="sent", delivered_at=now))
