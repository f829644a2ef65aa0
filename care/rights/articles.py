"""The articles that answer questions about rights: read, checked, and filled with what this operator promises.

A file of `data/rights/` is a topic. What an article says about the law stands in the rows that it cites
(care/rights/facts.py). What its wording must keep to beyond its form: care/rights/lint.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from care.errors import InvalidInput
from care.files import read_yaml
from care.rights.facts import Basis, Citation, Fact, cited, facts
from care.sla.policy import policy
from care.sla.specs import ClockSpec

FOLDER = Path(__file__).resolve().parent.parent.parent / "data" / "rights"
#: path of the public pages
PAGES = "/rights"
#: the longest answer that is read in a chat bubble without scrolling
SHORT = 120

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
#: about what a filled placeholder is long: 3 个工作日
_FILLED = "六个字左右"
_ARTICLE = re.compile(r"第[零〇一二三四五六七八九十百千\d]+条")
_AS_LAW = re.compile("法律规定|法律要求|法规要求|依法|按法律|法律给")
_AS_CERTAIN = re.compile("保证|绝对|百分之百|100%|一定会|一定能")
_OUR_PROMISE = "我们承诺"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Button(_Strict):
    """Into another conversation: what Rasa's rules take from a button."""

    title: Annotated[str, Field(min_length=2, max_length=12)]
    payload: str

    @field_validator("payload")
    @classmethod
    def _is_payload(cls, payload: str) -> str:
        found = re.fullmatch(r"/[a-z_]+(\{.*\})?", payload)
        if found is None:
            raise ValueError('a payload is /label or /label{"sub": "…"}')
        if found[1]:
            try:
                json.loads(found[1])
            except json.JSONDecodeError as error:
                raise ValueError("what stands behind the label is no JSON") from error
        return payload


class Article(_Strict):
    #: stays when the wording changes: the anchor on the public page
    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z0-9]+)*$", max_length=40)]
    title: Annotated[str, Field(min_length=4, max_length=30)]
    label: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    #: of the label, where the answer differs
    sub: str | None = None
    #: how people ask
    asks: Annotated[tuple[Annotated[str, Field(min_length=3, max_length=60)], ...], Field(min_length=3)]
    short: Annotated[str, Field(min_length=10)]
    longer: Annotated[str, Field(min_length=20, max_length=600)]
    actions: tuple[Button, ...] = ()
    #: what an offer is limited to, told wherever the offer is
    limits: Annotated[str, Field(min_length=8, max_length=200)] | None = None
    #: categories of the policy file after whose complaints the article is offered
    after: tuple[str, ...] = ()
    #: what is told behind it in the chat as it is today: the newest published report
    live: Literal["report"] | None = None
    #: rows of `data/facts`: F51, or F54b for the second citation of a row
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)]
    reviewed_on: date
    review_by: date
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    version: Annotated[str, Field(pattern=r"^\d+$")]
    #: since when this version is told
    since: date

    @field_validator("basis", mode="before")
    @classmethod
    def _look_up(cls, ids: Any, info: ValidationInfo) -> Any:
        known = (info.context or {}).get("facts", {})
        if not isinstance(ids, list) or not all(isinstance(id_, str) for id_ in ids):
            raise ValueError("a list of rows of data/facts, like [F51, F54b]")
        found = []
        for id_ in ids:
            try:
                found.append(cited(known, id_))
            except KeyError:
                raise ValueError(f"{id_}: no such row, or citation of a row, in data/facts") from None
        return tuple(found)

    @model_validator(mode="after")
    def _is_told_as_it_is(self) -> Article:
        if len(_PLACEHOLDER.sub(_FILLED, self.short)) > SHORT:
            raise ValueError(f"short: more than {SHORT} characters; the rest goes into longer")
        if not self.reviewed_on < self.review_by:
            raise ValueError("review_by comes after reviewed_on")
        text = f"{self.title} {self.short} {self.longer}"
        if _ARTICLE.search(text):
            raise ValueError("article numbers stand in basis, where their grade is, not in the wording")
        if (found := _AS_LAW.search(text)) and all(citation.grade != "A" for citation in self.citations):
            raise ValueError(f"{found[0]}: nothing under basis is a law of grade A; name the ministry or the industry")
        if found := _AS_CERTAIN.search(text):
            raise ValueError(
                f"{found[0]}: an article promises nothing on the operator's behalf; {_OUR_PROMISE} names a clock"
            )
        for told in (self.short, self.longer):
            if "{promise_" in told and _OUR_PROMISE not in told:
                raise ValueError(
                    f"a time of the policy file is our own: say {_OUR_PROMISE}, so nobody takes it for law"
                )
        return self

    @property
    def buttons(self) -> list[dict[str, str]]:
        return [button.model_dump() for button in self.actions]

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(citation for basis in self.basis for citation in basis.citations)

    @property
    def source_lines(self) -> list[str]:
        """Folded under 依据; each one once, in the order of the file."""
        return list(dict.fromkeys(citation.line for citation in self.citations))


