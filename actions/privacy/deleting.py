"""A deletion: how much, what goes and what stays and why, and only then the last yes: it cannot be undone.

Source: 个人信息保护法第四十七条.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.billing.cards import Row, figures
from actions.complaints.grievance import says_so
from actions.memory import turns_with
from actions.privacy.asked import Asked, Events, holder_since
from actions.privacy.form import CONFIRMED, ITEM, ask_on, request_in
from actions.privacy.policy import say_kind
from actions.privacy.question import ALL, CHAT, Matter, payload, reach_in
from actions.privacy.replies import says_no, says_yes
from actions.second import wish_behind
from actions.turn import entity_of, in_database
from care.accounts.rules import mask_phone
from care.errors import InvalidInput
from care.plain import plain
from care.privacy.data_map import data_map
from care.privacy.erasing import STEPS, Plan, plan
from care.privacy.holds import held_tickets
from care.privacy.links import newest_copy
from care.privacy.places.base import Counts
from care.privacy.requests import RequestState, begin, cancel, confirm, newest, state_of
from care.privacy.results import what_stays
from care.privacy.rules import Kind, Status
from care.privacy.subject import Subject, find_subject
from care.tickets.tables import Ticket
from care.wording import buttons, say, spoken_time

#: characters; more words say more than yes
_SHORT = 24
#: the same question, and no more
_TWICE = 2
#: and nothing less: a mere 「好的」 may have been meant for something else
_SURE = re.compile(
    "(?:我|是的?|好的?|那就?|就|嗯|请)*(?:确认|确定|同意|决定|真的|马上|立即|现在)(?:要|全部|都|就)*(?:删除|删掉|删了|删)(?:吧|了|啊|呀|我的?|全部|所有|的|个人|资料|信息|数据|谢谢)*"
)
#: asks why something stays, or until when, and gives nothing up
_WHY_STAYS = re.compile(
    "(?:凭[什啥]|为[什啥]|为何|怎么|咋|干嘛).{0,10}(?:不能|不可以|不给|没法|无法|不让|不)?(?:删|清|留|存)|(?:删|清|留)[^，。]{0,6}(?:凭[什啥]|为[什啥]|为何)"
    "|(?:留|保留|存|保存)(?:着|到)?(?:多久|多长|几个月|几年|什么时候|啥时候)|哪些(?:要|会|得)?(?:留|保留|不删)|(?:留|保留)(?:哪些|什么|啥)"
)
_SMALLER = re.compile("只(?:要|想)?(?:删|清)?(?:掉|除)?(?:这次|这段|本次|聊天|对话)")
_BARE_ALL = re.compile("(?:全部?|都|所有|一切|第一个?|1|都删|全删)(?:的|资料|删|删掉|删除|了|吧)*")
_BARE_CHAT = re.compile(
    "(?:只删?|就删?|删)?(?:这次|这段|这个|对话|聊天|第二个?|2)+(?:的|对话|聊天|记录|删|删掉|就行|就好|吧|了)*"
)


#: asks about deletions, and wants none now
_QUESTION = re.compile(
    "会.{0,6}(?:删|清|留|销毁).{0,4}[吗?？]|(?:删|清)(?:不|没).{0,2}删|能恢复|需要多久|要多久|凭[什啥]|为[什啥]|怎么(?:证明|知道)|如何证明"
    "|有什么区别|等于删"
)


_NOT_WANTED = re.compile("(?:不要|不用|不想|别)(?:你们?|再|给我)*(?:删|清)(?!.{0,4}(?:错|漏))|[点按]错了")
#: to be ended with the operator, or kept by somebody else
_PRODUCT = re.compile(
    "(?:删除?|取消|清空|清除|去掉|移除).{0,6}(?:流量包|彩铃|套餐|会员|加油包|语音包|业务|合约|购物车|订阅|差评|通讯录|联系人|短信箱)"
    "|(?:流量包|彩铃|套餐|会员|加油包|语音包|业务|合约|购物车|订阅|差评|通讯录|联系人)(?:都|给我|也|全)*(?:删|取消|清空)"
)


@dataclass(frozen=True)
class _Shown:
    request: RequestState
    plan: Plan
    #: numbers of tickets that hold something back
    held: list[str]
    doubtful: int
    #: a copy is being built, or not yet fetched: it goes as well
    has_copy: bool = False


async def delete(asked: Asked) -> Events:
    if (of_button := _confirmed_by_button(asked.tracker)) is not None:
        return await _confirm(asked, of_button)
    running = await in_database(lambda session: _running(session, asked))
    if running is not None:
        say_running(asked.dispatcher, running)
        return []
    if asked.wish.item is None and _QUESTION.search(plain(asked.wish.words)):
        return say_kind(asked, "privacy_delete")
    if asked.wish.item is None and _NOT_WANTED.search(plain(asked.wish.words)):
        asked.dispatcher.utter_message(response="utter_privacy_delete_declined")
        return []
    if asked.wish.item is None and _PRODUCT.search(plain(asked.wish.words)):
        asked.dispatcher.utter_message(response="utter_privacy_no_data")
        return []
    if asked.wish.item is None:
        choices = [
            {"title": say(f"privacy_delete_{each}"), "payload": payload(Matter.DELETE, item=each)}
            for each in (ALL, CHAT)
        ]
        asked.dispatcher.utter_message(
            response="utter_privacy_delete_which", buttons=[*choices, *buttons("privacy_leave")]
        )
        return ask_on(asked, ITEM)
    since = await holder_since(asked) if asked.line else None
    shown = await in_database(lambda session: _show(session, asked, since))
    _say_plan(asked, shown)
    return ask_on(asked, CONFIRMED, request=shown.request.id)


async def delete_step(asked: Asked, slot: str) -> Events | None:
    """None: no answer to the question."""
    text = re.sub(r"[\W_]+", "", plain(asked.wish.words))
    request = request_in(asked.tracker)
    if request is None:
        return None
    if len(text) <= _SHORT and _SURE.fullmatch(text):
        return await _confirm(asked, request)
    if asks_what_stays(asked.wish.words):
        return await _tell_what_stays(asked, request)
    if asked.wish.item != CHAT and _SMALLER.search(text):
        return await delete(replace(asked, wish=replace(asked.wish, item=CHAT), line=None))
    if says_no(asked.tracker):
        await in_database(lambda session: cancel(session, asked.conversation, request, asked.now))
        asked.dispatcher.utter_message(response="utter_privacy_delete_declined")
        return wish_behind(asked.dispatcher, asked.tracker)
    if says_yes(asked.tracker):
        is_stuck = turns_with(asked.tracker, "utter_privacy_delete_sure", "utter_privacy_delete_person") >= _TWICE
        response = "utter_privacy_delete_person" if is_stuck else "utter_privacy_delete_sure"
        asked.dispatcher.utter_message(response=response, buttons=_choices(request))
        return ask_on(asked, CONFIRMED, request=request)
    return None


def asks_what_stays(words: str) -> bool:
    """While the plan is shown: 「实名信息凭什么不能删」, 「为什么要留6个月」. A complaint is none."""
    text = plain(words)
    return len(text) <= _SHORT and _WHY_STAYS.search(text) is not None and not says_so(text)


async def _tell_what_stays(asked: Asked, request: int) -> Events:
    """The reasons again, and the same question."""
    since = await holder_since(asked) if asked.line else None

    def look(session: Session) -> _Shown | None:
        state = state_of(session, asked.conversation, request)
        if state is None:
            return None
        phone = asked.line.phone if asked.line else None
        subject = find_subject(session, asked.conversation, phone, since, asked.now, asked.key.message_id)
        return _Shown(state, plan(session, subject, asked.now), _held(session, subject), 0)

    shown = await in_database(look)
    lines = list(_stays(shown)) if shown is not None else []
    asked.dispatcher.utter_message(
        response="utter_privacy_told",
        answer="\n".join([*(lines or [say("privacy_plan_nothing_stays")]), say("privacy_plan_confirm")]),
        buttons=_choices(request),
    )
    return ask_on(asked, CONFIRMED, request=request)


def reach_of(words: str) -> str | None:
    """How much, as the answer to that question."""
    text = re.sub(r"[\W_]+", "", plain(words))
    if _BARE_ALL.fullmatch(text):
        return ALL
    return CHAT if _BARE_CHAT.fullmatch(text) else reach_in(words)


def _confirmed_by_button(tracker: Tracker) -> int | None:
    """The request that a 「确认删除」 belongs to: an old button confirms nothing but its own."""
    item = entity_of(tracker, "item")
    return int(item) if item is not None and item.isdigit() and entity_of(tracker, "choice") == "yes" else None


async def _confirm(asked: Asked, request: int) -> Events:
    try:
        state = await in_database(
            lambda session: confirm(session, asked.conversation, request, asked.now, len(STEPS), asked.key.message_id)
        )
    except InvalidInput:  # no request of this conversation's
        asked.dispatcher.utter_message(response="utter_privacy_over")
        return []
    if state.status is Status.CONFIRMED and state.due_at is not None:
        asked.dispatcher.utter_message(
            response="utter_privacy_delete_confirmed",
            number=str(state.number),
            until=spoken_time(state.due_at, asked.now),
        )
    else:
        asked.dispatcher.utter_message(
            response="utter_privacy_delete_done" if state.status is Status.DONE else "utter_privacy_over"
        )
    return []


def _running(session: Session, asked: Asked) -> RequestState | None:
    """One that is confirmed already, of as much or more."""
    last = newest(session, asked.conversation, Kind.DELETE)
    if last is None or last.status is not Status.CONFIRMED:
        return None
    return last if asked.line is None or last.phone == asked.line.phone else None


def say_running(dispatcher: CollectingDispatcher, state: RequestState) -> None:
    dispatcher.utter_message(
        response="utter_privacy_delete_running",
        number=str(state.number),
        done=str(len(state.steps_done)),
        all=str(state.steps or len(STEPS)),
    )


def _show(session: Session, asked: Asked, since: datetime | None) -> _Shown:
    phone = asked.line.phone if asked.line else None
    subject = find_subject(session, asked.conversation, phone, since, asked.now, asked.key.message_id)
    request = begin(session, asked.key, Kind.DELETE, phone, asked.now, {"subject": subject.as_json()})
    found = plan(session, subject, asked.now)
    return _Shown(request, found, _held(session, subject), len(subject.doubtful), _has_copy(session, asked, phone))


def _has_copy(session: Session, asked: Asked, phone: str | None) -> bool:
    if phone is None:
        return False
    last = newest(session, asked.conversation, Kind.COPY)
    is_running = last is not None and last.status is Status.CONFIRMED and last.phone == phone
    return is_running or newest_copy(session, asked.conversation, phone, asked.now) is not None


def _held(session: Session, subject: Subject) -> list[str]:
    held = held_tickets(session, subject.tickets)
    return list(session.scalars(select(Ticket.number).where(Ticket.id.in_(held)).order_by(Ticket.id)))


def _say_plan(asked: Asked, shown: _Shown) -> None:
    phone = mask_phone(asked.phone) if asked.line else None
    rows = list(_rows(shown.plan))
    lines = [
        say("privacy_plan", phone=phone) if phone else say("privacy_plan_chat"),
        *(row.line for row in rows),
        *_stays(shown),
        say("privacy_doubtful", n=str(shown.doubtful)) if shown.doubtful else "",
        say("privacy_plan_copy") if shown.has_copy else "",
        say("privacy_plan_confirm"),
    ]
    asked.dispatcher.utter_message(
        response="utter_privacy_told",
        answer="\n".join(line for line in lines if line),
        buttons=_choices(shown.request.id),
        json_message={"card": figures(say("privacy_plan_title"), rows)} if rows else {},
    )


def _choices(request: int) -> list[dict[str, str]]:
    yes = {"title": say("privacy_delete_yes"), "payload": payload(Matter.DELETE, item=str(request), choice="yes")}
    return [yes, *buttons("privacy_leave"), *buttons("to_person")]


def _rows(found: Plan) -> Iterator[Row]:
    """By place: what goes, what stays without a name, what stays."""
    for name, counts in found.going.items():
        held = sum(each.count for each in counts.held)
        parts = [
            say(f"privacy_plan_{what}", n=str(number))
            for what, number in (("removed", counts.removed), ("anonymised", counts.anonymised), ("held", held))
            if number
        ]
        if parts:
            yield Row(data_map().places[name].title, say("privacy_plan_and").join(parts))


def _stays(shown: _Shown) -> Iterator[str]:
    """Each reason with its source and its end (个保法第四十七条第二款: what stays is only stored and protected)."""
    stays = what_stays({"places": {"plan": Counts(held=shown.plan.stays).as_json()}})
    if stays:
        yield say("privacy_plan_stays")
    for each in stays:
        until = say("privacy_plan_until", day=each["until"]) if each["until"] else ""
        yield say("privacy_plan_stay", what=each["what"], why=each["why"], source=each["source"], until=until)
    if shown.held:
        yield say("privacy_plan_open", numbers=say("privacy_and").join(shown.held))
