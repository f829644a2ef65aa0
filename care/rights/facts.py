"""What may be told about the law, row by row: what it says in our words, where that stands, and how sure it is.

A file of `data/facts/` holds rows by id. F51 is row 51 of the project's research into the law; P1 and so on are what
this operator published itself. Articles cite rows (`basis: [F51, F54b]`; the letter picks one citation of a row), so
that a law that changes is corrected in one place. Grades: A was read in full and may be cited by article; B was seen in
part or at second hand and is told as what the ministry asks for or the industry promised; C and M have to be looked up
again and have no article number; P is the operator's own word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from string import ascii_lowercase
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from care.errors import InvalidInput
from care.files import read_model
from care.wording import say

FOLDER = Path(__file__).resolve().parent.parent.parent / "data" / "facts"

_ARTICLE = re.compile(r"第[零〇一二三四五六七八九十百千]+条")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Citation(_Strict):
    """Where a row stands."""

    #: law: 法律, 行政法规, 司法解释, orders of ministries (部门规章); ministry: what a ministry asks for without one;
    #: agency: of other authorities (市场监管总局, 发展改革委, 网信办), seen in part;
    #: industry: what the operators promised together; published: where to turn to, and how things are done;
    #: operator: what this one published
    kind: Literal["law", "ministry", "agency", "industry", "published", "operator"]
    title: Annotated[str, Field(min_length=2, max_length=60)]
    #: 令号 or 文号, where it is known
    number: str | None = None
    #: 第四十五条
    article: str | None = None
    #: of what the operator published: when it did
    in_force: date | None = None
    #: of what the operator published: the last day on which it is told
    until: date | None = None
    grade: Literal["A", "B", "C", "M", "P"]

    @model_validator(mode="after")
    def _as_certain_as_it_is(self) -> Citation:
        if self.grade in ("C", "M") and self.article is not None:
            raise ValueError(f"grade {self.grade} is cited without an article; look it up first")
        if self.grade == "A" and (self.kind != "law" or self.article is None or self.in_force is None):
            raise ValueError("grade A is a law that was read: give kind law, article and in_force")
        if (self.grade == "P") != (self.kind == "operator"):
            raise ValueError("grade P is what the operator published (kind operator), and nothing else is")
        if self.kind == "operator" and (self.in_force is None or self.until is None):
            raise ValueError("what the operator published has a date: give in_force and until")
        if self.article is not None and not _ARTICLE.match(self.article):
            raise ValueError("an article is written with Chinese numerals, as on its page")
        return self

    @property
    def line(self) -> str:
        """One line under 依据, worded as sure as it is."""
        if self.grade in ("C", "M"):
            return say("basis_unsure", title=self.title)
        if self.kind == "operator" and self.in_force is not None:
            return say("basis_operator", title=self.title, day=self.in_force.isoformat())
        told = [self.number] if self.number else []
        told += [say("basis_in_force", day=self.in_force.isoformat())] if self.in_force else []
        named = f"《{self.title}》{self.article or ''}" + (f"（{'，'.join(told)}）" if told else "")
        return named if self.grade == "A" else say(f"basis_{self.kind}", named=named)


class Fact(_Strict):
    #: in our own words, with every number that an article may tell
    says: Annotated[str, Field(min_length=8, max_length=300)]
    #: add behind the last one: their order gives them their letters
    cite: Annotated[tuple[Citation, ...], Field(min_length=1, max_length=len(ascii_lowercase))]


class Basis(_Strict):
    """A row as an article cites it."""

    #: F51, F54b, P3
    id: str
    #: without the letter
    row: str
    says: str
    citations: tuple[Citation, ...]


class _File(_Strict):
    facts: dict[Annotated[str, Field(pattern=r"^[FP]\d{1,3}$")], Fact]


def load_facts(path: Path) -> dict[str, Fact]:
    """Raises InvalidInput (reason `facts`) naming file and place."""
    return dict(read_model(path, _File, "facts").facts)


def load_all(folder: Path) -> dict[str, Fact]:
    """All files of a folder. Raises InvalidInput (reason `facts`), also for a row that stands in two of them."""
    found: dict[str, Fact] = {}
    for path in sorted(folder.glob("*.yml")):
        rows = load_facts(path)
        if twice := sorted(rows.keys() & found.keys()):
            raise InvalidInput("facts", f"{path}: facts.{twice[0]}: stands in another file of this folder, too")
        found |= rows
    return found


@lru_cache(maxsize=1)
def facts() -> Mapping[str, Fact]:
    """Those that are shipped, by their ids."""
    return load_all(FOLDER)


def cited(known: Mapping[str, Fact], id_: str) -> Basis:
    """A row, or one of its citations. Raises KeyError where there is none."""
    row, letter = (id_, "") if id_ in known else (id_[:-1], id_[-1:])
    fact = known[row]
    citations = fact.cite
    if letter:
        place = ascii_lowercase.find(letter)
        if not 0 <= place < len(citations):
            raise KeyError(id_)
        citations = (citations[place],)
    return Basis(id=id_, row=row, says=fact.says, citations=citations)
