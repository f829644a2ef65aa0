"""Customers who write: the platform's call of our server, its retries, and what it makes of our answer.

接收普通消息: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html,
接收事件推送: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_event_pushes.html
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections.abc import Callable, Mapping

import httpx

from tests.support.wechat import kf
from tests.support.wechat.envelopes import Unreadable, kf_request, official_reply, official_request, url_check
from tests.support.wechat.world import Customer, Json, World

_OPENS = {"CLICK": "click", "subscribe": "subscribe", "SCAN": "subscribe"}
#: shown where our server gave no answer, or none that the platform understands
FAILURE = "service failure"


class Player:
    def __init__(self, world: World) -> None:
        self._world = world
        self._ids = itertools.count(int(time.time() * 1000) * 10_000)
        self._http = httpx.AsyncClient(timeout=None, limits=httpx.Limits(max_connections=None))

    async def aclose(self) -> None:
        await self._http.aclose()

    async def say(self, said: Json) -> Json:
        """Every try, its status and answer. `repeat`: so many at once; `again`: so many more, one after the other."""
        openid, kind = said["openid"], said["kind"]
        customer, fields = self._world.customers[openid], self._fields(said)
        _note(customer, kind, said)
        if said.get("repeat", 1) > 1:
            attempts = list(await asyncio.gather(*(self._post(fields) for _ in range(said["repeat"]))))
        else:
            attempts = await self._until_answered(fields)
        for _ in range(said.get("again", 0)):
            attempts.append(await self._post(fields))
        self._show(customer, kind, attempts)
        return {"id": fields.get("MsgId", ""), "attempts": attempts}

    async def say_many(self, given: Json) -> list[Json]:
        """One after the other in time, none waiting for the one before."""

        async def in_turn(number: int, said: Json) -> Json:
            await asyncio.sleep(number / given["per_second"])
            return await self.say(said)

        return list(await asyncio.gather(*(in_turn(number, said) for number, said in enumerate(given["messages"]))))

    def _fields(self, said: Json) -> Json:
        kind, more = said["kind"], dict(said.get("more", {}))
        fields: Json = {
            "ToUserName": self._world.config.account,
            "FromUserName": said["openid"],
            "CreateTime": str(said.get("created") or int(time.time())),
            "MsgType": kind,
        }
        if kind == "event":
            return fields | {"Event": said["event"], "EventKey": said.get("key", "")} | more
        message_id = str(said.get("id") or next(self._ids))
        return fields | _content(kind, said) | {"MsgId": message_id} | more

    async def _until_answered(self, fields: Json) -> list[Json]:
        """被动回复: five seconds without an answer, and the platform asks again, three times in all.

        https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html
        """
        attempts = [await self._post(fields)]
        while attempts[-1]["status"] != 200 and len(attempts) < self._world.config.tries:
            await asyncio.sleep(self._world.config.pause)
            attempts.append(await self._post(fields))
        return attempts

    async def _post(self, fields: Json) -> Json:
        query, body = official_request(self._world.config, fields)
        attempt = await self._call(self._world.config.callback, query, body)
        attempt |= {"kind": None, "text": None, "wrong": None}
        if attempt["status"] == 200:
            try:
                shown = official_reply(self._world.config, fields["FromUserName"], attempt["raw"])
            except Unreadable as error:
                attempt["wrong"] = str(error)
            else:
                attempt |= dict(zip(("kind", "text"), shown, strict=True)) if shown else {}
        attempt["raw"] = attempt["raw"][:200]
        return attempt

    async def _call(self, url: str, query: Mapping[str, str], body: str) -> Json:
        """`status` 0: no answer in time; `why` says it."""
        self._world.delivered["attempts"] += 1
        began = time.perf_counter()
        posting = self._http.post(url, params=query, content=body.encode(), headers={"Content-Type": "text/xml"})
        try:
            answer = await asyncio.wait_for(posting, self._world.config.patience)
        except (TimeoutError, httpx.HTTPError) as error:
            spent = time.perf_counter() - began
            return {"status": 0, "seconds": spent, "why": type(error).__name__, "raw": ""}
        return {"status": answer.status_code, "seconds": time.perf_counter() - began, "why": None, "raw": answer.text}

    def _show(self, customer: Customer, kind: str, attempts: list[Json]) -> None:
        """The same reply to several tries is shown once; another one would be a second answer."""
        counts, shown = self._world.delivered, set[tuple[str, str]]()
        counts["messages"] += 1
        for attempt in attempts:
            reply = (attempt["kind"], attempt["text"])
            if attempt["text"] is not None and reply not in shown:
                shown.add(reply)
                customer.reads("passive", *reply)
        self._world.doubled["passive"] += max(len(shown) - 1, 0)
        is_wrong = any(attempt["wrong"] for attempt in attempts)
        if kind != "event" and (is_wrong or all(attempt["status"] != 200 for attempt in attempts)):
            counts["failures"] += 1
            customer.reads("platform", "failure", FAILURE)

    async def check_url(self, *, is_kf: bool) -> Json:
        config = self._world.config
        query, wanted = url_check(config, kf=is_kf)
        try:
            answer = await self._http.get(config.kf_callback if is_kf else config.callback, params=query, timeout=5)
        except httpx.HTTPError:
            return {"is_right": False}
        return {"is_right": answer.status_code == 200 and answer.text == wanted}

    async def kf_call(self) -> int:
        """kf_msg_or_event, three times until it is answered: https://developer.work.weixin.qq.com/document/path/94670"""
        config, token = self._world.config, secrets.token_urlsafe(24)
        self._world.kf_called[token] = time.time()
        told = {
            "ToUserName": config.corp_id,
            "CreateTime": str(int(time.time())),
            "MsgType": "event",
            "Event": "kf_msg_or_event",
            "Token": token,
            "OpenKfId": config.open_kfid,
        }
        status = 0
        for _ in range(config.tries):
            query, body = kf_request(config, told)
            status = int((await self._call(config.kf_callback, query, body))["status"])
            if status == 200:
                break
            await asyncio.sleep(config.pause)
        return status

    async def kf_say(self, said: Json) -> Json:
        """Queued, and our server told of it unless `silent` (a call-back that got lost)."""
        kind, user = said["kind"], said["openid"]
        if kind == "event":
            queued = kf.event(self._world, user, said["event"], **said.get("more", {}))
        else:
            content = _kf_content(kind, said) | said.get("more", {})
            queued = kf.message(
                self._world, user, kind, content, said.get("origin", kf.CUSTOMER), said.get("hours_ago", 0.0)
            )
        status = None if said.get("silent") else await self.kf_call()
        return {"id": queued["msgid"], "status": status, "event": queued.get("event")}


