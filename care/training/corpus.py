"""The training examples of `data/nlu`: the only reader and writer of these files outside Rasa.

What is wrong in the data is a `Fault` with file, line and what to do; nothing that a trainer may have written makes
`read` raise. Writing keeps comments and brings the file into the regular form (`care.training.blocks`).
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from care.errors import Conflict, InvalidInput
from care.training.blocks import Block, Document, Written, read_document, written
from care.training.broken import FORBIDDEN
from care.training.examples import AnnotationError, Example, Fault, Span, parse, render
from care.training.labels import Labels, read_labels

__all__ = [
    "Corpus",
    "Example",
    "Fault",
    "Span",
    "add",
    "annotate",
    "format_all",
    "read",
    "relabel",
    "remove",
    "rewrite",
]

FOLDER = "data/nlu"


@dataclass(frozen=True, slots=True)
class Corpus:
    """All examples that could be read, in the order of files and lines, and what is wrong."""

    examples: list[Example]
    faults: list[Fault]
    labels: Labels


def read(root: Path) -> Corpus:
    """Read and check all examples of the checkout at `root`. Never raises for bad data."""
    labels, faults = read_labels(root)
    examples: list[Example] = []
    for document in _documents(root):
        faults += document.faults
        for block in document.blocks:
            if block.label is not None:
                if labels.intents:  # otherwise the domain is at fault, not each of its labels
                    faults += _unknown(document.file, block, labels)
                examples += _examples(document.file, block)
    if not examples and not faults:
        faults.append(Fault(FOLDER, 1, "There are no training examples.", "Restore the folder."))
    return Corpus(examples, sorted(faults, key=lambda fault: (fault.file, fault.line)), labels)


def add(root: Path, label: str, sub: str | None, text: str, spans: Sequence[Span] = ()) -> tuple[str, int]:
    """Write one example; returns where it stands. An example that is there already stays as it is.

    It goes to the file that has most examples of its label and sub-label, else most of its label, else most of the
    labels with the same first word. Raises InvalidInput for an unknown label, sub-label or entity, a span out of the
    text, a text of several lines, and a text that another label has; Conflict where a file is at fault.
    """
    with _alone(root):
        return _add(root, label, sub, text, spans)


def remove(root: Path, example: Example) -> None:
    """Delete one example from its file, wherever in it it now stands. Raises Conflict where it is gone."""
    with _alone(root):
        _remove(root, example)


def relabel(root: Path, example: Example, label: str, sub: str | None) -> tuple[str, int]:
    """Move one example to another label; returns where it now stands. Raises what `add` and `remove` raise."""
    with _alone(root):
        check(read_labels(root)[0], label, sub, example.text, example.spans)
        _remove(root, example)
        try:
            return _add(root, label, sub, example.text, example.spans)
        except InvalidInput:
            _add(root, example.label, example.sub, example.text, example.spans)
            raise


def rewrite(
    root: Path, gone: Collection[tuple[str, str | None, str]], new: Sequence[tuple[str, str | None, str]]
) -> list[str]:
    """Take out and put in many examples at once, each as (label, sub-label, words as `render` gives them); the files
    that changed.

    What is gone, or there, already stays so. Raises Conflict (`faults`: a file cannot be read whole; `not_regular`:
    what goes stands in a block that the formatter leaves alone), InvalidInput (`annotation`).
    """
    with _alone(root):
        documents = _sound(root)
        changed: dict[str, Document] = {}
        known: set[tuple[str, str | None, str]] = set()
        for document in documents:
            for block in document.blocks:
                if block.label is None:
                    continue
                said = [(block.label, block.sub, render(one.text, one.spans)) for one in block.examples]
                kept = [one for one, each in zip(block.examples, said, strict=True) if each not in gone]
                if len(kept) < len(block.examples):
                    if block.verbatim is not None:
                        where = f"{document.file}:{block.line}"
                        raise Conflict(
                            "not_regular", f"{where}: this block is not in the regular form; mend it by hand."
                        )
                    block.examples, changed[document.file] = kept, document
                known.update(each for each in said if each not in gone)
            document.blocks = [block for block in document.blocks if block.examples or block.verbatim is not None]
        for label, sub, raw in new:
            if (label, sub, raw) in known:
                continue
            try:
                text, spans = parse(raw)
            except AnnotationError as error:
                raise InvalidInput("annotation", str(error)) from None
            home = _home(root, documents, label, sub)
            home.blocks.append(Block(label, sub, 0, 0, examples=[Written(raw, text, spans, 0)]))
            if home not in documents:
                documents.append(home)
            changed[home.file] = home
        for document in changed.values():
            _write(root, document)
    return sorted(changed)


def format_all(root: Path, check: bool = False) -> list[str]:
    """Bring all files into the regular form; the names of those that were not (`check`: only look).

    Raises Conflict, with nothing written, where a file is at fault: what could not be read would be lost.
    """
    with _alone(root):
        documents = _sound(root)
        changed = [document for document in documents if _bytes_of(document) != (root / document.file).read_bytes()]
        for document in changed if not check else ():
            _write(root, document)
    return [document.file for document in changed]


def annotate(root: Path, marked: Callable[[list[str]], Sequence[str]], check: bool = False) -> dict[str, int]:
    """Change the annotations of all examples; how many of which file changed (`check`: only look).

    `marked` is given all examples as they stand in the files and returns them in the same order, annotated otherwise.
    Blocks that the formatter leaves as they are stay. Raises Conflict where a file is at fault, InvalidInput where an
    example came back with other words, or with annotations that cannot be read; nothing is written then.
    """
    with _alone(root):
        documents = _sound(root)
        places = [
            (document, block, at)
            for document in documents
            for block in document.blocks
            if block.verbatim is None
            for at in range(len(block.examples))
        ]
        before = [block.examples[at] for _, block, at in places]
        changed: dict[str, int] = {}
        for (document, block, at), one, raw in zip(places, before, marked([each.raw for each in before]), strict=True):
            if raw != one.raw:
                block.examples[at] = _annotated(document.file, one, raw)
                changed[document.file] = changed.get(document.file, 0) + 1
        for document in documents if not check else ():
            if document.file in changed:
                _write(root, document)
    return changed


def _annotated(file: str, one: Written, raw: str) -> Written:
    try:
        text, spans = parse(raw)
    except AnnotationError as error:
        raise InvalidInput("annotation", f"{file}:{one.line}: {error}") from None
    if text != one.text:
        raise InvalidInput("annotation", f"{file}:{one.line}: annotating it changed its words to {text!r}.")
    return Written(raw, text, spans, one.line)


def _documents(root: Path) -> Iterator[Document]:
    folder = root / FOLDER
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")):
        file = path.relative_to(root).as_posix()
        if path.suffix in (".yml", ".yaml"):
            yield read_document(file, path.read_bytes())
        elif path.suffix == ".json":
            fault = Fault(
                file, 1, "Rasa learns from this file, the trainer's tools cannot read it.", "Write it as YAML."
            )
            yield Document(file, faults=[fault])


def _examples(file: str, block: Block) -> Iterator[Example]:
    for one in block.examples:
        yield Example(one.text, block.label or "", block.sub, one.spans, file, one.line)


def _unknown(file: str, block: Block, labels: Labels) -> Iterator[Fault]:
    label = block.label or ""
    if told := labels.unknown_label(label):
        yield Fault(file, block.line, *told)
    elif block.sub is not None and (told := labels.unknown_sub(label, block.sub)):
        yield Fault(file, block.sub_line, *told)
    for one in block.examples:
        for span in one.spans:
            if told := labels.unknown_entity(span.entity):
                yield Fault(file, one.line, *told)


def check(labels: Labels, label: str, sub: str | None, text: str, spans: Iterable[Span]) -> None:
    """Raises InvalidInput (reasons `unknown`, `not_one_line`)."""
    told = labels.unknown_label(label) or (labels.unknown_sub(label, sub) if sub is not None else None)
    for span in spans:
        told = told or labels.unknown_entity(span.entity)
    if told:
        raise InvalidInput("unknown", " ".join(told))
    if not text or text != text.strip() or "\n" in text or FORBIDDEN.search(text):
        raise InvalidInput("not_one_line", "An example is one line of visible characters, without spaces around it.")


def _add(root: Path, label: str, sub: str | None, text: str, spans: Sequence[Span]) -> tuple[str, int]:
    check(read_labels(root)[0], label, sub, text, spans)
    try:
        raw = render(text, spans)
    except AnnotationError as error:
        raise InvalidInput("annotation", str(error)) from None
    documents = _sound(root)
    for document in documents:
        for block in document.blocks:
            for one in block.examples:
                if one.text == text:
                    if (block.label, block.sub) == (label, sub):
                        return document.file, one.line
                    other = f"{block.label}/{block.sub}" if block.sub else block.label
                    raise InvalidInput("other_label", f"{document.file}:{one.line} has the same text under {other}.")
    document = _home(root, documents, label, sub)
    block = Block(label, sub, 0, 0, examples=[Written(raw, text, tuple(spans), 0)])
    document.blocks.append(block)
    _write(root, document)
    return document.file, _line_of(document, label, sub, raw)


def _home(root: Path, documents: list[Document], label: str, sub: str | None) -> Document:
    """The file for an example of this label; where the corpus is empty, a new one of the label's name."""

    def nearness(document: Document) -> tuple[int, int, int]:
        same = [block for block in document.blocks if block.label == label]
        related = [block for block in document.blocks if (block.label or "").split("_")[0] == label.split("_")[0]]
        exact = [block for block in same if block.sub == sub]
        return _count(exact), _count(same), _count(related)

    nearest = max(documents, key=nearness, default=None)
    if nearest is not None and any(nearness(nearest)):
        return nearest
    file = f"{FOLDER}/{label}.yml"
    new = Document(file, head=['version: "3.1"', "nlu:"])
    return next((document for document in documents if document.file == file), new)


