"""Proof of identity: which numbers a conversation may ask about, and how surely. Looked up at every use, never kept.

Level 2 is a proof: a code by SMS that came back in this conversation, or an agent's word; it lasts minutes. Level 1 is
a binding: the channel knows by a signed name who writes, and that user proved the number some time ago.
Source of the duty to check: 电信条例第六十五条; 网络数据安全管理条例第二十五条.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.accounts import statements
from care.accounts.rules import BINDING_LIFETIME, PROOF_LIFETIME, Level, Purpose
from care.accounts.service import phone_index
from care.accounts.tables import Binding, ChannelUser, KnownConversation, Proof
from care.crypto import blind_index
from care.errors import Conflict

#: sms: a code. agent: saw the papers. holder: told an agent that the one who writes may see it.
Method = Literal["sms", "agent", "holder"]

_LINE = re.compile(r"([pb])([0-9]{1,18})")


@dataclass(frozen=True)
class OpenLine:
    """A number that a conversation may ask about now."""

    #: names it in a button, without the number: `p12` (a proof) or `b7` (a binding)
    id: str
    phone: str
    level: Level
    #: since when; a number that changed hands later is open no more
    since: datetime
    until: datetime


def open_lines(
    session: Session, conversation_id: str, now: datetime, least: Level, purpose: Purpose = Purpose.ACCOUNT
) -> list[OpenLine]:
    """One for each number, at its highest level, the newest first."""
    asked = {"conversation": conversation_id, "now": now}
    lines = [
        OpenLine(f"p{proof.id}", proof.phone, Level.PROVED, proof.proved_at, proof.expires_at)
        for proof in session.scalars(statements.PROOFS, asked | {"purpose": purpose})
    ]
    if least < Level.PROVED:
        lines += [
            OpenLine(f"b{binding.id}", binding.phone, Level.KNOWN, binding.bound_at, min(binding.expires_at, until))
            for binding, until in session.execute(statements.BINDINGS, asked)
        ]
    highest: dict[str, OpenLine] = {}
    for line in lines:  # the proofs come first
        highest.setdefault(line.phone, line)
    return sorted(highest.values(), key=lambda line: line.since, reverse=True)


def phone_of_line(session: Session, conversation_id: str, line_id: str, now: datetime) -> str | None:
    """The number that a line of this conversation's own had, ended and expired ones too; None: it never had that line.

    It tells what a button meant, and opens nothing. A binding counts only while the channel vouches for its user.
    """
    found = _LINE.fullmatch(line_id)
    if found is None:
        return None
    statement = statements.PHONE_OF_PROOF if found[1] == "p" else statements.PHONE_OF_BINDING
    return session.scalar(statement, {"conversation": conversation_id, "id": int(found[2]), "now": now})


def prove(
    session: Session,
    conversation_id: str,
    phone: str,
    now: datetime,
    method: Method = "sms",
    staff: str | None = None,
    purpose: Purpose = Purpose.ACCOUNT,
    *,
    binds: bool = True,
) -> OpenLine:
    """Open a normalised number. In the transaction of the right code (`actions.codes.check` runs it once a message).

    A code for the account also binds the number to the channel's user, where the channel knows one. `binds=False`: the
    number is not the user's own, and its holder's code was for this time; so it stays in this conversation, whatever is
    said later. An agent's word never binds: it was given for one talk.
    """
    number = phone_index(phone)
    before = {"conversation": conversation_id, "number": number}
    binds = binds and session.scalar(statements.OPENED_FOR_ANOTHER, before) is None
    proof = Proof(
        conversation_id=conversation_id,
        phone=phone,
        phone_index=number,
        purpose=purpose,
        method=method,
        binds=binds,
        staff=staff,
        proved_at=now,
        expires_at=now + PROOF_LIFETIME[purpose],
    )
    session.add(proof)
    session.flush()
    if binds and method == "sms" and purpose is Purpose.ACCOUNT:
        _bind(session, conversation_id, phone, now)
    return OpenLine(f"p{proof.id}", phone, Level.PROVED, now, proof.expires_at)


def _bind(session: Session, conversation_id: str, phone: str, now: datetime) -> None:
    user = session.scalar(statements.USER, {"conversation": conversation_id, "now": now})
    if user is None:
        return
    key = [Binding.channel_user_id, Binding.phone_index]
    anew = {"bound_at": now, "expires_at": now + BINDING_LIFETIME, "ended_at": None}
    binding = insert(Binding).values(channel_user_id=user, phone=phone, phone_index=phone_index(phone), **anew)
    session.execute(binding.on_conflict_do_update(index_elements=key, set_=anew))


def end_proofs(session: Session, conversation_id: str, now: datetime) -> None:
    """The customer is done (「退出」). Bindings stay: they end with the login on the page that they belong to."""
    session.execute(statements.END_PROOFS, {"conversation": conversation_id, "now": now})


def close_line(session: Session, conversation_id: str, line: OpenLine, now: datetime) -> None:
    """The number belongs to somebody else since a moment after `line.since`: what was proved up to then is over."""
    closed = {"conversation": conversation_id, "number": phone_index(line.phone), "since": line.since, "now": now}
    session.execute(statements.END_PROOFS_OF_NUMBER, closed)
    session.execute(statements.END_BINDING, closed)


def bound_phones(session: Session, conversation_id: str, now: datetime) -> list[str]:
    """Numbers that are bound to whoever the channel says writes here, the newest first."""
    rows = session.execute(statements.BINDINGS, {"conversation": conversation_id, "now": now}).all()
    newest = sorted((binding for binding, _ in rows), key=lambda binding: binding.bound_at, reverse=True)
    return [binding.phone for binding in newest]


def unbind(session: Session, conversation_id: str, phone: str, now: datetime) -> bool:
    """End what binds a number to whoever writes here, and what was proved of it in this conversation. False: it was not
    bound. Tickets of the number that were opened here for it are closed by `care.followup.following.let_go`."""
    number = {"conversation": conversation_id, "number": phone_index(phone), "now": now}
    ended = session.scalars(statements.UNBIND, number).all()
    session.execute(statements.END_PROOFS_OF_NUMBER, number | {"since": now})
    return bool(ended)


def know_user(
    session: Session,
    conversation_id: str,
    channel: str,
    user: str,
    until: datetime,
    now: datetime,
    *,
    is_senior: bool = False,
) -> None:
    """The channel vouches, until then, that this user of its own writes here. `conversation_id` may be one to come.

    `is_senior`: old enough for a person first, by what the channel signed this time.
    Raises Conflict (reason `identity_other`) when the conversation was another user's before, however long ago: what
    was said in it is not for this one to read.
    """
    index = blind_index(f"{channel}\x00{user}", "channel_users.user_index")
    user_row = insert(ChannelUser).values(channel=channel, user_index=index, is_senior=is_senior, created_at=now)
    session.execute(
        user_row.on_conflict_do_update(
            index_elements=[ChannelUser.channel, ChannelUser.user_index],
            set_={"is_senior": is_senior},
            where=ChannelUser.is_senior.is_distinct_from(is_senior),
        )
    )
    user_id = session.scalars(statements.USER_BY_NAME, {"channel": channel, "index": index}).one()
    known = insert(KnownConversation).values(
        conversation_id=conversation_id, channel_user_id=user_id, since=now, until=until
    )
    owner = session.scalar(
        known.on_conflict_do_update(
            index_elements=[KnownConversation.conversation_id],
            set_={"until": until},
            where=KnownConversation.channel_user_id == user_id,
        ).returning(KnownConversation.channel_user_id)
    )
    if owner is None:
        raise Conflict("identity_other", "this conversation belongs to another user of the page; begin a new one")


def keep_known(
    session: Session, conversation_id: str, channel: str, user: str, lasts: timedelta, now: datetime
) -> None:
    """`know_user`, for a channel that says with every message who writes: written anew when half of it is over."""
    index = blind_index(f"{channel}\x00{user}", "channel_users.user_index")
    asked = {"conversation": conversation_id, "channel": channel, "index": index}
    until = session.connection().execute(statements.KNOWN_UNTIL, asked).scalar()
    if until is None or until < now + lasts / 2:
        know_user(session, conversation_id, channel, user, now + lasts, now)


def is_senior(session: Session, conversation_id: str, now: datetime) -> bool:
    """Whether the channel vouches now that an old customer writes here; False: it does not say."""
    return bool(session.scalar(statements.IS_SENIOR, {"conversation": conversation_id, "now": now}))


def forget_user(session: Session, conversation_id: str, now: datetime) -> None:
    """Nobody vouches any more for who writes here; whose it was stays known. Who logs out leaves no account open."""
    if session.scalar(statements.FORGET_USER, {"conversation": conversation_id, "now": now}) is not None:
        end_proofs(session, conversation_id, now)
