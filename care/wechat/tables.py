"""Who writes to us in WeChat, what we may send them; what the platform has given us: tokens, cursors, pictures."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed, SealedSecret
from care.retries import Retried


class Contact(Retried, Base):
    """Somebody who writes to one of our accounts, and their one conversation there.

    `attempts` and `next_attempt_at` (of `Retried`): of sending them what waits; None: at once.
    """

    __tablename__ = "wechat_contacts"
    __table_args__ = (UniqueConstraint("account", "openid_index"),)

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    #: which of our accounts: an app id, or the open_kfid of 微信客服
    account: Mapped[str] = mapped_column(String(64))
    #: the platform's name for them with this account: openid, external_userid
    openid: Mapped[str] = mapped_column(Sealed("wechat_contacts.openid"))
    openid_index: Mapped[bytes] = mapped_column(LargeBinary)
    #: they stopped following the account, or have blocked it: nothing can be sent
    gone_at: Mapped[datetime | None]
    #: what they did last that allows us to send: message | click | subscribe (care.wechat.rules.Window), when, and how
    #: often we have sent since
    opened_by: Mapped[str | None] = mapped_column(String(12))
    opened_at: Mapped[datetime | None]
    sent: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    #: the choices that were offered last, in their order: [{"title", "payload"}]; a number is an answer to these
    offered: Mapped[list[dict[str, str]] | None] = mapped_column(JSONB(none_as_null=True))
    #: without push right: the message that was answered last, by the channel's id, and what its customer was given
    given_for: Mapped[str | None] = mapped_column(String(128))
    given: Mapped[str | None] = mapped_column(Sealed("wechat_contacts.given"))
    #: who is sending to them now: grows with each, as turn_leases.fence
    fence: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    leased_until: Mapped[datetime | None]
    #: the last message of the sending that was begun: what is tried again is the same again
    sending_to: Mapped[int | None] = mapped_column(BigInteger)
    #: a message that was too long to go at once, and how many characters of what is shown of it went
    part_of: Mapped[int | None] = mapped_column(BigInteger)
    part_to: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    #: when they were told in another way that something waits for them here
    told_at: Mapped[datetime | None]
    #: 微信客服: who serves them there, as service_state counts it (0–4)
    service_state: Mapped[int | None]
    created_at: Mapped[datetime]


class Media(Retried, Base):
    """A picture that a customer sent and that is still on the platform's side."""

    __tablename__ = "wechat_media"
    __table_args__ = (
        UniqueConstraint("conversation_id", "channel_message_id"),
        Index("ix_wechat_media_waiting", "next_attempt_at", postgresql_where=text("status = 'waiting'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    channel_message_id: Mapped[str] = mapped_column(String(128))
    #: which of our accounts can fetch it
    account: Mapped[str] = mapped_column(String(64))
    media_id: Mapped[str] = mapped_column(Sealed("wechat_media.media_id"))
    #: waiting | stored | refused | given_up
    status: Mapped[str] = mapped_column(String(8), default="waiting")
    created_at: Mapped[datetime]


class AccessToken(Base):
    """What the platform lets us call it with: one an app, shared by all processes, refreshed by one of them."""

    __tablename__ = "wechat_tokens"

    #: an app id; `kf:` and a corp id for 微信客服
    app: Mapped[str] = mapped_column(String(64), primary_key=True)
    token: Mapped[str | None] = mapped_column(SealedSecret("wechat_tokens.token"))
    expires_at: Mapped[datetime | None]
    #: somebody fetches a new one until then
    refreshing_until: Mapped[datetime | None]
    #: the platform was last made to give another one, although the newest was not too old
    forced_at: Mapped[datetime | None]
    #: the platform refused for a reason that does not pass by itself: nothing is sent until then
    stopped_until: Mapped[datetime | None]
    #: its errcode
    stopped_by: Mapped[int | None]


class Cursor(Base):
    """How far the messages of a 微信客服 account were read (sync_msg)."""

    __tablename__ = "wechat_cursors"

    #: open_kfid
    account: Mapped[str] = mapped_column(String(64), primary_key=True)
    cursor: Mapped[str] = mapped_column(String(128), default="", server_default="")
    #: of the newest call-back: good for ten minutes, allows more calls
    token: Mapped[str | None] = mapped_column(SealedSecret("wechat_cursors.token"))
    #: the newest call-back that was not read yet; None: all is read
    called_at: Mapped[datetime | None]
    #: when it was last read to its end
    read_at: Mapped[datetime | None]
    #: who reads now, and until when nobody else does
    fence: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    leased_until: Mapped[datetime | None]


class Event(Base):
    """An event of the platform that was handled (events have no id of their own): not handled again."""

    __tablename__ = "wechat_events"

    #: care.wechat.rules.event_id: a digest, nobody's name
    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
