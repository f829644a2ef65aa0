"""Blocks of printed papers: what the page and the PDF both know how to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Heading:
    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class Paragraph:
    kind: ClassVar[str] = "paragraph"
    text: str
    is_strong: bool = False


@dataclass(frozen=True)
class Fields:
    """Label and value; an empty value is a line to write on."""

    kind: ClassVar[str] = "fields"
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    kind: ClassVar[str] = "table"
    head: tuple[str, ...]
    #: shares of the width
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Items:
    kind: ClassVar[str] = "items"
    lines: tuple[str, ...]
    is_numbered: bool = False


@dataclass(frozen=True)
class Blank:
    """Empty lines to write on."""

    kind: ClassVar[str] = "blank"
    lines: int


Block = Heading | Paragraph | Fields | Table | Items | Blank


@dataclass(frozen=True)
class Section:
    title: str
    blocks: tuple[Block, ...]
    #: on a new page when it is printed
    is_apart: bool = False


@dataclass(frozen=True)
class Papers:
    title: str
    operator: str
    #: one line each under the title
    notes: tuple[str, ...]
    sections: tuple[Section, ...]
    #: of the ticket
    number: str | None
    #: in which they were made
    conversation_id: str
