"""Taking out of `data/nlu` what trainers wrote for messages that were deleted at their customer's wish.

The sentences are the trainers' own and name nobody; but they would not be there without the message. What is kept of
one is a keyed hash: `quanyi nlu forget` finds it by that in any checkout, also in one that was away meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from care.crypto import blind_index
from care.training import corpus
from care.training.examples import AnnotationError, parse
from care.training.rewording import bare

_Example = tuple[str, str | None, bytes]


def example_index(text: str) -> bytes:
    """The keyed hash of an example's text, however it is spaced or punctuated."""
    return blind_index(bare(text), "forgotten_examples.text_index")


def index_of_words(words: str) -> bytes:
    """The same of a sentence as it is annotated."""
    try:
        text, _ = parse(words)
    except AnnotationError:  # it was checked when it was accepted; whatever it is, its text is what is hashed
        text = words
    return example_index(text)


def remove_examples(root: Path, forgotten: set[_Example]) -> Iterator[str]:
    """Take these out of the files at `root`: label, sub-label, hash. Yields where each stood.

    Raises Conflict where a file is at fault; what was taken out before stays out.
    """
    labels = {(label, sub) for label, sub, _ in forgotten}
    for example in corpus.read(root).examples if forgotten else ():
        key = example.label, example.sub
        if key in labels and (*key, example_index(example.text)) in forgotten:
            corpus.remove(root, example)
            yield example.place
