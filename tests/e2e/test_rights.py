"""The questions of the test set through the whole product: what customers get who have not read how articles ask."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from care.rights.articles import article_of
from tests.e2e.client import Conversation
from tests.e2e.stack import ROOT, Stack

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

SET = Path("tests/bot/lab/rights_questions.yml")
#: of the questions that have an article: it was told, or it was told or offered
TOLD, REACHED = 0.47, 0.6
#: of those that have none: an article was told (the aim is 0.05, and 0.038 was measured; another machine trains a
#: little differently)
WRONGLY_TOLD = 0.06


def _rows(part: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((ROOT / SET).read_text(encoding="utf-8"))[part]
    return rows


def _told(replies: list[dict[str, Any]]) -> str | None:
    """The article that was told."""
    cards = [reply.get("card") or {} for reply in replies]
    return next((str(card["url"]).rsplit("/", 1)[1] for card in cards if card.get("kind") == "sources"), None)


def _linked(replies: list[dict[str, Any]]) -> set[str]:
    """Articles whose address was given beside what is looked up or filed."""
    cards = [reply.get("card") or {} for reply in replies]
    return {str(card["url"]).rsplit("/", 1)[1] for card in cards if card.get("kind") == "link"}


def _offered(replies: list[dict[str, Any]]) -> set[str]:
    return {button["title"] for reply in replies for button in reply.get("buttons", [])}


def _ask(stack: Stack, text: str) -> list[dict[str, Any]]:
    """Each in a conversation of its own: behind another question it might be an answer to ours."""
    conversation = Conversation(stack.http, patience=30)
    conversation.say(text)
    return conversation.replies


def test_questions_reach_their_article(stack: Stack) -> None:
    rows = _rows("questions")
    found: Counter[str] = Counter()
    for row in rows:
        replies = _ask(stack, row["text"])
        right = {row["article"], *row.get("also", ())}
        told = _told(replies)
        is_offered = bool(_offered(replies) & {article_of(id_).title for id_ in right} or _linked(replies) & right)
        found["told" if told in right else "offered" if is_offered else "another" if told else "none"] += 1
    shares = {kind: count / len(rows) for kind, count in found.items()}
    print(f"{len(rows)} questions through the chat: { {kind: f'{share:.1%}' for kind, share in shares.items()} }")
    assert shares["told"] >= TOLD
    assert shares["told"] + shares["offered"] >= REACHED


def test_what_no_article_answers_is_not_answered_with_one(stack: Stack) -> None:
    rows = _rows("none")
    told = [row["text"] for row in rows if _told(_ask(stack, row["text"]))]
    print(f"{len(rows)} questions without an article: {len(told)} answered with one")
    assert len(told) / len(rows) <= WRONGLY_TOLD
