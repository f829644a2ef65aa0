from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.client import Conversation
from tests.e2e.stack import ROOT, Stack, running


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if not (ROOT / ".venv/bot/bin/python").exists():
        pytest.skip("needs Rasa in .venv/bot: `make test` installs it")
    with running(tmp_path_factory.mktemp("stack") / "var") as stack:
        yield stack


@pytest.fixture
def conversation(stack: Stack) -> Conversation:
    stack.wait_until_healthy(90)
    return Conversation(stack.http)


@pytest.fixture(scope="session")
def openings() -> list[dict[str, str]]:
    """Real first messages, read where they are; they never come into this repository."""
    path = ROOT.parent / "shared" / "eval" / "real_dev.csv"
    if not path.exists():
        pytest.skip("the evaluation set ../shared/eval/real_dev.csv is not there")
    return read_openings(path)


def read_openings(path: Path) -> list[dict[str, str]]:
    import csv

    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["label"].startswith("complaint_")]
