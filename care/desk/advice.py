"""What an agent should know before deciding: how like cases ended, and which rights articles fit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.attachments.rules import TELLING
from care.conversations.tables import Message
from care.errors import InvalidInput
from care.files import read_model
from care.followup.access import resolved_at
from care.followup.working import in_one_order, note_use
from care.plain import plain
from care.rights.articles import Article, address_of, article_after, article_of, filled, is_article, promises
from care.rights.choosing import LIKELY
from care.tickets.rules import Status
from care.tickets.service import ticket_by_number
from care.tickets.tables import Ticket
from care.turns.tables import MessageReading

ADVICE = Path(__file__).resolve().parents[2] / "data" / "desk" / "advice.yml"
#: closed cases of the category that are compared, the newest first
_COMPARED = 200
_MOST_CASES, _MOST_ARTICLES = 3, 4
#: what two descriptions share less is another story
_LEAST_ALIKE = 0.12
#: beside the words: the same dealer, the same kind of place
_SAME_PARTNER, _SAME_AREA = 0.15, 0.05


@dataclass(frozen=True)
class Case:
    number: str
    category: str
    outcome: str
    closed_at: datetime
    #: from filing to the result
    days: int


@dataclass(frozen=True)
class Rule:
    """A rights article."""

    id: str
    title: str
    short: str
    url: str


class Fitting(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    #: ids of articles by category of the policy file
    categories: dict[str, Annotated[list[str], Field(max_length=_MOST_ARTICLES)]]

    @field_validator("categories")
    @classmethod
    def _are_articles(cls, given: dict[str, list[str]]) -> dict[str, list[str]]:
        for category, ids in given.items():
            if missing := [id for id in ids if not is_article(id)]:
                raise ValueError(f"{category}: there is no article {missing[0]} in data/rights")
        return given


@lru_cache(maxsize=1)
def fitting() -> Fitting:
    """Raises InvalidInput (reason `advice`) naming file and place."""
    return read_model(ADVICE, Fitting, "advice")


def advise(session: Session, number: str, staff: str, now: datetime) -> tuple[list[Case], list[Rule]]:
    """Like cases, the most alike first, and articles, the nearest first. That the cases were read is noted.

    Raises InvalidInput `ticket`.
    """
    ticket = ticket_by_number(session, number)
    if ticket is None:
        raise InvalidInput("ticket", "there is no ticket of this number")
    alike = _alike(session, ticket)
    cases = [_case(session, each) for each in alike]
    rules = [_rule(article) for article in _articles(session, ticket)]
    for each in in_one_order(alike):
        note_use(session, each, staff, now)
    return cases, rules


def likeness(one: str, other: str) -> float:
    """Pairs of neighbouring characters that two texts share, of all that the shorter one has: 0 to 1 (the overlap
    coefficient of Szymkiewicz and Simpson). Length, order and spelling of the rest do not matter."""
    first, second = _pairs(one), _pairs(other)
    fewest = min(len(first), len(second))
    return len(first & second) / fewest if fewest else 0.0


def _pairs(text: str) -> frozenset[str]:
    signs = "".join(sign for sign in plain(text).lower() if sign.isalnum())
    return frozenset(signs[at : at + 2] for at in range(len(signs) - 1))


def _alike(session: Session, ticket: Ticket) -> list[Ticket]:
    before = session.scalars(
        select(Ticket)
        .where(
            Ticket.category == ticket.category,
            Ticket.id != ticket.id,
            Ticket.status.in_([Status.RESOLVED, Status.CLOSED]),
            Ticket.outcome.is_not(None),
        )
        .order_by(Ticket.id.desc())
        .limit(_COMPARED)
    )
    scored = [(_score(ticket, each), each.id, each) for each in before]
    best = sorted((each for each in scored if each[0] >= _LEAST_ALIKE), reverse=True)
    return [each for _, _, each in best[:_MOST_CASES]]


def _score(ticket: Ticket, other: Ticket) -> float:
    score = likeness(ticket.description, other.description)
    score += _SAME_PARTNER if ticket.partner and ticket.partner == other.partner else 0.0
    return score + (_SAME_AREA if ticket.area and ticket.area == other.area else 0.0)


def _case(session: Session, ticket: Ticket) -> Case:
    done = resolved_at(session, ticket) or ticket.created_at
    return Case(ticket.number, ticket.category, ticket.outcome or "", done, (done - ticket.created_at).days)


def _articles(session: Session, ticket: Ticket) -> list[Article]:
    ids = [_nearest(session, ticket), *fitting().categories.get(ticket.category, [])]
    found = [article_of(id) for id in ids if id is not None and is_article(id)]
    if offered := article_after(ticket.category):
        found.insert(1 if ids[0] is not None else 0, offered)
    return list({article.id: article for article in found}.values())[:_MOST_ARTICLES]


def _nearest(session: Session, ticket: Ticket) -> str | None:
    """The article that something the customer said before filing was nearest to, where it was near."""
    if ticket.conversation_id is None:
        return None
    return session.scalar(
        select(MessageReading.article)
        .join(Message, Message.id == MessageReading.message_id)
        .where(
            Message.conversation_id == ticket.conversation_id,
            Message.created_at > ticket.created_at - TELLING,
            Message.created_at <= ticket.created_at,
            MessageReading.article_score >= LIKELY,
        )
        .order_by(MessageReading.article_score.desc(), MessageReading.message_id.desc())
        .limit(1)
    )


def _rule(article: Article) -> Rule:
    told = filled(article, promises())
    return Rule(article.id, article.title, told.short, address_of(article))
