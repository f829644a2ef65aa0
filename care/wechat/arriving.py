"""What a customer in WeChat sent, as a message of ours: which conversation, which words, and what it opens.

Everything here runs in the transaction that stores the message, and does nothing for one that is there already: the
platforms send each message up to three times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.accounts.proofs import forget_user
from care.conversations.rules import Inbound, clean_text
from care.conversations.statements import STORED_MESSAGE
from care.conversations.tables import Message
from care.conversations.telling import tell
from care.wechat.choices import payload_in, payload_of_menu
from care.wechat.media import expect
from care.wechat.rules import Window
from care.wechat.service import Sender, admit, arrive, meet
from care.wechat.tables import Contact, Event, Media
from care.wording import say


class Kind(StrEnum):
    """What was sent."""

    TEXT = "text"
    VOICE = "voice"
    LOCATION = "location"
    LINK = "link"
    #: a video, a file, a card, …
    OTHER = "other"


@dataclass(frozen=True)
class Arrived:
    """A message of a customer, from whichever of the platforms."""

    #: the same for every try
    id: str
    kind: Kind
    #: of a voice: what was recognised; of a place: its name; of a link: title, description and address
    text: str = ""
    #: of a choice in a msgmenu: the id that we gave it
    menu_id: str | None = None


def inbound(session: Session, sender: Sender, arrived: Arrived, now: datetime) -> Inbound:
    """The message to store. For `Runner.accept_for_later`, in its transaction.

    What has no words (a video, a voice that nobody recognised) is answered by ourselves, in `Inbound.answer`.
    """
    conversation_id = sender.conversation_id
    contact = meet(session, sender, now)
    stored = _stored(session, conversation_id, arrived.id)  # looked for under the lock: two tries may come at once
    if stored is not None:
        return Inbound(sender.channel, arrived.id, stored, conversation_id)
    admit(session, sender, contact, Window.MESSAGE, now)
    text = clean_text(arrived.text)
    if arrived.kind is Kind.OTHER or (arrived.kind is Kind.VOICE and not text):
        key = "wechat_voice_unheard" if arrived.kind is Kind.VOICE else "wechat_not_supported"
        return Inbound(sender.channel, arrived.id, say(f"wechat_sent_{arrived.kind}"), conversation_id, answer=key)
    payload = _payload(session, contact, arrived, text)
    return Inbound(sender.channel, arrived.id, payload or _words(arrived.kind, text), conversation_id)


def picture(session: Session, sender: Sender, message_id: str, media_id: str, now: datetime) -> None:
    """A picture that the worker fetches and keeps as evidence (`care.wechat.media`)."""
    conversation_id = sender.conversation_id
    known = select(Media.id).where(Media.conversation_id == conversation_id, Media.channel_message_id == message_id)
    if session.scalar(known) is None:
        arrive(session, sender, Window.MESSAGE, now)
        expect(session, conversation_id, sender.account, media_id, message_id, now)


def follow(session: Session, sender: Sender, event_id: str, now: datetime) -> None:
    """They follow the account, for the first time or again: a welcome, with what can be asked."""
    if _is_first(session, event_id, now):
        contact = arrive(session, sender, Window.SUBSCRIBE, now)
        tell(session, contact.conversation_id, "utter_wechat_welcome", now)


def leave(session: Session, sender: Sender, event_id: str, now: datetime) -> None:
    """They do not follow any more: nothing can be sent, and nobody vouches for who writes. What was said stays."""
    if _is_first(session, event_id, now):
        conversation_id = sender.conversation_id
        gone = update(Contact).where(Contact.conversation_id == conversation_id).values(gone_at=now)
        session.execute(gone)
        forget_user(session, conversation_id, now)


def click(session: Session, sender: Sender, event_id: str, words: str, now: datetime) -> Inbound:
    """A key of the menu, as the words that it stands for."""
    conversation_id = sender.conversation_id
    if _stored(session, conversation_id, event_id) is None:
        arrive(session, sender, Window.CLICK, now)
    return Inbound(sender.channel, event_id, words, conversation_id)


def _stored(session: Session, conversation_id: str, message_id: str) -> str | None:
    asked = {"conversation": conversation_id, "channel_message_id": message_id}
    stored = session.connection().execute(STORED_MESSAGE, asked).one_or_none()
    return None if stored is None else str(stored.text)


def _is_first(session: Session, event_id: str, now: datetime) -> bool:
    noted = insert(Event).values(id=event_id, at=now).on_conflict_do_nothing().returning(Event.id)
    return session.scalar(noted) is not None


def _payload(session: Session, contact: Contact, arrived: Arrived, text: str) -> str | None:
    if arrived.menu_id is not None:
        return payload_of_menu(session, contact.conversation_id, arrived.menu_id)
    payload = payload_in(contact.offered, text) if arrived.kind in (Kind.TEXT, Kind.VOICE) else None
    return None if payload is None or _is_overtaken(session, contact.conversation_id) else payload


def _is_overtaken(session: Session, conversation_id: str) -> bool:
    """Is another answer on its way? A number was then given to a question that is not the last: it stays words, and
    the bot asks again rather than taking it for an answer to what the customer has not seen."""
    underway = select(Message.id).where(
        Message.conversation_id == conversation_id,
        or_(Message.status == "pending", Message.delivery == literal("waiting", literal_execute=True)),
    )
    return session.scalar(underway.limit(1)) is not None


def _words(kind: Kind, text: str) -> str:
    """A place is said as one, so that it is an answer where the complaint asks for it."""
    return say("wechat_at_place", place=text) if kind is Kind.LOCATION and text else text
