"""`POST /channels/wechat/mini/session`: a mini program's user, told by WeChat, gets a session of the widget's protocol.

The page calls wx.login and sends its code; WeChat says whose it is. The same person gets the same conversation on
every telephone. The session key that comes along is dropped: nothing of ours needs it.
https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/login.html
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from care.crypto import blind_index
from care.db import utcnow
from care.logs import get_logger
from care.settings import settings
from care.wechat.api import MiniApi
from web import identity, sessions
from web.addresses import address_of
from web.problems import problem
from web.rates import PerMinute

#: of one address: a mobile network puts many customers behind one
LOGINS_PER_MINUTE = 120

router = APIRouter(prefix="/channels/wechat/mini", tags=["wechat"])
_log = get_logger("web.wechat")


class Desk:
    """What the logins to one process share."""

    def __init__(self) -> None:
        self.logins = PerMinute(LOGINS_PER_MINUTE, "logins of one address")


class LoginIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,128}$", description="What wx.login gave; good once.")]


class SessionOut(BaseModel):
    session_id: Annotated[str, Field(description="For `session_request` (docs/widget-protocol.md).")]
    identity: Annotated[str, Field(description="For `session_request` as well: who writes.")]
    expires_at: Annotated[datetime, Field(description="When the identity ends: log in again before.")]


@router.post(
    "/session",
    response_model=SessionOut,
    responses={
        404: {"description": "No mini program is served here (problem details)"},
        422: {"description": "The code is wrong, used or older than five minutes (problem details)"},
        429: {"description": "Too many from one address (problem details)"},
        503: {"description": "WeChat cannot be reached: call wx.login again (problem details)"},
    },
)
async def log_in(given: LoginIn, request: Request) -> SessionOut | Response:
    if not settings().serves_mini:
        return problem(404, "wechat_off", "not set up here; see docs/operate/mini-program.md")
    desk: Desk = request.app.state.mini
    desk.logins.check(address_of(request.scope))
    api = MiniApi()
    try:
        openid, _ = await api.exchange(given.code)
    finally:
        await api.aclose()
    person = f"{settings().mini_app_id}\x00{openid}"
    session = sessions.of_user(blind_index(person, "mini.opening_key").hex())
    shown, until = identity.of_mini(blind_index(person, "mini.user").hex(), utcnow())
    _log.info("mini_session", conversation_id=session.conversation_id)
    return SessionOut(session_id=session.token, identity=shown, expires_at=until)
