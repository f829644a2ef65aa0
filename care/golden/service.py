"""How the nights went, and the month's exam of a topic from the same questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from care.errors import InvalidInput
from care.files import read_yaml
from care.golden.bank import bank, entry_of, questions
from care.golden.rules import CHANNELS, draw, is_month, months_up_to
from care.golden.tables import GoldenAnswer, GoldenNight
from care.rights.articles import Article, article_of

#: nights that are shown, newest first
_NIGHTS = 30
_WORDS = Path(__file__).resolve().parent.parent.parent / "data" / "desk" / "exam.yml"


@dataclass(frozen=True)
class ChannelCount:
    """How many questions were asked in it, of how many the answer was right, and how many show something else."""

    channel: str
    asked: int
    right: int
    differing: int


@dataclass(frozen=True)
class Night:
    day: date
    #: every question was answered in every channel
    is_whole: bool
    channels: list[ChannelCount]


@dataclass(frozen=True)
class Failed:
    question: str
    topic: str
    channel: str
    expected: str
    got: str
    is_right: bool
    #: as GoldenAnswer.differs
    differs: str | None


def nights(session: Session) -> list[Night]:
    """The last ones, newest first."""
    newest = session.scalars(select(GoldenNight).order_by(GoldenNight.day.desc()).limit(_NIGHTS)).all()
    found: dict[int, dict[str, ChannelCount]] = {each.id: {} for each in newest}
    counts = (
        select(
            GoldenAnswer.night_id,
            GoldenAnswer.channel,
            func.count(),
            func.count(case((GoldenAnswer.is_right, 1))),
            func.count(GoldenAnswer.differs),
        )
        .where(GoldenAnswer.night_id.in_(found))
        .group_by(GoldenAnswer.night_id, GoldenAnswer.channel)
    )
    for night, channel, *numbers in session.execute(counts):
        found[night][channel] = ChannelCount(channel, *numbers)
    return [
        Night(each.day, each.ended_at is not None, [of[name] for name in CHANNELS if name in of])
        for each, of in zip(newest, found.values(), strict=True)
    ]


def failed(session: Session) -> list[Failed]:
    """Of the newest night: wrong answers, and answers that a channel shows otherwise than the first one."""
    newest = select(func.max(GoldenNight.day)).scalar_subquery()
    rows = session.scalars(
        select(GoldenAnswer)
        .join(GoldenNight)
        .where(GoldenNight.day == newest, ~GoldenAnswer.is_right | GoldenAnswer.differs.is_not(None))
        .order_by(GoldenAnswer.id)
    )
    return [
        Failed(each.question, each.topic, each.channel, each.expected, each.got, each.is_right, each.differs)
        for each in rows
    ]


def topics() -> list[tuple[str, str, int]]:
    """Name, title and number of questions of each."""
    return [(name, topic.title, len(topic.questions)) for name, topic in bank().items()]


def exam(
    month: str, topic: str, in_full: Callable[[Article], Article], today: date, *, answers: bool
) -> list[list[str]]:
    """The month's questions, a row each under a row of heads. `in_full`: fills in what this operator promises.

    Raises InvalidInput (reasons `month`, also for one that has not begun, `topic`).
    """
    if not is_month(month) or month > months_up_to(today, 1)[0]:
        raise InvalidInput("month", "a month is like 2026-11, and this one or an earlier one")
    if topic not in bank():
        raise InvalidInput("topic", "there is no topic of this name; GET /api/desk/trainer/exams lists them")
    words = _words()
    heads = [words[name] for name in ("number", "topic", "question", *(("answer", "basis") if answers else ()))]
    rows = [heads]
    for number, question in enumerate(draw(questions(topic), month), 1):
        entry = entry_of(question)
        article = in_full(article_of(entry.article)) if entry.article else None
        told = entry.answer or (article.short if article else "")
        basis = words["between"].join(article.source_lines) if article else ""
        rows.append([str(number), bank()[topic].title, question.ask, *((told, basis) if answers else ())])
    return rows


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    return {str(name): str(text) for name, text in read_yaml(_WORDS, "golden").items()}
