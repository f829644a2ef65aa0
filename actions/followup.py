"""What is done with a ticket after filing: each step is one care call and one answer, or a question for what it needs.

A step that needs something opens `ticket_form` with that question; actions/tickets.py reads the answer and the step is
taken up again with it. Whether the customer may do it is care's decision, never a slot's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.codes import Code, send_code
from actions.standing import about, is_late, is_suggestion, say_own_tickets, say_tickets
from actions.turn import in_database, key_of
from actions.urgent import leave_form
from care.accounts import sms
from care.db import utcnow
from care.errors import InvalidInput
from care.followup import service
from care.followup.standing import Standing
from care.followup.urging import Urged
from care.privacy.withdrawing import Stopped, stop
from care.sla.policy import policy
from care.tickets.rules import Kind
from care.wording import say, spoken_time

Events = list[dict[str, Any]]

FORM = "ticket_form"
STATUS, URGE, ADD, REOPEN, WITHDRAW = "status", "urge", "add", "reopen", "withdraw"
STEPS = (STATUS, URGE, ADD, REOPEN, WITHDRAW)
SLOTS = ("ticket_step", "ticket_number", "ticket_words")
#: a customer's tickets that a step may be about; an older one needs its number
MOST_TICKETS = 10


@dataclass(frozen=True)
class Matter:
    """What the customer wants done, as far as it was said."""

    step: str
    number: str | None = None
    #: for those who work on the ticket; None: not asked for yet
    words: str | None = None
    is_confirmed: bool = False
    #: last four digits of the number on the ticket, where they were said
    digits: str | None = None


async def go_on(dispatcher: CollectingDispatcher, tracker: Tracker, matter: Matter) -> Events:
    """Do the step, or ask for what it needs. Called again with every answer.

    What a ticket is not ready for is only looked at before something is asked: a turn that runs again finds its own
    work done, and then care's first result is the answer.
    """
    if matter.step == STATUS and matter.number is None:
        await say_own_tickets(dispatcher, tracker, with_steps=True)
        return close(tracker)
    found = await _find(tracker, matter)
    recent = tracker.get_slot("ticket_recent")
    if matter.number is None and recent and _is_meant(matter.step, recent, found):
        return await go_on(dispatcher, tracker, replace(matter, number=recent))
    if matter.number is None:
        if not found.own:
            return ask(dispatcher, tracker, matter, "number")
        if len(found.fitting) > 1:
            return _ask_which(dispatcher, tracker, matter, found.fitting)
        ticket = found.fitting[0] if found.fitting else found.own[0]
        matter = replace(matter, number=found.fitting[0].number if found.fitting else None)
    elif found.named is None:
        return await prove(dispatcher, tracker, matter)
    else:
        ticket = found.named
    if matter.step == STATUS:
        say_tickets(dispatcher, [ticket], utcnow())
        return close(tracker, ticket.number)
    needed = _needed(matter, is_own=ticket in found.own)
    if (needed or ticket.is_automatic) and not fits(matter.step, ticket) and not matter.is_confirmed:
        return _refuse(dispatcher, tracker, ticket, _why_not(matter.step, ticket))
    if needed == "code":
        return await ask_for_code(dispatcher, tracker, matter)
    if needed:
        kind = "suggestion_" if is_suggestion(ticket) else "privacy_" if ticket.kind == Kind.PRIVACY else ""
        return ask(dispatcher, tracker, matter, needed, f"{kind}confirmed" if needed == "confirmed" else needed)
    try:
        await _DO[matter.step](dispatcher, tracker, matter)
    except InvalidInput as error:
        return _refuse(dispatcher, tracker, ticket, error.reason)
    return close(tracker, ticket.number)


async def prove(dispatcher: CollectingDispatcher, tracker: Tracker, matter: Matter) -> Events:
    """Whoever knows the number and four digits of it may ask how it stands; who guesses is stopped (care/followup)."""
    number, digits = str(matter.number), matter.digits
    if digits is None:
        return ask(dispatcher, tracker, matter, "digits")
    now, key = utcnow(), key_of(tracker, "action_prove")
    proved = await in_database(lambda s: service.prove_by_digits(s, tracker.sender_id, number, digits, key, now))
    if not isinstance(proved, service.Refused):
        return await go_on(dispatcher, tracker, replace(matter, number=proved.number, digits=None))
    if proved.reason == "proof_wrong":
        return ask(dispatcher, tracker, matter, "digits_again")
    dispatcher.utter_message(response="utter_lookup_locked")
    return close(tracker)


def _is_meant(step: str, recent: str, found: _Found) -> bool:
    """Without a number the ticket that was just talked of is meant, but none of several is withdrawn by guessing."""
    if not found.own:
        return True
    return step != WITHDRAW and len(found.fitting) > 1 and any(ticket.number == recent for ticket in found.fitting)


@dataclass(frozen=True)
class _Found:
    #: filed in this conversation or proved by a code, the newest first
    own: list[Standing]
    #: those of them that the step fits
    fitting: list[Standing]
    #: the one of the number that the customer named, as far as it is proved
    named: Standing | None


async def _find(tracker: Tracker, matter: Matter) -> _Found:
    now = utcnow()

    def look(session: Session) -> _Found:
        own = service.own_tickets(session, tracker.sender_id, now, MOST_TICKETS)
        named = next((ticket for ticket in own if ticket.number == matter.number), None)
        if named is None and matter.number is not None:
            named = service.standing_of(session, tracker.sender_id, matter.number, now)
        return _Found(own, [ticket for ticket in own if fits(matter.step, ticket)], named)

    return await in_database(look)


def fits(step: str, ticket: Standing) -> bool:
    if ticket.is_automatic and step in (URGE, ADD):
        return False
    return ticket.may_reopen if step == REOPEN else ticket.is_open


def _why_not(step: str, ticket: Standing) -> str:
    if ticket.is_automatic and ticket.is_open and step != REOPEN:
        return "automatic"
    if step != REOPEN:
        return "ticket_closed"
    return "not_resolved" if ticket.is_open else "reopen_too_late"


def _needed(matter: Matter, *, is_own: bool) -> str | None:
    """What still has to be asked for, by the name of its question."""
    if matter.step == WITHDRAW:
        return "code" if not is_own else None if matter.is_confirmed else "confirmed"
    if matter.step == ADD:
        return None if matter.words else "words"
    return "reason" if matter.step == REOPEN and matter.words is None else None


def _refuse(dispatcher: CollectingDispatcher, tracker: Tracker, ticket: Standing, reason: str) -> Events:
    """Why it cannot be done, and what can be instead."""
    if reason == "automatic":
        dispatcher.utter_message(response="utter_privacy_automatic", number=ticket.number)
        return close(tracker, ticket.number)
    if reason == "not_resolved" and ticket.is_open:
        return ask(dispatcher, tracker, Matter(URGE, ticket.number), "urge_instead")
    if reason == "ticket_closed" and ticket.may_reopen:
        return ask(dispatcher, tracker, Matter(REOPEN, ticket.number), "reopen_instead")
    key = "reopen_too_late" if reason == "reopen_too_late" else "ticket_closed"
    dispatcher.utter_message(response=f"utter_{key}", number=ticket.number, stage=say(f"stage_{ticket.stage}"))
    return close(tracker)


def ask(
    dispatcher: CollectingDispatcher, tracker: Tracker, matter: Matter, question: str, said: str | None = None
) -> Events:
    """Say the question (`utter_ticket_ask_<question>`, or with the words of `said`) and open the form on it."""
    dispatcher.utter_message(response=f"utter_ticket_ask_{said or question}", number=matter.number or "")
    return wait_for(question, matter)


def wait_for(question: str, matter: Matter) -> Events:
    return [
        SlotSet("ticket_step", matter.step),
        SlotSet("ticket_number", matter.number),
        SlotSet("ticket_words", matter.words),
        SlotSet("ticket_tries", 0),
        ActiveLoop(FORM),
        SlotSet("requested_slot", f"ticket_{question}"),
        FollowupAction("action_listen"),
    ]


def _ask_which(
    dispatcher: CollectingDispatcher, tracker: Tracker, matter: Matter, tickets: Sequence[Standing]
) -> Events:
    payload = f'/ticket_status{{"step": "{matter.step}"}}'
    choices = [
        choice
        for t in tickets
        for choice in about(
            [{"title": say("ticket_choice", category=t.category, number=t.number), "payload": payload}], t.number
        )
    ]
    dispatcher.utter_message(response="utter_ticket_ask_which", buttons=choices)
    return wait_for("which", matter)


async def ask_for_code(dispatcher: CollectingDispatcher, tracker: Tracker, matter: Matter) -> Events:
    """Withdrawing what was filed elsewhere: a code goes to the number on the ticket, which is not shown."""
    code = await withdrawal_code(matter)
    if code is None or not sms.is_on():
        dispatcher.utter_message(response="utter_ticket_no_phone")
        return close(tracker)
    if not await send_code(dispatcher, tracker, code, "utter_ticket_ask_code"):
        return close(tracker)
    return wait_for("code", matter)


async def withdrawal_code(matter: Matter) -> Code | None:
    number = str(matter.number)
    phone = await in_database(lambda session: service.withdrawal_phone(session, number))
    return Code(phone, f"withdraw:{number}", number) if phone else None


def close(tracker: Tracker, talked_of: str | None = None) -> Events:
    """The matter is done; `talked_of` is the ticket that the next words are about, as long as they name none.

    A form of another kind that was open goes on.
    """
    remembered = [SlotSet("ticket_recent", talked_of)] if talked_of else []
    if tracker.active_loop_name not in (None, FORM):
        return [*remembered, FollowupAction(str(tracker.active_loop_name))]
    return [*remembered, *leave_form(tracker, forget=SLOTS)]


async def _urge(dispatcher: CollectingDispatcher, tracker: Tracker, matter: Matter) -> None:
    now, key = utcnow(), key_of(tracker, "action_urge")

    def work(session: Session) -> tuple[Urged, Standing | None]:
        urged = service.urge(session, tracker.sender_id, matter.number, matter.words or "", key, now)
        return urged, service.standing_of(session, tracker.sender_id, urged.number, now)

    urged, ticket = await in_database(work)
    raised = "ticket_raised" if urged.is_raised else "ticket_noted"
    dispatcher.utter_message(
        response="utter_ticket_urged",
        number=urged.number,
        times=str(urged.times),
        raised=say(raised, priority=say(f"priority_{urged.priority}")),
        promise=_promise(ticket, now),
    )


def _promise(ticket: Standing | None, now: datetime) -> str:
    if ticket is not None and is_suggestion(ticket):
        return ""
    if ticket is None or is_late(ticket):
        return say("ticket_late")
    due = [at for at in (ticket.feedback_due, ticket.solution_due) if at is not None]
    key = "promise_feedback" if ticket.feedback_due else "promise_solution"
    return say(key, until=spoken_time(min(due), now))


async def _add(dispatcher: CollectingDispatcher, tracker: Tracker, matter: Matter) -> None:
    now, key = utcnow(), key_of(tracker, "action_add")
    number = await in_database(
        lambda s: service.add_information(s, tracker.sender_id, matter.number, str(matter.words), key, now)
    )
    dispatcher.utter_message(response="utter_ticket_added", number=number)


async def _reopen(dispatcher: CollectingDispatcher, tracker: Tracker, matter: Matter) -> None:
    now, key = utcnow(), key_of(tracker, "action_reopen")
    ticket = await in_database(
        lambda s: service.reopen(s, tracker.sender_id, matter.number, matter.words or "", key, now, policy())
    )
    dispatcher.utter_message(response="utter_ticket_reopened", number=ticket.number)
    say_tickets(dispatcher, [ticket], now)


async def _withdraw(dispatcher: CollectingDispatcher, tracker: Tracker, matter: Matter) -> None:
    now, key = utcnow(), key_of(tracker, "action_withdraw")

    def take_back(session: Session) -> tuple[str, Stopped]:
        stopped = stop(session, matter.number)
        if stopped is Stopped.TOO_LATE:
            return str(matter.number), stopped
        return service.withdraw(session, tracker.sender_id, matter.number, key, now), stopped

    number, stopped = await in_database(take_back)
    dispatcher.utter_message(response=_WITHDRAWN[stopped], number=number)


_WITHDRAWN = {
    Stopped.NOT_BY_WORKER: "utter_ticket_withdrawn",
    Stopped.STOPPED: "utter_privacy_stopped",
    Stopped.TOO_LATE: "utter_privacy_too_late",
}


_DO = {URGE: _urge, ADD: _add, REOPEN: _reopen, WITHDRAW: _withdraw}
