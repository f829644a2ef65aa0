"""The part of `TicketPage` that says what is promised and what became of it."""

from __future__ import annotations

from typing import Any

from care.answers.phrases import reason_of
from care.answers.rules import Way
from care.answers.tables import Answer
from care.desk.ticket_promises import Promises
from care.desk.titles import titles
from care.escalation.rules import Level
from care.sla.policy import policy

Json = dict[str, Any]


def promises_json(promises: Promises) -> Json:
    pause = promises.pause
    return {
        "answers": [_answer(each) for each in promises.answers],
        "pause": {"asked_at": pause.asked_at, "began_at": pause.began_at, "until": pause.until} if pause else None,
        "escalations": [
            {
                "level": each.level,
                "level_title": titles().levels[Level(each.level)],
                "clock_title": policy().title_of_clock(each.clock),
                "at": each.at,
            }
            for each in promises.escalations
        ],
    }


def _answer(answer: Answer) -> Json:
    return {
        "id": answer.id,
        "kind": answer.kind,
        "staff": answer.staff,
        "at": answer.at,
        "is_substantive": not answer.lacks,
        "lacks": [reason_of(each) for each in answer.lacks],
        "reached_at": answer.reached_at,
        "reached_by": answer.reached_by,
        "reached_by_title": titles().ways[Way(answer.reached_by)] if answer.reached_by else None,
    }
