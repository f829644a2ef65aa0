"""What an answer to a stranger must not hold: numbers and codes by their form, and marks of people who are stored."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from care.conversations.rules import Reply
from care.plain import digits_of, plain
from care.wording import RESPONSES

#: characters of somebody's words in a row that are no chance
WORDS = 8
_CARE = Path(__file__).resolve().parents[1]
#: characters of a number or an account that are no chance
_NUMBER = 6
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ \-_.·]{1,2}(?=\d)")
_SIGNS = re.compile(r"[\W_]+")
_PHONE = re.compile(r"(?<!\d)(?:86)?1[3-9]\d{9}(?!\d)")
_ID_CARD = re.compile(r"(?<!\d)[1-9]\d{16}[\dXx](?![\dXx])")
_CODE = re.compile(r"(?<![\w.\-¥])\d{6}(?![\w.%\-]|元)", re.ASCII)
_TICKET = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{6}-[0-9A-Z]{6}(?![0-9A-Z])")


@dataclass(frozen=True)
class Marks:
    """Of a sample of people; in memory only, and in no message, log or error."""

    #: kind → what stands for somebody, in the form of `_bare`
    values: dict[str, frozenset[str]] = field(repr=False)
    #: WORDS characters in a row of what they wrote
    pieces: frozenset[str] = field(repr=False)


def marks_of(values: Iterable[tuple[str, str | None]], words: Iterable[str | None]) -> Marks:
    """`values`: (kind, value): `name`, numbers and the like, found whole; `words`: texts, found in pieces.

    What is too short to mean anybody is left out.
    """
    kinds: dict[str, set[str]] = {}
    for kind, value in values:
        bare = _bare(value or "")
        if len(bare) >= (2 if kind == "name" else _NUMBER):
            kinds.setdefault(kind, set()).add(bare)
    pieces = frozenset(piece for text in words if text for piece in _pieces(_bare(text)))
    return Marks({kind: frozenset(found) for kind, found in kinds.items()}, pieces)


def leaks_in(replies: Sequence[Reply], said: str, marks: Marks) -> set[str]:
    """Kinds of what the replies hold of others. `said`: by whoever asks; it may be said back, a whole number not."""
    texts = [_whole(reply) for reply in replies]
    text, bare, known = "\n".join(texts), "\n".join(map(_bare, texts)), _bare(said)
    signs = "\n".join(map(_signs, texts))

    def is_theirs(value: str) -> bool:
        return value not in known and value not in _our_words()

    found = {kind for kind, form in (("phone", _PHONE), ("id_card", _ID_CARD)) if form.search(signs)}
    for kind, form in (("code", _CODE), ("ticket_number", _TICKET)):
        if any(is_theirs(_bare(each)) for each in form.findall(plain(text))):
            found.add(kind)
    for kind, values in marks.values.items():
        if any(value in bare and is_theirs(value) for value in values):
            found.add(kind)
    if any(piece in marks.pieces and is_theirs(piece) for piece in _pieces(bare)):
        found.add("words")
    return found


def _whole(reply: Reply) -> str:
    parts = [reply.text, *(button["title"] + " " + button["payload"] for button in reply.buttons)]
    if reply.card:
        parts.append(json.dumps(reply.card, ensure_ascii=False))
    return "\n".join(parts)


def _signs(text: str) -> str:
    """Numbers as one run of digits, however they are written: 138-0013 8000, 一三八零零…"""
    return _BETWEEN_DIGITS.sub("", digits_of(plain(text)))


def _bare(text: str) -> str:
    return _SIGNS.sub("", _signs(text)).lower()


def _pieces(bare: str) -> Iterable[str]:
    return (bare[start : start + WORDS] for start in range(len(bare) - WORDS + 1))


@lru_cache(maxsize=1)
def _our_words() -> str:
    """Everything that we say ourselves: what a customer wrote with the same words is no mark of theirs."""
    files = sorted([*RESPONSES.rglob("*.yml"), *_CARE.rglob("*.yml")])
    return "\n".join(_bare(file.read_text(encoding="utf-8")) for file in files if file.name != "probes.yml")
