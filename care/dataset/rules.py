"""Examples as trainers see them: the files with the changes laid over. Pure functions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from care.plain import plain
from care.training.corpus import Corpus
from care.training.examples import AnnotationError, parse, render
from care.training.labels import Labels
from care.training.rewording import bare

_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Meaning:
    """A sentence, annotated as Rasa writes it, and what it means."""

    words: str
    label: str
    sub: str | None = None

    @property
    def full_label(self) -> str:
        return f"{self.label}/{self.sub}" if self.sub else self.label

    @property
    def key(self) -> str:
        """What it is called by: another word, entity or label is another example."""
        whole = f"{self.full_label}\n{self.words}"
        return hashlib.sha256(whole.encode()).hexdigest()[:_DIGITS]

    @property
    def text(self) -> str:
        """Without its annotations."""
        try:
            return parse(self.words)[0]
        except AnnotationError:  # of the files, where lint names it
            return self.words


@dataclass(frozen=True, slots=True)
class Known:
    """An example as it now is."""

    meaning: Meaning
    text: str
    #: where it stands; None: only trainers' changes have it so far
    file: str | None = None
    line: int | None = None
    #: the change that left it so
    change: int | None = None

    @property
    def key(self) -> str:
        return self.meaning.key


@dataclass(frozen=True, slots=True)
class Step:
    """A change, as far as it matters for the state."""

    id: int
    before: str | None
    after: Meaning | None


@dataclass(frozen=True)
class State:
    """All examples at one moment. `version`: the newest change in it, 0 where there is none."""

    version: int
    examples: Mapping[str, Known]
    labels: Labels
    #: keys that the files have and trainers took away
    gone: frozenset[str] = field(default=frozenset())

    @cached_property
    def by_text(self) -> Mapping[str, tuple[Known, ...]]:
        """Of a text as far as it is told apart (`rewording.bare`) the examples that have it."""
        found: dict[str, list[Known]] = {}
        for each in self.examples.values():
            found.setdefault(bare(each.text), []).append(each)
        return {text: tuple(known) for text, known in found.items()}

    @cached_property
    def twins(self) -> Mapping[str, tuple[Known, ...]]:
        """By its key, of each example whose text others have too, these others."""
        shared = (known for known in self.by_text.values() if len(known) > 1)
        return {each.key: tuple(other for other in known if other is not each) for known in shared for each in known}

    @cached_property
    def searched(self) -> Mapping[str, str]:
        """By its key each text as it is searched: simplified, half-width, small letters."""
        return {key: plain(each.text).lower() for key, each in self.examples.items()}

    @cached_property
    def by_hash(self) -> Mapping[bytes, tuple[Known, ...]]:
        """The same by the hash of that text, under which its vector is kept."""
        return {hash_of(text): known for text, known in self.by_text.items()}

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Examples of each label, and of each label with its sub-label."""
        found: dict[str, int] = {}
        for each in self.examples.values():
            found[each.meaning.label] = found.get(each.meaning.label, 0) + 1
            if each.meaning.sub:
                found[each.meaning.full_label] = found.get(each.meaning.full_label, 0) + 1
        return found


def hash_of(text: str) -> bytes:
    """Of a text as `rewording.bare` gives it."""
    return hashlib.sha256(text.encode()).digest()


def of_files(corpus: Corpus) -> State:
    """As the files have it."""
    examples: dict[str, Known] = {}
    for each in corpus.examples:
        try:
            words = render(each.text, each.spans)
        except AnnotationError:
            words = each.text
        known = Known(Meaning(words, each.label, each.sub), each.text, each.file, each.line)
        examples.setdefault(known.key, known)
    return State(0, examples, corpus.labels)


def laid_over(base: State, steps: Iterable[Step]) -> State:
    """`steps` in order. What the files have already stays where it stands: the changes may have come into them."""
    examples, version, gone = dict(base.examples), base.version, set(base.gone)
    for step in steps:
        version = step.id
        if step.before is not None and examples.pop(step.before, None) is not None:
            gone.add(step.before)
        if step.after is not None:
            key = step.after.key
            if key not in examples:
                examples[key] = Known(step.after, step.after.text, change=step.id)
            gone.discard(key)
    return State(version, examples, base.labels, frozenset(gone))
