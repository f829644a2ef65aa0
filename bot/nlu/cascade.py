"""What a message means, in two stages: its letters first, and the sentence encoder where they are not sure.

Stage ``ngrams``: one logistic regression on character and word n-grams, 0.1 ms. Where its probability is not above
``Settings.sure``, stage ``encoder`` adds the scores of a second one on the encoder's latent terms. The probabilities of
each stage are calibrated on examples that it was not trained on. A sub-label is decided within its label, by the
stages that have spoken.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import jieba
import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu import linear, ngrams
from bot.nlu.augmentation import Phrases, augmented
from bot.nlu.encoder import TERMS, Encoder, identity, terms_of
from bot.nlu.ngrams import Example, Vocabulary

_CALIBRATION_FOLDS = 3  # of which one is read: a third of the examples is plenty for two numbers
_WORD = re.compile(r"[^\W\d_]")
_HAN_OR_WORD = re.compile(r"[\u3400-\u9fff]{2}|[A-Za-z]{3}")
_Sparse = tuple[np.ndarray, np.ndarray]  # the indices and the values of a row


@dataclass(frozen=True)
class Settings:
    """How to train.

    ``first``, ``second``: inverse strength of regularisation of the stages, larger fits closer; ``sure``: from this
    probability on the first stage decides alone; ``phrases``: what to put around examples, or None; ``moves``: labels
    of bare answers in a dialogue.
    """

    first: float = 10.0
    second: float = 5.0
    sure: float = 0.97
    phrases: Phrases | None = None
    moves: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reading:
    """``probabilities``: (labels,), in the order of ``labels``; ``stage``: ``ngrams`` or ``encoder``."""

    labels: list[str]
    probabilities: np.ndarray
    stage: str
    sub: str | None = None

    def ranked(self) -> list[tuple[str, float]]:
        """Labels and probabilities, best first."""
        order = np.argsort(-self.probabilities, kind="stable")
        return [(self.labels[at], float(self.probabilities[at])) for at in order]


@dataclass
class Stage:
    """A linear classifier: ``weights`` (features, labels), ``bias`` (labels,), the calibrated factor of its scores."""

    weights: np.ndarray
    bias: np.ndarray
    factor: float = 1.0


@dataclass
class Cascade:
    """The trained model.

    ``second`` is None where it was trained without an encoder; ``mixed``: the factors of both stages' scores where both
    speak; ``idf``: (16384,), of the latent terms; ``subs``: for a label with sub-labels their names ("" for none) and
    the stages that tell them apart, of which the second is None where it was trained without an encoder.
    """

    labels: list[str]
    vocabulary: Vocabulary
    first: Stage
    second: Stage | None
    mixed: tuple[float, float]
    idf: np.ndarray
    sure: float
    subs: dict[str, tuple[list[str], Stage, Stage | None]] = field(default_factory=dict)

    def read(self, example: Example) -> Reading:
        """What the message means. Uniform for a text without a letter and for one without a known n-gram and word."""
        indices, values = self.vocabulary.vector(example)
        scores = values @ self.first.weights[indices] + self.first.bias
        probabilities, stage = linear.softmax(scores * self.first.factor), "ngrams"
        words, spoken = _WORD, None
        if not len(indices):  # it knows nothing, whatever the labels' shares are
            probabilities, words = np.full(len(self.labels), 1 / len(self.labels)), _HAN_OR_WORD
        if self.second is not None and probabilities.max() < self.sure and words.search(example.text):
            at, terms = terms_of(example.text)
            spoken = at, _weighted(terms, self.idf[at])
            second = spoken[1] @ self.second.weights[at] + self.second.bias
            probabilities, stage = linear.softmax(self.mixed[0] * scores + self.mixed[1] * second), "encoder"
        return Reading(self.labels, probabilities, stage, self._sub(probabilities, (indices, values), spoken))

    def read_letters(self, example: Example) -> Reading:
        """The first stage alone: for the clauses of a message, of which there are many."""
        indices, values = self.vocabulary.vector(example)
        if not len(indices):
            return Reading(self.labels, np.full(len(self.labels), 1 / len(self.labels)), "ngrams")
        scores = (values @ self.first.weights[indices] + self.first.bias) * self.first.factor
        return Reading(self.labels, linear.softmax(scores), "ngrams")

    def _sub(self, probabilities: np.ndarray, first: _Sparse, second: _Sparse | None) -> str | None:
        known = self.subs.get(self.labels[int(probabilities.argmax())])
        if known is None:
            return None
        names, by_first, by_second = known
        scores = first[1] @ by_first.weights[first[0]] + by_first.bias
        if second is not None and by_second is not None:
            scores = scores + second[1] @ by_second.weights[second[0]] + by_second.bias
        return names[int(scores.argmax())] or None

    def save(self, folder: Path) -> None:
        """Write ``model.npz`` and ``model.json``: arrays and text, nothing that runs when it is loaded."""
        arrays = {"idf": self.vocabulary.idf, "terms_idf": self.idf}
        stages = {"first": self.first, "second": self.second}
        for key, (_, by_first, by_second) in self.subs.items():
            stages |= {f"sub {key}": by_first, f"second sub {key}": by_second}
        for name, stage in stages.items():
            if stage is not None:
                arrays[f"{name} weights"], arrays[f"{name} bias"] = stage.weights, stage.bias
        np.savez(folder / "model.npz", **arrays)
        description = {
            "encoder": identity(),
            "labels": self.labels,
            "sure": self.sure,
            "factor": self.first.factor,
            "mixed": self.mixed,
            "subs": {key: names for key, (names, *_) in self.subs.items()},
            "vocabulary": list(self.vocabulary.index),
        }
        (folder / "model.json").write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Cascade":
        """Read what ``save`` wrote. ValueError where it was trained with another release of the encoder."""
        told = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        if told["encoder"] != identity():
            raise ValueError(f"The model was trained with {told['encoder']}, here is {identity()}: run `make train`.")
        with np.load(folder / "model.npz", allow_pickle=False) as arrays:

            def stage(name: str, factor: float = 1.0) -> Stage:
                return Stage(arrays[f"{name} weights"], arrays[f"{name} bias"], factor)

            def second(name: str) -> Stage | None:
                return stage(name) if f"{name} bias" in arrays else None

            return cls(
                labels=told["labels"],
                vocabulary=Vocabulary({gram: at for at, gram in enumerate(told["vocabulary"])}, arrays["idf"]),
                first=stage("first", told["factor"]),
                second=second("second"),
                mixed=(told["mixed"][0], told["mixed"][1]),
                idf=arrays["terms_idf"],
                sure=told["sure"],
                subs={
                    key: (names, stage(f"sub {key}"), second(f"second sub {key}"))
                    for key, names in told["subs"].items()
                },
            )


@dataclass
class _Rows:
    """Examples as rows of both stages. ``origin``: of each row the example that it is or was made from."""

    first: csr_matrix
    second: csr_matrix  # empty without an encoder
    labels: list[str]
    origin: np.ndarray
    vocabulary: Vocabulary
    idf: np.ndarray


def train(examples: Sequence[Example], labels: Sequence[str], settings: Settings, encoder: Encoder | None) -> Cascade:
    """Train and calibrate on at least one example; a label is ``label`` or ``label/sub``.

    Without an encoder the first stage decides everything.
    """
    rows = _rows(examples, labels, settings, encoder)
    whole = [label.partition("/")[0] for label in rows.labels]
    names = sorted(set(whole))
    targets = np.array([names.index(label) for label in whole])
    first = linear.fit(rows.first, targets, len(names), settings.first)
    second = linear.fit(rows.second, targets, len(names), settings.second) if encoder else None
    (factor,), mixed = _calibrated(rows, targets, len(names), settings)
    return Cascade(
        names,
        rows.vocabulary,
        Stage(*first, factor),
        Stage(*second) if second else None,
        (mixed[0], mixed[-1]),
        rows.idf,
        settings.sure,
        _subs(rows, settings),
    )


def out_of_fold(
    examples: Sequence[Example], labels: Sequence[str], settings: Settings, encoder: Encoder | None, folds: int = 5
) -> np.ndarray:
    """What the stages together say of each example when trained without it.

    Returns probabilities (examples, labels), calibrated; columns are ``sorted(set(labels))``.
    """
    rows = _rows(examples, labels, settings, encoder)
    names = sorted(set(rows.labels))
    targets = np.array([names.index(label) for label in rows.labels])
    scores, read = _unseen(rows, targets, len(names), settings, folds, parts=folds)
    factors = linear.calibrate(scores, targets[read])
    return linear.softmax(sum(factor * each for factor, each in zip(factors, scores, strict=True)))


def _rows(examples: Sequence[Example], labels: Sequence[str], settings: Settings, encoder: Encoder | None) -> _Rows:
    texts = [example.text for example in examples]
    origin = {text: at for at, text in enumerate(texts)}
    more: list[tuple[str, str, int]] = []
    if settings.phrases is not None:
        for at, (text, label) in enumerate(zip(texts, labels, strict=True)):
            made = augmented([text], [label], settings.moves, settings.phrases)
            more += [(new, given, at) for new, given in made if new not in origin]
    whole = [*examples, *(Example(text, jieba.lcut(text)) for text, _, _ in more)]
    vocabulary = ngrams.learn(whole)
    terms = encoder.terms([example.text for example in whole]) if encoder else csr_matrix((len(whole), TERMS))
    idf = np.log((1 + len(whole)) / (1 + terms.getnnz(axis=0))).astype(np.float32) + 1
    second = terms.copy()
    for start, end in pairwise(terms.indptr):
        second.data[start:end] = _weighted(terms.data[start:end], idf[terms.indices[start:end]])
    return _Rows(
        first=vocabulary.matrix(whole),
        second=second,
        labels=[*labels, *(label for _, label, _ in more)],
        origin=np.array([*range(len(examples)), *(at for _, _, at in more)]),
        vocabulary=vocabulary,
        idf=idf,
    )


def _weighted(terms: np.ndarray, idf: np.ndarray) -> np.ndarray:
    # tf-idf with the term's logarithm (weights lie between 0.3 and 3), of length 1
    values = (1 + np.log(terms)) * idf
    return values / (np.linalg.norm(values) or 1.0)


def _calibrated(rows: _Rows, targets: np.ndarray, count: int, settings: Settings) -> tuple[list[float], list[float]]:
    if len(set(rows.origin)) < 2 * _CALIBRATION_FOLDS:
        return [1.0], [1.0, 1.0]
    scores, read = _unseen(rows, targets, count, settings, _CALIBRATION_FOLDS, parts=1)
    return linear.calibrate(scores[:1], targets[read]), linear.calibrate(scores, targets[read])


def _unseen(
    rows: _Rows, targets: np.ndarray, count: int, settings: Settings, folds: int, parts: int, balanced: bool = False
) -> tuple[list[np.ndarray], np.ndarray]:
    """Scores of the stages for written examples, each by a model without it and without what was made from it.

    Of ``folds`` parts the first ``parts`` are read; which examples these are is the second thing returned.
    """
    own = np.flatnonzero(rows.origin == np.arange(len(rows.origin)))
    fold = linear.folds_of(targets[own], folds)[rows.origin]
    stages = _matrices(rows, settings)
    scores = [np.zeros((len(own), count)) for _ in stages]
    for part in range(parts):
        inside, outside = np.flatnonzero(fold != part), own[fold[own] == part]
        for at, (matrix, strength) in enumerate(stages):
            weights, bias = linear.fit(matrix[inside], targets[inside], count, strength, balanced)
            scores[at][outside] = matrix[outside] @ weights + bias
    read = own[fold[own] < parts]
    return [each[read] for each in scores], read


def subs_out_of_fold(
    examples: Sequence[Example], subs: Sequence[str], settings: Settings, encoder: Encoder | None, folds: int = 5
) -> list[str]:
    """The sub-label that is read for each example of one label when trained without it; ``subs``: the right ones."""
    rows = _rows(examples, subs, settings, encoder)
    names = sorted(set(subs))
    targets = np.array([names.index(sub) for sub in rows.labels])
    scores, _ = _unseen(rows, targets, len(names), settings, folds, parts=folds, balanced=True)
    return [names[at] for at in sum(scores).argmax(axis=1)]


def _subs(rows: _Rows, settings: Settings) -> dict[str, tuple[list[str], Stage, Stage | None]]:
    found: dict[str, tuple[list[str], Stage, Stage | None]] = {}
    parts = [label.partition("/")[::2] for label in rows.labels]
    for label in sorted({label for label, sub in parts if sub}):
        at = np.array([index for index, (whole, _) in enumerate(parts) if whole == label])
        names = sorted({parts[index][1] for index in at})
        targets = np.array([names.index(parts[index][1]) for index in at])
        first, *more = (
            Stage(*linear.fit(matrix[at], targets, len(names), strength, balanced=True))
            for matrix, strength in _matrices(rows, settings)
        )
        found[label] = names, first, more[0] if more else None
    return found


def _matrices(rows: _Rows, settings: Settings) -> list[tuple[csr_matrix, float]]:
    """Of each stage the rows and the inverse strength of regularisation."""
    return [(rows.first, settings.first)] + ([(rows.second, settings.second)] if rows.second.nnz else [])