class Change(_Strict):
    """What changed in a topic, for who read an earlier version."""

    version: Annotated[str, Field(min_length=1, max_length=32)]
    day: date
    what: Annotated[str, Field(min_length=4, max_length=200)]
    #: the articles that it is about; none: the whole topic
    articles: tuple[str, ...] = ()


class Topic(_Strict):
    title: Annotated[str, Field(min_length=2, max_length=20)]
    #: one line under the title
    about: Annotated[str, Field(min_length=4, max_length=60)]
    #: where articles went that are told no more: their old id, and the id that answers now
    moved: dict[str, str] = {}
    #: newest first
    changes: Annotated[tuple[Change, ...], Field(min_length=1)]
    articles: Annotated[tuple[Article, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_once(self) -> Topic:
        if list(self.changes) != sorted(self.changes, key=lambda change: change.day, reverse=True):
            raise ValueError("changes: the newest one stands first")
        seen: set[str] = set()
        for each in self.articles:
            for key in (each.id, f"{each.label}/{each.sub}") if each.sub else (each.id,):
                if key in seen:
                    raise ValueError(f"articles: {each.id}: {key} is taken by an article above")
                seen.add(key)
        ids = {each.id for each in self.articles}
        for change in self.changes:
            if unknown := sorted(set(change.articles) - ids - self.moved.keys()):
                raise ValueError(f"changes: {change.version}: {unknown[0]} is no article of this topic")
        return self


def load_topic(path: Path, known: Mapping[str, Fact] | None = None) -> Topic:
    """`known`: the rows that may be cited; None: those that are shipped.

    Raises InvalidInput (reason `rights`) naming file and place.
    """
    data = read_yaml(path, "rights")
    try:
        return Topic.model_validate(data, context={"facts": facts() if known is None else known})
    except ValidationError as error:
        first = error.errors()[0]
        place = _place(first["loc"], data)
        raise InvalidInput("rights", f"{path}: {place}: {first['msg'].removeprefix('Value error, ')}") from error


def load_all(folder: Path, known: Mapping[str, Fact] | None = None) -> dict[str, Topic]:
    """By the names of their files. Raises InvalidInput (reason `rights`), also for an id that two topics have."""
    found: dict[str, Topic] = {}
    owner: dict[str, str] = {}
    for path in sorted(folder.glob("*.yml")):
        topic = load_topic(path, known)
        for id_ in (*(each.id for each in topic.articles), *topic.moved):
            if id_ in owner:
                raise InvalidInput("rights", f"{path}: {id_}: an id is an address, and {owner[id_]} has it already")
            owner[id_] = path.name
        found[path.stem] = topic
    for name, topic in found.items():
        if lost := sorted(set(topic.moved.values()) - owner.keys()):
            raise InvalidInput("rights", f"{folder / name}.yml: moved: {lost[0]} is no article")
    return found


@dataclass(frozen=True)
class Revision:
    """An article as it is told instead of what its file says: texts by the names of its fields."""

    texts: Mapping[str, str]
    version: str
    since: date


#: what is told instead of the files; replaced whole, never changed, because every thread reads it
_told: dict[str, Topic] | None = None


@lru_cache(maxsize=1)
def shipped() -> dict[str, Topic]:
    """Those of the files, by their names."""
    return load_all(FOLDER)


def topics() -> dict[str, Topic]:
    """Those that are told, by the names of their files."""
    told = _told
    return shipped() if told is None else told


def lay_over(revisions: Mapping[str, Revision], changes: Mapping[str, Sequence[Change]]) -> None:
    """Tell these from now on, by the article's id, and everything else as the files do; `changes`: beside those of the
    files, by topic."""
    global _told
    laid = {name: _revised(topic, revisions, changes.get(name, ())) for name, topic in shipped().items()}
    _told = laid if revisions or changes else None


def _revised(topic: Topic, revisions: Mapping[str, Revision], changes: Sequence[Change]) -> Topic:
    articles = tuple(
        each.model_copy(update={**revision.texts, "version": revision.version, "since": revision.since})
        if (revision := revisions.get(each.id))
        else each
        for each in topic.articles
    )
    newest_first = sorted((*changes, *topic.changes), key=lambda change: change.day, reverse=True)
    return topic.model_copy(update={"articles": articles, "changes": tuple(newest_first)})


def address_of(article: Article) -> str:
    """Path of its page; stays as long as its id."""
    return f"{PAGES}/{article.id}"


def article_of(id_: str) -> Article:
    """By its id, or by one that it took over. Raises KeyError."""
    for topic in topics().values():
        if (now := topic.moved.get(id_)) is not None:
            return article_of(now)
        for article in topic.articles:
            if article.id == id_:
                return article
    raise KeyError(id_)


def is_article(id_: str) -> bool:
    try:
        article_of(id_)
    except KeyError:
        return False
    return True


def article_after(category: str) -> Article | None:
    """The one that is offered behind a complaint of this category of the policy file."""
    every = (article for topic in topics().values() for article in topic.articles)
    return next((article for article in every if category in article.after), None)


def filled(article: Article, values: Mapping[str, str]) -> Article:
    """With its placeholders filled in; Raises KeyError for one that has no value."""
    texts = {name: getattr(article, name) for name in ("short", "longer", "limits")}
    told = {name: text.format_map(values) for name, text in texts.items() if text is not None}
    return article.model_copy(update=told)


def promises() -> dict[str, str]:
    """What the policy file promises, as placeholders.

    operator, hotline, promise_<kind of request about personal data>, promise_person, promise_feedback,
    promise_simple, promise_complex, target_wait (seconds), target_satisfaction and target_in_time (percent).
    """
    ours = policy()
    kinds = ours.privacy.kinds
    told = {f"promise_{name}": _in_words(ours.clocks[kind.solution]) for name, kind in kinds.items()}
    by_person = kinds["view"].by_person or kinds["view"].solution
    return told | {
        "promise_person": _in_words(ours.clocks[by_person]),
        "promise_feedback": _in_words(ours.clocks["first_feedback"]),
        "promise_simple": _in_words(ours.clocks["solution_simple"]),
        "promise_complex": _in_words(ours.clocks["solution_complex"]),
        "target_wait": f"{ours.targets.wait_seconds}",
        "target_satisfaction": f"{ours.targets.satisfaction_percent}",
        "target_in_time": f"{ours.targets.in_time_percent}",
        "operator": ours.operator.title,
        "hotline": ours.operator.hotline,
    }


def _in_words(clock: ClockSpec) -> str:
    if clock.working_days is not None:
        return f"{clock.working_days} 个工作日"
    return f"{clock.days} 天" if clock.days is not None else f"{clock.hours:g} 小时"


def _place(loc: tuple[int | str, ...], data: Any) -> str:
    """articles.3 (privacy-kept).short: who edits the file looks for the id."""
    parts = [str(part) for part in loc]
    if len(loc) > 1 and loc[0] == "articles":
        article = data["articles"][loc[1]]
        if isinstance(article, dict) and isinstance(article.get("id"), str):
            parts[1] += f" ({article['id']})"
    return ".".join(parts) or "file"
