"""The articles about rights (data/rights/*.yml) as far as the search reads them, and texts that none of them answers.

The form of an article's file is checked in full elsewhere (care/rights/articles.py); here only what cannot be learnt
from stops a training, with file and line.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import yaml

FOLDER = "data/rights"
#: below it: ``id: [further asks]``, for the search alone
MORE_ASKS = "asks"
#: texts near the articles that none of them answers
NONE_FILE = "data/no_article.yml"

_PLACEHOLDER = re.compile(r"\{\w+\}")


class ArticleDataFault(ValueError):
    """What cannot be learnt from: file, line, what is wrong."""


@dataclass(frozen=True)
class ArticleText:
    """What the search knows of an article; ``asks``: how people ask for it, as written."""

    id: str
    title: str
    label: str
    sub: str | None
    asks: tuple[str, ...]
    short: str
    longer: str


def read(folder: Path) -> list[ArticleText]:
    """The articles of all topics with their further asks, in the order of files.

    Raises ArticleDataFault also where there is none.
    """
    found: dict[str, ArticleText] = {}
    for path in sorted(folder.glob("*.yml")):
        for line, article in _articles(path):
            if article.id in found:
                raise ArticleDataFault(f"{path}:{line}: {article.id}: another article has this id")
            found[article.id] = article
    if not found:
        raise ArticleDataFault(f"{folder}: has no articles")
    for path in sorted((folder / MORE_ASKS).glob("*.yml")):
        for line, id_, asks in _more_asks(path):
            if id_ not in found:
                raise ArticleDataFault(f"{path}:{line}: {id_} is no article")
            found[id_] = replace(found[id_], asks=tuple(dict.fromkeys([*found[id_].asks, *asks])))
    return list(found.values())


def read_none(path: Path) -> list[str]:
    """The texts under ``none:`` of a file."""
    texts = _value_of(_root(path), "none")
    if not isinstance(texts, yaml.SequenceNode):
        raise ArticleDataFault(f"{path}:1: must be a list under “none:”")
    return [_text(path, node, "a text") for node in texts.value]


def fingerprint(folder: Path, none: Path) -> str:
    """Of what ``read`` and ``read_none`` give; of a broken file's bytes, so that the training is what stops."""
    digest = hashlib.sha256()
    try:
        told = [[asdict(article) for article in read(folder)], read_none(none)]
        digest.update(json.dumps(told, ensure_ascii=False).encode())
    except ArticleDataFault:
        for path in (*sorted(folder.rglob("*.yml")), none):
            digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def _articles(path: Path) -> Iterator[tuple[int, ArticleText]]:
    blocks = _value_of(_root(path), "articles")
    if not isinstance(blocks, yaml.SequenceNode):
        raise ArticleDataFault(f"{path}:1: must have a list under “articles:”")
    for block in blocks.value:
        line = _line(block.start_mark)
        if not isinstance(block, yaml.MappingNode):
            raise ArticleDataFault(f"{path}:{line}: an article is “id: …”, “title: …”, …")
        told = {name: _field(path, block, name) for name in ("id", "title", "label", "short", "longer")}
        for name in ("short", "longer"):
            told[name] = _PLACEHOLDER.sub("", told[name])
        asks = _value_of(block, "asks")
        if not isinstance(asks, yaml.SequenceNode) or not asks.value:
            raise ArticleDataFault(f"{path}:{line}: {told['id']}: “asks:” must be a list of questions")
        yield (
            line,
            ArticleText(
                **{
                    **told,
                    "short": _PLACEHOLDER.sub("", told["short"]),
                    "longer": _PLACEHOLDER.sub("", told["longer"]),
                },
                sub=_field(path, block, "sub") if _value_of(block, "sub") else None,
                asks=tuple(_text(path, node, f"an ask of {told['id']}") for node in asks.value),
            ),
        )


def _more_asks(path: Path) -> Iterator[tuple[int, str, list[str]]]:
    root = _root(path)
    if not isinstance(root, yaml.MappingNode):
        raise ArticleDataFault(f"{path}:1: must be lists of asks by an article's id")
    for key, value in root.value:
        if not isinstance(value, yaml.SequenceNode):
            raise ArticleDataFault(f"{path}:{_line(key.start_mark)}: {key.value}: must be a list of questions")
        yield (
            _line(key.start_mark),
            str(key.value),
            [_text(path, node, f"an ask of {key.value}") for node in value.value],
        )


def _root(path: Path) -> Any:
    try:
        return yaml.compose(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ArticleDataFault(f"{path}: cannot be read: {error}") from error
    except yaml.MarkedYAMLError as error:
        raise ArticleDataFault(f"{path}:{_line(error.problem_mark)}: the YAML is broken: {error.problem}") from error


def _field(path: Path, block: yaml.Node, name: str) -> str:
    node = _value_of(block, name)
    if node is None:
        raise ArticleDataFault(f"{path}:{_line(block.start_mark)}: an article has no “{name}:”")
    return _text(path, node, f"“{name}:”")


def _text(path: Path, node: yaml.Node, what: str) -> str:
    if not isinstance(node, yaml.ScalarNode) or not str(node.value).strip():
        raise ArticleDataFault(f"{path}:{_line(node.start_mark)}: {what} must be a text")
    return str(node.value).strip()


def _value_of(node: Any, name: str) -> Any:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for key, value in pairs if key.value == name), None)


def _line(mark: Any) -> int:
    return mark.line + 1 if mark else 1
