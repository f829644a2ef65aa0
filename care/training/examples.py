"""One training example: a text, its label, and the entities annotated in it as Rasa writes them.

Annotations: `[八十块](amount)`, `[八十块]{"entity": "amount", "value": "80"}`; `[八十块](amount:80)`, which Rasa has
kept from its older form, is read as well. The format: https://rasa.com/docs/rasa/training-data-format#entities
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """The characters [start, end) of a text are an entity; `value` is set where it differs from them."""

    start: int
    end: int
    entity: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """`text` is without annotations. `file` is relative to the root, `line` counts from 1."""

    text: str
    label: str
    sub: str | None
    spans: tuple[Span, ...]
    file: str
    line: int

    @property
    def full_label(self) -> str:
        """`label` or `label/sub`: what the classifier learns."""
        return f"{self.label}/{self.sub}" if self.sub else self.label

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a file and what to do about it, in plain English."""

    file: str
    line: int
    what: str
    todo: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what} {self.todo}"


class AnnotationError(ValueError):
    """An annotation that Rasa would refuse, misread or leave in the text."""

    def __init__(self, what: str, todo: str) -> None:
        super().__init__(f"{what} {todo}")
        self.what = what
        self.todo = todo


# Wider than Rasa's own expression: what is empty or holds a colon too many is an annotation that went wrong.
_ANNOTATION = re.compile(r"\[([^\[\]]*)\](?:\(([^()]*)\)|\{([^{}]*)\})")
_ANY_BRACKET = re.compile(r"[\[\]]")
#: keys that Rasa knows; a role and a group are kept in the file, our tools do not use them
_KEYS = frozenset({"entity", "value", "role", "group"})
_SHAPE = 'Write [八十块](amount) or [八十块]{"entity": "amount", "value": "80"}.'


def parse(written: str) -> tuple[str, tuple[Span, ...]]:
    """Text and spans of an example as it stands in a file. Raises AnnotationError."""
    if "[" not in written and "]" not in written:
        return written, ()
    parts: list[str] = []
    spans: list[Span] = []
    length = position = 0
    for match in _ANNOTATION.finditer(written):
        before = written[position : match.start()]
        _require_balance(before + "[")
        inner = match[1]
        _require_own(inner, match[0])
        entity, value = _attributes(match)
        start = length + len(before)
        length = start + len(inner)
        parts += (before, inner)
        spans.append(Span(start, length, entity, value if value != inner else None))
        position = match.end()
    _require_balance(written[position:] + " ")
    parts.append(written[position:])
    return "".join(parts), tuple(spans)


def render(text: str, spans: Sequence[Span]) -> str:
    """The example as it is written into a file. Raises AnnotationError where a span or the text cannot be written."""
    written: list[str] = []
    position = 0
    for span in sorted(spans, key=lambda span: span.start):
        if not 0 <= span.start < span.end <= len(text):
            raise AnnotationError(
                f"The span {span.start}–{span.end} ({span.entity}) is out of the text, which has {len(text)} "
                f"characters.",
                "Give positions of characters within the text, the end behind the start.",
            )
        if span.start < position:
            raise AnnotationError(
                f"Two spans overlap at character {span.start}.", "Keep one of them: an example's entities stand apart."
            )
        inner = text[span.start : span.end]
        written += (text[position : span.start], f"[{inner}]", _attributes_written(span, inner))
        position = span.end
    written.append(text[position:])
    whole = "".join(written)
    again = parse(whole)
    wanted = tuple(
        Span(span.start, span.end, span.entity, span.value if span.value != text[span.start : span.end] else None)
        for span in sorted(spans, key=lambda span: span.start)
    )
    if again != (text, wanted):
        raise AnnotationError(
            "The text or a value holds brackets that would be read as another annotation.",
            "Write 【 and 】 instead of [ and ].",
        )
    return whole


def _require_own(inner: str, whole: str) -> None:
    if not inner.strip():
        raise AnnotationError(f"The annotation {whole} marks no text.", "Put the words that it marks into the [ ].")
    if inner != inner.strip():
        raise AnnotationError(
            f"The annotation {whole} begins or ends with a space.", "Leave the space outside the [ ]."
        )


def _attributes(match: re.Match[str]) -> tuple[str, str | None]:
    """Entity and value."""
    if match[3] is not None:
        return _from_json(match[3])
    entity, colon, value = match[2].partition(":")
    if not entity.strip() or entity != entity.strip() or (colon and not value):
        raise AnnotationError(f"The annotation {match[0]} does not name an entity.", _SHAPE)
    return entity, value or None


def _from_json(inside: str) -> tuple[str, str | None]:
    written = "{" + inside + "}"
    try:
        found = json.loads(written)
    except ValueError:
        raise AnnotationError(f"The annotation {written} is not JSON.", _SHAPE) from None
    if unknown := sorted(set(found) - _KEYS):
        raise AnnotationError(f"The annotation {written} has {unknown[0]!r}, which Rasa does not know.", _SHAPE)
    if not all(isinstance(value, str) and value for value in found.values()) or "entity" not in found:
        raise AnnotationError(f"The annotation {written} does not name an entity as text in quotes.", _SHAPE)
    return found["entity"], found.get("value")


def _require_balance(part: str) -> None:
    """What is left beside the annotations may hold pairs of brackets ([微笑]), but nothing that Rasa would read.

    The last character of `part` is the one that follows: the [ of an annotation, or a space at the end.
    """
    open_at: int | None = None
    for bracket in _ANY_BRACKET.finditer(part, 0, len(part) - 1):
        at = bracket.start()
        if bracket[0] == "[":
            if open_at is not None:
                raise AnnotationError(
                    "One [ stands inside another.", "An annotation cannot hold another one: " + _SHAPE
                )
            open_at = at
            continue
        if open_at is None:
            raise AnnotationError("A ] has no [ before it.", _SHAPE + " For a mere bracket write 】.")
        following = part[at + 1 : at + 2]
        if following in ("(", "{"):
            raise AnnotationError(f"The annotation that begins with {part[open_at : at + 2]} is not closed.", _SHAPE)
        if following == "[":
            raise AnnotationError(
                f"Rasa takes {part[open_at : at + 2]}…] for an annotation and drops the second bracket.",
                "Write a space between the two: [怒] [怒].",
            )
        open_at = None
    if open_at is not None:
        raise AnnotationError("A [ is not closed.", _SHAPE + " For a mere bracket write 【.")


def _attributes_written(span: Span, inner: str) -> str:
    if span.value is None or span.value == inner:
        return f"({span.entity})"
    return json.dumps({"entity": span.entity, "value": span.value}, ensure_ascii=False)
