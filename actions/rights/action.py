"""Questions about rights: an article, the step that it leads to, or a lesson."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.complaints.grievance import complaint_under
from actions.prelude import answered_before
from actions.rights.account import check_closing, check_porting, step_asked
from actions.rights.answering import answer_question
from actions.rights.appealing import packet
from actions.rights.lessons import lesson
from actions.rights.packet_asked import asks_for_packet
from actions.rights.telling import tell_article
from actions.second import offer, second_matter
from actions.turn import entity_of, intent_of, sub_of
from actions.urgent import attend, end_turn
from care.rights.articles import article_of, is_article

Events = list[dict[str, Any]]
_Step = Callable[[CollectingDispatcher, Tracker], Awaitable[Events]]

#: what is done instead of told: by a button's step, or by the sub-label of words
_STEPS: dict[tuple[str, str], _Step] = {
    ("rights_portability", "check"): check_porting,
    ("rights_cancellation", "check"): check_closing,
    ("rights_other", "lesson"): lesson,
}


class Rights(Action):
    """All labels of rights."""

    def name(self) -> str:
        return "action_rights"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        if asks_for_packet(tracker):
            events = await attend(dispatcher, tracker)
            return await packet(dispatcher, tracker) if events is None else events
        if (step := _step_wanted(tracker)) is not None:
            events = await attend(dispatcher, tracker)
            return await step(dispatcher, tracker) if events is None else events
        events = await answered_before(dispatcher, tracker)
        if events is not None:
            return events
        if (id_ := entity_of(tracker, "article")) is not None and is_article(id_):
            await tell_article(dispatcher, article_of(id_), is_more=entity_of(tracker, "choice") == "more")
            return end_turn(tracker)
        if sub_of(tracker) == "against_will":
            dispatcher.utter_message(response="utter_against_will")
            return end_turn(tracker)
        events = await answer_question(dispatcher, tracker)
        second = second_matter(tracker)
        return [*(offer(dispatcher, second) if second else []), *events]


def _step_wanted(tracker: Tracker) -> _Step | None:
    """By a button, by words that are sure, or by the sub-label of words that tell no grievance."""
    label = intent_of(tracker)[0]
    wanted = "lesson" if entity_of(tracker, "lesson") else entity_of(tracker, "step") or step_asked(tracker)
    if wanted is None and not complaint_under(tracker):
        wanted = sub_of(tracker)
    return _STEPS.get((label, wanted)) if wanted else None
