"""A night: every golden question in every channel, slowly, each in a conversation of its own that nobody counts.

A night that is cut off goes on with the questions that have no answers yet, on whichever worker is next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from prometheus_client import Counter
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care import db
from care.golden import bank, rules
from care.golden.rules import CHANNELS, Question, Read, Shown
from care.golden.showing import loose_words, read, shown
from care.golden.tables import GoldenAnswer, GoldenNight
from care.logs import get_logger
from care.timezone import CHINA
from care.turns.ours import Heard, ask
from care.turns.runner import Runner

#: seconds from one question to the next at least: customers go first
PAUSE = 0.5
#: questions without an answer in a row after which the bot is taken for gone
_GIVE_UP_AFTER = 3
_KEPT = timedelta(days=90)

_log = get_logger("care.golden")
_answers = Counter("quanyi_golden_answers_total", "Answers to golden questions, by outcome", ["outcome"])
for _outcome in ("right", "wrong", "differs"):
    _answers.labels(_outcome)  # there from the start: an alert on the first one needs the zero before it


@dataclass(frozen=True)
class _Answer:
    channel: str
    read: Read
    shown: Shown


async def ask_all(
    runner: Runner,
    clock: Callable[[], datetime] = db.utcnow,
    asked: Sequence[Question] | None = None,
    pause: float = PAUSE,
) -> bool:
    """Whether tonight's questions are all answered. Does nothing where they were before."""
    chosen = bank.questions() if asked is None else asked
    night, done = await runner.in_database(lambda session: _begin(session, clock()))
    if night is None:
        return True
    without_answer = 0
    for question in chosen:
        if question.ask in done:
            continue
        answers = await _ask_everywhere(runner, question, clock, pause)
        without_answer = 0 if answers is not None else without_answer + 1
        if answers is not None:
            await runner.in_database(lambda session: _keep(session, night, question, answers))  # noqa: B023
        elif without_answer == _GIVE_UP_AFTER:
            break
    is_whole = await runner.in_database(lambda session: _end(session, night, chosen, clock()))
    if is_whole:
        _log.info("golden_night_done", questions=len(chosen))
    else:
        _log.warning("golden_night_incomplete", questions=len(chosen))
    return is_whole


async def _ask_everywhere(
    runner: Runner, question: Question, clock: Callable[[], datetime], pause: float
) -> list[_Answer] | None:
    """None: a channel had no answer; all of them are asked again later, so that they are asked of the same bot."""
    answers = []
    for channel in CHANNELS:
        # As a task: the conversation that its log lines are bound to is not ours.
        heard, _ = await asyncio.gather(
            asyncio.create_task(ask(runner, (question.ask,), None, clock)), asyncio.sleep(pause)
        )
        if heard.replies is None:
            return None
        answers.append(await runner.in_database(lambda session: _look(session, channel, heard)))  # noqa: B023
    return answers


def _look(session: Session, channel: str, heard: Heard) -> _Answer:
    replies = heard.replies or []
    seen = shown(session, channel, heard.conversation_id, heard.message_id, replies)
    return _Answer(channel, read(session, heard.message_id, replies), seen)


def _begin(session: Session, now: datetime) -> tuple[int | None, frozenset[str]]:
    """The night, and what was asked in it already; None: it is over."""
    day = now.astimezone(CHINA).date()
    session.execute(insert(GoldenNight).values(day=day, started_at=now).on_conflict_do_nothing())
    night = session.scalars(select(GoldenNight).where(GoldenNight.day == day)).one()
    if night.ended_at is not None:
        return None, frozenset()
    done = session.scalars(select(GoldenAnswer.question).where(GoldenAnswer.night_id == night.id).distinct())
    return night.id, frozenset(done)


def _keep(session: Session, night: int, question: Question, answers: Sequence[_Answer]) -> None:
    first = answers[0]
    rows = []
    for each in answers:
        is_right = rules.is_right(question, each.read)
        differs = rules.missing(first.shown, each.shown, loose_words())
        rows.append(
            {
                "night_id": night,
                "question": question.ask,
                "topic": question.topic,
                "channel": each.channel,
                "expected": question.expected,
                "got": rules.got(question, each.read),
                "is_right": is_right,
                "differs": differs,
            }
        )
        _answers.labels("differs" if differs else "right" if is_right else "wrong").inc()
    session.execute(insert(GoldenAnswer).values(rows).on_conflict_do_nothing())


def _end(session: Session, night: int, asked: Sequence[Question], now: datetime) -> bool:
    """Note that it is over where every question has its answers. Old nights go."""
    done = set(session.scalars(select(GoldenAnswer.question).where(GoldenAnswer.night_id == night)))
    if not all(question.ask in done for question in asked):
        return False
    session.get_one(GoldenNight, night).ended_at = now
    session.execute(delete(GoldenNight).where(GoldenNight.started_at < now - _KEPT))
    return True
