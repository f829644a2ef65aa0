"""Which article about rights answers a message, and how likely: the search's model. Nothing of Rasa.

Stage ``letters`` compares by n-grams and BM25. Where it is not sure, stage ``meaning`` adds the sentence encoder's
latent terms and means. In each a kernel ridge regression over all rows
(https://scikit-learn.org/stable/modules/kernel_ridge.html) scores every article and "no article", and a conditional
logit (``bot.nlu.articles_logit``) makes one probability of that and of the likenesses of ``bot.nlu.articles_index``.
The logit is learnt on asks that the rows and the regression had not seen: so its probabilities are calibrated.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix

from bot.nlu import articles_logit, linear, ngrams
from bot.nlu.articles_index import (
    ASK,
    LONGER,
    Places,
    Rows,
    WordIndex,
    cosine_features,
    of_length_one,
    score_features,
    word_features,
    words_of,
)
from bot.nlu.articles_logit import Logit
from bot.nlu.encoder import TERMS, Encoder, identity, matrix_of, mean_of, terms_of
from bot.nlu.ngrams import Example, Vocabulary

LETTERS, MEANING = "letters", "meaning"
_FOLDS = 4  # of which one is read: a quarter of the asks is plenty for the logit's weights
_AT_ONCE = 128  # messages whose features are made together
# Of the regression, the best of a grid on unseen asks: how much n-grams, latent terms and means count, how fast
# likeness falls off, how much is smoothed.
_SHARES = (0.2, 0.2, 0.6)
_SHARPNESS = 2.0
_RIDGE = 0.1
_NEIGHBOURS = 5  # texts without an article whose mean likeness counts


class Found(NamedTuple):
    """``ids``: of the articles; ``probabilities``: (articles,); ``stage``: ``letters`` or ``meaning``."""

    ids: list[str]
    probabilities: np.ndarray
    stage: str


@dataclass(frozen=True)
class Texts:
    """Texts as they are compared, in rows of length 1: (n, n-grams), (n, 16384) and (n, 384)."""

    words: list[list[str]]
    letters: csr_matrix
    terms: csr_matrix
    means: np.ndarray

    def only(self, kept: np.ndarray) -> "Texts":
        """Those, by index."""
        return Texts([self.words[at] for at in kept], self.letters[kept], self.terms[kept], self.means[kept])


@dataclass(frozen=True)
class Measures:
    """What gives a message the form of ``Texts``. ``idf``: (16384,), of latent terms; ``centre``: (384,), of means."""

    vocabulary: Vocabulary
    idf: np.ndarray
    centre: np.ndarray

    def letters(self, examples: Sequence[Example]) -> csr_matrix:
        """N-grams."""
        return of_length_one(self.vocabulary.matrix(examples))

    def terms(self, rows: csr_matrix) -> csr_matrix:
        """Latent terms, weighted as ``bot.nlu.cascade`` does."""
        weighted = rows.astype(np.float32)
        weighted.data = (1 + np.log(weighted.data)) * self.idf[weighted.indices]
        return of_length_one(weighted)

    def means(self, rows: np.ndarray) -> np.ndarray:
        """Means, less what all texts have in common."""
        left = rows - self.centre
        lengths = np.linalg.norm(left, axis=1, keepdims=True)
        return np.asarray(left / np.where(lengths > 0, lengths, 1), np.float32)


@dataclass
class Memory:
    """All rows and what each says of the articles.

    The first rows are the articles' own, those behind them no article answers. ``alphas``: by stage, float32 (rows,
    articles and none), the regression's dual weights.
    """

    texts: Texts
    places: Places
    bm25: WordIndex
    alphas: dict[str, np.ndarray]

    def __post_init__(self) -> None:
        # in the form that a product wants: turning them anew costs 3 ms a message
        self._letters, self._terms = self.texts.letters.T.tocsr(), self.texts.terms.T.tocsr()

    def by_letters(self, words: Sequence[list[str]], letters: csr_matrix) -> tuple[list[np.ndarray], np.ndarray]:
        """Features of stage ``letters``, last what speaks against all; and what stage ``meaning`` goes on with."""
        cosines = _dense(letters @ self._letters)
        scores = _kernel(cosines.copy()) @ self.alphas[LETTERS]
        bm25 = np.stack([self.bm25.scores(each) for each in words])
        features = [
            *word_features(bm25, self.places),
            *cosine_features(self._own(cosines), self.places),
            *score_features(scores),
        ]
        return [*features, _against(scores, self._others(cosines))], cosines

    def by_meaning(self, cosines: np.ndarray, terms: csr_matrix, means: np.ndarray) -> list[np.ndarray]:
        """The same of stage ``meaning``; ``cosines``: those of n-grams."""
        by_terms, by_means = _dense(terms @ self._terms), means @ self.texts.means.T
        mixed = sum(share * each for share, each in zip(_SHARES, (cosines, by_terms, by_means), strict=True))
        scores = _kernel(mixed) @ self.alphas[MEANING]
        features = [
            *cosine_features(self._own(by_terms), self.places),
            *cosine_features(self._own(by_means), self.places),
            *score_features(scores),
        ]
        return [*features, _against(scores, self._others(by_terms), self._others(by_means))]

    def _own(self, cosines: np.ndarray) -> np.ndarray:
        return cosines[:, : self.bm25.rows]

    def _others(self, cosines: np.ndarray) -> np.ndarray:
        return cosines[:, self.bm25.rows :]


@dataclass
class Finder:
    """The trained model. ``sure``: from this probability on, of an article or of none, stage ``letters`` decides."""

    ids: list[str]
    measures: Measures
    memory: Memory
    logits: dict[str, Logit]
    sure: float

    def find(self, example: Example, thorough: bool = True) -> Found:
        """What answers a normalised message; nothing for one without a known n-gram. Not ``thorough``: by letters."""
        letters = self.measures.letters([example])
        if not letters.nnz:
            return Found(self.ids, np.zeros(len(self.ids)), LETTERS)
        first, cosines = self.memory.by_letters([words_of(example)], letters)
        read = _probabilities(self.logits[LETTERS], [first])
        if read.max() >= self.sure or not thorough:
            return Found(self.ids, read[0, :-1], LETTERS)
        terms = self.measures.terms(matrix_of([terms_of(example.text)]))
        means = self.measures.means(mean_of(example.text)[None])
        second = self.memory.by_meaning(cosines, terms, means)
        return Found(self.ids, _probabilities(self.logits[MEANING], [first, second])[0, :-1], MEANING)

    def read_ahead(self, example: Example) -> None:
        """Have the encoder's mean remembered where ``find`` will ask for it."""
        letters = self.measures.letters([example])
        if letters.nnz:
            first, _ = self.memory.by_letters([words_of(example)], letters)
            if _probabilities(self.logits[LETTERS], [first]).max() < self.sure:
                mean_of(example.text)

    def save(self, folder: Path) -> None:
        """Write ``articles.npz`` and ``articles.json``: arrays and text, nothing that runs when it is loaded."""
        texts, places = self.memory.texts, self.memory.places
        arrays = {
            "idf": self.measures.vocabulary.idf,
            "terms idf": self.measures.idf,
            "centre": self.measures.centre,
            "owner": places.owner,
            "part": places.part,
            "means": texts.means.astype(np.float16),
            **_unpacked("letters", texts.letters),
            **_unpacked("terms", texts.terms),
        }
        for stage in (LETTERS, MEANING):
            arrays[f"{stage} alpha"] = self.memory.alphas[stage].astype(np.float16)
            arrays[f"{stage} weights"], arrays[f"{stage} none"] = self.logits[stage].weights, self.logits[stage].none
        np.savez(folder / "articles.npz", **arrays)
        told = {
            "encoder": identity(),
            "ids": self.ids,
            "vocabulary": list(self.measures.vocabulary.index),
            "words": texts.words[: self.memory.bm25.rows],
        }
        (folder / "articles.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, sure: float) -> "Finder":
        """Read what ``save`` wrote. ValueError where it was trained with another release of the encoder."""
        told = json.loads((folder / "articles.json").read_text(encoding="utf-8"))
        if told["encoder"] != identity():
            raise ValueError(f"The model was trained with {told['encoder']}, here is {identity()}: run `make train`.")
        with np.load(folder / "articles.npz", allow_pickle=False) as arrays:
            vocabulary = Vocabulary({gram: at for at, gram in enumerate(told["vocabulary"])}, arrays["idf"])
            texts = Texts(
                told["words"],
                _packed("letters", arrays, len(vocabulary.index)),
                _packed("terms", arrays, TERMS),
                arrays["means"].astype(np.float32),
            )
            places = Places(arrays["owner"], arrays["part"], len(told["ids"]))
            alphas = {stage: arrays[f"{stage} alpha"].astype(np.float32) for stage in (LETTERS, MEANING)}
            logits = {stage: Logit(arrays[f"{stage} weights"], arrays[f"{stage} none"]) for stage in (LETTERS, MEANING)}
            measures = Measures(vocabulary, arrays["terms idf"], arrays["centre"])
        return cls(told["ids"], measures, Memory(texts, places, WordIndex(told["words"]), alphas), logits, sure)


def train(rows: Rows, none: Sequence[Example], encoder: Encoder, sure: float) -> Finder:
    """Learn from the rows of at least two articles and from texts that none answers."""
    examples = [*rows.examples, *none]
    measures, texts = _measured(examples, encoder)
    owner = np.concatenate([rows.owner, np.full(len(none), len(rows.ids))])
    asked = np.concatenate([rows.part == ASK, np.ones(len(none), bool)])
    unseen = np.zeros(len(examples), bool)
    unseen[asked] = linear.folds_of(owner[asked], _FOLDS) == 0
    seen = np.flatnonzero(~unseen)
    logits = _logits(_memory(rows, texts, seen), texts.only(np.flatnonzero(unseen)), owner[unseen])
    return Finder(rows.ids, measures, _memory(rows, texts, np.arange(len(examples))), logits, sure)


def _measured(examples: Sequence[Example], encoder: Encoder) -> tuple[Measures, Texts]:
    vocabulary = ngrams.learn(examples, at_least=2)
    terms = encoder.terms([example.text for example in examples])
    means = encoder.embed([example.text for example in examples])
    idf = np.log((1 + len(examples)) / (1 + terms.getnnz(axis=0))).astype(np.float32) + 1
    measures = Measures(vocabulary, idf, means.mean(axis=0))
    words = [words_of(example) for example in examples]
    return measures, Texts(words, measures.letters(examples), measures.terms(terms), measures.means(means))


def _memory(rows: Rows, texts: Texts, kept: np.ndarray) -> Memory:
    own = kept[kept < len(rows.examples)]
    count = len(rows.ids)
    texts = texts.only(kept)
    part = np.concatenate([rows.part[own], np.full(len(kept) - len(own), ASK)])
    owner = np.concatenate([rows.owner[own], np.full(len(kept) - len(own), count)])
    learnt = np.flatnonzero(part != LONGER)  # a sentence of a longer answer is often about its neighbours
    alphas = {}
    for stage in (LETTERS, MEANING):
        alphas[stage] = np.zeros((len(kept), count + 1), np.float32)
        alphas[stage][learnt] = _regressed(_likeness(texts.only(learnt), stage), owner[learnt], count)
    places = Places(rows.owner[own], rows.part[own], count)
    return Memory(texts, places, WordIndex(texts.words[: len(own)]), alphas)


def _likeness(texts: Texts, stage: str) -> np.ndarray:
    """Of all texts to each other, float32 (texts, texts): 600 MB for 12,000 of them."""
    found = _dense(texts.letters @ texts.letters.T)
    if stage == MEANING:
        found *= _SHARES[0]
        for share, rows in zip(_SHARES[1:], (texts.terms, texts.means), strict=True):
            for start in range(0, len(found), _AT_ONCE):
                part = rows[start : start + _AT_ONCE] @ rows.T
                found[start : start + _AT_ONCE] += share * (part if isinstance(part, np.ndarray) else part.toarray())
    return found


def _regressed(likeness: np.ndarray, owner: np.ndarray, count: int) -> np.ndarray:
    """Dual weights (rows, articles and none); ``likeness`` is used up."""
    targets = np.eye(count + 1, dtype=np.float32)[owner]
    kernel = _kernel(likeness)
    kernel[np.diag_indices_from(kernel)] += _RIDGE
    # in place, and only the lower triangle is read
    return np.asarray(cho_solve(cho_factor(kernel.T, lower=False, overwrite_a=True), targets), np.float32)


def _kernel(likeness: np.ndarray) -> np.ndarray:
    """In place."""
    likeness -= 1
    likeness *= _SHARPNESS
    return np.asarray(np.exp(likeness, out=likeness))


def _logits(memory: Memory, unseen: Texts, owner: np.ndarray) -> dict[str, Logit]:
    first, both = [], []
    for start in range(0, len(owner), _AT_ONCE):
        part = unseen.only(np.arange(start, min(start + _AT_ONCE, len(owner))))
        by_letters, cosines = memory.by_letters(part.words, part.letters)
        first.append(_stacked([by_letters]))
        both.append(_stacked([by_letters, memory.by_meaning(cosines, part.terms, part.means)]))
    return {
        stage: articles_logit.fit(
            np.concatenate([each[0] for each in made]), np.concatenate([each[1] for each in made]), owner
        )
        for stage, made in ((LETTERS, first), (MEANING, both))
    }


def _probabilities(logit: Logit, stages: Sequence[list[np.ndarray]]) -> np.ndarray:
    return logit.probabilities(*_stacked(stages))


def _stacked(stages: Sequence[list[np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Features of articles (messages, articles, features), and what speaks for none (messages, others)."""
    features = np.stack([feature for *own, _ in stages for feature in own], axis=2)
    others = np.concatenate([against for *_, against in stages], axis=1)
    best = np.sort(features, axis=1)[:, -1, :]
    return features, np.concatenate([others, best], axis=1)


def _against(scores: np.ndarray, *cosines: np.ndarray) -> np.ndarray:
    """What speaks for no article: its own score, the best of the others, and the texts without one that are alike."""
    found = [scores[:, -1], scores[:, :-1].max(axis=1)]
    for each in cosines:
        best = np.sort(_with_nothing(each, _NEIGHBOURS), axis=1)[:, -_NEIGHBOURS:]
        found += [best[:, -1], best.mean(axis=1)]
    return np.stack(found, axis=1)


def _with_nothing(cosines: np.ndarray, least: int) -> np.ndarray:
    return np.concatenate([cosines, np.zeros((len(cosines), max(least - cosines.shape[1], 0)), np.float32)], axis=1)


def _unpacked(name: str, rows: csr_matrix) -> dict[str, np.ndarray]:
    return {f"{name} data": rows.data.astype(np.float16), f"{name} at": rows.indices, f"{name} starts": rows.indptr}


def _packed(name: str, arrays: Any, width: int) -> csr_matrix:
    starts = arrays[f"{name} starts"]
    parts = arrays[f"{name} data"].astype(np.float32), arrays[f"{name} at"], starts
    return csr_matrix(parts, shape=(len(starts) - 1, width))


def _dense(product: csr_matrix) -> np.ndarray:
    return np.asarray(product.toarray(), np.float32)
