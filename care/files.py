"""Files that operators write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from care.errors import InvalidInput


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
