"""公众号: `/channels/wechat`.

With push right each message is stored and acknowledged at once, and `care.wechat` sends the answer. Without, the answer
travels with the acknowledgement: up to four seconds, three times (the platform asks again after five), and what is late
comes with the customer's next words.

https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/Access_Overview.html
https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from care.conversations.rules import Inbound
from care.db import utcnow
from care.errors import Conflict
from care.settings import settings
from care.turns.runner import Runner
from care.wechat import arriving
from care.wechat.arriving import Arrived, Kind
from care.wechat.menu import menu
from care.wechat.passive import give
from care.wechat.rules import OFFICIAL
from care.wechat.service import Sender
from care.wording import say
from web.channels.wechat import envelope, opening, passive
from web.channels.wechat.gate import SUCCESS, gate
from web.channels.wechat.inbound import Event, Image, Link, Location, Received, Text, Voice, received
from web.rates import PerMinute, TooMany

#: how long an answer is waited for that has to travel with its message; the platform waits for five seconds
HOLD: Final = 4.0
#: until the platform has given up waiting, so that it asks again
_UNTIL_IT_ASKS_AGAIN: Final = 2.0
#: The third and last try comes ten seconds after the message.
_LAST_TRY: Final = timedelta(seconds=9)

router = APIRouter(prefix="/channels/wechat", tags=["wechat"], include_in_schema=False)


@router.get("")
async def check_address(request: Request) -> Response:
    """The console saves this address, and wants to read its `echostr`."""

    async def answer() -> Response:
        echo = opening.challenge(envelope.official(settings()), request.query_params, utcnow())
        return Response(echo, media_type="text/plain")

    return await gate(request, settings().serves_wechat, answer)


@router.post("")
async def take(request: Request) -> Response:
    """A message or an event."""

    async def answer() -> Response:
        credentials = envelope.official(settings())
        fields = opening.opened(credentials, request.query_params, await request.body(), utcnow())
        came = received(fields)
        reply = await _Customer(request, came).answer()
        if reply is None:
            return Response(SUCCESS, media_type="text/plain")
        told = passive.text_reply(came.openid, came.account, reply, utcnow())
        is_sealed = "msg_signature" in request.query_params
        sealed = passive.sealed_reply(told, credentials, utcnow()) if is_sealed else told
        return Response(sealed, media_type="text/xml")

    return await gate(request, settings().serves_wechat, answer)


class _Customer:
    """What one of them did, to its acknowledgement."""

    def __init__(self, request: Request, came: Received) -> None:
        self._request = request
        self._came = came
        self._runner: Runner = request.app.state.runner
        self._sender = Sender(OFFICIAL, settings().wechat_app_id, came.openid)

    async def answer(self) -> str | None:
        """What travels with the acknowledgement; None: nothing."""
        what = self._came.what
        if isinstance(what, Event):
            return await self._event(what)
        if isinstance(what, Image):
            media_id = what.media_id
            await self._note(lambda s, now: arriving.picture(s, self._sender, self._came.id, media_id, now))
            return None if self._pushes else await self._given()
        rates: PerMinute = self._request.app.state.messages
        try:
            rates.check(self._sender.conversation_id, self._came.id)
        except TooMany:
            # Not refused: the platform would only ask again. The customer reads why where that costs nothing.
            return None if self._pushes else say("not_sent_too_many")
        arrived = _arrived(self._came)
        return await self._said(lambda s: arriving.inbound(s, self._sender, arrived, utcnow()))

    async def _event(self, event: Event) -> str | None:
        if event.name == "subscribe":
            await self._note(lambda s, now: arriving.follow(s, self._sender, self._came.id, now))
            return None if self._pushes else await self._given()
        if event.name == "unsubscribe":
            await self._note(lambda s, now: arriving.leave(s, self._sender, self._came.id, now))
            return None
        words = menu().words_of(event.key) if event.name == "CLICK" else None
        if words is None:  # seen a page, scanned a code, a place that the telephone told by itself
            return None
        return await self._said(lambda s: arriving.click(s, self._sender, self._came.id, words, utcnow()))

    async def _said(self, given: Callable[[Session], Inbound]) -> str | None:
        try:
            if self._pushes:
                await self._runner.accept_for_later(given)
                return None
            _, outcome = await self._runner.accept_and_answer(given, HOLD)
        except Conflict:  # two tries at once, read differently: the first one counts
            return None
        return await self._given(is_pending=outcome.status == "pending")

    async def _given(self, *, is_pending: bool = False) -> str | None:
        """Without push right: everything that waits for this customer, the same again for the same message."""
        is_last = utcnow() - self._came.at >= _LAST_TRY
        if is_pending and not is_last:
            await asyncio.sleep(_UNTIL_IT_ASKS_AGAIN)
            return None
        conversation_id, message_id = self._sender.conversation_id, self._came.id
        told = await self._runner.in_database(lambda s: give(s, conversation_id, message_id, utcnow()))
        late = say("wechat_delayed") if is_pending else None
        return "\n\n".join(part for part in (told, late) if part) or None

    async def _note(self, work: Callable[[Session, datetime], Any]) -> None:
        await self._runner.in_database(lambda session: work(session, utcnow()))

    @property
    def _pushes(self) -> bool:
        return settings().wechat_push == "on"


def _arrived(came: Received) -> Arrived:
    what = came.what
    if isinstance(what, Text):
        return Arrived(came.id, Kind.TEXT, what.content, what.menu_id)
    if isinstance(what, Voice):
        return Arrived(came.id, Kind.VOICE, what.recognition or "")
    if isinstance(what, Location):
        return Arrived(came.id, Kind.LOCATION, what.label)
    if isinstance(what, Link):
        return Arrived(came.id, Kind.LINK, "\n".join(part for part in (what.title, what.description, what.url) if part))
    return Arrived(came.id, Kind.OTHER)
