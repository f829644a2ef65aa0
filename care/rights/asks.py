"""Further ways in which people ask for an article: for the search alone (bot/nlu/articles.py), not shown on its page.

A file of `data/rights/asks/` belongs to the topic of the same name; it lists sentences by the article's id.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from care.errors import InvalidInput
from care.files import read_yaml
from care.rights.articles import FOLDER as TOPICS
from care.rights.articles import Topic, topics

FOLDER = TOPICS / "asks"
#: characters
_LONGEST = 60


def load_asks(folder: Path, known: Mapping[str, Topic]) -> dict[str, tuple[str, ...]]:
    """By article id. Raises InvalidInput (reason `rights`) naming file and article."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.yml")):
        listed = read_yaml(path, "rights")
        ids = {article.id for article in known[path.stem].articles} if path.stem in known else set()
        if not isinstance(listed, dict):
            raise InvalidInput("rights", f"{path}: a list of sentences by article id")
        for id_, asks in listed.items():
            if id_ not in ids:
                raise InvalidInput("rights", f"{path}: {id_}: no article of data/rights/{path.name}")
            if not isinstance(asks, list) or not all(isinstance(ask, str) and 0 < len(ask) <= _LONGEST for ask in asks):
                raise InvalidInput("rights", f"{path}: {id_}: a list of sentences of at most {_LONGEST} characters")
            found[id_] = tuple(asks)
    return found


@lru_cache(maxsize=1)
def further_asks() -> Mapping[str, tuple[str, ...]]:
    """Those that are shipped."""
    return load_asks(FOLDER, topics())
