"""Is there room? Standard library only."""

from __future__ import annotations

import shutil
from pathlib import Path

from cli.errors import Stop


def require_space(path: Path, gigabytes: float, what: str) -> None:
    """Stop before something that would fill the disk."""
    free = shutil.disk_usage(_existing(path)).free / 1e9
    if free < gigabytes:
        raise Stop(f"The disk of {path} has {free:.1f} GB free, and {what} needs {gigabytes:.1f} GB; make room first.")


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path
