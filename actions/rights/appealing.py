"""Papers for an appeal to the regulator: what is known of the matter, what is still asked, and the papers themselves.

An appeal is open as soon as the customer is not satisfied with the answer, or 15 days have passed without one, wherever
they complained; nobody is told to wait. At most five questions; what is not told is a line to write on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import finished
from actions.standing import about
from actions.turn import entity_of, in_database, key_of, text_of
from care.db import utcnow
from care.plain import plain
from care.rights.appeals import Ground, Matter, Standing, Told, Where, last_day_before
from care.rights.packets import Appealable, Made, Wanted, make, matter_in, own_matter, own_matters
from care.tickets.rules import read_number
from care.timezone import CHINA
from care.wording import buttons, say

Events = list[dict[str, Any]]

FORM = "appeal_form"
TICKET, WHERE, SINCE, GROUND = "appeal_ticket", "appeal_where", "appeal_since", "appeal_ground"
FACTS, MATTER, HAPPENED, WISH = "appeal_facts", "appeal_matter", "appeal_happened", "appeal_wish"
SLOTS = (TICKET, WHERE, SINCE, GROUND, FACTS, MATTER, HAPPENED, WISH)
_MOST_QUESTIONS = 5
_SKIPPED = ""

_WHERE = (
    (Where.PHONE, re.compile("(?:打|拨)(?:的|了|过)?(?:电话|客服|热线|10\\d{3})|热线|电话(?:里|上)?投诉|电话投诉")),
    (Where.SHOP, re.compile("营业[厅员]|门店|柜台|网点|去厅里")),
    (Where.OTHER, re.compile("别的渠道|其他渠道|网厅|app|公众号|微信|微博|12315|消协", re.IGNORECASE)),
)
_NOT_SATISFIED = re.compile(
    "不满意?|不认|不接受|不服|不同意|不合理|不行|敷衍|糊弄|没解决|没有解决|踢皮球|推诿|驳回|拒绝|不给(?:退|赔|办)"
)


@dataclass(frozen=True)
class Case:
    """What was told so far, as it is kept in slots. None: not asked yet; "": skipped."""

    ticket: str | None = None
    where: str | None = None
    #: ISO days
    since: str | None = None
    ground: str | None = None
    facts: str | None = None
    matter: str | None = None
    happened: str | None = None
    wish: str | None = None

    @property
    def questions(self) -> int:
        """How many were answered, or were no question any more."""
        told = (self.ticket or self.where, self.since, self.ground, self.facts, self.matter, self.happened, self.wish)
        return sum(each is not None for each in told)


def case_of(tracker: Tracker) -> Case:
    return Case(**{name.removeprefix("appeal_"): tracker.get_slot(name) for name in SLOTS})


async def packet(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Begin, or go on where it was left."""
    return await go_on(dispatcher, tracker, opened_by(case_of(tracker), tracker))


def opened_by(case: Case, tracker: Tracker) -> Case:
    """With what the button, or the words, that ask for the papers say."""
    text = text_of(tracker)
    number = read_number(entity_of(tracker, "item") or entity_of(tracker, "ticket_number") or text)
    if number is not None and number != case.ticket:
        case = Case(ticket=number)
    if not text:
        return pressed(case, entity_of(tracker, "choice"))
    if case.ticket is None and case.where is None:
        case = replace(case, where=where_in(text))
    return replace(case, ground=Ground.DISSATISFIED) if case.ground is None and is_not_satisfied(text) else case


def pressed(case: Case, choice: str | None) -> Case:
    """With what a button of ours says."""
    if choice in (Where.PHONE, Where.SHOP, Where.OTHER):
        return Case(where=choice)
    if choice in (Ground.DISSATISFIED, Ground.UNANSWERED):
        return replace(case, ground=choice)
    return replace(case, matter=choice) if choice in (Matter.FEE, Matter.SERVICE) else case


def where_in(text: str) -> str | None:
    return next((where.value for where, pattern in _WHERE if pattern.search(plain(text))), None)


def is_not_satisfied(text: str) -> bool:
    return _NOT_SATISFIED.search(plain(text)) is not None


async def go_on(dispatcher: CollectingDispatcher, tracker: Tracker, case: Case) -> Events:
    """Ask what is still missing, or make the papers."""
    now, ticket = utcnow(), None
    if case.ticket is not None:
        ticket = await in_database(partial(own_matter, conversation_id=tracker.sender_id, number=case.ticket, now=now))
        if ticket is None:
            dispatcher.utter_message(response="utter_appeal_needs_proof")
            case = Case()
    question = next_question(case, ticket, now)
    if question is not None:
        return await ask(dispatcher, tracker, case, question, ticket)
    wanted = Wanted(
        case.ticket,
        _matter(case, ticket) or Matter.SERVICE,
        case.ground == Ground.DISSATISFIED,
        Told(
            Where(case.where) if case.where else Where.HERE,
            complained_on=_day(case.since),
            happened_on=_day(case.happened),
            words=case.facts or None,
            wish=case.wish or None,
        ),
    )
    key = key_of(tracker, "action_appeal_packet")
    made = await in_database(partial(make, wanted=wanted, key=key, now=now))
    _say_ready(dispatcher, wanted.matter, made)
    return finished(tracker, FORM, [], SLOTS)


