"""Cells of a list to take away: no spreadsheet calculates one (OWASP, CSV Injection)."""

from __future__ import annotations

import pytest

from care.desk.exporting import guarded

CELLS = [
    ("=1+1", "'=1+1", "a formula"),
    ("@SUM(A1)", "'@SUM(A1)", "an old kind of formula"),
    ("＝1+1", "'＝1+1", "full-width, which Chinese editions read as well"),
    ("＋1", "'＋1", "full-width plus"),
    ("－1", "'－1", "full-width minus"),
    ("＠SUM(A1)", "'＠SUM(A1)", "full-width at"),
    (" =1+1", "' =1+1", "behind a space, which an import cuts"),
    ("\u3000＝1+1", "'\u3000＝1+1", "behind a full-width space"),
    ("\t=1+1", "'\t=1+1", "behind a tab"),
    ("某某代理商", "某某代理商", "a name"),
    ("a=1", "a=1", "no formula inside a cell"),
    ("", "", "nothing"),
]


@pytest.mark.parametrize(("cell", "written", "why"), CELLS, ids=[row[2] for row in CELLS])
def test_no_cell_is_a_formula(cell: str, written: str, why: str) -> None:
    assert guarded(cell) == written, why
