"""What the bot had collected, out of the events that Rasa has stored."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from care.desk.slots import Slot, slots_in
from care.desk.words import words
from care.handoff.rules import Step
from tests.support.source import ROOT


def _set(name: str, value: Any, session: int = 0) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value, "session": session}


ROWS: list[tuple[list[dict[str, Any]], list[tuple[str, str]], str]] = [
    ([], [], "nothing is stored"),
    ([_set("complaint_wish", "退费")], [("complaint_wish", "退费")], "one"),
    (
        [_set("complaint_wish", "退费"), _set("complaint_line", "13800138000"), _set("complaint_wish", None)],
        [("complaint_line", "13800138000")],
        "one that was taken back",
    ),
    (
        [_set("complaint_wish", "退费"), _set("complaint_wish", "退一半", 1)],
        [("complaint_wish", "退一半")],
        "newer session",
    ),
    ([_set("complaint_wish", "退费"), {"event": "session_started", "session": 1}], [], "nothing carried over"),
    ([_set("complaint_wish", "退费"), {"event": "restart", "session": 0}], [], "begun again"),
    ([_set("complaint_wish", "退费"), {"event": "reset_slots", "session": 0}], [], "all given up"),
    ([_set("complaint_tries", 2), _set("complaint_ours", True), _set("billing_line", "p12")], [], "bookkeeping"),
    ([_set("complaint_area", "country")], [("complaint_area", "农村")], "a word of ours has its title"),
    (
        [_set("complaint_wish", "退费"), _set("complaint_since", "昨天")],
        [("complaint_since", "昨天"), ("complaint_wish", "退费")],
        "in the order of the file",
    ),
]


@pytest.mark.parametrize(("events", "held", "reason"), ROWS, ids=[row[2] for row in ROWS])
def test_slots(events: list[dict[str, Any]], held: list[tuple[str, str]], reason: str) -> None:
    titles = words().slots
    assert slots_in(events) == [Slot(name, titles[name], value) for name, value in held], reason


def test_the_category_has_its_title() -> None:
    found = slots_in([_set("complaint_category", "minor_purchase")])
    assert [each.value for each in found] == ["未成年人充值、打赏"]


def test_every_slot_that_is_titled_exists_and_every_step_is_titled() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    assert set(words().slots) <= set(domain["slots"])
    assert set(words().steps) == set(Step)
