"""What we ask the platforms for: one method a call, each after its official page. One instance a process.

Every method raises WeChatError (care.wechat.errors), which says what is to be done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from care.attachments.rules import MAX_BYTES, check_size
from care.db import utcnow
from care.errors import InvalidInput
from care.settings import settings
from care.wechat.calling import TOKEN_CALL, Answer, Call, Json, Platform, Wire, counted
from care.wechat.errors import AT_TOKEN, BAD_CALLBACK_TOKEN, BAD_LOGIN_CODES, KF, OFFICIAL, Trouble, WeChatError
from care.wechat.tokens import Database, Fetched, in_database

#: `(id, what the customer reads)`; the id comes back with the click
Choices = Sequence[tuple[str, str]]

_TYPES = {"image/jpeg": "jpg", "image/png": "png"}
#: An error instead of a picture is shorter.
_LONGEST_ERROR = 4096


@dataclass(frozen=True)
class Quota:
    """Calls of one API on this day of China."""

    limit: int
    used: int
    left: int


@dataclass(frozen=True)
class SyncPage:
    messages: list[Json]
    #: where the next one begins
    cursor: str
    has_more: bool


class _Media:
    """Temporary media (临时素材), which both platforms keep three days."""

    _platform: Platform

    async def upload_image(self, content: bytes, media_type: str) -> str:
        """Its media id. `media_type`: image/jpeg or image/png; others are refused (CONTENT), without asking.

        https://developers.weixin.qq.com/doc/offiaccount/Asset_Management/New_temporary_materials.html,
        https://developer.work.weixin.qq.com/document/path/90253
        """
        call = Call("upload_image", "/cgi-bin/media/upload", seconds=20)
        if media_type not in _TYPES:
            raise WeChatError(Trouble.CONTENT, call.name, "pictures may be JPEG or PNG")
        files = {"media": (f"picture.{_TYPES[media_type]}", content, media_type)}

        async def send(token: str) -> Json:
            answer = await self._platform.wire.send(call, {"access_token": token, "type": "image"}, files=files)
            return answer.json(call, self._platform.codes)

        return _text(await self._platform.ask(call, send), "media_id", call)

    async def get_media(self, media_id: str) -> tuple[bytes, str]:
        """The bytes, and the media type that the platform gives them. Also raises InvalidInput (reason
        `evidence_large` or `evidence_empty`): what is larger than a file may be is not read to its end.

        https://developers.weixin.qq.com/doc/offiaccount/Asset_Management/Get_temporary_materials.html,
        https://developer.work.weixin.qq.com/document/path/90254
        """
        call = Call("get_media", "/cgi-bin/media/get", seconds=20)

        async def send(token: str) -> Answer:
            query = {"access_token": token, "media_id": media_id}
            answer = await self._platform.wire.send(call, query, largest=MAX_BYTES)
            if _is_error(answer):
                answer.json(call, self._platform.codes)
            return answer

        answer = await self._platform.ask(call, send)
        check_size(MAX_BYTES + 1 if answer.is_cut else len(answer.content))
        return answer.content, answer.media_type

    async def token(self) -> None:
        """Only looks whether there is an access token, or one can be had."""

        async def nothing(token: str) -> None:
            return None

        await self._platform.ask(Call(TOKEN_CALL, ""), nothing)

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        await self._platform.wire.aclose()


class OfficialApi(_Media):
    """公众号, as the settings name it. `despite_stop`: asks although the platform refused us a moment ago."""

    def __init__(
        self,
        database: Database = in_database,
        clock: Callable[[], datetime] = utcnow,
        *,
        despite_stop: bool = False,
    ) -> None:
        self._platform = Platform(
            "official",
            settings().wechat_app_id,
            settings().wechat_api,
            OFFICIAL,
            fetch_official,
            database,
            clock,
            can_force=True,
            despite_stop=despite_stop,
        )

    async def send_text(self, openid: str, text: str) -> None:
        """客服接口-发消息: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html"""
        await self._send("send_text", openid, "text", {"content": text})

    async def send_menu(self, openid: str, head: str, choices: Choices, tail: str = "") -> None:
        """msgmenu of the same page; a click comes as a text with `bizmsgmenuid`."""
        listed = [{"id": id_, "content": title} for id_, title in choices]
        menu: Json = {"head_content": head, "list": listed} | ({"tail_content": tail} if tail else {})
        await self._send("send_menu", openid, "msgmenu", menu)

    async def send_image(self, openid: str, media_id: str) -> None:
        await self._send("send_image", openid, "image", {"media_id": media_id})

    async def _send(self, name: str, openid: str, kind: str, content: Json) -> None:
        call = Call(name, "/cgi-bin/message/custom/send", stops=True, alarms=True)
        await self._platform.post(call, {"touser": openid, "msgtype": kind, kind: content})

    async def typing(self, openid: str) -> None:
        """客服输入状态, on the same page: shown until a message comes, at most 15 s; takes nothing of the budget."""
        call = Call("typing", "/cgi-bin/message/custom/typing", seconds=3)
        await self._platform.post(call, {"touser": openid, "command": "Typing"})

    async def send_template(
        self, openid: str, template_id: str, data: Mapping[str, str], url: str | None = None
    ) -> None:
        """模板消息: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Template_Message_Interface.html"""
        fields = {name: {"value": value} for name, value in data.items()}
        body: Json = {"touser": openid, "template_id": template_id, "data": fields} | ({"url": url} if url else {})
        await self._platform.post(Call("send_template", "/cgi-bin/message/template/send", alarms=True), body)

    async def quota(self, path: str) -> Quota:
        """Of `/cgi-bin/…`: https://developers.weixin.qq.com/doc/offiaccount/openApi/get_api_quota.html"""
        call = Call("quota", "/cgi-bin/openapi/quota/get")
        found = (await self._platform.post(call, {"cgi_path": path})).get("quota")
        read = found if isinstance(found, dict) else {}
        return Quota(*(int(read.get(each) or 0) for each in ("daily_limit", "used", "remain")))

    async def callback_check(self) -> Json:
        """网络检测, `dns` and `ping` of our call-back address as the platform sees it (40201: it has none):
        https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/Network_Detection.html"""
        call = Call("callback_check", "/cgi-bin/callback/check", seconds=15)
        return await self._platform.post(call, {"action": "all", "check_operator": "DEFAULT"})

    async def create_menu(self, menu: Mapping[str, Any]) -> None:
        """`{"button": […]}`: https://developers.weixin.qq.com/doc/offiaccount/Custom_Menus/Creating_Custom-Defined_Menu.html"""
        await self._platform.post(Call("create_menu", "/cgi-bin/menu/create"), dict(menu))

    async def get_menu(self) -> Json:
        """As it is shown, whoever made it:
        https://developers.weixin.qq.com/doc/offiaccount/Custom_Menus/Querying_Custom_Menus.html"""
        return await self._platform.get(Call("get_menu", "/cgi-bin/get_current_selfmenu_info"))


