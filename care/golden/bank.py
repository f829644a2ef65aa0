"""Golden questions, a file of `data/golden` a topic: the bot is asked them every night, people are examined with them.

    title: 费用与退款
    questions:
      - {ask: 打一张通话清单收不收钱, article: fee-detail-free}
      - {ask: 这个月还剩多少流量, label: billing_usage, answer: 短信验证以后当场查得到}

`article`: the bot tells it or points to it, and its short form is the right answer for people unless `answer` says
something else. `label`, `sub`: what the bot takes the question for, where no article answers it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from care.files import read_model, read_yaml
from care.golden.rules import Question
from care.rights.articles import article_of
from care.training import corpus
from care.training.labels import read_labels
from care.training.masking import kinds_in
from care.training.rewording import bare

FOLDER = Path(__file__).resolve().parent.parent.parent / "data" / "golden"

_Advice = Callable[[str], tuple[str, str] | None]
_SubAdvice = Callable[[str, str], tuple[str, str] | None]
_Name = Annotated[str, Field(pattern=r"^[a-z_]+$", max_length=40)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(_Strict):
    ask: Annotated[str, Field(min_length=4, max_length=80)]
    label: _Name | None = None
    sub: _Name | None = None
    article: Annotated[str, Field(pattern=r"^[a-z0-9-]+$", max_length=40)] | None = None
    answer: Annotated[str, Field(min_length=4, max_length=200)] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Entry:
        if (self.article is None) == (self.label is None):
            raise ValueError("either article or label, the one that is right")
        if self.sub is not None and self.label is None:
            raise ValueError("sub goes with label")
        if self.article is None and self.answer is None:
            raise ValueError("answer: what people have to say, where no article says it")
        return self


class Topic(_Strict):
    title: Annotated[str, Field(min_length=2, max_length=20)]
    questions: Annotated[tuple[Entry, ...], Field(min_length=10)]


@lru_cache(maxsize=1)
def bank() -> Mapping[str, Topic]:
    """By the names of their files. Raises InvalidInput (reason `golden`)."""
    return {path.stem: read_model(path, Topic, "golden") for path in sorted(FOLDER.glob("*.yml"))}


def questions(topic: str | None = None) -> list[Question]:
    """Of one topic, or all of them. Raises KeyError for a topic that there is not."""
    names = bank() if topic is None else {topic: bank()[topic]}
    return [
        Question(name, each.ask, each.label, each.sub, each.article)
        for name, held in names.items()
        for each in held.questions
    ]


def entry_of(question: Question) -> Entry:
    return next(each for each in bank()[question.topic].questions if each.ask == question.ask)


def faults(topics: Mapping[str, Topic], root: Path) -> list[str]:
    """What is wrong in the bank beside the checkout `root`, whose training data it must not repeat."""
    learnt = set(_learnt(root))
    labels, _ = read_labels(root)
    found: list[str] = []
    seen: set[str] = set()
    for name, topic in topics.items():
        for each in topic.questions:
            where, words = f"{name}: {each.ask}", bare(each.ask)
            found += [f"{where}: {told}" for told in _unknown(each, labels.unknown_label, labels.unknown_sub)]
            if words in learnt:
                found.append(f"{where}: the bot was trained with it, so asking it shows nothing")
            if words in seen:
                found.append(f"{where}: stands twice in the bank")
            if kinds_in(each.ask):
                found.append(f"{where}: seems to hold personal data")
            seen.add(words)
    return found


def _unknown(entry: Entry, unknown_label: _Advice, unknown_sub: _SubAdvice) -> Iterator[str]:
    if entry.article is not None:
        try:
            article_of(entry.article)
        except KeyError:
            yield f"there is no article {entry.article}"
    elif entry.label is not None:
        told = unknown_label(entry.label) or (unknown_sub(entry.label, entry.sub) if entry.sub else None)
        if told is not None:
            yield " ".join(told)


def _learnt(root: Path) -> Iterator[str]:
    """Everything that a model is trained from, as `bare`: examples, and how articles are asked for."""
    yield from (bare(each.text) for each in corpus.read(root).examples)
    for path in sorted((root / "data" / "rights").rglob("*.yml")):
        yield from map(bare, _asks(read_yaml(path, "golden")))


def _asks(held: Any) -> Iterable[str]:
    """Every list of words in a file, at any depth: files of articles and of asks have different forms."""
    if isinstance(held, Mapping):
        for value in held.values():
            yield from _asks(value)
    elif isinstance(held, list):
        for value in held:
            yield from [value] if isinstance(value, str) else _asks(value)
