"""Search among the articles by words alone: for when the understanding does not answer, and beside it.

Pairs of neighbouring characters stand for words, so nothing has to be cut and half a word finds the whole one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import pairwise
from math import log

from care.plain import plain
from care.rights.articles import Article, topics

#: a word counts as much as the best place where it stands
_TITLE, _ASKED, _ANSWERED = 3.0, 2.0, 1.0
#: part of the question, by how telling its words are, that an article has to mention
_MENTIONED = 0.5
_RUN = re.compile(r"[a-z0-9]+|[\u3400-\u4dbf\u4e00-\u9fff]+")


def prepare() -> None:
    """Read what the first search would have to wait for: half a second."""
    _index()


def mentioning(question: str, most: int) -> list[Article]:
    """At most `most` articles that have the words of the question, the best first; none where it has no words."""
    index, total = _index()
    weights = {
        word: log(1 + total / len(index[word])) if word in index else log(1 + total) for word in _words(question)
    }
    scores: dict[str, float] = defaultdict(float)
    shares: dict[str, float] = defaultdict(float)
    for word, weight in weights.items():
        for id_, place in index.get(word, {}).items():
            scores[id_] += weight * place
            shares[id_] += weight
    enough = _MENTIONED * sum(weights.values())
    found = sorted((id_ for id_ in scores if shares[id_] >= enough), key=lambda id_: -scores[id_])
    return [_articles()[id_] for id_ in found[:most]]


@lru_cache(maxsize=1)
def _articles() -> dict[str, Article]:
    return {article.id: article for topic in topics().values() for article in topic.articles}


@lru_cache(maxsize=1)
def _index() -> tuple[dict[str, dict[str, float]], int]:
    """Word → article → the best place where it stands; and how many articles there are."""
    index: dict[str, dict[str, float]] = defaultdict(dict)
    for id_, article in _articles().items():
        for text, place in ((article.short, _ANSWERED), (" ".join(article.asks), _ASKED), (article.title, _TITLE)):
            for word in _words(text, is_indexed=True):
                index[word][id_] = place
    return dict(index), len(_articles())


def _words(text: str, *, is_indexed: bool = False) -> Counter[str]:
    """Pairs of Chinese characters, and words of letters and digits. A character alone counts where it stands alone."""
    found: Counter[str] = Counter()
    for run in _RUN.findall(plain(text).lower()):
        if run.isascii():
            found[run] += 1
            continue
        found.update("".join(pair) for pair in pairwise(run))
        if is_indexed or len(run) == 1:
            found.update(run)
    return found
