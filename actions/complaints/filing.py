"""What the complaint form ends with: a ticket, an open one that is urged, the right operator's number, or nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import AllSlotsReset, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.billing.answering import answer_question
from actions.billing.asked import Question
from actions.billing.question import topic_of
from actions.complaints.complaint import FORM, Complaint, Events, slot
from actions.complaints.decisions import NEW
from actions.complaints.fields import today
from actions.complaints.grievance import is_question
from actions.complaints.surges import met_by_words, say_met
from actions.complaints.wishes import asks_for_money, is_wish
from actions.contact import offer_notices
from actions.memory import said_last
from actions.privacy.answering import answer_wish
from actions.privacy.question import MATTERS, Wish, wish_by_words
from actions.rights.telling import offer_article
from actions.second import offer
from actions.standing import card
from actions.topics import response_of
from actions.turn import in_database, intent_of, key_of
from care.billing.disputes import attach_dispute
from care.billing.system import billing
from care.complaints import rules
from care.complaints.category import threatens_appeal
from care.complaints.repeats import open_matter, repeats
from care.complaints.rules import Draft
from care.complaints.service import Filed, file_complaint
from care.db import utcnow
from care.followup.rules import mobile_in
from care.followup.service import standing_of, urge
from care.followup.standing import Standing
from care.followup.urging import Urged
from care.handoff.policy import threshold
from care.handoff.rules import Reason
from care.handoff.service import raise_concerns
from care.once import OnceKey
from care.sla.policy import policy
from care.surges.service import Known, meet
from care.wording import say, spoken_time

#: what the second matter of a story takes over from the first
_SHARED = ("rest", "description", "line", "contact", "callable", "seems", "ours")


class FileComplaint(Action):
    def name(self) -> str:
        return "action_file_complaint"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        now = utcnow()
        complaint = Complaint(tracker)
        key = key_of(tracker, self.name())
        filed, standing, is_repeated, surge = await in_database(lambda session: _file(session, complaint, key, now))
        surge = surge or await met_by_words(filed.number, now)
        feedback, solution = spoken_time(filed.feedback_due, now), spoken_time(filed.solution_due, now)
        dispatcher.utter_message(
            response="utter_complaint_filed",
            number=filed.number,
            department=filed.department,
            promise=say("promise_at_once" if feedback == solution else "promise", feedback=feedback, solution=solution),
            json_message={"card": card(standing)},
        )
        if surge is not None:
            say_met(dispatcher, surge, now)
        if asks_for_money(complaint["wish"] or ""):
            dispatcher.utter_message(response="utter_redress_by_person")
        if is_repeated:
            dispatcher.utter_message(response="utter_again_offer")
        if complaint["rest"] is None:
            offer_article(dispatcher, complaint["category"] or "other")
            offer_notices(dispatcher, mobile_in(complaint["contact"] or "") or mobile_in(complaint["line"] or ""))
            return [AllSlotsReset()]
        offered = offer(dispatcher, complaint["rest"])
        kept = [] if is_question(complaint["rest"]) else [SlotSet(slot(field), complaint[field]) for field in _SHARED]
        return [AllSlotsReset(), *kept, *offered]


def _file(
    session: Session, complaint: Complaint, key: OnceKey, now: datetime
) -> tuple[Filed, Standing, bool, Known | None]:
    """Third: the same complaint again, as far as the customer may be told so. Last: many complain of the same."""
    draft = _draft(session, complaint, key.conversation_id, now)
    filed = file_complaint(session, draft, key, policy(), now, closes_matter=complaint["rest"] is None)
    if complaint["dispute"]:
        attach_dispute(session, int(complaint["dispute"]), key.conversation_id, filed.ticket_id, now)
    standing = standing_of(session, key.conversation_id, filed.number, now)
    assert standing is not None  # filed here, a moment ago
    is_repeated = _is_repeated(session, draft.line, draft.category, key, now)
    return filed, standing, is_repeated, meet(session, filed.number, now)


def _is_repeated(session: Session, line: str | None, category: str, key: OnceKey, now: datetime) -> bool:
    """The desk is told whoever complained before; the customer only where it was they."""
    found, least = repeats(session, key.conversation_id, line, category, now), threshold(Reason.REPEATED, "complaints")
    if found.total >= least:
        raise_concerns(session, key.conversation_id, [Reason.REPEATED], key.message_id, now)
    return found.own >= least


def _draft(session: Session, complaint: Complaint, conversation_id: str, now: datetime) -> Draft:
    category = complaint["category"] if complaint["category"] in policy().categories else "other"
    repeated = None
    if complaint["same"] == NEW:
        repeated = open_matter(session, conversation_id, complaint["line"] or None, category, now)
    given = {field: complaint[field] or None for field in ("line", "address", "area", "speed_test", "wish", "contact")}
    since = complaint["since"] or None
    return Draft(
        category=category,
        description=complaint["description"],
        since=since,
        since_date=rules.since_date(since, today()) if since else None,
        threatens_appeal=any(threatens_appeal(complaint[field] or "") for field in ("description", "wish")),
        repeat_of=repeated.number if repeated else None,
        **given,
    )


class UrgeOpenComplaint(Action):
    """The same matter is open: it is urged, with this story, and nothing is filed."""

    def name(self) -> str:
        return "action_urge_open_complaint"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        now = utcnow()
        complaint = Complaint(tracker)
        key = key_of(tracker, self.name())
        result = await in_database(lambda session: _urge(session, complaint, key, now))
        if result is None:  # closed while the question stood
            dispatcher.utter_message(response="utter_complaint_not_open_any_more")
            return [SlotSet(slot("open"), None), SlotSet(slot("same"), NEW), FollowupAction("action_listen")]
        urged, standing = result
        raised = say("complaint_urged_raised") if urged.is_raised else ""
        if standing is None:
            dispatcher.utter_message(response="utter_complaint_urged_other", raised=raised)
        else:
            dispatcher.utter_message(
                response="utter_complaint_urged",
                number=urged.number,
                raised=raised,
                until=_still_valid(standing, now),
                json_message={"card": card(standing)},
            )
        return [AllSlotsReset(), FollowupAction("action_listen")]


def _urge(session: Session, complaint: Complaint, key: OnceKey, now: datetime) -> tuple[Urged, Standing | None] | None:
    line = complaint["line"] or None
    matter = open_matter(session, key.conversation_id, line, complaint["category"], now)
    if matter is None:
        return None
    urged = urge(session, key.conversation_id, matter.number, complaint["description"], key, now, line=line)
    raise_concerns(session, key.conversation_id, [Reason.REPEATED], key.message_id, now)
    return urged, standing_of(session, key.conversation_id, matter.number, now) if matter.is_own else None


def _still_valid(ticket: Standing, now: datetime) -> str:
    """The promise that was made, and no new one."""
    due = [
        say(name, until=spoken_time(at, now))
        for name, at in (
            ("complaint_urged_feedback", ticket.feedback_due),
            ("complaint_urged_solution", ticket.solution_due),
        )
        if at is not None
    ]
    return say("complaint_urged_due", due=say("complaint_urged_and").join(due)) if due else ""


class SendElsewhere(Action):
    """The number is another operator's: nobody here can help, so the right number is told."""

    def name(self) -> str:
        return "action_send_elsewhere"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        seems = str(tracker.get_slot(slot("seems")))
        operator = policy().operator
        hotlines = {str(carrier): hotline for carrier, hotline in operator.others.items()}
        if seems in hotlines:
            dispatcher.utter_message(response="utter_complaint_elsewhere", operator=seems, hotline=hotlines[seems])
        else:
            dispatcher.utter_message(
                response="utter_complaint_other_province", province=seems, hotline=operator.hotline
            )
        return [AllSlotsReset(), FollowupAction("action_listen")]


