"""How far each 微信客服 account was read, and which worker reads it now: short transactions, a lease with a fence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.wechat.tables import Cursor

#: PostgreSQL's NOTIFY channel that says which account has something new
CALLS = "quanyi_kf"
#: A worker that dies, or that the platform answers with an error, holds an account up for so long.
LEASE = timedelta(seconds=30)
#: Call-backs get lost: an account that nobody called about for so long is read all the same. Without the token of a
#: call-back few calls are allowed, so one worker does it for all.
UNCALLED = timedelta(seconds=60)
#: of a call-back's token, by the platform's page
_TOKEN_GOOD = timedelta(minutes=10)


@dataclass(frozen=True)
class Lease:
    account: str
    fence: int
    cursor: str
    token: str | None
    called_at: datetime | None


def note_call(session: Session, account: str, token: str, now: datetime) -> None:
    """There is something new for this account (open_kfid)."""
    row = insert(Cursor).values(account=account, token=token, called_at=now)
    session.execute(row.on_conflict_do_update(index_elements=[Cursor.account], set_={"token": token, "called_at": now}))
    session.execute(select(func.pg_notify(CALLS, account)))


def learn(session: Session, accounts: Collection[str]) -> None:
    """Accounts whose first call-back may never have come."""
    if accounts:
        rows = [{"account": account} for account in sorted(accounts)]
        session.execute(insert(Cursor).values(rows).on_conflict_do_nothing())


def due(session: Session, now: datetime) -> list[str]:
    """Accounts to read that nobody reads now."""
    return list(session.scalars(select(Cursor.account).where(_is_due(now)).order_by(Cursor.account)))


def _is_due(now: datetime) -> ColumnElement[bool]:
    is_new = or_(Cursor.called_at.is_not(None), Cursor.read_at.is_(None), Cursor.read_at <= now - UNCALLED)
    return is_new & or_(Cursor.leased_until.is_(None), Cursor.leased_until <= now)


def take(session: Session, account: str, now: datetime) -> Lease | None:
    """None: nothing is due, or another worker reads."""
    row = session.execute(
        update(Cursor)
        .where(Cursor.account == account, _is_due(now))
        .values(fence=Cursor.fence + 1, leased_until=now + LEASE)
        .returning(Cursor.fence, Cursor.cursor, Cursor.token, Cursor.called_at)
    ).one_or_none()
    if row is None:
        return None
    is_good = row.called_at is not None and row.called_at > now - _TOKEN_GOOD
    return Lease(account, row.fence, row.cursor, row.token if is_good else None, row.called_at)


def keep(session: Session, lease: Lease, now: datetime, cursor: str | None = None) -> bool:
    """Longer, and with `cursor` from there on; False: another worker has overtaken us."""
    values = {"leased_until": now + LEASE} | ({} if cursor is None else {"cursor": cursor})
    kept = update(Cursor).where(Cursor.account == lease.account, Cursor.fence == lease.fence).values(values)
    return session.scalar(kept.returning(Cursor.account)) is not None


def finish(session: Session, lease: Lease, now: datetime) -> None:
    """All was read that the call-back told of; one that came meanwhile stays noted."""
    is_ours = (Cursor.account == lease.account, Cursor.fence == lease.fence)
    session.execute(update(Cursor).where(*is_ours).values(leased_until=None, read_at=now))
    session.execute(
        update(Cursor)
        .where(*is_ours, Cursor.called_at.is_not_distinct_from(lease.called_at))
        .values(called_at=None, token=None)
    )


def forget(session: Session, lease: Lease) -> None:
    """There is no such account any more; a call-back would make it known again."""
    is_ours = (Cursor.account == lease.account, Cursor.fence == lease.fence)
    session.execute(delete(Cursor).where(*is_ours, Cursor.called_at.is_not_distinct_from(lease.called_at)))
