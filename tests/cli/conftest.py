"""Directories that PostgreSQL's unprivileged user can reach: pytest's own are closed to others."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def open_path() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="quanyi-test-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)
