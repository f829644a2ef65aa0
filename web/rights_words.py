"""Search among the articles by words alone: for when the understanding does not answer, and beside it.

Pairs of neighbouring characters stand for words, so nothing has to be cut and half a word finds the whole one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import log

from care.plain import plain
from care.rights.articles import Article, Topic, topics

#: a word counts as much as the best place where it stands
_TITLE, _ASKED, _ANSWERED = 3.0, 2.0, 1.0
#: part of the question, by how telling its words are, that an article has to mention
_MENTIONED = 0.5
_RUN = re.compile(r"[a-z0-9]+|[\u3400-\u4dbf\u4e00-\u9fff]+")


def prepare() -> None:
    """Read what the first search, and the first one after articles were changed, would have to wait for: half a
    second."""
    global _told
    _told = _Told.of(topics())


def mentioning(question: str, most: int) -> list[Article]:
    """At most `most` articles that have the words of the question, the best first; none where it has no words."""
    told = _current()
    index, total = told.index, len(told.articles)
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
    return [told.articles[id_] for id_ in found[:most]]


@dataclass(frozen=True)
class _Told:
    """The articles by id, and of each word the articles that have it with the best place where it stands."""

    topics: Mapping[str, Topic]
    articles: Mapping[str, Article]
    index: Mapping[str, Mapping[str, float]]

    @classmethod
    def of(cls, topics: Mapping[str, Topic]) -> _Told:
        articles = {article.id: article for topic in topics.values() for article in topic.articles}
        index: dict[str, dict[str, float]] = defaultdict(dict)
        for id_, article in articles.items():
            for text, place in ((article.short, _ANSWERED), (" ".join(article.asks), _ASKED), (article.title, _TITLE)):
                for word in _words(text, is_indexed=True):
                    index[word][id_] = place
        return cls(topics, articles, dict(index))


_told: _Told | None = None


def _current() -> _Told:
    """Of the articles as they are told now."""
    if _told is None or _told.topics is not topics():
        prepare()
    assert _told is not None
    return _told


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
