"""``lint``: what only the model can see in training data.

In: ``{"examples": [{"text", "label", "spans": [[start, end], …]}, …], "cache", "dictionary", "near"}``; ``label``
may be ``label/sub``; ``cache``: where vectors are kept; ``dictionary``: the folder of jieba's dictionaries; ``near``:
the least similarity.

Out: ``{"near": [[index, index, similarity], …], "cut": [[index, number of the span, [token, …]], …]}``: examples of two
labels that mean nearly the same, most alike first; spans whose ends are no ends of tokens, with the tokens they cut.
"""

from itertools import accumulate
from typing import Any

import jieba
import numpy as np

from bot.lab.payload import BadInput, embedded, labelled, number, path
from bot.lab.words import tokenizer

#: Cosine of two sentence vectors. Chosen by reading pairs of our own 7,976 examples: at 0.98 nearly every pair says the
#: same under two labels, at 0.97 every second one is worth a look, at 0.96 it is mostly the same words in another
#: sense (取消投诉 and 怎么取消已经登记的投诉). There 99 pairs lie above 0.97, 351 above 0.96.
NEAR = 0.97
_ROWS = 1024


def run(payload: dict[str, Any]) -> dict[str, Any]:
    """Answer the command."""
    texts, labels = labelled(payload)
    spans = _spans(payload)
    words = tokenizer(path(payload, "dictionary"))
    cut = [
        [index, which, tokens]
        for index, (text, places) in enumerate(zip(texts, spans, strict=True))
        for which, tokens in cut_spans(words, text, places)
    ]
    vectors = embedded(texts, path(payload, "cache"))
    return {"near": near_pairs(vectors, labels, number(payload, "near", NEAR)), "cut": cut}


def near_pairs(vectors: np.ndarray, labels: list[str], least: float) -> list[list[Any]]:
    """Pairs (i < j) of different labels (sub-labels aside) whose similarity is at least ``least``, most alike first.

    ``vectors``: (n, dimensions), of length 1. Time grows with n²: 25,000 take about 10 s on one core.
    """
    names = [label.partition("/")[0] for label in labels]
    codes = np.unique(names, return_inverse=True)[1] if names else np.zeros(0, int)
    pairs: list[list[Any]] = []
    for start in range(0, len(vectors), _ROWS):
        # only what stands behind: each pair once
        alike = vectors[start : start + _ROWS] @ vectors[start:].T
        for row, column in zip(*np.nonzero(alike >= least), strict=True):
            if column > row and codes[start + row] != codes[start + column]:
                pairs.append([int(start + row), int(start + column), round(float(alike[row, column]), 4)])
    return sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1]))


def cut_spans(words: jieba.Tokenizer, text: str, spans: list[list[int]]) -> list[tuple[int, list[str]]]:
    """Which spans begin or end within a token, and the tokens over which they lie."""
    if not spans:
        return []
    tokens = words.lcut(text)
    ends = list(accumulate(map(len, tokens)))
    edges = {0, *ends}
    found = []
    for which, (start, end) in enumerate(spans):
        if start not in edges or end not in edges:
            over = [token for token, last in zip(tokens, ends, strict=True) if last > start and last - len(token) < end]
            found.append((which, over))
    return found


def _spans(payload: dict[str, Any]) -> list[list[list[int]]]:
    try:
        return [[[int(start), int(end)] for start, end in each.get("spans", [])] for each in payload["examples"]]
    except (TypeError, ValueError):
        raise BadInput('"spans" of an example must be [[start, end], …].') from None
