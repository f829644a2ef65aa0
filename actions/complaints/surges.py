"""What is said of an incident to somebody whose complaint is about it."""

from __future__ import annotations

from datetime import datetime

from rasa_sdk.executor import CollectingDispatcher

from actions.complaints.complaint import Complaint
from actions.turn import in_database
from care.db import utcnow
from care.errors import Unavailable
from care.logs import get_logger
from care.settings import settings
from care.surges.encoder import RasaEncoder
from care.surges.service import Known, confirmed_for, meet_words, unread_words
from care.training.masking import mask, without_marks
from care.wording import spoken_time

_log = get_logger("actions.surges")


#: the receipt waits no longer for what the words are near to; the worker links the ticket soon after
_SECONDS = 1.0


async def met_by_words(number: str, now: datetime) -> Known | None:
    """The incident that says the same as a ticket filed just now: asked only while one known by its words is open."""
    words = await in_database(lambda session: unread_words(session, number, lambda said: without_marks(mask(said))))
    if words is None:
        return None
    encoder = RasaEncoder(settings().rasa_url, settings().gateway_secret.get_secret_value(), _SECONDS)
    try:
        (read,) = await encoder.vectors([words])
    except Unavailable as error:
        _log.warning("complaint_unread", reason=error.reason)
        return None
    return await in_database(lambda session: meet_words(session, number, read, now)) if read is not None else None


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
