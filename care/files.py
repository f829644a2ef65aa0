"""Files that operators write."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from care.errors import InvalidInput

_Model = TypeVar("_Model", bound=BaseModel)


def read_yaml(path: Path, reason: str, variable: str | None = None) -> Any:
    """What a YAML file holds. Raises InvalidInput (`reason`) naming the file; `variable`: the setting that names it."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        hint = f"; see {variable}" if variable else ""
        raise InvalidInput(reason, f"{path}: cannot be read ({error.strerror}){hint}") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(reason, f"{path}: not UTF-8; save it as UTF-8") from error
    except (yaml.YAMLError, ValueError) as error:  # the latter: a day that no month has
        raise InvalidInput(reason, f"{path}: not YAML: {error}") from error


def read_model(path: Path, kind: type[_Model], reason: str, variable: str | None = None) -> _Model:
    """A YAML file as a model. Raises InvalidInput (`reason`) naming file and place; `variable` as in `read_yaml`."""
    try:
        return kind.model_validate(read_yaml(path, reason, variable))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "file"
        raise InvalidInput(reason, f"{path}: {place}: {first['msg'].removeprefix('Value error, ')}") from error
