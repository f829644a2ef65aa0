"""A copy of everything: asked for once more before it is built, then how far it is, then its address for one time.

Source: 个人信息保护法第四十五条.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.digressions import asks
from actions.privacy.asked import Asked, Events, holder_since
from actions.privacy.form import CONFIRMED, ask_on, request_in
from actions.privacy.question import Matter, payload
from actions.privacy.replies import says_no, says_yes
from actions.second import wish_behind
from actions.turn import in_database
from care.accounts.rules import mask_phone
from care.privacy.copying import STEPS
from care.privacy.links import card, new_link, newest_copy
from care.privacy.requests import RequestState, begin, cancel, confirm, newest
from care.privacy.rules import Kind, Status
from care.privacy.subject import find_subject
from care.wording import buttons, spoken_time


@dataclass(frozen=True)
class _Link:
    path: str
    number: str
    until: datetime


async def copy(asked: Asked) -> Events:
    """The address of one that is ready, how far one is that is being built, else what it would hold."""
    found = await in_database(lambda session: _standing(session, asked))
    if isinstance(found, _Link):
        asked.dispatcher.utter_message(
            response="utter_privacy_copy_link",
            number=found.number,
            path=found.path,
            until=spoken_time(found.until, asked.now),
            json_message={"card": card(found.path, found.until)},
        )
        return []
    if found is not None:
        say_progress(asked.dispatcher, found)
        return []
    since = await holder_since(asked)
    shown = await in_database(lambda session: _show(session, asked, since))
    yes = {"title": buttons("privacy_copy_yes")[0]["title"], "payload": payload(Matter.COPY, choice="yes")}
    asked.dispatcher.utter_message(
        response="utter_privacy_copy_shown",
        phone=mask_phone(asked.phone),
        buttons=[yes, *buttons("privacy_leave")],
    )
    return ask_on(asked, CONFIRMED, request=shown.id)


async def copy_step(asked: Asked, slot: str) -> Events | None:
    """None: no answer to the question."""
    request = request_in(asked.tracker)
    if request is None:
        return None
    if says_no(asked.tracker):
        await in_database(lambda session: cancel(session, asked.conversation, request, asked.now))
        asked.dispatcher.utter_message(response="utter_privacy_declined")
        return wish_behind(asked.dispatcher, asked.tracker)
    if not says_yes(asked.tracker) or asks(asked.wish.words):
        return None
    state = await in_database(
        lambda session: confirm(session, asked.conversation, request, asked.now, len(STEPS), asked.key.message_id)
    )
    if state.status is Status.CANCELLED:
        asked.dispatcher.utter_message(response="utter_privacy_over")
        return []
    asked.dispatcher.utter_message(response="utter_privacy_copy_begun", number=str(state.number))
    return []


def say_progress(dispatcher: CollectingDispatcher, state: RequestState) -> None:
    dispatcher.utter_message(
        response="utter_privacy_copy_progress",
        number=str(state.number),
        done=str(len(state.steps_done)),
        all=str(state.steps or len(STEPS)),
    )


def _standing(session: Session, asked: Asked) -> _Link | RequestState | None:
    ready = newest_copy(session, asked.conversation, asked.phone, asked.now)
    if ready is not None:
        path = new_link(session, asked.conversation, ready.request_id, asked.now)
        return _Link(path, ready.number, ready.until)
    last = newest(session, asked.conversation, Kind.COPY)
    is_running = last is not None and last.status is Status.CONFIRMED and last.phone == asked.phone
    return last if is_running else None


def _show(session: Session, asked: Asked, since: datetime | None) -> RequestState:
    subject = find_subject(session, asked.conversation, asked.phone, since, asked.now, asked.key.message_id)
    return begin(session, asked.key, Kind.COPY, asked.phone, asked.now, {"subject": subject.as_json()})
