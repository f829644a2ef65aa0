"""Two wishes that are as likely, where it is worth asking which was meant (actions/which.py asks)."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.complaints.grievance import calls_it_wrong
from actions.topics import response_of
from actions.turn import entity_of, scores_of, text_of
from care.complaints.category import named_in
from care.plain import plain
from care.sla.policy import policy
from care.wording import choice_of, has_wording

# Probabilities of the two best labels, calibrated (docs/understanding.md). Of our 19,703 examples, each read by a model
# that had not seen it, 8 in 100 lie within these; the best label is right for 48 % of them, the second for 37 %.
FLOOR = 0.25
MARGIN = 0.2

_ONE_ANSWER = {"billing_balance", "billing_detail"}
#: what a customer threatens or feels lies on top of a complaint, and is no wish beside it
_ON_TOP = ("rights_appeal", "satisfaction")


def torn_between(tracker: Tracker) -> tuple[str, str] | None:
    """The two wishes that are as likely, the likelier one first; None where the best label is good enough."""
    text, scores = text_of(tracker), scores_of(tracker)
    if not text or len(scores) < 2 or entity_of(tracker, "matter"):
        return None
    (first, most), (second, less) = scores[:2]
    is_close = less >= FLOOR and most - less <= MARGIN
    return (first, second) if is_close and _is_worth_asking(first, second, plain(text)) else None


def _is_worth_asking(first: str, second: str, text: str) -> bool:
    complaints = [wish for wish in (first, second) if wish.startswith("complaint_")]
    if len(complaints) == 1 and (calls_it_wrong(text) or first in _ON_TOP or second in _ON_TOP):
        return False
    key = key_for(first, second)
    if key != "which":
        return len(complaints) < 2 or sum(wish in named_in(text, policy()) for wish in complaints) != 1
    if len(complaints) == 2:
        return False  # the summary shows the category, and it can be changed there
    if {first, second} == _ONE_ANSWER:
        return False  # the balance tells what this month costs, and leads to the bill
    are_choices = choice_of(first) is not None and choice_of(second) is not None
    return are_choices and (bool(complaints) or _answer_of(first) != _answer_of(second))


def _answer_of(label: str) -> str:
    """Something that differs where the answers do."""
    return label if label.startswith(("billing_", "privacy_")) else response_of(label, None)


def key_for(first: str, second: str) -> str:
    """Of the wording in data/responses/which.yml."""
    key = f"which_{'_'.join(sorted((first, second)))}"
    if has_wording(key):
        return key
    is_progress = "ticket_status" in (first, second) and (first + second).count("complaint_") == 1
    return "which_ticket_status" if is_progress else "which"
