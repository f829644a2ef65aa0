"""``group``: which texts say much the same.

In: ``{"texts": [text, …], "cache", "alike"}``. Out: ``{"groups": [[index, …], …]}``: every index once; the largest
group first, those of one size in the order of their first text.
"""

from typing import Any

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from bot.lab.payload import BadInput, embedded, number, path, strings

#: Mean cosine within a group. Of 2,000 of our own examples: at 0.92 there are 445 groups of two or more, with 1,340
#: texts, 74 % of which have their group's commonest label; at 0.95 133 groups with 302 texts (90 %); at 0.90 groups mix
#: matters.
ALIKE = 0.92
#: All distances are held at once: 5,000 texts need 200 MB, and time grows with their square.
MOST = 5000


def run(payload: dict[str, Any]) -> dict[str, Any]:
    """Answer the command."""
    texts = strings(payload, "texts")
    if len(texts) > MOST:
        raise BadInput(f"{len(texts)} texts are too many to group at once; give at most {MOST}.")
    alike = number(payload, "alike", ALIKE)
    if len(texts) < 2:
        return {"groups": [[index] for index in range(len(texts))]}
    return {"groups": groups(embedded(texts, path(payload, "cache")), alike)}


def groups(vectors: np.ndarray, alike: float) -> list[list[int]]:
    """Average linkage: two groups become one as long as their texts' mean similarity is at least ``alike``.

    ``vectors``: (n, dimensions), of length 1, n ≥ 2.
    """
    distances = np.clip(1.0 - vectors @ vectors.T, 0.0, None)
    np.fill_diagonal(distances, 0.0)
    # The product is symmetric but for rounding, which the condensed form does not ask about.
    tree = linkage(squareform(distances, checks=False), method="average")
    found: dict[int, list[int]] = {}
    for index, name in enumerate(fcluster(tree, 1.0 - alike, criterion="distance")):
        found.setdefault(int(name), []).append(index)
    return sorted(found.values(), key=lambda group: (-len(group), group[0]))
