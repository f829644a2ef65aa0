"""Messages about tickets: which step is meant, and what the answers to the questions of `ticket_form` say."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions import followup
from actions.codes import check, say_refusal, wants_another
from actions.digressions import answer_digression, digression_of
from actions.followup import REOPEN, STEPS, WITHDRAW, Matter, ask, close, go_on, prove
from actions.moves import action_of_button, matter_told, names_ticket, wants_to_cancel
from actions.privacy.progress import progress
from actions.questions import question_in
from actions.rights.answering import answer_in_doubt
from actions.rights.found import asks_about_right
from actions.second import offer, second_matter
from actions.standing import newest_open
from actions.steps import agrees_to_withdraw, step_in, step_of
from actions.turn import entity_of, in_database, intent_of, key_of, text_of
from actions.urgent import attend, end_turn, hand_over, leave_form
from actions.which import ask_which
from care.accounts.codes import CodeCheck
from care.db import utcnow
from care.followup import service
from care.followup.overdue import overdue
from care.handoff.rules import Reason
from care.handoff.service import raise_concerns
from care.plain import digits_of, plain
from care.tickets.rules import read_number

Events = list[dict[str, Any]]

_MISSES = 2
# What is left when these are taken away is what the customer adds.
_ONLY_THE_WISH = re.compile(
    "我|要|想|再|给|帮|请|麻烦|需要|补充|信息|一下|一点|几句话?|加|点|些|材料|资料|内容|说明|情况|催|办|单|加急|快|投诉|工单|这个|那个|刚才|的"
    "|不满意|重新处理|重开|处理|结果|没|解决|根本|求|对|还|有|吧|啊|呢|了|[\\s\\W\\d_A-Za-z]"
)
#: says neither yes nor no
_UNDECIDED = re.compile("(?:我)?(?:也)?(?:不知道|不确定|不清楚|不好说|不要了)(?:啊|呢|吧)?")
# Instead of a ticket's number.
_LOST = re.compile("找不到|忘|不记得|记不|想不起|丢了|没了|不见了|不知道|没有")
_TICKET = re.compile(r"[A-Za-z]{2}[ -]?\d{6}[ -]*[0-9A-Za-z]{6}")
_FOUR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_LONG_NUMBER = re.compile(r"\d[\d -]{5,}\d")
_ORDINALS = (("第一|头一|1|一|上面|最新|最近|刚才", 0), ("第二|2|二|中间|下面", 1), ("第三|3|三", 2), ("最后", -1))


class FollowUp(Action):
    def name(self) -> str:
        return "action_follow_up"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await attend(dispatcher, tracker)
        if events is not None:
            return events
        if (told := await progress(dispatcher, tracker)) is not None:
            return told
        if asks_about_right(tracker) and (events := await answer_in_doubt(dispatcher, tracker)) is not None:
            return events
        if (
            intent_of(tracker)[0] == "ticket_status"
            and not _is_sure(tracker)
            and (asked := ask_which(dispatcher, tracker))
        ):
            return asked
        if question_in(plain(text_of(tracker)), "") == "how_long" and await newest_open(tracker) is None:
            await answer_digression(dispatcher, tracker, "how_long")
            return end_turn(tracker)
        events = await go_on(dispatcher, tracker, matter_of(tracker))
        await note_overdue(tracker)
        second = second_matter(tracker)
        is_done = ActiveLoop(followup.FORM) not in events
        return [*(offer(dispatcher, second) if second and is_done else []), *events]


async def note_overdue(tracker: Tracker) -> None:
    """Asked about while a promise of ours is over: who asks for a person then is asked for that."""
    key, now = key_of(tracker, "overdue"), utcnow()

    def look(session: Session) -> None:
        if overdue(session, key.conversation_id, now) is not None:
            raise_concerns(session, key.conversation_id, [Reason.CLOCK], key.message_id, now)

    await in_database(look)


def _is_sure(tracker: Tracker) -> bool:
    return names_ticket(tracker) or step_in(text_of(tracker)) is not None


def matter_of(tracker: Tracker) -> Matter:
    """What a message that opens the matter says of it."""
    intent, _ = intent_of(tracker)
    text = text_of(tracker)
    meant = None if intent == "ticket_status" else tracker.get_slot("ticket_step")
    step = entity_of(tracker, "step") or step_of(tracker) or meant
    number = read_number(entity_of(tracker, "ticket_number") or text)
    digits = last_four(text) if number else None
    return Matter(step if step in STEPS else followup.STATUS, number, words_in(text), digits=digits)


def words_in(text: str) -> str | None:
    """The message itself where it says more than that something is to be done."""
    return text if len(_ONLY_THE_WISH.sub("", plain(text))) >= 3 else None


class ValidateTicketForm(Action):
    """Rasa calls this for every message while a question about a ticket is open."""

    def name(self) -> str:
        return "validate_ticket_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        events = await attend(dispatcher, tracker)
        if events is not None:
            return events
        if (told := await progress(dispatcher, tracker)) is not None:
            return told
        asked = str(tracker.get_slot("requested_slot") or "").removeprefix("ticket_")
        matter = Matter(
            str(tracker.get_slot("ticket_step")), tracker.get_slot("ticket_number"), tracker.get_slot("ticket_words")
        )
        if asked == "confirmed" and _wants_on(tracker, matter):
            return await go_on(dispatcher, tracker, replace(matter, is_confirmed=True))
        if other := _another_step(tracker, matter, asked):
            return await go_on(dispatcher, tracker, other)
        if name := digression_of(tracker):
            await answer_digression(dispatcher, tracker, name)
            return await _ask_again(dispatcher, tracker, matter, asked)
        if events := _something_else(tracker, asked):
            return events
        intent, _ = intent_of(tracker)
        if intent == "ticket_status" and not text_of(tracker):  # a button under a ticket or under the question
            return await go_on(dispatcher, tracker, matter_of(tracker))
        is_no = wants_to_cancel(tracker) or (intent == "deny" and asked not in _WORDS)
        if is_no and asked != "confirmed" and not _wants_on(tracker, matter):
            dispatcher.utter_message(response="utter_all_right")
            return close(tracker)
        events = await READERS[asked](dispatcher, tracker, matter)
        return events if events is not None else await _miss(dispatcher, tracker, matter, asked)


def _wants_on(tracker: Tracker, matter: Matter) -> bool:
    """「撤了吧，不投诉了」 in the middle of a withdrawal gives nothing up: it is a yes."""
    return matter.step == WITHDRAW and agrees_to_withdraw(text_of(tracker))


def _another_step(tracker: Tracker, matter: Matter, asked: str) -> Matter | None:
    """「那再催一下吧」 instead of an answer: the same ticket, another step."""
    if asked in _WORDS or not text_of(tracker) or step_of(tracker) in (None, matter.step):
        return None
    meant = matter_of(tracker)
    return meant if meant.number else replace(meant, number=matter.number)


def _something_else(tracker: Tracker, asked: str) -> Events | None:
    """A story of its own, or a button that is not about tickets: the question is dropped."""
    if text_of(tracker):
        then = None if asked in _WORDS else matter_told(tracker)
        return leave_form(tracker, then, forget=followup.SLOTS) if then else None
    if intent_of(tracker)[0] in _ANSWERS:
        return None
    return leave_form(tracker, action_of_button(tracker), forget=followup.SLOTS)


async def _miss(dispatcher: CollectingDispatcher, tracker: Tracker, matter: Matter, asked: str) -> Events:
    """An answer that says nothing to the question: asked once more, then a person."""
    tries = int(tracker.get_slot("ticket_tries") or 0) + 1
    if tries >= _MISSES:
        return await hand_over(dispatcher, tracker, Reason.NOT_UNDERSTOOD, "utter_handoff_not_understood")
    return [*await _ask_again(dispatcher, tracker, matter, asked), SlotSet("ticket_tries", tries)]


async def _ask_again(dispatcher: CollectingDispatcher, tracker: Tracker, matter: Matter, asked: str) -> Events:
    if asked == "which":
        return await go_on(dispatcher, tracker, matter)  # with the tickets to choose from
    if asked == "code":
        dispatcher.utter_message(response="utter_ticket_again_code")
        return followup.wait_for("code", matter)
    return ask(dispatcher, tracker, matter, asked)


async def _read_number(dispatcher: CollectingDispatcher, tracker: Tracker, matter: Matter) -> Events | None:
    number = read_number(text_of(tracker))
    if number is not None:
        return await go_on(dispatcher, tracker, replace(matter, number=number, digits=last_four(text_of(tracker))))
    text = plain(text_of(tracker))
    if intent_of(tracker)[0] == "skip" or _LOST.search(text):
        dispatcher.utter_message(response="utter_ticket_forgotten")
        return close(tracker)
    if _LONG_NUMBER.search(digits_of(text)):
        dispatcher.utter_message(response="utter_ticket_by_number_only")
        return close(tracker)
    return None


async def _read_which(dispatcher: CollectingDispatcher, tracker: Tracker, matter: Matter) -> Events | None:
    text, now = plain(text_of(tracker)), utcnow()
    number = read_number(text)
    if number is None:
        own = await in_database(lambda s: service.own_tickets(s, tracker.sender_id, now, followup.MOST_TICKETS))
        number = _chosen(
            text, [(ticket.number, ticket.category) for ticket in own if followup.fits(matter.step, ticket)]
        )
    return await go_on(dispatcher, tracker, replace(matter, number=number)) if number else None


def _chosen(text: str, tickets: list[tuple[str, str]]) -> str | None:
    """「第二个」「宽带那个」: by its place in the list or by a word of its category."""
    for words, place in _ORDINALS:
        if re.fullmatch(rf"(?:就)?(?:{words})(?:个|张|件|条|那个|那张|单)?(?:吧|的)?", text) and place < len(tickets):
            return tickets[place][0]
    named = [number for number, category in tickets if any("".join(pair) in text for pair in pairwise(category))]
    return named[0] if len(named) == 1 else None


async def _read_digits(dispatcher: CollectingDispatcher, tracker: Tracker, matter: Matter) -> Events | None:
    digits = last_four(text_of(tracker))
    if digits is not None:
        return await prove(dispatcher, tracker, replace(matter, digits=digits))
    if intent_of(tracker)[0] != "skip":
        return None
    dispatcher.utter_message(response="utter_ticket_no_digits")
    return close(tracker)


def last_four(text: str) -> str | None:
    """The last four digits of the number that a message names: themselves, or the whole number."""
    digits = _TICKET.sub("", digits_of(text))
    long = [re.sub(r"\D", "", number) for number in _LONG_NUMBER.findall(digits)]
    found = [number[-4:] for number in long] or _FOUR.findall(digits)
    return str(found[0]) if len(found) == 1 else None


async def _read_words(dispatcher: CollectingDispatcher, tracker: Tracker, matter: Matter) -> Events | None:
    text = text_of(tracker)
    if not re.search(r"\w", text):
        is_optional = matter.step == REOPEN and intent_of(tracker)[0] == "skip"
        return await go_on(dispatcher, tracker, replace(matter, words="")) if is_optional else None
    return await go_on(dispatcher, tracker, replace(matter, words=text))


async def _read_confirmation(dispatcher: CollectingDispatcher, tracker: Tracker, matter: Matter) -> Events | None:
    intent, _ = intent_of(tracker)
    text = plain(text_of(tracker))
    # 「撤」「取消」 as an answer to "withdraw?" means yes; anything with a no in it does not.
    is_yes = intent == "affirm" or (intent == "cancel" and re.search("撤|取消", text) is not None)
    if _UNDECIDED.fullmatch(text.strip("。！!~ ")):
        return None
    if is_yes and not re.search("不|别|先|算了|唔", text):
        return await go_on(dispatcher, tracker, replace(matter, is_confirmed=True))
    if intent in ("deny", "cancel") or re.search("不|别|算了|唔", text):
        kept = "utter_ticket_kept" if matter.step == WITHDRAW else "utter_all_right"
        dispatcher.utter_message(response=kept, number=str(matter.number))
        return close(tracker)
    return None


async def _read_code(dispatcher: CollectingDispatcher, tracker: Tracker, matter: Matter) -> Events | None:
    code = await followup.withdrawal_code(matter)
    if code is None:
        dispatcher.utter_message(response="utter_ticket_no_phone")
        return close(tracker)
    if wants_another(tracker):
        return await followup.ask_for_code(dispatcher, tracker, matter)
    now = utcnow()
    checked = await check(tracker, code, lambda s: service.grant(s, tracker.sender_id, code.number, "code", now))
    if checked.answer is CodeCheck.RIGHT:
        return await go_on(dispatcher, tracker, matter)
    if checked.answer is CodeCheck.WRONG and not re.search(r"\d", digits_of(text_of(tracker))):
        return None
    say_refusal(dispatcher, checked)
    return close(tracker) if checked.answer is CodeCheck.USED_UP else followup.wait_for("code", matter)


#: intents of the buttons under our questions
_ANSWERS = ("ticket_status", "send_again", "affirm", "deny", "skip", "cancel")
_WORDS = ("words", "reason")
#: by the name of the question
READERS = {
    "number": _read_number,
    "which": _read_which,
    "digits": _read_digits,
    "digits_again": _read_digits,
    "words": _read_words,
    "reason": _read_words,
    "confirmed": _read_confirmation,
    "urge_instead": _read_confirmation,
    "reopen_instead": _read_confirmation,
    "add_instead": _read_confirmation,
    "code": _read_code,
}
