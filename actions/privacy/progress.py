"""How far a copy or a deletion is: 「导出好了吗」, 「删完没」. Whatever the label: nothing is begun again by it."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.privacy.answering import answer_wish
from actions.privacy.copying import say_progress
from actions.privacy.deleting import say_running
from actions.privacy.question import Matter, Wish
from actions.turn import in_database, text_of
from actions.urgent import leave_form
from care.db import utcnow
from care.followup.service import own_tickets
from care.plain import plain
from care.privacy.requests import RequestState, newest
from care.privacy.rules import Kind, Status

Events = list[dict[str, Any]]

#: characters; more words tell a story
_SHORT = 20
_COPY = "导出|导|打包|打|下载|下|副本|压缩包|文件|包"
_DELETE = "删除|删|清空|清除|清|销毁"
_FILL = "我的?|那个?|资料|信息|数据|东西|你们?|还|现在|都|已经|到底|究竟|请问|弄|做|办|搞|整|把|的|是不是|有没有|个"
_DONE = "好|完|成|成功|定|干净|掉|得|齐|出来"
_ASKED = re.compile(
    f"(?:{_FILL}|{_COPY}|{_DELETE})*(?:{_DONE})(?:了)?(?:没得|没有|没|吗|么|嘛|不|未|冇)(?:啊|呀|呢|有)*"
    f"|(?:{_FILL}|{_COPY}|{_DELETE})*(?:{_DONE}|到)*(?:了)?(?:哪了|哪里了|哪一步了?|进度|进展|什么时候好|啥时候好|多久(?:能|才)?好|还要多久)(?:啊|呢|怎么样|如何)*"
    f"|(?:再)?(?:发|给|要|来|看|重发|重新发)*(?:我)?(?:一|1)?(?:次|个|下|遍|条)?(?:那个|新的)?(?:资料|副本|的)*下载(?:地址|链接|网址)(?:呢|在哪里?|再?发(?:我|一下|一次)?|吧|了)*"
)
_OF_COPY = re.compile(f"{_COPY}|地址|链接|网址")
_LINK = re.compile("地址|链接|网址")
_OF_DELETE = re.compile(_DELETE)


async def progress(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events | None:
    """Events: said, and the turn is over. None: the words ask nothing of the kind, or nothing of it was asked for."""
    text = re.sub(r"[\W_]+", "", plain(text_of(tracker)))
    if not text or len(text) > _SHORT or not _ASKED.fullmatch(text):
        return None
    kind = Kind.DELETE if _OF_DELETE.search(text) else Kind.COPY if _OF_COPY.search(text) else None
    conversation, now = tracker.sender_id, utcnow()

    def look(session: Session) -> RequestState | None:
        found = [newest(session, conversation, each) for each in ((kind,) if kind else (Kind.COPY, Kind.DELETE))]
        last = max((each for each in found if each is not None), key=lambda each: each.id, default=None)
        if last is None or last.number is None:  # nobody has said yes to it
            return None
        tickets = own_tickets(session, conversation, now, limit=1)
        is_newest = not tickets or tickets[0].number == last.number
        return last if kind or is_newest else None

    state = await in_database(look)
    if state is None:
        return None
    is_ready = state.status is Status.DONE or (state.status is Status.CONFIRMED and _LINK.search(text))
    if is_ready and state.kind is Kind.COPY:  # its address, once more
        return await answer_wish(dispatcher, tracker, Wish(Matter.COPY, None, text_of(tracker)), state.phone)
    if state.status is Status.DONE:
        dispatcher.utter_message(response="utter_privacy_delete_done")
    elif state.status is Status.CONFIRMED and state.kind is Kind.COPY:
        say_progress(dispatcher, state)
    elif state.status is Status.CONFIRMED:
        say_running(dispatcher, state)
    else:
        dispatcher.utter_message(response="utter_privacy_stopped", number=str(state.number))
    return leave_form(tracker)
