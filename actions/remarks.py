"""Remarks that are about a ticket filed here though their label does not say so: the step that fits is offered."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.concerns import concerns_of
from actions.digressions import asks
from actions.followup import ADD, REOPEN, URGE, Matter, ask
from actions.standing import newest_open, own
from actions.tickets import words_in
from actions.turn import entity_of, in_database, intent_of, sub_of, text_of
from care.db import utcnow
from care.followup.service import standing_of
from care.followup.standing import Standing
from care.handoff.rules import Reason
from care.plain import plain

Events = list[dict[str, Any]]

#: characters; more words tell another story
_FACT_LENGTH = 24
_AMOUNT_OR_DAY = re.compile(r"\d(?:元|块|毛|角)|\d月\d{1,2}[号日]")
#: 「我查了下是68块」 tells what was found
_FOUND = re.compile("查(?:了|到|过|出|的)")


async def offer_step(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Not satisfied, a threat, or a fact that was forgotten, behind a ticket; empty where it is none of these."""
    intent, text = intent_of(tracker)[0], text_of(tracker)
    is_unsolved = (intent, sub_of(tracker)) == ("satisfaction", "unsolved")
    is_threat = Reason.THREAT in concerns_of(tracker)
    if not is_unsolved and not is_threat and not _is_a_fact(tracker):
        return []
    tickets = await own(tracker, utcnow())
    answered = next((ticket for ticket in tickets if ticket.may_reopen), None)
    if is_unsolved and answered is not None:
        return ask(dispatcher, tracker, Matter(REOPEN, answered.number, words_in(text)), "reopen_instead")
    waiting = next((ticket for ticket in tickets if ticket.is_open), None)
    if waiting is None:
        return []
    if is_unsolved or is_threat:
        return ask(dispatcher, tracker, Matter(URGE, waiting.number, text), "urge_instead")
    return offer_to_add(dispatcher, tracker, waiting)


def offer_to_add(dispatcher: CollectingDispatcher, tracker: Tracker, ticket: Standing) -> Events:
    return ask(dispatcher, tracker, Matter(ADD, ticket.number, text_of(tracker)), "add_instead")


async def open_to_withdraw(tracker: Tracker) -> bool:
    """Is there an open ticket of this conversation, or was one talked of last that the digits proved?"""
    if await newest_open(tracker) is not None:
        return True
    recent, now = tracker.get_slot("ticket_recent"), utcnow()
    if not recent:
        return False
    ticket = await in_database(lambda session: standing_of(session, tracker.sender_id, recent, now))
    return ticket is not None and ticket.is_open


def _is_a_fact(tracker: Tracker) -> bool:
    """「扣费时间是11月3号」: a time, an amount or a number, told and not asked."""
    text = plain(text_of(tracker))
    is_told = len(text) <= _FACT_LENGTH and not asks(_FOUND.sub("", text))
    has_entity = any(entity_of(tracker, name) for name in ("date", "amount", "phone"))
    return is_told and (has_entity or _AMOUNT_OR_DAY.search(text) is not None)
