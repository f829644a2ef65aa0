"""Drawing the answers of a week: at random, once, whichever worker does it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session, aliased

from care.accuracy.reading import is_answer, may_be_read, words_of
from care.accuracy.rules import Author, Candidate, draw, in_random_order, rank, span_of, week_before
from care.accuracy.settings import audit_settings
from care.accuracy.tables import AuditAnswer, AuditWeek
from care.conversations.tables import Conversation, Message

#: messages that one statement goes through
_PAGE = 50_000

_question, _reply = aliased(Message), aliased(Message)


def draw_week(session: Session, now: datetime) -> str | None:
    """Draw last week's answers; its name, or None where that is done. The words of those that are looked at are read by
    this program and by nobody: what is shown to somebody is written down then."""
    week = week_before(now)
    if session.get(AuditWeek, week) is not None:
        return None
    settings, seed = audit_settings(), secrets.token_hex(8)
    drawn: list[tuple[Author, Candidate]] = []
    numbers: dict[str, int] = {}
    for author in Author:
        counted = _Counted(_candidates(session, week, author))
        ordered = in_random_order(counted, seed, settings.looks_at)
        chosen, looked = draw(
            ordered,
            lambda each: is_answer(words_of(session, each.question_id, each.reply_id)),
            settings.per_author,
            settings.per_conversation,
        )
        drawn += [(author, each) for each in chosen]
        numbers |= {f"{author}_frame": counted.count, f"{author}_looked": looked}
    closes = now + timedelta(days=settings.open_days)
    # Another worker may have drawn it meanwhile: its draw counts.
    row = upsert(AuditWeek).values(week=week, drawn_at=now, closes_at=closes, seed=seed, **numbers)
    if session.scalar(row.on_conflict_do_nothing().returning(AuditWeek.week)) is None:
        return None
    # Bot and agents in one random order, so that neither number nor place of an answer tells of whom it is.
    drawn.sort(key=lambda each: rank(f"{seed} place", each[1].reply_id))
    if drawn:
        session.execute(
            insert(AuditAnswer),
            [
                {
                    "week": week, "place": place, "author": author.value, "staff": each.staff,
                    "question_id": each.question_id, "reply_id": each.reply_id,
                    "twice": place % settings.twice_every == 0,
                }
                for place, (author, each) in enumerate(drawn, start=1)
            ],
        )  # fmt: skip
    return week


class _Counted:
    """Counts what goes through it."""

    def __init__(self, candidates: Iterator[Candidate]) -> None:
        self._candidates = candidates
        self.count = 0

    def __iter__(self) -> Iterator[Candidate]:
        for each in self._candidates:
            self.count += 1
            yield each


def _candidates(session: Session, week: str, author: Author) -> Iterator[Candidate]:
    """Answers to words of a customer in that week, before their words are looked at."""
    begin, end = span_of(week)
    first, last = _last_before(session, begin), _last_before(session, end)
    found = _bot() if author is Author.BOT else _agent()
    for at in range(first, last, _PAGE):
        page = found.where(
            _reply.id > at,
            _reply.id <= min(at + _PAGE, last),
            _reply.created_at >= begin,
            _reply.created_at < end,
        )
        for row in session.execute(page):
            yield Candidate(row.reply_id, row.question_id, row.conversation_id, row.staff)


def _last_before(session: Session, moment: datetime) -> int:
    """The newest message of before: ids grow with time, and no index is on time. From the newest backwards, so that the
    last weeks are read, and never all that was ever said."""
    found = select(Message.id).where(Message.created_at < moment).order_by(Message.id.desc()).limit(1)
    return session.scalar(found) or 0


def _answers() -> Select[int, int, str, str | None]:
    return (
        select(
            _reply.id.label("reply_id"),
            _question.id.label("question_id"),
            _reply.conversation_id.label("conversation_id"),
            _reply.staff.label("staff"),
        )
        .join(Conversation, Conversation.id == _reply.conversation_id)
        .where(_question.author == "customer", _question.is_payload.is_(False), may_be_read())
    )


def _bot() -> Select[int, int, str, str | None]:
    """The first thing that it said to a message."""
    earlier = aliased(Message)
    said_before = exists().where(
        earlier.in_reply_to == _reply.in_reply_to, earlier.author == Author.BOT.value, earlier.id < _reply.id
    )
    return (
        _answers()
        .join(_question, _question.id == _reply.in_reply_to)
        .where(_reply.author == Author.BOT.value, ~said_before)
    )


def _agent() -> Select[int, int, str, str | None]:
    """The first thing that somebody said after the customer; what the system says in between is nobody's answer."""
    before = aliased(Message)
    last = (
        select(func.max(before.id))
        .where(before.conversation_id == _reply.conversation_id, before.id < _reply.id, before.author != "system")
        .correlate(_reply)
        .scalar_subquery()
    )
    return _answers().join(_question, _question.id == last).where(_reply.author == Author.AGENT.value)
