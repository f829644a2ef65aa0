"""Twenty-five difficult customers (tests/e2e/customers/*.yml) and the tickets that they must end with."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from tests.e2e.expected import differences
from tests.e2e.scripted import Script, ScriptedCustomer, read_scripts, speak_all
from tests.e2e.stack import Stack

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

SCRIPTS = read_scripts("customers")


@pytest.fixture(scope="module")
def spoken(stack: Stack) -> dict[str, Future[list[ScriptedCustomer]]]:
    return speak_all(stack, SCRIPTS)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.case)
def test_a_difficult_customer(stack: Stack, spoken: dict[str, Future[list[ScriptedCustomer]]], script: Script) -> None:
    for customer in spoken[script.case].result():
        expected = customer.script.tickets
        tickets = stack.records.tickets(customer.conversation.conversation_id)
        if len(tickets) != len(expected):
            raise customer.off(f"has {len(tickets)} tickets, not {len(expected)}")
        for row, fields in zip(tickets, expected, strict=True):
            if found := differences(stack, row, customer.filled(fields)):
                raise customer.off("has a ticket with\n  " + "\n  ".join(found))


def test_there_are_enough_of_them_and_each_says_why() -> None:
    assert len(SCRIPTS) >= 25
    assert len({script.case for script in SCRIPTS}) == len(SCRIPTS)
    assert all(len(script.why) > 10 for script in SCRIPTS)
