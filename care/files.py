"""Files that operators write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from care.errors import InvalidInput

_Model = TypeVar("_Model", bound=BaseModel)
_PLACE = re.compile(r"([\w.]+): ")


def read_yaml(path: Path, reason: str, variable: str | None = None) -> Any:
    """What a YAML file holds. Raises InvalidInput (`reason`) naming the file; `variable`: the setting that names it."""
    return _read(path, reason, variable)[0]


def read_model(path: Path, kind: type[_Model], reason: str, variable: str | None = None) -> _Model:
    """A YAML file as a model. Raises InvalidInput (`reason`) naming file, line and place; `variable` as in `read_yaml`.

    A check of the whole model names the place itself, before a colon: "clocks.answer: is not …".
    """
    data, node = _read(path, reason, variable)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        message = first["msg"].removeprefix("Value error, ")
        place = [str(part) for part in first["loc"]]
        named = _PLACE.match(message) if not place else None
        told = message if named else f"{'.'.join(place) or 'file'}: {message}"
        line = _line_of(node, named[1].split(".") if named else place)
        raise InvalidInput(reason, f"{path}:{line}: {told}") from error


def _read(path: Path, reason: str, variable: str | None) -> tuple[Any, yaml.Node | None]:
    """What it holds, and where it stands."""
    try:
        loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        if (twice := next(_given_twice(node), None)) is not None:
            raise InvalidInput(reason, f"{path}:{twice.start_mark.line + 1}: {twice.value} is given twice")
        return None if node is None else loader.construct_document(node), node
    except OSError as error:
        hint = f"; see {variable}" if variable else ""
        raise InvalidInput(reason, f"{path}: cannot be read ({error.strerror}){hint}") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(reason, f"{path}: not UTF-8; save it as UTF-8") from error
    except (yaml.YAMLError, ValueError) as error:  # the latter: a day that no month has
        raise InvalidInput(reason, f"{path}: not YAML: {error}") from error


def _given_twice(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    """Keys of which YAML would silently take the last."""
    if isinstance(node, yaml.MappingNode):
        seen: set[tuple[str, str]] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in seen:
                    yield key
                seen.add((key.tag, key.value))
            yield from _given_twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _given_twice(each)


def _line_of(node: yaml.Node | None, place: Sequence[str]) -> int:
    """The line of the last part of `place` that the file has, from 1."""
    line = node.start_mark.line if node is not None else 0
    for part in place:
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == part), None)
        elif isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
            found = (node.value[int(part)],) * 2
        if found is None:
            break
        key, node = found
        line = key.start_mark.line
    return line + 1
