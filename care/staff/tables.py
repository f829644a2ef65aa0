"""People of the operator who sign in to the desk. Their names are personal data as well, and sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, Sealed


class Staff(Base):
    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: 工号: what they sign in with, what customers are told, what stands in events and logs
    number: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(Sealed("staff.name"))
    #: a word of care.staff.rules.Role
    role: Mapped[str] = mapped_column(String(12))
    #: names under `skills` of care/handoff/handoff.yml
    skills: Mapped[list[str]] = mapped_column(JSONB)
    #: name under `departments` of the policy file; None: tickets are not given to them by themselves
    department: Mapped[str | None] = mapped_column(String(40))
    #: head of that department: hears of what its supervisors did not settle
    is_head: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    #: customers that they talk with at the same time, at most
    load_limit: Mapped[int] = mapped_column(default=3, server_default=text("3"))
    #: argon2id, with its parameters and salt
    password: Mapped[str] = mapped_column(String(160))
    #: the password was given to them: they choose their own before anything else
    must_change: Mapped[bool]
    #: None: works here; the row stays, because events name it
    left_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class StaffSession(Base):
    """Somebody who is signed in on one browser. Only a hash of the cookie is kept."""

    __tablename__ = "staff_sessions"

    #: SHA-256 of the token in the cookie
    id: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    #: comes back in the header X-Quanyi-Csrf with everything that changes something
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    #: the last request, to the minute
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class StaffPresence(Base):
    """Whether somebody takes customers now. Written every few seconds, so it is no column of `staff`."""

    __tablename__ = "staff_presence"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    #: a word of care.staff.rules.Presence: what they chose
    state: Mapped[str] = mapped_column(String(8))
    since: Mapped[datetime]
    #: the last sign of life of one of their browsers; too old counts as away
    seen_at: Mapped[datetime]