class CancelComplaint(Action):
    """What was said is kept: 「还是登记吧」 goes on with it."""

    def name(self) -> str:
        return "action_cancel_complaint"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        dispatcher.utter_message(response="utter_complaint_cancelled")
        rest = tracker.get_slot(slot("rest"))
        kept = offer(dispatcher, str(rest)) if is_wish(rest) else []  # a promise
        return [*kept, SlotSet(slot("cancelled"), True), FollowupAction("action_listen")]


class AnswerRest(Action):
    """Yes or no to 「您还提到了费用争议，要接着登记吗？」 or 「您还说到“查余额”，现在接着办吗？」."""

    def name(self) -> str:
        return "action_answer_rest"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        if said_last(tracker, "utter_rest_question"):
            return await self._answer_question(dispatcher, tracker)
        if not said_last(tracker, "utter_complaint_rest"):
            is_left = tracker.get_slot(slot("category")) is not None  # its first matter is not filed yet
            return [*([] if is_left else [SlotSet(slot("rest"), None)]), FollowupAction("action_what_now")]
        if intent_of(tracker)[0] == "affirm":
            return [FollowupAction(FORM)]
        dispatcher.utter_message(response="utter_complaint_rest_declined")
        return [AllSlotsReset(), FollowupAction("action_listen")]

    async def _answer_question(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        label, is_wanted = str(tracker.get_slot(slot("rest"))), intent_of(tracker)[0] == "affirm"
        done = SlotSet(slot("rest"), None)
        if is_wanted and label == "ticket_status":
            return [done, FollowupAction("action_follow_up")]
        wish = wish_by_words(label) or (Wish(MATTERS[label][""]) if label in MATTERS else None)
        if is_wanted and wish is not None:
            return [done, *await answer_wish(dispatcher, tracker, wish)]
        topic = topic_of(label)
        if is_wanted and topic is not None and billing() is not None:
            return [done, *await answer_question(dispatcher, tracker, Question(topic))]
        response = response_of(label, None) if is_wanted else "utter_all_right"
        dispatcher.utter_message(response=response, hotline=policy().operator.hotline)
        return [done, FollowupAction("action_listen")]
