"""The weekly audit. No row holds anybody's words: what was said is read where it is, and is gone when it is deleted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base


class AuditWeek(Base):
    """A week whose answers were drawn."""

    __tablename__ = "audit_weeks"

    #: ISO, in China: 2026-W47
    week: Mapped[str] = mapped_column(String(8), primary_key=True)
    drawn_at: Mapped[datetime]
    #: from then on nothing of it changes
    closes_at: Mapped[datetime]
    #: of the random order: with the same messages it can be drawn again
    seed: Mapped[str] = mapped_column(String(32))
    #: how many answers there were, and at how many of them the draw looked
    bot_frame: Mapped[int]
    bot_looked: Mapped[int]
    agent_frame: Mapped[int]
    agent_looked: Mapped[int]


class AuditAnswer(Base):
    """An answer that was drawn. Its number and its place tell nothing of who wrote it."""

    __tablename__ = "audit_answers"
    __table_args__ = (
        UniqueConstraint("week", "place"),
        # Deleting a message looks here.
        Index("ix_audit_answers_question_id", "question_id", postgresql_where=text("question_id IS NOT NULL")),
        Index("ix_audit_answers_reply_id", "reply_id", postgresql_where=text("reply_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    week: Mapped[str] = mapped_column(ForeignKey("audit_weeks.week", ondelete="CASCADE"))
    #: in the shuffled order, from 1
    place: Mapped[int]
    #: bot | agent; no judge is told
    author: Mapped[str] = mapped_column(String(8))
    #: number of the agent
    staff: Mapped[str | None] = mapped_column(String(16))
    #: the customer's message; null: deleted meanwhile
    question_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("messages.id", ondelete="SET NULL"))
    #: the first message of the answer
    reply_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("messages.id", ondelete="SET NULL"))
    #: is a second person asked?
    twice: Mapped[bool]
    #: number of whoever has it before them; until then nobody else is given it
    held_by: Mapped[str | None] = mapped_column(String(16))
    held_until: Mapped[datetime | None]


class AuditVerdict(Base):
    """What somebody thought of an answer."""

    __tablename__ = "audit_verdicts"
    __table_args__ = (UniqueConstraint("answer_id", "nth"), UniqueConstraint("answer_id", "judge"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    answer_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("audit_answers.id", ondelete="CASCADE"))
    #: 1: counts; 2: only tells whether two people agree
    nth: Mapped[int]
    #: number
    judge: Mapped[str] = mapped_column(String(16))
    #: right | wrong | unclear
    verdict: Mapped[str] = mapped_column(String(8))
    #: of a wrong one: a key of `reasons` in care/accuracy/accuracy.yml
    reason: Mapped[str | None] = mapped_column(String(16))
    at: Mapped[datetime]
