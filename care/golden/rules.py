"""Is an answer right, does a channel show what the others show, which questions are a month's exam. Pure functions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

#: `conversations.channel` of every way in which a customer may ask; the first is what the others are compared with
CHANNELS: Final = ("socketio", "rest", "wechat", "wechat_kf")
#: questions of an exam
EXAM: Final = 10

_MONTH = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])")
_LINK = re.compile(r"\[([^\[\]\n]+)\]\(\S+?\)")
_PATH = re.compile(r"(?:https?://[\w.:-]+)?/(?:rights|report|privacy)(?:/[\w-]+)*", re.ASCII)
_TICKET = re.compile(r"\b[A-Z]{2}\d{6}-[0-9A-Z]{6}\b")
_PIECE = re.compile(r"[^\w]+")


@dataclass(frozen=True)
class Question:
    """`label` and `sub`: what the bot takes it for; `article`: what it tells, and then the label does not matter."""

    topic: str
    ask: str
    label: str | None = None
    sub: str | None = None
    article: str | None = None

    @property
    def expected(self) -> str:
        """An article, or a label with its sub-label."""
        return self.article or named(self.label, self.sub)


@dataclass(frozen=True)
class Shown:
    """What a customer of a channel reads, and the payloads of what they can choose, in their order."""

    text: str = field(repr=False)
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Read:
    """What the bot took a question for, and the articles that it told or pointed to."""

    label: str | None
    sub: str | None
    articles: tuple[str, ...] = ()


def named(label: str | None, sub: str | None) -> str:
    return f"{label}/{sub}" if label and sub else label or ""


def got(question: Question, read: Read) -> str:
    """In the words of `Question.expected`: articles where one is expected and some were told."""
    if question.article is not None and read.articles:
        return question.article if question.article in read.articles else read.articles[0]
    return named(read.label, read.sub if question.sub or question.article else None)


def is_right(question: Question, read: Read) -> bool:
    if question.article is not None:
        return question.article in read.articles
    return read.label == question.label and (question.sub is None or read.sub == question.sub)


def missing(first: Shown, other: Shown, loose: Iterable[str] = ()) -> str | None:
    """The first words that the one has and the other lacks, or `choices`; None: both say the same.

    Addresses do not count: a channel without our pages around it writes them out. Nor do numbers of tickets, and words
    that are `loose`: said in one channel and not in another, by chance or on purpose.
    """
    there = _bare(other.text)
    for piece in pieces(first.text):
        if piece not in there and piece not in loose:
            return piece[:200]
    return None if first.choices == other.choices else "choices"


def pieces(text: str) -> list[str]:
    """Its words between marks, without addresses and numbers of tickets."""
    plain = _TICKET.sub("\n", _PATH.sub("\n", _LINK.sub(r"\1", text)))
    return [piece for piece in _PIECE.split(plain) if piece]


def _bare(text: str) -> str:
    return _PIECE.sub("", text)


def is_month(text: str) -> bool:
    """`2026-11`."""
    return _MONTH.fullmatch(text) is not None


def months_up_to(today: date, count: int = 12) -> list[str]:
    """This month and those before, newest first."""
    whole = today.year * 12 + today.month - 1
    return [f"{month // 12}-{month % 12 + 1:02d}" for month in range(whole, whole - count, -1)]


def draw(questions: Sequence[Question], month: str, count: int = EXAM) -> list[Question]:
    """Those of a month: the same for everybody, whenever it is asked; a question that is added moves at most one."""
    return sorted(questions, key=lambda each: hashlib.sha256(f"{month} {each.ask}".encode()).digest())[:count]
