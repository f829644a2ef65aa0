"""微信客服: `/channels/wechat/kf`, where WeCom says that there is something new. What it is, the worker asks
(care/wechat/reading.py).

https://developer.work.weixin.qq.com/document/path/90930
https://developer.work.weixin.qq.com/document/path/94670
"""

from __future__ import annotations

import re

from fastapi import APIRouter, Request, Response

from care.db import utcnow
from care.errors import InvalidInput
from care.settings import settings
from care.turns.runner import Runner
from care.wechat.cursors import note_call
from web.channels.wechat import envelope, opening
from web.channels.wechat.gate import SUCCESS, gate

_ACCOUNT = re.compile(r"[\x21-\x7e]{1,64}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,128}")

router = APIRouter(prefix="/channels/wechat/kf", tags=["wechat"], include_in_schema=False)


@router.get("")
async def check_address(request: Request) -> Response:
    """The console saves this address: what it encrypted comes back in plain."""

    async def answer() -> Response:
        echo = opening.challenge(envelope.kf(settings()), request.query_params, utcnow())
        return Response(echo, media_type="text/plain")

    return await gate(request, settings().serves_wecom, answer)


@router.post("")
async def take(request: Request) -> Response:
    """Noted in one short transaction, and acknowledged; anything but a call for messages is acknowledged only."""

    async def answer() -> Response:
        told = opening.opened(envelope.kf(settings()), request.query_params, await request.body(), utcnow())
        if told.get("MsgType") == "event" and told.get("Event") == "kf_msg_or_event":
            account, token = told.get("OpenKfId", ""), told.get("Token", "")
            if not (_ACCOUNT.fullmatch(account) and _TOKEN.fullmatch(token)):
                raise InvalidInput("wechat_malformed", "a call-back without account or token")
            runner: Runner = request.app.state.runner
            await runner.in_database(lambda session: note_call(session, account, token, utcnow()))
        return Response(SUCCESS, media_type="text/plain")

    return await gate(request, settings().serves_wecom, answer)
