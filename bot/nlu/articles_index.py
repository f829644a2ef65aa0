"""How like a message is to each article about rights: by letters, by BM25 and by the sentence encoder.

Everything that articles say is a row: each ask, the title, the short answer, the sentences of the longer one. A message
is compared with all rows in four ways; of the rows of an article a few numbers are left, the features of
``features``, from which ``bot.nlu.articles_model`` makes probabilities.

BM25 is ``bm25s`` (Lucene's variant) on jieba's words, the others are cosines: of n-grams (``bot.nlu.ngrams``), of the
encoder's latent terms and of its means, from which the mean of all rows is taken off.
"""

import logging
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import jieba
import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu import ngrams
from bot.nlu.articles_data import ArticleText
from bot.nlu.ngrams import Example
from bot.nlu.text import normalise


@contextmanager
def _without_jax() -> Iterator[None]:
    # TensorFlow brings jax along, and bm25s starts it wherever it is: up to 110 MB for a sort that is not used here.
    before = sys.modules.get("jax")
    sys.modules["jax"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["jax"]
        if before is not None:
            sys.modules["jax"] = before


with _without_jax():
    import bm25s

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it tells of every index

ASK, TITLE, SHORT, LONGER = range(4)
PARTS = (ASK, TITLE, SHORT, LONGER)
_SENTENCE = re.compile(r"(?<=[。！？!?；;])|\n")
_SHORTEST_SENTENCE = 6  # characters
_BEST = 3  # asks of an article whose mean counts
_BM25_SCALE = 10.0  # brings scores near to cosines; the ranker weighs them anyway


@dataclass(frozen=True)
class Rows:
    """Normalised texts of articles. ``owner``, ``part``: (rows,) the article and ASK … LONGER.

    The rows of a part are together, in the order of articles.
    """

    ids: list[str]
    examples: list[Example]
    owner: np.ndarray
    part: np.ndarray

    @classmethod
    def of(cls, articles: Sequence[ArticleText]) -> "Rows":
        """The rows of articles as written."""
        told = [
            (text, at, part) for part in PARTS for at, article in enumerate(articles) for text in _texts(article, part)
        ]
        return cls(
            [article.id for article in articles],
            [example_of(text) for text, _, _ in told],
            np.array([at for _, at, _ in told]),
            np.array([part for _, _, part in told]),
        )

    def only(self, kept: np.ndarray) -> "Rows":
        """Those rows, by index."""
        return Rows(self.ids, [self.examples[at] for at in kept], self.owner[kept], self.part[kept])


def example_of(text: str) -> Example:
    """A text as written, as the pipeline brings it to the search."""
    normal = normalise(text)[: ngrams.MAX_CHARACTERS]
    return Example(normal, jieba.lcut(normal))


def _texts(article: ArticleText, part: int) -> list[str]:
    if part == LONGER:
        sentences = [each.strip() for each in _SENTENCE.split(article.longer)]
        return [each for each in sentences if len(each) >= _SHORTEST_SENTENCE] or [article.longer]
    return list(article.asks) if part == ASK else [article.title if part == TITLE else article.short]


class Places:
    """Where the rows of each article and part stand: what brings likenesses of rows down to articles."""

    def __init__(self, owner: np.ndarray, part: np.ndarray, count: int) -> None:
        self.owner, self.part = owner, part
        self._at = {kind: _padded(np.flatnonzero(part == kind), owner, count) for kind in PARTS}

    def best(self, likeness: np.ndarray, part: int) -> np.ndarray:
        """(messages, rows) → (messages, articles): the most alike row of a part; 0 where it has none."""
        return _with_nothing(likeness)[:, self._at[part]].max(axis=2)

    def means(self, likeness: np.ndarray) -> np.ndarray:
        """The same, the mean of the three most alike asks."""
        of_asks = _with_nothing(likeness)[:, self._at[ASK]]
        if of_asks.shape[2] <= _BEST:
            return of_asks.mean(axis=2)
        return np.partition(of_asks, -_BEST, axis=2)[:, :, -_BEST:].mean(axis=2)


def _padded(rows: np.ndarray, owner: np.ndarray, count: int) -> np.ndarray:
    # (articles, most rows of one); -1 is the last column, which _with_nothing adds
    widest = max(int(np.bincount(owner[rows], minlength=count).max()), 1) if len(rows) else 1
    places = np.full((count, widest), -1)
    filled = np.zeros(count, int)
    for row in rows:
        places[owner[row], filled[owner[row]]] = row
        filled[owner[row]] += 1
    return places


def _with_nothing(likeness: np.ndarray) -> np.ndarray:
    return np.concatenate([likeness, np.zeros((len(likeness), 1), likeness.dtype)], axis=1)


class WordIndex:
    """BM25 over the rows."""

    def __init__(self, words: Sequence[Sequence[str]]) -> None:
        self._index = bm25s.BM25(method="lucene", k1=1.2, b=0.6)
        self._index.index([list(each) or [""] for each in words], show_progress=False)
        self.rows = len(words)

    def scores(self, words: Sequence[str]) -> np.ndarray:
        """(rows,) float32; all 0 where no word is known."""
        known = [word for word in words if word in self._index.vocab_dict]
        if not known:
            return np.zeros(self.rows, np.float32)
        return np.asarray(self._index.get_scores(known), np.float32)


def words_of(example: Example) -> list[str]:
    """The words that BM25 counts."""
    return [word.lower() for word in example.words if word.strip()]


def word_features(scores: np.ndarray, places: Places) -> list[np.ndarray]:
    """Of BM25 scores (messages, rows): five features, each (messages, articles)."""
    best = [places.best(scores, part) for part in PARTS]
    highest = np.maximum(scores.max(axis=1, keepdims=True), 1e-6)
    return [*(each / _BM25_SCALE for each in best), best[ASK] / highest]


def cosine_features(cosines: np.ndarray, places: Places) -> list[np.ndarray]:
    """Of cosines (messages, rows): five features, each (messages, articles)."""
    return [*(places.best(cosines, part) for part in PARTS), places.means(cosines)]


def score_features(scores: np.ndarray) -> list[np.ndarray]:
    """Of a classifier's scores (messages, articles and none): three features, each (messages, articles)."""
    own = scores[:, :-1]
    shifted = scores - scores.max(axis=1, keepdims=True)
    logarithms = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return [own, logarithms[:, :-1], lead(own)]


def lead(scores: np.ndarray) -> np.ndarray:
    """How far each article is in front of the best of the others (below 0: behind it)."""
    if scores.shape[1] < 2:
        return scores
    order = np.sort(scores, axis=1)
    best, second = order[:, -1:], order[:, -2:-1]
    return np.where(scores >= best, scores - second, scores - best)


def of_length_one(rows: csr_matrix) -> csr_matrix:
    """Each row divided by its length; empty ones stay."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1.0
    return csr_matrix(rows.multiply(1 / lengths[:, None]), dtype=np.float32)
