"""「你能办什么业务」: everything that 小益 can transact by itself, from one table."""

from __future__ import annotations

from actions.billing.asked import Asked, Events
from actions.billing.question import payload
from actions.billing.spoken import Button, person
from care.billing.transactions import transactions
from care.wording import say


async def answer(asked: Asked) -> Events:
    rows: list[str] = []
    ways: dict[str, Button] = {}
    for each in transactions().values():
        rows.append(say("transaction_row_code" if each.code else "transaction_row", title=each.title))
        ways.setdefault(each.topic, {"title": each.button, "payload": payload(each.topic)})
    asked.dispatcher.utter_message(
        response="utter_transactions", rows="\n".join(rows), buttons=[*ways.values(), person()]
    )
    return []