class KfApi(_Media):
    """微信客服, of the corporation that the settings name."""

    def __init__(
        self,
        database: Database = in_database,
        clock: Callable[[], datetime] = utcnow,
        *,
        despite_stop: bool = False,
    ) -> None:
        self._platform = Platform(
            "kf",
            f"kf:{settings().wecom_corp_id}",
            settings().wecom_api,
            KF,
            fetch_kf,
            database,
            clock,
            can_force=False,
            despite_stop=despite_stop,
        )

    async def sync(self, open_kfid: str, cursor: str, token: str | None, limit: int = 1000) -> SyncPage:
        """读取消息, up to three days back: https://developer.work.weixin.qq.com/document/path/94670

        `token`: of a call-back, good for ten minutes; without it few calls are allowed. One that is too old is left.
        """
        # Of an account that is gone, or asked about too often without a token: no reason to stop sending to the others.
        call = Call("sync", "/cgi-bin/kf/sync_msg", seconds=15, stops=bool(token))
        body: Json = {"open_kfid": open_kfid, "limit": limit}
        body |= {"cursor": cursor} if cursor else {}
        try:
            page = await self._platform.post(call, body | ({"token": token} if token else {}))
        except WeChatError as error:
            if token is None or error.code != BAD_CALLBACK_TOKEN:
                raise
            page = await self._platform.post(call, body)
        found = page.get("msg_list") or []
        messages = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
        return SyncPage(messages, str(page.get("next_cursor") or cursor), page.get("has_more") == 1)

    async def send_text(self, open_kfid: str, user: str, text: str, msgid: str) -> None:
        """发送消息: https://developer.work.weixin.qq.com/document/path/94677

        `msgid`: ours, up to 32 letters, digits, `_` and `-`; the platform refuses the same one a second time.
        """
        await self._send("kf_text", open_kfid, user, msgid, "text", {"content": text})

    async def send_menu(self, open_kfid: str, user: str, head: str, choices: Choices, tail: str, msgid: str) -> None:
        """msgmenu of the same page, up to ten choices; a click comes as a text with `menu_id`."""
        await self._send("kf_menu", open_kfid, user, msgid, "msgmenu", _kf_menu(head, choices, tail))

    async def send_image(self, open_kfid: str, user: str, media_id: str, msgid: str) -> None:
        await self._send("kf_image", open_kfid, user, msgid, "image", {"media_id": media_id})

    async def _send(self, name: str, open_kfid: str, user: str, msgid: str, kind: str, content: Json) -> None:
        call = Call(name, "/cgi-bin/kf/send_msg", stops=True, alarms=True)
        body = {"touser": user, "open_kfid": open_kfid, "msgid": msgid, "msgtype": kind, kind: content}
        await self._platform.post(call, body)

    async def send_on_event(self, code: str, text: str, msgid: str) -> None:
        """发送欢迎语等事件响应消息, once for a `code`: https://developer.work.weixin.qq.com/document/path/95122"""
        await self._on_event(code, msgid, "text", {"content": text})

    async def send_menu_on_event(self, code: str, head: str, choices: Choices, tail: str, msgid: str) -> None:
        await self._on_event(code, msgid, "msgmenu", _kf_menu(head, choices, tail))

    async def _on_event(self, code: str, msgid: str, kind: str, content: Json) -> None:
        call = Call("kf_on_event", "/cgi-bin/kf/send_msg_on_event")
        await self._platform.post(call, {"code": code, "msgid": msgid, "msgtype": kind, kind: content})

    async def state(self, open_kfid: str, user: str) -> tuple[int, str | None]:
        """获取会话状态, 0 to 4, and who serves them: https://developer.work.weixin.qq.com/document/path/94669"""
        call = Call("kf_state", "/cgi-bin/kf/service_state/get")
        found = await self._platform.post(call, {"open_kfid": open_kfid, "external_userid": user})
        return int(found.get("service_state") or 0), found.get("servicer_userid") or None

    async def set_state(self, open_kfid: str, user: str, state: int, servicer: str | None = None) -> str | None:
        """变更会话状态 of the same page; the code for `send_on_event`, where the change allows a message."""
        call = Call("kf_set_state", "/cgi-bin/kf/service_state/trans")
        body: Json = {"open_kfid": open_kfid, "external_userid": user, "service_state": state}
        found = await self._platform.post(call, body | ({"servicer_userid": servicer} if servicer else {}))
        return found.get("msg_code") or None

    async def accounts(self) -> list[Json]:
        """获取客服账号列表, which this app may manage: https://developer.work.weixin.qq.com/document/path/94661"""
        found = await self._platform.post(Call("kf_accounts", "/cgi-bin/kf/account/list"), {"offset": 0, "limit": 100})
        return [each for each in found.get("account_list") or [] if isinstance(each, dict)]


