from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.client import Conversation
from tests.e2e.stack import ROOT, Stack


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
