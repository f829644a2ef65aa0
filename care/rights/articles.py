"""The articles that answer questions about rights: read, checked, and filled with what this operator promises.

A file of `data/rights/` is a topic. What an article cites is a row of the project's table of facts (`fact`, F51 is row
51) with its certainty: A was read in full and may be cited by article; B was seen in part or at second hand and is told
as what the ministry asks for or the industry promised; C and M have to be looked up again and have no article number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from care.errors import InvalidInput
from care.sla.policy import ClockSpec, policy
from care.wording import say

FOLDER = Path(__file__).resolve().parent.parent.parent / "data" / "rights"
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


class Basis(_Strict):
    """What an article rests on."""

    #: law: 法律, 行政法规, 司法解释, orders of ministries (部门规章); ministry: what a ministry asks for without one;
    #: industry: what the operators promised together
    kind: Literal["law", "ministry", "industry"]
    title: Annotated[str, Field(min_length=2, max_length=60)]
    #: 令号 or 文号, where it is known
    number: str | None = None
    #: 第四十五条
    article: str | None = None
    in_force: date | None = None
    grade: Literal["A", "B", "C", "M"]
    fact: Annotated[str, Field(pattern=r"^F\d{1,3}$")]

    @model_validator(mode="after")
    def _as_certain_as_it_is(self) -> Basis:
        if self.grade in ("C", "M") and self.article is not None:
            raise ValueError(f"grade {self.grade} is cited without an article; look it up first")
        if self.grade == "A" and (self.kind != "law" or self.article is None or self.in_force is None):
            raise ValueError("grade A is a law that was read: give kind law, article and in_force")
        if self.article is not None and not _ARTICLE.match(self.article):
            raise ValueError("an article is written with Chinese numerals, as on its page")
        return self

    @property
    def line(self) -> str:
        """One line under 依据, worded as sure as it is."""
        if self.grade in ("C", "M"):
            return say("basis_unsure", title=self.title)
        told = [self.number] if self.number else []
        told += [say("basis_in_force", day=self.in_force.isoformat())] if self.in_force else []
        named = f"《{self.title}》{self.article or ''}" + (f"（{'，'.join(told)}）" if told else "")
        return named if self.grade == "A" else say(f"basis_{self.kind}", named=named)


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
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)]
    reviewed_on: date
    review_by: date
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    version: Annotated[str, Field(pattern=r"^\d+$")]
    #: since when this version is told
    since: date

    @model_validator(mode="after")
    def _is_told_as_it_is(self) -> Article:
        if len(_PLACEHOLDER.sub(_FILLED, self.short)) > SHORT:
            raise ValueError(f"short: more than {SHORT} characters; the rest goes into longer")
        if not self.reviewed_on < self.review_by:
            raise ValueError("review_by comes after reviewed_on")
        text = f"{self.title} {self.short} {self.longer}"
        if _ARTICLE.search(text):
            raise ValueError("article numbers stand in basis, where their grade is, not in the wording")
        if (found := _AS_LAW.search(text)) and all(basis.grade != "A" for basis in self.basis):
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
    def source_lines(self) -> list[str]:
        """Folded under 依据; each one once, in the order of the file."""
        return list(dict.fromkeys(basis.line for basis in self.basis))


class Change(_Strict):
    """What changed in a topic, for who read an earlier version."""

    version: Annotated[str, Field(min_length=1, max_length=32)]
    day: date
    what: Annotated[str, Field(min_length=4, max_length=200)]


class Topic(_Strict):
    title: str
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
        return self


def load_topic(path: Path) -> Topic:
    """Raises InvalidInput (reason `rights`) naming file and place."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Topic.model_validate(data)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput("rights", f"{path}: cannot be read as UTF-8") from error
    except yaml.YAMLError as error:
        raise InvalidInput("rights", f"{path}: not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = _place(first["loc"], data)
        raise InvalidInput("rights", f"{path}: {place}: {first['msg'].removeprefix('Value error, ')}") from error


@lru_cache(maxsize=1)
def topics() -> dict[str, Topic]:
    """By the name of its file."""
    return {path.stem: load_topic(path) for path in sorted(FOLDER.glob("*.yml"))}


def filled(article: Article, values: Mapping[str, str]) -> Article:
    """With its placeholders filled in; Raises KeyError for one that has no value."""
    told = {name: getattr(article, name).format_map(values) for name in ("short", "longer")}
    return article.model_copy(update=told)


def promises() -> dict[str, str]:
    """What the policy file promises, as placeholders: operator, hotline, promise_<kind of request>, promise_person."""
    ours = policy()
    kinds = ours.privacy.kinds
    told = {f"promise_{name}": _in_words(ours.clocks[kind.solution]) for name, kind in kinds.items()}
    by_person = kinds["view"].by_person or kinds["view"].solution
    return told | {
        "promise_person": _in_words(ours.clocks[by_person]),
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
