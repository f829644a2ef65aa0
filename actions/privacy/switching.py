"""Consents and uses switched off, and on again: at once, with a receipt; and the history of it.

Source: 个人信息保护法第十五条、第二十四条; 消费者权益保护法第二十九条.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.billing.question import payload as billing_payload
from actions.billing.spoken import moment
from actions.privacy.asked import Asked, Events, holder_since
from actions.privacy.form import ITEM, ask_on
from actions.privacy.question import Matter, payload
from actions.turn import in_database
from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.privacy.choices import channel_of, history, switch
from care.privacy.receipts import receipt_of
from care.privacy.requests import at_once
from care.privacy.results import TRAINING, switch_name
from care.privacy.rules import Kind, Switch
from care.privacy.telling import receipt_card
from care.training import consent
from care.training.rules import CONSENT_VERSION
from care.training.tables import TrainingConsent
from care.wording import buttons, say

#: changes that are told in a bubble; all of them are in a copy
_MOST = 8
_OFF, _ON = "off", "on"


async def switch_use(asked: Asked) -> Events:
    """`off:personalisation`, `on:marketing_calls`, `off:training`; without one: which."""
    direction, _, name = (asked.wish.item or "").partition(":")
    if direction not in (_OFF, _ON) or name not in (TRAINING, *Switch):
        _say_which(asked)
        return ask_on(asked, ITEM)
    if name == TRAINING and direction == _ON:  # its text has to be read before: the page shows it
        asked.dispatcher.utter_message(response="utter_privacy_training_on")
        return []
    since = await holder_since(asked) if asked.line else None
    number, card = await in_database(lambda session: _switch(session, asked, name, direction == _ON, since))
    response = "utter_privacy_switched_on" if direction == _ON else "utter_privacy_switched_off"
    asked.dispatcher.utter_message(
        response=response, what=switch_name(name), number=number, json_message={"card": card}
    )
    if name == Switch.MARKETING_CALLS and direction == _OFF:
        asked.dispatcher.utter_message(response="utter_privacy_other_callers")
    return []


def _say_which(asked: Asked) -> None:
    names = (Switch.PERSONALISATION, Switch.MARKETING_CALLS, TRAINING)
    choices = [
        {"title": say(f"privacy_off_{name}"), "payload": payload(Matter.SWITCH, item=f"{_OFF}:{name}")}
        for name in names
    ]
    reminders = {"title": say("privacy_off_reminders"), "payload": billing_payload("reminders")}
    asked.dispatcher.utter_message(response="utter_privacy_switch_which", buttons=[*choices, reminders])


def _switch(
    session: Session, asked: Asked, name: str, is_on: bool, since: datetime | None
) -> tuple[str, dict[str, object]]:
    channel = channel_of(session, asked.conversation)
    phone = None if name == TRAINING else asked.phone
    if phone is None:
        consent.record(session, asked.conversation, is_on, CONSENT_VERSION, channel, asked.now)
    else:
        switch(session, phone, Switch(name), is_on, channel, asked.now, since)
    result = {_ON if is_on else _OFF: [name]}
    state = at_once(session, asked.key, Kind.WITHDRAW, phone, asked.now, result)
    receipt = receipt_of(session, str(state.number))
    assert receipt is not None  # written a moment ago
    return receipt.number, receipt_card(receipt)


async def choices_made(asked: Asked) -> Events:
    """「我的同意记录」."""
    since = await holder_since(asked)
    lines = await in_database(lambda session: list(_history(session, asked, since)))
    asked.dispatcher.utter_message(
        response="utter_privacy_told",
        answer="\n".join([say("privacy_choices") if lines else say("privacy_choices_none"), *lines]),
        buttons=[*buttons("privacy_to_switch"), *buttons("to_person")],
    )
    return []


def _history(session: Session, asked: Asked, since: datetime | None) -> Iterator[str]:
    trained = session.scalars(
        select(TrainingConsent)
        .where(TrainingConsent.conversation_id == asked.conversation)
        .order_by(TrainingConsent.id.desc())
    )
    made = [(each.at, switch_name(TRAINING), each.agreed) for each in trained]
    made += [(each.at, switch_name(each.switch), each.is_on) for each in history(session, asked.phone, since)]
    for at, name, is_on in sorted(made, key=lambda each: each[0], reverse=True)[:_MOST]:
        state = say("privacy_choice_on") if is_on else say("privacy_choice_off")
        yield say("privacy_choice", at=moment(at, asked.now), what=name, state=state)
    note_access(
        session,
        Reader.CUSTOMER,
        Use.RIGHTS,
        "choices",
        asked.now,
        phone=asked.phone,
        conversation_id=asked.conversation,
    )


def is_without_proof(item: str | None) -> bool:
    """What this conversation agreed to, and the question which is meant."""
    return item is None or item.endswith(f":{TRAINING}")
