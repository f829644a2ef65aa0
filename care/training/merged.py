"""Up to which change the trainers' work has come into the files of a checkout: `data/merged.yml`.

What came into the files is not laid over them again: who takes such an example out of the files has the last word.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from care.crypto import blind_index
from care.errors import Conflict

FILE = "data/merged.yml"
_HEAD = "# By installation the newest change of trainers that these files have. Of two numbers keep the larger.\n"


@lru_cache(maxsize=1)
def installation() -> str:
    """8 hexadecimal digits that tell this installation's changes from those of others with the same files."""
    return blind_index("installation", "dataset.merged").hex()[:8]


def up_to(root: Path) -> int:
    """0 where nothing of this installation has come into them. Raises Conflict (`faults`) where it cannot be read."""
    return _read(root).get(installation(), 0)


def note(root: Path, change: int) -> bool:
    """Write it down, never an older one; whether the file was changed."""
    found = _read(root)
    if found.get(installation(), 0) >= change:
        return False
    found[installation()] = change
    lines = "".join(f'"{name}": {number}\n' for name, number in sorted(found.items()))
    (root / FILE).write_text(_HEAD + lines, encoding="utf-8")
    return True


def _read(root: Path) -> dict[str, int]:
    try:
        found: Any = yaml.safe_load((root / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, yaml.YAMLError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, int) for value in found.values()):
        raise Conflict("faults", f'{FILE} must be lines of "INSTALLATION": NUMBER; restore it from git.')
    return {str(name): number for name, number in found.items()}
