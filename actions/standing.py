"""How tickets stand, said: one bubble a ticket with the same as words, as a card, and as buttons for the next step."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import in_database
from care.db import utcnow
from care.followup.service import own_tickets
from care.followup.standing import Standing
from care.tickets.rules import Kind
from care.wording import buttons, say, spoken_time


async def say_own_tickets(dispatcher: CollectingDispatcher, tracker: Tracker, *, with_steps: bool = False) -> None:
    """The newest tickets of this conversation, or that there are none."""
    now = utcnow()
    tickets = await own(tracker, now)
    if not tickets:
        dispatcher.utter_message(response="utter_ticket_none" if with_steps else "utter_aside_no_ticket")
    say_tickets(dispatcher, tickets, now, with_steps=with_steps)


async def own(tracker: Tracker, now: datetime) -> list[Standing]:
    """The newest tickets of this conversation."""
    return await in_database(lambda session: own_tickets(session, tracker.sender_id, now))


async def newest_open(tracker: Tracker) -> Standing | None:
    return next((ticket for ticket in await own(tracker, utcnow()) if ticket.is_open), None)


def say_tickets(
    dispatcher: CollectingDispatcher, tickets: Sequence[Standing], now: datetime, *, with_steps: bool = True
) -> None:
    """`with_steps`: what can be done with each is offered; not in the middle of something else."""
    for ticket in tickets:
        dispatcher.utter_message(
            response="utter_ticket_status",
            ticket=in_words(ticket, now),
            buttons=steps(ticket) if with_steps else [],
            json_message={"card": card(ticket)},
        )


def in_words(ticket: Standing, now: datetime) -> str:
    head = "ticket_head" if ticket.category else "ticket_head_proved"
    lines = [say(head, number=ticket.number, category=ticket.category, stage=_stage(ticket))]
    if ticket.merged_into is not None:
        return "\n".join([*lines, say("ticket_merged", other=ticket.merged_into)])
    if ticket.first_feedback_at is not None:
        lines.append(say("ticket_feedback_given", at=spoken_time(ticket.first_feedback_at, now)))
    elif ticket.is_open and ticket.feedback_due is not None and not ticket.is_paused:
        lines.append(say("ticket_feedback_due", until=spoken_time(ticket.feedback_due, now)))
    if ticket.is_open and ticket.is_paused:
        lines.append(say("ticket_paused"))
    elif ticket.is_open and ticket.solution_due is not None:
        due = "ticket_callback_due" if ticket.kind == Kind.CALLBACK else "ticket_solution_due"
        due = "ticket_solution_renewed" if ticket.is_renewed else due
        lines.append(say(due, until=spoken_time(ticket.solution_due, now)))
    if is_late(ticket):
        lines.append(say("ticket_late"))
    if ticket.question:
        lines.append(say("ticket_question", question=ticket.question))
    if ticket.outcome:
        lines.append(say("ticket_outcome", outcome=ticket.outcome))
    return "\n".join(lines)


def is_late(ticket: Standing) -> bool:
    """A promise of ours was not kept. An open ticket's due time is gone when it was met or is over."""
    if is_suggestion(ticket) or ticket.is_paused:
        return False
    waits_for_feedback = ticket.promises_feedback and ticket.first_feedback_at is None and ticket.feedback_due is None
    return ticket.is_open and (waits_for_feedback or ticket.solution_due is None)


def is_suggestion(ticket: Standing) -> bool:
    """Nothing is promised on it: there is nothing to be late with, and nothing to urge."""
    return ticket.kind == Kind.FEEDBACK


def card(ticket: Standing) -> dict[str, Any]:
    runs = ticket.is_open and not ticket.is_paused
    clocks = [
        _clock("feedback", ticket.feedback_due if runs else None, ticket.first_feedback_at),
        _clock("solution", ticket.solution_due if runs else None, None),
    ]
    return {
        "kind": "ticket",
        "number": ticket.number,
        **({"category": ticket.category} if ticket.category else {}),
        "stage": _stage(ticket),
        "clocks": [clock for clock in clocks if clock],
    }


def _clock(name: str, due: datetime | None, met_at: datetime | None) -> dict[str, Any] | None:
    moment = met_at or due
    if moment is None:
        return None
    return {"name": name, "label": say(f"clock_{name}"), "due": moment.isoformat(), "met": met_at is not None}


def _stage(ticket: Standing) -> str:
    return say(f"stage_{ticket.stage}")


def steps(ticket: Standing) -> list[dict[str, str]]:
    """What the customer can do with the ticket now; what goes on under another number is done there."""
    if ticket.merged_into is not None:
        return []
    if ticket.is_open and ticket.is_automatic:
        return about(buttons("privacy_steps"), ticket.number)
    if ticket.is_open:
        return about(
            buttons("ticket_steps_suggestion" if is_suggestion(ticket) else "ticket_steps_open"), ticket.number
        )
    return about(buttons("ticket_steps_resolved"), ticket.number) if ticket.may_reopen else []


def about(choices: Sequence[dict[str, str]], number: str) -> list[dict[str, str]]:
    """The same buttons, each naming the ticket that it is about."""
    return [choice | {"payload": _with_number(choice["payload"], number)} for choice in choices]


def _with_number(payload: str, number: str) -> str:
    intent, brace, rest = payload.partition("{")
    entities = json.loads(brace + rest) if brace else {}
    return f"{intent}{json.dumps(entities | {'ticket_number': number})}"
