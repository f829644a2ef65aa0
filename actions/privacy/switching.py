"""Consents and uses switched off, and on again: at once, with a receipt; and the history of it.

Source: 个人信息保护法第十五条、第二十四条; 消费者权益保护法第二十九条.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from rasa_sdk import Tracker
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.billing.spoken import moment
from actions.memory import said_last
from actions.privacy.asked import Asked, Events, holder_since
from actions.privacy.form import ITEM, ask_on, choices_of, items_of
from actions.privacy.question import ALL_SWITCHES, Matter, Wish, switch_in
from actions.privacy.replies import pick
from actions.turn import in_database, text_of
from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.plain import plain
from care.privacy.choices import channel_of, history, switch
from care.privacy.receipts import receipt_of
from care.privacy.requests import at_once, newest
from care.privacy.results import TRAINING, switch_name
from care.privacy.rules import Kind, Switch
from care.privacy.tables import PrivacyRequest
from care.privacy.telling import receipt_card
from care.training import consent
from care.training.rules import CONSENT_VERSION
from care.training.tables import TrainingConsent
from care.wording import buttons, say

_OFF, _ON = "off", "on"
_ALL = re.compile(
    "(?:那|就|请|给我|帮我|把)*(?:它们|这些|以上|上面)?(?:全部?|都|所有的?|一切|统统|通通)(?:的|给我|帮我)*(?:关掉?|停掉?|取消|不要|关闭)?(?:了|吧|掉)*"
)
_SWITCHED = ("utter_privacy_switched_off", "utter_privacy_switched_on")
_BACK_ON = re.compile(
    "(?:算了|那|还是|我|又|帮我|给我|请|再|重新|把它|想)*(?:打开|开启|恢复|开着?|开回来|不想?关了?|别关|不用关|撤销)(?:一下|吧|了|回来|掉|啊|呀|刚才的?)*"
)
_BACK_OFF = re.compile(
    "(?:算了|那|还是|我|又|帮我|给我|请|再|重新|把它|想)*(?:关掉?|关闭|关上|停掉?|不想?开了?|别开|不用开)(?:一下|吧|了|掉|啊|呀)*"
)
#: characters
_SHORT = 12
#: changes that are told in a bubble; all of them are in a copy
_MOST = 8


async def switch_use(asked: Asked) -> Events:
    """`off:personalisation`, `on:marketing_calls`, `off:personalisation,training`; without one: which."""
    direction, names = _read(asked.wish.item)
    if not names:
        asked.dispatcher.utter_message(response="utter_privacy_switch_which", buttons=choices_of(Matter.SWITCH))
        return ask_on(asked, ITEM)
    if direction == _ON and TRAINING in names:  # its text has to be read before: the page shows it
        asked.dispatcher.utter_message(response="utter_privacy_training_on")
        names = [name for name in names if name != TRAINING]
    if not names:
        return []
    since = await holder_since(asked) if asked.line else None
    number, card = await in_database(lambda session: _switch(session, asked, names, direction == _ON, since))
    response = "utter_privacy_switched_on" if direction == _ON else "utter_privacy_switched_off"
    what = say("privacy_and").join(map(switch_name, names))
    asked.dispatcher.utter_message(response=response, what=what, number=number, json_message={"card": card})
    if Switch.MARKETING_CALLS in names and direction == _OFF:
        asked.dispatcher.utter_message(response="utter_privacy_other_callers")
    return []


def _read(item: str | None) -> tuple[str, list[str]]:
    """No names where the item is none of these."""
    direction, _, listed = (item or "").partition(":")
    names = listed.split(",")
    is_known = direction in (_OFF, _ON) and set(names) <= {TRAINING, *Switch}
    return direction, names if is_known else []


def _switch(
    session: Session, asked: Asked, names: list[str], is_on: bool, since: datetime | None
) -> tuple[str, dict[str, object]]:
    channel = channel_of(session, asked.conversation)
    phone = asked.line.phone if asked.line and names != [TRAINING] else None
    for name in names:
        if name == TRAINING:
            consent.record(session, asked.conversation, is_on, CONSENT_VERSION, channel, asked.now)
        else:
            switch(session, asked.phone, Switch(name), is_on, channel, asked.now, since)
    state = at_once(session, asked.key, Kind.WITHDRAW, phone, asked.now, {_ON if is_on else _OFF: names})
    receipt = receipt_of(session, str(state.number))
    assert receipt is not None  # written a moment ago
    return receipt.number, receipt_card(receipt)


def choice_in(words: str) -> str | None:
    """Which one of the menu: by its place or its title, or what is named; 「都关了」 is all of it."""
    text = re.sub(r"[\W_]+", "", plain(words))
    if len(text) <= _SHORT and _ALL.fullmatch(text):
        return f"{_OFF}:{ALL_SWITCHES}"
    picked = pick(words, items_of(Matter.SWITCH))
    return switch_in(words) if picked is None or picked == "reminders" else picked


async def switched_back(tracker: Tracker) -> Wish | None:
    """「又不想关了」 right after a switch: the same the other way round."""
    text = re.sub(r"[\W_]+", "", plain(text_of(tracker)))
    if len(text) > _SHORT or not said_last(tracker, *_SWITCHED):
        return None
    was_off = said_last(tracker, _SWITCHED[0])
    if not (_BACK_ON if was_off else _BACK_OFF).fullmatch(text):
        return None
    last = await in_database(lambda session: newest(session, str(tracker.sender_id), Kind.WITHDRAW))
    names = ((last.result if last else None) or {}).get(_OFF if was_off else _ON)
    return Wish(Matter.SWITCH, f"{_ON if was_off else _OFF}:{','.join(names)}", text_of(tracker)) if names else None


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
    of_this = TrainingConsent.conversation_id == asked.conversation
    trained = {each.at: each.agreed for each in session.scalars(select(TrainingConsent).where(of_this))}
    # What was never agreed to leaves no row of its own when it is withdrawn.
    trained = {**dict.fromkeys(_withdrawn(session, asked.conversation), False), **trained}
    made = [(at, switch_name(TRAINING), agreed) for at, agreed in trained.items()]
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


def _withdrawn(session: Session, conversation_id: str) -> list[datetime]:
    """When the consent to training was switched off by a request of this conversation."""
    mine = (PrivacyRequest.conversation_id == conversation_id, PrivacyRequest.kind == Kind.WITHDRAW)
    requests = session.scalars(select(PrivacyRequest).where(*mine, PrivacyRequest.done_at.is_not(None)))
    return [each.done_at for each in requests if each.done_at and TRAINING in (each.result or {}).get(_OFF, [])]


def is_without_proof(item: str | None) -> bool:
    """What this conversation agreed to, and the question which is meant."""
    names = _read(item)[1]
    return not names or names == [TRAINING]
