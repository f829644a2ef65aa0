"""The questions on which the search for a rights article is measured: their form, and that they are nobody's copies."""

import re
from itertools import combinations
from typing import Any

import pytest
import yaml

from bot.lab.entities import ROOT
from bot.nlu.text import normalise

LAB = ROOT / "tests" / "bot" / "lab"
#: at least so many with an article, and without
COUNTS = {"rights_questions": (330, 170), "rights_dev": (170, 90)}
LENGTHS = range(4, 91)
MOST_OF_AN_ARTICLE = 3
#: of the questions that may have a second right article
ALSO_SHARE = 0.05
#: shared pairs of neighbouring characters, of all that either has
NEAR = 0.5

_MARK = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")


def load(name: str) -> "dict[str, list[dict[str, Any]]]":
    return yaml.safe_load((LAB / f"{name}.yml").read_text("utf-8"))


def articles() -> "list[dict[str, Any]]":
    paths = sorted((ROOT / "data" / "rights").glob("*.yml"))
    return [article for path in paths for article in yaml.safe_load(path.read_text("utf-8"))["articles"]]


def bare(text: str) -> str:
    """Without marks, spaces and traditional characters: two texts that are the same to a reader are the same here."""
    return re.sub(r"[\W_]", "", normalise(text)).lower()


def every_text() -> "list[str]":
    return [row["text"] for name in COUNTS for rows in load(name).values() for row in rows]


@pytest.mark.parametrize("name", COUNTS)
def test_form(name: str) -> None:
    rows = load(name)
    assert set(rows) == {"questions", "none"}
    questions, none = rows["questions"], rows["none"]
    assert len(questions) >= COUNTS[name][0]
    assert len(none) >= COUNTS[name][1]
    assert [row for row in questions if set(row) - {"also"} != {"text", "article"}] == []
    assert [row for row in none if set(row) != {"text", "why"} or not row["why"]] == []
    assert [row for row in questions if len(row["text"]) not in LENGTHS] == []


@pytest.mark.parametrize("name", COUNTS)
def test_articles_are_known_and_none_has_too_many(name: str) -> None:
    known = {article["id"] for article in articles()}
    questions = load(name)["questions"]
    asked = [row["article"] for row in questions]
    also = [row for row in questions if "also" in row]
    assert {*asked, *(each for row in also for each in row["also"])} - known == set()
    assert [row for row in also if row["article"] in row["also"]] == []
    assert len(also) <= ALSO_SHARE * len(questions)
    assert {article for article in asked if asked.count(article) > MOST_OF_AN_ARTICLE} == set()


def test_every_article_is_asked_for() -> None:
    asked = {row["article"] for name in COUNTS for row in load(name)["questions"]}
    assert {article["id"] for article in articles()} - asked == set()


def test_no_text_stands_twice_or_nearly() -> None:
    texts = [(text, bare(text)) for text in every_text()]
    assert len({short or text for text, short in texts}) == len(texts)
    pairs = [(text, {short[at : at + 2] for at in range(len(short) - 1)}) for text, short in texts]
    near = [
        (one, other)
        for (one, of_one), (other, of_other) in combinations(pairs, 2)
        if len(of_one & of_other) > NEAR * len(of_one | of_other)
    ]
    assert near == []


def test_none_is_a_copy_of_what_is_searched_or_trained_on() -> None:
    searched = {bare(text) for article in articles() for text in (article["title"], *article["asks"])}
    lines = [line for path in (ROOT / "data" / "nlu").rglob("*.yml") for line in path.read_text("utf-8").splitlines()]
    trained = {bare(_MARK.sub(r"\1", line.strip().removeprefix("- "))) for line in lines}
    copied = (searched | trained) - {""}
    assert [text for text in every_text() if bare(text) in copied] == []
