"""The card of a receipt."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from care.privacy.receipts import Receipt
from care.wording import calendar_time, say


def receipt_card(receipt: Receipt, erased: int | None = None) -> dict[str, Any]:
    """The card of a receipt (docs/widget-protocol.md). `erased`: the newest message of the conversation that it is
    given in which is deleted; a widget takes those up to it off the screen."""
    body = receipt.body
    rows = [
        ("asked", calendar_time(datetime.fromisoformat(body["asked_at"]))),
        ("done", calendar_time(datetime.fromisoformat(body["done_at"]))),
        ("result", "\n".join(body["result"])),
        ("stays", "\n".join(stay["what"] for stay in body["stays"])),
    ]
    return {
        "kind": "receipt",
        "number": receipt.number,
        "title": body["title"],
        "rows": [{"label": say(f"receipt_row_{name}"), "value": value} for name, value in rows if value],
        "erased": erased,
    }
