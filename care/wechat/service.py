"""Who writes to us in WeChat: their contact, the window that they open, and whom the channel vouches for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.accounts.proofs import keep_known
from care.conversations.rules import id_from
from care.conversations.service import open_conversation
from care.crypto import blind_index
from care.wechat import statements
from care.wechat.rules import Window
from care.wechat.tables import Contact

#: What the channel says of who writes is good for so long, and is renewed when half of it is over.
VOUCHED = timedelta(hours=24)


@dataclass(frozen=True)
class Sender:
    """Somebody with one of our accounts, as a verified request names them."""

    #: OFFICIAL or KF of care.wechat.rules
    channel: str
    #: app id or open_kfid
    account: str
    openid: str

    @property
    def opening_key(self) -> str:
        """The same for all their messages; tells nothing of who they are."""
        return blind_index(f"{self.account}\x00{self.openid}", "wechat_contacts.opening_key").hex()

    @property
    def conversation_id(self) -> str:
        """Also of the conversation that is not there yet."""
        return id_from(self.opening_key)


def arrive(session: Session, sender: Sender, opens: Window | None, now: datetime) -> Contact:
    """They did something: their contact, locked, with the window that this opens; what was held for them waits again.

    The conversation is opened if need be, and the channel vouches that it is theirs.
    """
    return admit(session, sender, meet(session, sender, now), opens, now)


def meet(session: Session, sender: Sender, now: datetime) -> Contact:
    """Their contact, locked. Of somebody who has written before nothing changes."""
    conversation_id = sender.conversation_id
    contact = session.scalars(statements.LOCKED_CONTACT, {"conversation": conversation_id}).one_or_none()
    if contact is not None:
        return contact
    open_conversation(session, sender.channel, sender.opening_key, now)
    new = insert(Contact).values(
        conversation_id=conversation_id,
        account=sender.account,
        openid=sender.openid,
        openid_index=blind_index(f"{sender.account}\x00{sender.openid}", "wechat_contacts.openid_index"),
        sent=0,
        attempts=0,
        created_at=now,
    )
    session.execute(new.on_conflict_do_nothing())
    return session.scalars(statements.LOCKED_CONTACT, {"conversation": conversation_id}).one()


def admit(session: Session, sender: Sender, contact: Contact, opens: Window | None, now: datetime) -> Contact:
    """What `arrive` does, for a contact that was met."""
    keep_known(session, contact.conversation_id, sender.channel, f"{sender.account}\x00{sender.openid}", VOUCHED, now)
    if opens is not None:
        contact.gone_at = None
        contact.opened_by, contact.opened_at, contact.sent = opens, now, 0
        contact.attempts, contact.next_attempt_at = 0, None
        session.connection().execute(statements.WAITS_AGAIN, {"conversation": contact.conversation_id})
    return contact
