"""What is said of an incident to somebody whose complaint is about it."""

from __future__ import annotations

from datetime import datetime

from rasa_sdk.executor import CollectingDispatcher

from actions.complaints.complaint import Complaint
from actions.turn import in_database
from care.db import utcnow
from care.surges.service import Known, confirmed_for
from care.wording import spoken_time


async def say_known(dispatcher: CollectingDispatcher, complaint: Complaint) -> None:
    """When the form opens: a confirmed incident of this category, where the story so far says that it is there."""
    category, address, now = complaint["category"], complaint["address"] or "", utcnow()
    if category is None:
        return
    known = await in_database(lambda session: confirmed_for(session, category, address, now))
    if known is None:
        return
    if known.repaired_by is None:
        dispatcher.utter_message(response="utter_surge_known", words=known.words)
    else:
        until = spoken_time(known.repaired_by, now)
        dispatcher.utter_message(response="utter_surge_known_until", words=known.words, until=until)


def say_met(dispatcher: CollectingDispatcher, surge: Known, now: datetime) -> None:
    """With the receipt. Before somebody has confirmed it, only that it is looked into."""
    if not surge.is_confirmed:
        dispatcher.utter_message(response="utter_surge_suspected")
    elif surge.repaired_by is None:
        dispatcher.utter_message(response="utter_surge_confirmed", words=surge.words)
    else:
        until = spoken_time(surge.repaired_by, now)
        dispatcher.utter_message(response="utter_surge_confirmed_until", words=surge.words, until=until)
