"""How a ticket is told to stand, where that is no plain progress."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions.standing import in_words, steps
from care.followup.standing import Standing
from care.tickets.rules import Kind, Status
from care.wording import say
from tests.support.times import NOW

_OTHER = "TS261121-ABCDEF"


def _standing(**more: object) -> Standing:
    known = {
        "number": "HD261121-4K7Q2X", "category": "预约回电", "department": "客户服务部", "stage": "accepted",
        "status": Status.ACKNOWLEDGED, "kind": Kind.CALLBACK, "is_open": True, "promises_feedback": False,
        "feedback_due": None, "solution_due": NOW + timedelta(hours=2), "first_feedback_at": None, "outcome": None,
        "may_reopen": False,
    }  # fmt: skip
    return Standing(**(known | more))  # type: ignore[arg-type]


TOLD = [
    # ticket, its last line, whether anything can be done with it
    ({}, say("ticket_callback_due", until="今天 17:20"), True),
    ({"solution_due": None}, say("ticket_late"), True),  # nobody called in time
    ({"question": "哪一天开始的？"}, say("ticket_question", question="哪一天开始的？"), True),
    ({"kind": Kind.COMPLAINT, "is_paused": True}, say("ticket_paused"), True),  # no time is told, and none is late
    # a later time than was promised says so
    ({"kind": Kind.COMPLAINT, "is_renewed": True}, say("ticket_solution_renewed", until="今天 17:20"), True),
    ({"merged_into": _OTHER}, say("ticket_merged", other=_OTHER), False),  # it goes on there
]


@pytest.mark.parametrize(("more", "last", "goes_on"), TOLD)
def test_how_it_stands(more: dict[str, object], last: str, goes_on: bool) -> None:
    ticket = _standing(**more)
    assert in_words(ticket, NOW).splitlines()[-1] == last
    assert bool(steps(ticket)) is goes_on
