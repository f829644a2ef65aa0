"""Real complaint openings, spoken by the scripted customer: how many end as a confirmed ticket."""

from __future__ import annotations

import pytest

from tests.e2e.client import Conversation
from tests.e2e.customer import Customer
from tests.e2e.stack import Stack

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

OPENINGS = 30
ENOUGH = 28


def test_real_openings_end_as_tickets(stack: Stack, openings: list[dict[str, str]]) -> None:
    """Every fourth `complaint_*` row, so that all labels are among them. A ticket or a person, never silence."""
    stack.wait_until_healthy(90)
    step = len(openings) // OPENINGS
    lost, filed, rightly = [], 0, 0
    for row in openings[::step][:OPENINGS]:
        customer = Customer(Conversation(stack.http, patience=20), row["text"], stack.new_number())
        number = customer.run()
        if number is None:
            lost.append(f"{row['label']}: {customer.gave_up}")
            continue
        filed += 1
        ((category,),) = stack.rows("SELECT category FROM tickets WHERE number = %s", number)
        rightly += category in (row["label"], row["alt_label"])
    print(f"{filed} of {OPENINGS} openings ended as a ticket, {rightly} under the label of the evaluation set")
    assert filed >= ENOUGH, lost
    assert not [reason for reason in lost if "silence" in reason or "circles" in reason], lost