class MiniApi:
    """The mini program: who signs in there. Needs no access token."""

    def __init__(self) -> None:
        self._wire = Wire(settings().wechat_api)

    async def exchange(self, code: str) -> tuple[str, str | None]:
        """openid, and unionid where the program belongs to an open platform account; the session key is not kept.

        code2Session: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
        Raises InvalidInput (reason `wechat_code`) for a code that is none, or was used, or is older than five minutes.
        """
        call = Call("mini_login", "/sns/jscode2session")
        query = {
            "appid": settings().mini_app_id,
            "secret": settings().mini_secret.get_secret_value(),
            "js_code": code,
            "grant_type": "authorization_code",
        }
        try:
            with counted(call):
                found = (await self._wire.send(call, query)).json(call, OFFICIAL | AT_TOKEN)
        except WeChatError as error:
            if error.code in BAD_LOGIN_CODES:
                raise InvalidInput(
                    "wechat_code", "this login code cannot be used (any more); ask for a new one"
                ) from None
            raise
        return _text(found, "openid", call), found.get("unionid") or None

    async def aclose(self) -> None:
        await self._wire.aclose()


def official() -> OfficialApi | None:
    """By the settings; None where there is nothing to call with."""
    chosen = settings()
    return OfficialApi() if chosen.serves_wechat and chosen.wechat_secret.get_secret_value() else None


def kf() -> KfApi | None:
    return KfApi() if settings().serves_wecom else None


async def fetch_official(wire: Wire, force: bool) -> Fetched:
    call = Call(TOKEN_CALL, "/cgi-bin/stable_token", seconds=4)
    body = {
        "grant_type": "client_credential",
        "appid": settings().wechat_app_id,
        "secret": settings().wechat_secret.get_secret_value(),
        "force_refresh": force,
    }
    return _fetched((await wire.send(call, {}, body=body)).json(call, OFFICIAL | AT_TOKEN), call)


async def fetch_kf(wire: Wire, force: bool) -> Fetched:
    call = Call(TOKEN_CALL, "/cgi-bin/gettoken", seconds=4)
    query = {"corpid": settings().wecom_corp_id, "corpsecret": settings().wecom_secret.get_secret_value()}
    return _fetched((await wire.send(call, query)).json(call, KF | AT_TOKEN), call)


def _fetched(found: Json, call: Call) -> Fetched:
    seconds = found.get("expires_in")
    if not isinstance(seconds, int) or not 0 < seconds <= 86400:
        raise WeChatError(Trouble.TRANSIENT, call.name, "the answer has no time")
    return Fetched(_text(found, "access_token", call), seconds)


def _text(found: Json, name: str, call: Call) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise WeChatError(Trouble.TRANSIENT, call.name, f"the answer has no {name}", maybe_sent=True)
    return value


def _is_error(answer: Answer) -> bool:
    """Instead of a file. A file that looks like one would be no picture either."""
    if answer.is_cut or len(answer.content) > _LONGEST_ERROR or not answer.content.lstrip().startswith(b"{"):
        return False
    try:
        read = json.loads(answer.content)
    except ValueError:
        return False
    return isinstance(read, dict) and "errcode" in read


def _kf_menu(head: str, choices: Choices, tail: str) -> Json:
    listed = [{"type": "click", "click": {"id": id_, "content": title}} for id_, title in choices]
    return {"head_content": head, "list": listed} | ({"tail_content": tail} if tail else {})
