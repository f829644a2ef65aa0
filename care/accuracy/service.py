"""Judging the answers of a week, one at a time and blind, and what the verdicts tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.accuracy.reading import may_be_read, words_of
from care.accuracy.rules import Author, Rated, Result, Verdict, kappa
from care.accuracy.settings import audit_settings
from care.accuracy.tables import AuditAnswer, AuditVerdict, AuditWeek
from care.audit.service import note
from care.conversations.tables import Conversation, Message
from care.db import utcnow
from care.errors import Conflict, InvalidInput, NotAllowed
from care.inbox.deciding import point_out, take_back

#: weeks that are told at once
MOST_WEEKS = 13


@dataclass(frozen=True)
class Shown:
    """All that a judge gets. Nothing in it names, numbers or dates who answered."""

    id: int
    #: of the customer, the question last; masked
    question: list[str]
    answer: str
    #: that this judge has still to judge, this one included
    left: int


@dataclass(frozen=True)
class Wrong:
    """A wrong answer, for the supervisor: here it is told whose it was."""

    id: int
    author: Author
    staff: str | None
    reason: str | None
    question: list[str]
    answer: str


def next_for(session: Session, week: str, staff: str, now: datetime) -> Shown | None:
    """The next answer that this person may judge, kept from others for some minutes; the same one again until then.

    Never their own, never one that they have judged. None: nothing is left for them. Raises InvalidInput (`week`).
    """
    if _week(session, week).closes_at <= now:
        return None
    is_mine = and_(AuditAnswer.held_by == staff, AuditAnswer.held_until > now)
    free = or_(AuditAnswer.held_until.is_(None), AuditAnswer.held_until <= now, is_mine)
    mine_first = (
        _open_for(week, staff)
        .where(free)
        .order_by(func.coalesce(is_mine, False).desc(), _judged(1), AuditAnswer.place)
        .limit(1)
        .with_for_update(skip_locked=True, of=AuditAnswer)
    )
    answer = session.scalar(mine_first)
    # None also where a deletion came between these two lines.
    words = _words(session, answer)
    if answer is None or words is None:
        return None
    answer.held_by, answer.held_until = staff, now + timedelta(minutes=audit_settings().held_minutes)
    _note_read(session, [answer], staff, now)
    left = session.scalar(select(func.count()).select_from(_open_for(week, staff).subquery())) or 0
    return Shown(answer.id, *words, left)


def judge(session: Session, answer_id: int, verdict: str, reason: str | None, staff: str, now: datetime) -> None:
    """Say what one thinks of an answer; again, until the week is closed: another verdict, by the same person.

    Raises InvalidInput (`audit_answer`, `verdict`, `audit_reason`), NotAllowed (`own_answer`), Conflict
    (`audit_closed`; `audit_held`: somebody else has it before them; `audit_judged`: by somebody else).
    """
    _check(verdict, reason)
    answer = session.get(AuditAnswer, answer_id, with_for_update=True)
    if answer is None:
        raise InvalidInput("audit_answer", "there is no such answer")
    if _week(session, answer.week).closes_at <= now:
        raise Conflict("audit_closed", "the week is closed; its verdicts stay as they are")
    if answer.staff == staff:
        raise NotAllowed("own_answer", "somebody else judges your answers")
    given = session.scalars(select(AuditVerdict).where(AuditVerdict.answer_id == answer_id)).all()
    mine = next((each for each in given if each.judge == staff), None)
    if mine is None:
        if len(given) > int(answer.twice):
            raise Conflict("audit_judged", "somebody else has judged it meanwhile")
        if answer.held_by != staff and answer.held_until is not None and answer.held_until > now:
            raise Conflict("audit_held", "somebody else has it before them")
        mine = AuditVerdict(
            answer_id=answer_id, nth=len(given) + 1, judge=staff, verdict=verdict, reason=reason, at=now
        )
        session.add(mine)
    elif (mine.verdict, mine.reason) == (verdict, reason):
        return
    mine.verdict, mine.reason, mine.at = verdict, reason, now
    answer.held_by = answer.held_until = None
    # The verdict itself stays out of the audit: the second judge may be an auditor.
    note(session, f"staff:{staff}", "accuracy_judged", f"audit_answer:{answer_id}", detail={"week": answer.week})
    if answer.author == Author.BOT and answer.question_id is not None and mine.nth == 1:
        teach = point_out if verdict == Verdict.WRONG else take_back
        teach(session, answer.question_id, staff, now)


def result_of(session: Session, week: str, now: datetime | None = None) -> Result | None:
    """None: the week was not drawn."""
    drawn = session.get(AuditWeek, week)
    if drawn is None:
        return None
    is_closed = drawn.closes_at <= (now or utcnow())
    counts: dict[Author, Counter[str]] = {author: Counter() for author in Author}
    # Without a verdict where nobody has judged it.
    rows: Sequence[Any] = session.execute(
        select(AuditAnswer.author, AuditVerdict.verdict, _is_readable())
        .join(AuditVerdict, and_(AuditVerdict.answer_id == AuditAnswer.id, AuditVerdict.nth == 1), isouter=True)
        .where(AuditAnswer.week == week)
    ).all()
    for author, verdict, is_readable in rows:
        counts[Author(author)]["drawn"] += 1
        if verdict is not None:
            counts[Author(author)][verdict] += 1
        elif is_readable and not is_closed:
            counts[Author(author)]["left"] += 1
    pairs = _pairs(session, week)
    bot = Rated(drawn.bot_frame, drawn.bot_looked, **_fields(counts[Author.BOT]))
    agent = Rated(drawn.agent_frame, drawn.agent_looked, **_fields(counts[Author.AGENT]))
    return Result(week, audit_settings().target, is_closed, bot, agent, len(pairs), kappa(pairs))


def results(session: Session, now: datetime) -> list[Result]:
    """Of the last weeks that were drawn, the newest first."""
    weeks = session.scalars(select(AuditWeek.week).order_by(AuditWeek.week.desc()).limit(MOST_WEEKS)).all()
    return [result for week in weeks if (result := result_of(session, week, now)) is not None]


def wrong_answers(session: Session, week: str, staff: str, now: datetime) -> list[Wrong]:
    """Answers that were found wrong and whose words are still there, once nobody judges them any more.

    Raises InvalidInput (`week`), Conflict (`audit_open`): whoever has seen this judges blind no more.
    """
    result = result_of(session, week, now)
    if result is None:
        raise _unknown_week()
    if not result.is_final:
        raise Conflict("audit_open", "the week is still being judged")
    rows = session.execute(
        select(AuditAnswer, AuditVerdict.reason)
        .join(AuditVerdict, and_(AuditVerdict.answer_id == AuditAnswer.id, AuditVerdict.nth == 1))
        .where(AuditAnswer.week == week, AuditVerdict.verdict == Verdict.WRONG.value, _is_readable())
        .order_by(AuditAnswer.place)
    ).all()
    found = []
    for answer, reason in rows:
        words = _words(session, answer)
        if words is not None:
            found.append(Wrong(answer.id, Author(answer.author), answer.staff, reason, *words))
    _note_read(session, [answer for answer, _ in rows], staff, now)
    return found


def _check(verdict: str, reason: str | None) -> None:
    if verdict not in set(Verdict):
        raise InvalidInput("verdict", f"a verdict is one of {', '.join(Verdict)}")
    if verdict == Verdict.WRONG and reason not in audit_settings().reasons:
        raise InvalidInput("audit_reason", f"say why it is wrong: {', '.join(audit_settings().reasons)}")
    if verdict != Verdict.WRONG and reason is not None:
        raise InvalidInput("audit_reason", "only a wrong answer has a reason")


def _week(session: Session, week: str) -> AuditWeek:
    found = session.get(AuditWeek, week)
    if found is None:
        raise _unknown_week()
    return found


def _unknown_week() -> InvalidInput:
    return InvalidInput("week", "no answers were drawn for this week")


def _judged(nth: int) -> ColumnElement[bool]:
    return exists().where(AuditVerdict.answer_id == AuditAnswer.id, AuditVerdict.nth == nth)


def _is_readable() -> ColumnElement[bool]:
    """Both messages are still there, and may still be read."""
    question, reply = aliased(Message), aliased(Message)
    return exists().where(
        question.id == AuditAnswer.question_id,
        reply.id == AuditAnswer.reply_id,
        Conversation.id == reply.conversation_id,
        may_be_read(),
    )


def _open_for(week: str, staff: str) -> Select[AuditAnswer]:
    by_me = exists().where(AuditVerdict.answer_id == AuditAnswer.id, AuditVerdict.judge == staff)
    return select(AuditAnswer).where(
        AuditAnswer.week == week,
        AuditAnswer.staff.is_distinct_from(staff),
        ~by_me,
        or_(~_judged(1), and_(AuditAnswer.twice, ~_judged(2))),
        _is_readable(),
    )


def _words(session: Session, answer: AuditAnswer | None) -> tuple[list[str], str] | None:
    if answer is None or answer.question_id is None or answer.reply_id is None:
        return None
    words = words_of(session, answer.question_id, answer.reply_id)
    return None if words is None else (words.question, words.answer)


def _note_read(session: Session, answers: Sequence[AuditAnswer], staff: str, now: datetime) -> None:
    where = select(Message.conversation_id).where(Message.id.in_([each.reply_id for each in answers])).distinct()
    for conversation_id in sorted(session.scalars(where)):
        note_access(session, Reader.AGENT, Use.QUALITY, "messages", now, conversation_id=conversation_id, who=staff)


def _fields(counted: Counter[str]) -> dict[str, int]:
    return {name: counted[name] for name in ("drawn", "right", "wrong", "unclear", "left")}


def _pairs(session: Session, week: str) -> list[tuple[str, str]]:
    first, second = aliased(AuditVerdict), aliased(AuditVerdict)
    rows = session.execute(
        select(first.verdict, second.verdict)
        .join(AuditAnswer, AuditAnswer.id == first.answer_id)
        .join(second, and_(second.answer_id == first.answer_id, second.nth == 2))
        .where(AuditAnswer.week == week, first.nth == 1)
    )
    return [(one, two) for one, two in rows]
