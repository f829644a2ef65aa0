"""docs/operate/figures.md has every figure as it is defined."""

from __future__ import annotations

from pathlib import Path

from tests.docs.figures import table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operate" / "figures.md"


def test_the_table_is_that_of_the_definitions() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.rstrip("\n").endswith("\n".join(table())), "python -m tests.docs.figures prints the table"
