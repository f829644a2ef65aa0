"""Character and word n-grams of a message as a sparse vector. Nothing of Rasa.

One definition for training and for running: a message's n-grams are looked up in a dictionary, 0.1 ms where a
scikit-learn pipeline (FeatureUnion of two TfidfVectorizer) takes 0.8 ms.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix

MAX_CHARACTERS = 256
CHARACTER_GRAMS = (1, 2, 3, 4)
MIN_DOCUMENTS = 5  # an n-gram of fewer examples is not kept; with little data every n-gram is rare
_LITTLE_DATA = 1000

# One phone number must look like any other, and beside words it says nothing: stories with a number were taken for bare
# answers. The digits of 10086, 5G and 38 say something.
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){6,}")
_ANY_NUMBER = "0000000"
_FEW_WORDS = 4  # characters beside the number


@dataclass(frozen=True)
class Example:
    """A normalised text and its words."""

    text: str
    words: Sequence[str]


@dataclass(frozen=True)
class Vocabulary:
    """The n-grams that count. ``idf``: float32 (n-grams,), in the order of ``index``."""

    index: dict[str, int]
    idf: np.ndarray

    def vector(self, example: Example) -> tuple[np.ndarray, np.ndarray]:
        """Indices and values of an example's known n-grams; both empty when none is known.

        Sublinear term frequency times idf; characters and words each have length 1, so neither drowns the other.
        """
        indices: list[int] = []
        values: list[np.ndarray] = []
        for block in _grams(example):
            known = [(self.index[gram], count) for gram, count in block.items() if gram in self.index]
            if known:
                at = [index for index, _ in known]
                weighted = np.array([1 + math.log(count) for _, count in known]) * self.idf[at]
                indices += at
                values.append(weighted / np.linalg.norm(weighted))
        return np.array(indices, dtype=np.int64), np.concatenate(values) if values else np.zeros(0)

    def matrix(self, examples: Sequence[Example]) -> csr_matrix:
        """One row an example: (examples, n-grams)."""
        vectors = [self.vector(example) for example in examples]
        starts = np.cumsum([0] + [len(indices) for indices, _ in vectors])
        indices = np.concatenate([indices for indices, _ in vectors])
        values = np.concatenate([values for _, values in vectors])
        return csr_matrix((values, indices, starts), shape=(len(examples), len(self.index)))


def learn(examples: Sequence[Example], at_least: int | None = None) -> Vocabulary:
    """The vocabulary of at least one example. ``at_least``: so many of them have an n-gram that is kept."""
    documents: Counter[str] = Counter()
    for example in examples:
        for block in _grams(example):
            documents.update(block.keys())
    if at_least is None:
        at_least = MIN_DOCUMENTS if len(examples) >= _LITTLE_DATA else 1
    kept = sorted(gram for gram, count in documents.items() if count >= at_least)
    idf = np.array([math.log((1 + len(examples)) / (1 + documents[gram])) + 1 for gram in kept], np.float32)
    return Vocabulary({gram: index for index, gram in enumerate(kept)}, idf)


def _grams(example: Example) -> tuple["Counter[str]", "Counter[str]"]:
    text = example.text[:MAX_CHARACTERS].lower()
    without = _LONG_NUMBER.sub("", text)
    number = "" if len(re.findall(r"\w", without)) > _FEW_WORDS else _ANY_NUMBER
    text = _LONG_NUMBER.sub(number, text)
    characters = Counter(text[start : start + n] for n in CHARACTER_GRAMS for start in range(len(text) - n + 1))
    words: list[str] = []
    length = 0
    for word in example.words:
        length += len(word)
        if length > MAX_CHARACTERS:
            break
        if word.strip():
            words.append(_LONG_NUMBER.sub(number, word.lower()))
    # a mark in front keeps words apart from character grams in the one vocabulary
    pairs = [f"\2{first} {second}" for first, second in pairwise(words)]
    return characters, Counter([f"\1{word}" for word in words] + pairs)
