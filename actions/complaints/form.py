"""The complaint form: Rasa calls it when the form begins and for every message while it is open."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.account import lines_of
from actions.billing.binding import bind_or_unbind
from actions.billing.leaving import lock_up
from actions.billing.objection import objection
from actions.billing.question import asks_for_consent
from actions.complaints.answers import answer, failed
from actions.complaints.complaint import TOLD, Complaint, Events
from actions.complaints.decisions import URGE
from actions.complaints.details import is_begun_now
from actions.complaints.fields import is_answer, is_outburst
from actions.complaints.line import look_up
from actions.complaints.opening import begin
from actions.complaints.surges import say_known
from actions.complaints.wishes import keep_wish, wants_to_go_on
from actions.concerns import concerns_of
from actions.digressions import answer_digression, digression_of
from actions.moves import is_command
from actions.privacy.asked import Asked
from actions.privacy.elsewhere import Whose, say_whose, sure_whose
from actions.privacy.question import Matter, Wish, wish_by_words
from actions.rights.found import asks_about_right
from actions.rights.telling import offer_beside
from actions.turn import text_of
from actions.urgent import attend, leave_form
from actions.which import ask_which
from care.accounts.rules import Level
from care.complaints.category import is_minor_purchase
from care.db import utcnow
from care.handoff.rules import Reason
from care.sla.policy import policy
from care.wording import say

#: no story is an answer to these
_FACTS = ("line", "since", "area", "contact")
_OF_OTHERS = (Whose.SOMEBODY, Whose.OTHERS, Whose.AUTHORITY)


class ValidateComplaintForm(Action):
    """Decides itself what is asked next (`requested_slot`): that depends on category, line and what was told."""

    def name(self) -> str:
        return "validate_complaint_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        urgent = await attend(dispatcher, tracker)
        if urgent is not None:
            return urgent
        text = text_of(tracker)
        if (locked := await lock_up(dispatcher, tracker)) is not None:
            return [*locked, *leave_form(tracker, "action_cancel_complaint")]
        complaint = Complaint(tracker)
        is_begun = is_begun_now(complaint, tracker)
        if complaint.asked is None and not is_begun and (objection(tracker) or asks_for_consent(tracker)):
            return leave_form(tracker, "action_billing")
        if complaint.asked is None and not is_begun and wish_by_words(text):
            return leave_form(tracker, "action_privacy")  # 「别再给我打推销电话了」: one step, and no complaint needed
        is_sure = is_begun or is_minor_purchase(text)
        if complaint.asked is None and not is_sure and asks_about_right(tracker):
            return leave_form(tracker, "action_rights")
        if complaint.asked is None and not is_sure and (asked := ask_which(dispatcher, tracker)):
            return asked
        if complaint.asked is None:
            offer_beside(dispatcher, tracker)
            question = begin(complaint, dispatcher, tracker)
            await say_known(dispatcher, complaint)
            await _fill_proved_line(complaint, tracker)
        elif (changed := await bind_or_unbind(dispatcher, tracker)) is not None:
            _ask(complaint, complaint.asked, dispatcher)
            return [*changed, *complaint.events(complaint.asked)]
        elif wants_to_go_on(text) or keep_wish(complaint, dispatcher, tracker):
            _ask(complaint, complaint.asked, dispatcher)
            return complaint.events(complaint.asked)
        elif complaint.asked in _FACTS and (whose := sure_whose(text)) in _OF_OTHERS:
            await say_whose(Asked(dispatcher, tracker, Wish(Matter.VIEW, words=text), None, utcnow()), whose)
            _ask(complaint, complaint.asked, dispatcher)
            return complaint.events(complaint.asked)
        elif is_command(tracker):
            return leave_form(tracker, "action_cancel_complaint")
        elif is_outburst(text, Reason.ANGER in concerns_of(tracker)):
            if not dispatcher.messages:
                dispatcher.utter_message(response="utter_complaint_outburst")
            question = failed(complaint, dispatcher, tracker)
        elif not is_answer(complaint.asked, text) and (aside := digression_of(tracker)):
            await answer_digression(dispatcher, tracker, aside)
            _ask(complaint, complaint.asked, dispatcher)
            return complaint.events(complaint.asked)
        else:
            question = answer(complaint, dispatcher, tracker)
        await look_up(complaint, tracker)
        return _go_on(complaint, question, dispatcher, tracker)


async def _fill_proved_line(complaint: Complaint, tracker: Tracker) -> None:
    """Whoever proved a number here a moment ago is not asked for it; the summary shows it, and it can be changed there.

    Not where a place is asked about: the broken line may be another than the one that was looked at.
    """
    if complaint["line"] or complaint["category"] is None or complaint.category.place == "address":
        return
    proved = [line.phone for line in await lines_of(tracker) if line.level is Level.PROVED]
    if len(proved) == 1:
        complaint.fill("line", proved[0])


def _go_on(complaint: Complaint, question: str | None, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    if complaint["confirmed"]:
        return complaint.events(None)
    if complaint["same"] == URGE:
        return [*complaint.changed(), *leave_form(tracker, "action_urge_open_complaint")]
    if complaint["ours"] is False:
        return [*complaint.changed(), *leave_form(tracker, "action_send_elsewhere")]
    question = question or complaint.next_question()
    if question == "confirmed" and (complaint.asked != "confirmed" or set(complaint.changes) & set(TOLD)):
        _show_summary(complaint, dispatcher)
    _ask(complaint, question, dispatcher)
    return complaint.events(question)


def _show_summary(complaint: Complaint, dispatcher: CollectingDispatcher) -> None:
    rows = complaint.summary()
    dispatcher.utter_message(
        response="utter_complaint_summary",
        rows="\n".join(say("summary_row", **row) for row in rows),
        json_message={"card": {"kind": "summary", "rows": rows}},
    )


def _ask(complaint: Complaint, question: str, dispatcher: CollectingDispatcher) -> None:
    """Rasa asks by `utter_ask_complaint_form_complaint_<question>`; only the categories it does not know."""
    if question == "category":
        choices = [
            {"title": category.title, "payload": f"/correct{json.dumps({'category': name})}"}
            for name, category in policy().categories.items()
        ]
        dispatcher.utter_message(response="utter_complaint_categories", buttons=choices)
