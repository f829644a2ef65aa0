"""What is said while papers for an appeal are being put together: answers, asides, and ways out."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.digressions import answer_digression, digression_of
from actions.moves import action_of_button, matter_told, wants_to_cancel
from actions.privacy.replies import pick
from actions.rights.appealing import (
    FACTS,
    GROUND,
    HAPPENED,
    MATTER,
    SINCE,
    SLOTS,
    WHERE,
    WISH,
    Case,
    Events,
    case_of,
    go_on,
    is_not_satisfied,
    matters_of,
    opened_by,
    skipped,
    where_in,
)
from actions.turn import entity_of, intent_of, text_of
from actions.urgent import attend, hand_over, leave_form
from care.complaints.rules import since_date
from care.db import utcnow
from care.errors import InvalidInput
from care.handoff.rules import Reason
from care.plain import plain
from care.rights.appeals import Ground, Matter
from care.rights.packets import matter_in
from care.tickets.rules import read_number
from care.timezone import CHINA

#: answers that say nothing to the question before a person comes
_MISSES = 2
_LONGEST = 4000
_STORIES = (FACTS, WISH)
_QUESTION = re.compile("[?？]$|[吗呢么嘛]$|怎么|为什么|凭什么|多久")
#: 「跳过」, 「没有」: whole messages
_SKIP = re.compile(
    "(?:先|就)?(?:跳过|不说了|不写了|不填|不用了?|没有了?|没了|随便|都行|不知道|不清楚|不确定|忘了|忘记了?|不记得了?"
    "|记不清了?|记不得了?|想不起来了?|下一个|之后再写|回头再写)(?:吧|啊|呢|了)?"
)
_NO_ANSWER = re.compile(
    "(?:没|没有|未|一直没|从来没|到现在没|都没)(?:人)?(?:给)?(?:我)?(?:答复|回复|回音|下文|消息|人联系|人理|联系|回)"
    "|不理|没人管|石沉大海|还没|没有$|^没$"
)
_ANSWERED = re.compile("答复了|回复了|回了|说了|给了|打来过|联系过")
_LATER = re.compile("先(?:把材料)?(?:准备|备)|先弄|先做|材料备好|备好材料")
_FEE = re.compile("收费|费用|[扣退多]费|钱|资费|第一|前面")
_SERVICE = re.compile("服务|信号|网络|宽带|态度|质量|第二|后面|不是(?:收费|钱)")

_Read = Callable[[Tracker, Case, datetime], Awaitable[Case | None]]


class ValidateAppealForm(Action):
    """Rasa calls this for every message while the form is open."""

    def name(self) -> str:
        return "validate_appeal_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await attend(dispatcher, tracker)
        if events is not None:
            return events
        case, asked = case_of(tracker), str(tracker.get_slot("requested_slot"))
        if _is_own_button(tracker):
            return await _press(dispatcher, tracker, case, asked)
        if wants_to_cancel(tracker):
            dispatcher.utter_message(response="utter_appeal_declined")
            return leave_form(tracker, forget=SLOTS)
        intent, text = intent_of(tracker)[0], text_of(tracker)
        if not text and intent != "skip":
            return leave_form(tracker, action_of_button(tracker))
        if asked not in _STORIES and (then := matter_told(tracker)):
            return leave_form(tracker, then, forget=SLOTS)
        is_question = _QUESTION.search(plain(text)) is not None
        try:
            read = None if asked in _STORIES or is_question else await _answer(tracker, case, asked)
            if read is None and (name := digression_of(tracker)) is not None:
                await answer_digression(dispatcher, tracker, name)
                return await go_on(dispatcher, tracker, case)  # what is open follows from what is known
            read = read or await _answer(tracker, case, asked)
        except InvalidInput:
            dispatcher.utter_message(response="utter_appeal_no_such_day")
            read = None
        return await _miss(dispatcher, tracker, case) if read is None else await go_on(dispatcher, tracker, read)


def _is_own_button(tracker: Tracker) -> bool:
    return not text_of(tracker) and intent_of(tracker)[0] == "rights_appeal" and entity_of(tracker, "step") == "packet"


async def _press(dispatcher: CollectingDispatcher, tracker: Tracker, case: Case, asked: str) -> Events:
    """Also one further up: what it says is taken, and what is open is asked again."""
    if entity_of(tracker, "choice") == "skip":
        return await go_on(dispatcher, tracker, skipped(case, asked) or case)
    return await go_on(dispatcher, tracker, opened_by(case, tracker))


async def _answer(tracker: Tracker, case: Case, asked: str) -> Case | None:
    """Raises InvalidInput for a day that there is not, or that has not come."""
    text = plain(text_of(tracker)).strip("。，！!~ ")
    if asked != GROUND and (intent_of(tracker)[0] == "skip" or _SKIP.fullmatch(text)):
        return skipped(case, asked)
    return await READERS[asked](tracker, case, utcnow())


async def _read_where(tracker: Tracker, case: Case, now: datetime) -> Case | None:
    text = text_of(tracker)
    if number := read_number(text):
        return Case(ticket=number)
    if chosen := pick(text, [(each.number, each.category) for each in await matters_of(tracker)]):
        return Case(ticket=chosen)
    where = where_in(text)
    return Case(where=where) if where else None


async def _read_since(tracker: Tracker, case: Case, now: datetime) -> Case | None:
    day = since_date(text_of(tracker), now.astimezone(CHINA).date())
    return replace(case, since=day.isoformat()) if day else None


async def _read_happened(tracker: Tracker, case: Case, now: datetime) -> Case | None:
    day = since_date(text_of(tracker), now.astimezone(CHINA).date())
    return replace(case, happened=day.isoformat()) if day else None


async def _read_ground(tracker: Tracker, case: Case, now: datetime) -> Case | None:
    text, intent = plain(text_of(tracker)), intent_of(tracker)[0]
    if _NO_ANSWER.search(text) or _LATER.search(text):
        return replace(case, ground=Ground.UNANSWERED)
    if is_not_satisfied(text) or _ANSWERED.search(text) or intent == "affirm":
        return replace(case, ground=Ground.DISSATISFIED)
    return replace(case, ground=Ground.UNANSWERED) if intent == "deny" else None


async def _read_facts(tracker: Tracker, case: Case, now: datetime) -> Case | None:
    words = _words(tracker)
    return replace(case, facts=words) if words else None


async def _read_wish(tracker: Tracker, case: Case, now: datetime) -> Case | None:
    words = _words(tracker)
    return replace(case, wish=words) if words else None


def _words(tracker: Tracker) -> str | None:
    text = text_of(tracker).strip()
    return text[:_LONGEST] if any(sign.isalnum() for sign in text) else None


async def _read_matter(tracker: Tracker, case: Case, now: datetime) -> Case | None:
    text = plain(text_of(tracker))
    if _SERVICE.search(text):
        return replace(case, matter=Matter.SERVICE)
    found = Matter.FEE if _FEE.search(text) else matter_in(text)
    return replace(case, matter=found) if found else None


async def _miss(dispatcher: CollectingDispatcher, tracker: Tracker, case: Case) -> Events:
    """No answer to what was asked: asked once more, then a person comes."""
    tries = int(tracker.get_slot("appeal_tries") or 0) + 1
    if tries >= _MISSES:
        return await hand_over(dispatcher, tracker, Reason.NOT_UNDERSTOOD, "utter_handoff_not_understood")
    return [*await go_on(dispatcher, tracker, case), SlotSet("appeal_tries", tries)]


#: by the slot that is asked for
READERS: dict[str, _Read] = {
    WHERE: _read_where,
    SINCE: _read_since,
    GROUND: _read_ground,
    FACTS: _read_facts,
    MATTER: _read_matter,
    HAPPENED: _read_happened,
    WISH: _read_wish,
}