def _count(blocks: list[Block]) -> int:
    return sum(len(block.examples) for block in blocks)


def _remove(root: Path, example: Example) -> None:
    for document in _sound(root):
        if document.file != example.file:
            continue
        for block in document.blocks:
            if (block.label, block.sub) != (example.label, example.sub):
                continue
            kept = [one for one in block.examples if one.text != example.text]
            if len(kept) == len(block.examples):
                continue
            if block.verbatim is not None:
                raise Conflict(
                    "not_regular",
                    f"{example.place}: this block is not in the regular form; delete the example by hand.",
                )
            block.examples = kept
            document.blocks = [block for block in document.blocks if block.examples or block.verbatim is not None]
            return _write(root, document)
    raise Conflict("gone", f"{example.file} no longer has this example under {example.full_label}; read it again.")


def _sound(root: Path) -> list[Document]:
    documents = list(_documents(root))
    faults = [fault for document in documents for fault in document.faults]
    if faults:
        raise Conflict(
            "faults", "\n".join(["Nothing was written, because files could not be read whole:", *map(str, faults)])
        )
    return documents


def _line_of(document: Document, label: str, sub: str | None, raw: str) -> int:
    again = read_document(document.file, _bytes_of(document))
    return next(
        one.line
        for block in again.blocks
        if (block.label, block.sub) == (label, sub)
        for one in block.examples
        if one.raw == raw
    )


def _bytes_of(document: Document) -> bytes:
    return written(document).encode()


def _write(root: Path, document: Document) -> None:
    """All or nothing: a reader never sees half a file."""
    path = root / document.file
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_bytes_of(document))
        os.chmod(temporary, path.stat().st_mode if path.exists() else 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Two trainers' commands at once: one after the other."""
    try:
        folder = os.open(root / FOLDER, os.O_RDONLY)
    except FileNotFoundError:
        raise Conflict("gone", f"{root / FOLDER} is not there: restore it.") from None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