def _note(customer: Customer, kind: str, said: Json) -> None:
    if kind != "event":
        customer.did("message")
    elif said["event"] == "unsubscribe":
        customer.follows = False
        customer.opened_by = ""
    else:
        customer.follows = customer.follows or said["event"] == "subscribe"
        if said["event"] in _OPENS:
            customer.did(_OPENS[said["event"]])


def _content(kind: str, said: Json) -> Json:
    """`Recognition` only where something was recognised: the console can switch it off."""
    text, media_id = said.get("text", ""), said.get("media_id", f"m{secrets.token_hex(16)}")
    kinds: dict[str, Callable[[], Json]] = {
        "text": lambda: {"Content": text} | ({"bizmsgmenuid": said["menu_id"]} if "menu_id" in said else {}),
        "voice": lambda: {"MediaId": media_id, "Format": "amr"} | ({"Recognition": text} if text else {}),
        "image": lambda: {"PicUrl": "http://mmbiz.qpic.cn/nothing", "MediaId": media_id},
        "video": lambda: {"MediaId": media_id, "ThumbMediaId": f"{media_id}t"},
        "shortvideo": lambda: {"MediaId": media_id, "ThumbMediaId": f"{media_id}t"},
        "location": lambda: {
            "Location_X": said.get("x", "31.230416"),
            "Location_Y": said.get("y", "121.473701"),
            "Scale": "15",
            "Label": text,
        },
        "link": lambda: {"Title": text, "Description": "", "Url": said.get("url", "https://example.cn")},
    }
    return kinds[kind]() if kind in kinds else {"MediaId": media_id}


def _kf_content(kind: str, said: Json) -> Json:
    text, media_id = said.get("text", ""), said.get("media_id", f"m{secrets.token_hex(16)}")
    kinds: dict[str, Json] = {
        "text": {"content": text} | ({"menu_id": said["menu_id"]} if "menu_id" in said else {}),
        "location": {"latitude": 31.230416, "longitude": 121.473701, "name": text, "address": text},
        "link": {"title": text, "desc": "", "url": said.get("url", "https://example.cn"), "pic_url": ""},
        "business_card": {"userid": text},
    }
    return kinds.get(kind, {"media_id": media_id})
