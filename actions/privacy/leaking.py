"""Their data leaked, or somebody uses them: reported at once, a person comes, what to do now. Nothing is asked first.

Source: 个人信息保护法第五十七条; 反电信网络诈骗法第三十条.
"""

from __future__ import annotations

from rasa_sdk import Tracker
from sqlalchemy.orm import Session

from actions.memory import turns
from actions.privacy.asked import Asked, Events
from actions.privacy.question import Matter, payload
from actions.privacy.reports import is_elsewhere, is_report
from actions.turn import entity_of, in_database, text_of
from actions.urgent import leave_form
from care.handoff.rules import Reason
from care.handoff.service import request_handoff
from care.privacy.articles import article
from care.privacy.by_person import report_leak
from care.wording import buttons, say


async def leak(asked: Asked) -> Events:
    if is_elsewhere(text_of(asked.tracker)):
        asked.dispatcher.utter_message(
            response="utter_privacy_leak_elsewhere", buttons=[_report(), *buttons("to_person")]
        )
        return []
    if not is_report(text_of(asked.tracker)) and entity_of(asked.tracker, "choice") != "yes":
        told = article(None, "privacy_leak")
        asked.dispatcher.utter_message(
            response="utter_article", told=told.short, buttons=[_report(), *buttons("to_person")]
        )
        return []
    words = _words(asked.tracker)

    def report_it(session: Session) -> str:
        state = report_leak(session, asked.key, words or say("privacy_leak_no_words"), None, asked.now)
        request_handoff(session, asked.conversation, Reason.LEAK, asked.now)
        return str(state.number)

    number = await in_database(report_it)
    asked.dispatcher.utter_message(response="utter_privacy_leak_reported", number=number)
    is_opened = asked.wish.matter is Matter.OPENED
    asked.dispatcher.utter_message(response="utter_privacy_opened_now" if is_opened else "utter_privacy_leak_now")
    asked.dispatcher.utter_message(response="utter_privacy_leak_evidence")
    return leave_form(asked.tracker)


def _report() -> dict[str, str]:
    return {"title": say("privacy_to_leak"), "payload": payload(Matter.LEAK, choice="yes")}


def _words(tracker: Tracker) -> str:
    """The customer's own; for a button those before it."""
    said = (str(turn[0].get("text") or "") for turn in turns(tracker))
    return next((words for words in said if words and not words.startswith("/")), "")