def next_question(case: Case, ticket: Appealable | None, now: datetime) -> str | None:
    """The slot that is asked for next; None: enough is known, or enough was asked."""
    if ticket is None and case.where is None:
        return WHERE
    if case.questions >= _MOST_QUESTIONS:
        return None
    is_elsewhere = ticket is None
    may_not_yet = ticket is not None and not ticket.is_dissatisfied and _is_before(now, ticket.answer_due)
    has_reason = (ticket is not None and ticket.is_dissatisfied) or case.ground == Ground.DISSATISFIED
    missing = (
        (SINCE, case.since is None and is_elsewhere),
        (GROUND, case.ground is None and (is_elsewhere or may_not_yet)),
        (FACTS, case.facts is None and (is_elsewhere or has_reason)),
        (MATTER, _matter(case, ticket) is None),
        (HAPPENED, case.happened is None and (ticket is None or ticket.since is None)),
        (WISH, case.wish is None and not (ticket is not None and ticket.has_wish)),
    )
    return next((slot for slot, is_missing in missing if is_missing), None)


def _is_before(now: datetime, due: datetime | None) -> bool:
    return due is not None and now < due


def _matter(case: Case, ticket: Appealable | None) -> Matter | None:
    """Told, or known by the ticket's category or by the words of the story."""
    if case.matter:
        return Matter(case.matter)
    return ticket.matter if ticket is not None else matter_in(case.facts or "")


async def ask(
    dispatcher: CollectingDispatcher, tracker: Tracker, case: Case, question: str, ticket: Appealable | None
) -> Events:
    if question == WHERE:
        await _ask_where(dispatcher, tracker)
    elif question == GROUND and ticket is not None and ticket.answer_due is not None:
        dispatcher.utter_message(
            response="utter_appeal_ask_ground",
            number=ticket.number,
            day=_told_day(last_day_before(ticket.answer_due)),
            buttons=_with_number(buttons("appeal_ground_choices"), ticket.number),
        )
    elif question in (GROUND, FACTS) and ticket is None:
        dispatcher.utter_message(response=f"utter_appeal_ask_{question.removeprefix('appeal_')}_elsewhere")
    else:
        dispatcher.utter_message(response=f"utter_appeal_ask_{question.removeprefix('appeal_')}")
    return wait_for(question, case)


async def _ask_where(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    own = await matters_of(tracker)
    choices = [
        {
            "title": say("appeal_ticket_choice", category=each.category, day=_short_day(each.complained_at)),
            "payload": "/rights_appeal" + json.dumps({"step": "packet", "item": each.number}),
        }
        for each in own
    ]
    response = "utter_appeal_ask_where" if own else "utter_appeal_ask_where_elsewhere"
    dispatcher.utter_message(response=response, buttons=[*choices, *buttons("appeal_choices")])


async def matters_of(tracker: Tracker) -> list[Appealable]:
    """The tickets that are offered."""
    return await in_database(partial(own_matters, conversation_id=tracker.sender_id, now=utcnow()))


def wait_for(question: str, case: Case) -> Events:
    kept = [SlotSet(f"appeal_{name}", value) for name, value in asdict(case).items()]
    return [
        *kept,
        SlotSet("appeal_tries", 0),
        ActiveLoop(FORM),
        SlotSet("requested_slot", question),
        FollowupAction("action_listen"),
    ]


def skipped(case: Case, question: str) -> Case | None:
    """Without what was asked; None where it cannot be done without."""
    if question in (WHERE, GROUND, MATTER):
        return None
    return replace(case, **{question.removeprefix("appeal_"): _SKIPPED})


def _say_ready(dispatcher: CollectingDispatcher, matter: Matter, made: Made) -> None:
    urge = about(buttons("appeal_urge"), made.open_ticket) if made.open_ticket else []
    until = made.until.isoformat()
    card = {"kind": "link", "title": say("appeal_card_title"), "url": made.path, "until": until, "once": False}
    dispatcher.utter_message(
        response="utter_appeal_ready",
        ground=_ground(made.standing),
        until=_until(matter, made.standing),
        path=made.path,
        buttons=[*urge, *buttons("appeal_after")],
        json_message={"card": card},
    )


def _ground(found: Standing) -> str:
    if found.ground is not Ground.OPEN:
        return say(f"appeal_ground_{found.ground}")
    if found.answer_by is None:
        return say("appeal_ground_open_unknown")
    return say("appeal_ground_open", day=_told_day(found.answer_by))


def _until(matter: Matter, found: Standing) -> str:
    key = "appeal_until_over" if found.is_over else "appeal_until_close" if found.is_close else "appeal_until"
    told = say(
        key,
        term=say(f"appeal_term_{matter}"),
        since=_told_day(found.since),
        until=_told_day(found.until),
        n=str(found.days_left),
    )
    return told if found.is_since_told else f"{told}{say('appeal_until_unsure')}"


def _with_number(choices: Sequence[dict[str, str]], number: str) -> list[dict[str, str]]:
    """The button that urges names the ticket; the others are answers."""
    return [each if "rights_appeal" in each["payload"] else about([each], number)[0] for each in choices]


def _day(kept: str | None) -> date | None:
    return date.fromisoformat(kept) if kept else None


def _told_day(day: date) -> str:
    return say("appeal_date", year=str(day.year), month=str(day.month), day=str(day.day))


def _short_day(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%m-%d")
