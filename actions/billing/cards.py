"""The card of figures. Its bubble says the same in words: a line of each row, that the widget leaves out beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from care.wording import say


@dataclass(frozen=True)
class Row:
    label: str
    value: str
    #: -1 to 1, drawn as a bar; below 0: less than before
    share: float | None = None

    @property
    def line(self) -> str:
        return say("figure", label=self.label, value=self.value)


def figures(title: str, rows: Sequence[Row], total: Row | None = None) -> dict[str, Any]:
    card: dict[str, Any] = {"kind": "figures", "title": title, "rows": [_row(row) for row in rows]}
    return card | ({"total": {"label": total.label, "value": total.value}} if total else {})


def _row(row: Row) -> dict[str, Any]:
    share = {} if row.share is None else {"share": round(row.share, 3)}
    return {"label": row.label, "value": row.value} | share
