"""api.weixin.qq.com: tokens, customer-service messages, templates, and what a console asks; wx.login codes."""

from __future__ import annotations

import secrets
import time
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from tests.support.wechat import media, menus
from tests.support.wechat.calling import Handler, called, said
from tests.support.wechat.messages import OFFICIAL, deliver
from tests.support.wechat.world import FORCED_A_DAY, FORCED_APART, OVERLAP_SECONDS, Json, World

#: 客服输入状态: how long a customer's message lets it be shown, and how long it is
TYPING_WITHIN, TYPING_SHOWN = 30, 15
CLEARED_A_MONTH = 10


def _app_fault(world: World, app_id: Any, secret: Any) -> Json | None:
    if not app_id:
        return said(41002, "appid missing")
    if app_id != world.config.app_id:
        return said(40013, "invalid appid")
    if not secret:
        return said(41004, "appsecret missing")
    return None if secret == world.config.secret else said(40125, "invalid appsecret")


async def _token(world: World, body: Json, request: Request) -> Json:
    """A new one each time; the one before it works five minutes longer.

    https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/Get_access_token.html
    """
    given = request.query_params
    if given.get("grant_type") != "client_credential":
        return said(40002, "invalid grant_type")
    if fault := _app_fault(world, given.get("appid"), given.get("secret")):
        return fault
    tokens = world.tokens["plain"]
    if (before := tokens.newest) is not None and before in tokens.ends:
        tokens.ends[before] = min(tokens.ends[before], time.time() + OVERLAP_SECONDS)
    token = tokens.fresh()
    world.fetched["official"] += 1
    return {"access_token": token, "expires_in": 7200}


async def _stable_token(world: World, body: Json, request: Request) -> Json:
    """The same until its last five minutes, in which the old one still works. Forced: the old one is useless at once.

    https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html
    """
    if body.get("grant_type") != "client_credential":
        return said(40002, "invalid grant_type")
    if fault := _app_fault(world, body.get("appid"), body.get("secret")):
        return fault
    tokens, now = world.tokens["official"], time.time()
    if body.get("force_refresh") is True and not any(at > now - FORCED_APART for at in tokens.forced):
        if len([at for at in tokens.forced if at > now - 86400]) >= FORCED_A_DAY:
            return said(45009, "reach max api daily quota limit")
        tokens.forced.append(now)
        tokens.revoke()
    if tokens.left() <= OVERLAP_SECONDS:
        tokens.fresh()
        world.fetched["official"] += 1
    return {"access_token": tokens.newest, "expires_in": int(tokens.left())}


async def _send(world: World, body: Json, request: Request) -> Json:
    """https://developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage.html"""
    if not world.config.may_push:
        return said(48001, "api unauthorized")
    customer = world.customers.get(str(body.get("touser", "")))
    if customer is None:
        return said(40003, "invalid openid")
    if not customer.follows:
        return said(43004, "require subscribe")
    if refused := customer.refusal(45015, 45047):
        return said(refused, "response out of time limit" if refused == 45015 else "out of response count limit")
    return deliver(world, customer, body, OFFICIAL)


async def _typing(world: World, body: Json, request: Request) -> Json:
    """https://developers.weixin.qq.com/doc/service/api/customer/message/api_typing.html"""
    if not world.config.may_push:
        return said(48001, "api unauthorized")
    customer = world.customers.get(str(body.get("touser", "")))
    if customer is None:
        return said(40003, "invalid openid")
    if body.get("command") not in ("Typing", "CancelTyping"):
        return said(45072, "invalid command")
    now = time.time()
    if body["command"] == "CancelTyping":
        customer.typing_at = 0.0
        return said(0)
    if not customer.opened_by or now - customer.opened_at > TYPING_WITHIN:
        return said(45080, "no message of the customer in 30 seconds")
    if now - customer.typing_at < TYPING_SHOWN:
        return said(45081, "is shown already")
    customer.typing_at = now
    return said(0)


def _template_fault(world: World, body: Json) -> Json | None:
    """Of a template message and a 订阅通知: what they have in common."""
    customer = world.customers.get(str(body.get("touser", "")))
    if customer is None:
        return said(40003, "invalid openid")
    if not world.config.may_template:
        return said(48001, "api unauthorized")
    templates, data = world.config.templates, body.get("data")
    template = body.get("template_id")
    if not template or (templates and template not in templates):
        return said(40037, "invalid template_id")
    if not isinstance(data, dict) or any(not isinstance(each, dict) or "value" not in each for each in data.values()):
        return said(47003, "argument invalid")
    if templates and set(data) != set(templates[template]):
        return said(47003, "argument invalid")
    return None


def _shown(body: Json) -> str:
    return " ".join(str(each["value"]) for each in body["data"].values())


async def _template(world: World, body: Json, request: Request) -> Json:
    """https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Template_Message_Interface.html"""
    if fault := _template_fault(world, body):
        return fault
    customer = world.customers[body["touser"]]
    if not customer.follows:
        return said(43004, "require subscribe")
    customer.reads("template", "template", _shown(body), template=body["template_id"], url=body.get("url"))
    return {**said(0), "msgid": secrets.randbelow(10**12)}


async def _subscribed(world: World, body: Json, request: Request) -> Json:
    """One message for each time that the customer said yes.

    https://developers.weixin.qq.com/doc/service/api/notify/notify/api_sendnewsubscribemsg.html
    """
    if fault := _template_fault(world, body):
        return fault
    customer, template = world.customers[body["touser"]], body["template_id"]
    if customer.subscriptions.get(template, 0) < 1:
        return said(43101, "user refuse to accept the msg")
    customer.subscriptions[template] -= 1
    customer.reads("subscription", "template", _shown(body), template=template)
    return said(0)


async def _addresses(world: World, body: Json, request: Request) -> Json:
    """https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/Get_the_WeChat_server_IP_address.html"""
    return {"ip_list": ["127.0.0.1"]}


async def _checked(world: World, body: Json, request: Request) -> Json:
    """https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/Network_Detection.html"""
    action = body.get("action")
    if action not in ("dns", "ping", "all"):
        return said(40202, "invalid action")
    if body.get("check_operator") not in ("CHINANET", "UNICOM", "CAP", "DEFAULT"):
        return said(40203, "invalid check_operator")
    if not world.config.callback:
        return said(40201, "no call-back url")
    ping = {"ip": "127.0.0.1", "from_operator": "UNICOM", "package_loss": "0%", "time": "1.079ms"}
    found = {"dns": [{"ip": "127.0.0.1", "real_operator": "UNICOM"}], "ping": [ping]}
    return {name: value for name, value in found.items() if action in (name, "all")}


async def _quota(world: World, body: Json, request: Request) -> Json:
    """https://developers.weixin.qq.com/doc/offiaccount/openApi/get_api_quota.html"""
    path = str(body.get("cgi_path", ""))
    if not path.startswith("/"):
        return said(76003, "cgi_path must begin with /")
    if path.startswith("/sns/"):
        return said(76022, "could not use this cgi_path")
    if path not in PATHS:
        return said(76021, "cgi_path not found, please check")
    limit, used = world.config.quota or 500_000, world.used[path]
    return {**said(0), "quota": {"daily_limit": limit, "used": used, "remain": max(limit - used, 0)}}


async def _clear(world: World, body: Json, request: Request) -> Json:
    """https://developers.weixin.qq.com/doc/offiaccount/openApi/clear_quota.html"""
    if body.get("appid") != world.config.app_id:
        return said(40013, "invalid appid")
    if world.cleared >= CLEARED_A_MONTH:
        return said(48006, "clear quota is used up this month")
    world.cleared += 1
    world.used.clear()
    return said(0)


async def _session(world: World, body: Json, request: Request) -> Json:
    """A code is good once, for five minutes.

    https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
    """
    given = request.query_params
    if given.get("appid") != world.config.mini_app_id:
        return said(40013, "invalid appid")
    if given.get("secret") != world.config.mini_secret:
        return said(40125, "invalid appsecret")
    if given.get("grant_type") != "authorization_code":
        return said(40002, "invalid grant_type")
    code = world.codes.get(given.get("js_code", ""))
    if code is None or time.time() > code.until:
        return said(40029, "invalid code")
    if code.used:
        return said(40163, "code been used")
    if code.blocked:
        return said(40226, "code blocked")
    code.used = True
    answer = {"openid": code.owner, "session_key": secrets.token_urlsafe(18)}
    return answer | ({"unionid": code.unionid} if code.unionid else {})


#: path → method and handler, for who has a token
PATHS: dict[str, tuple[str, Handler]] = {
    "/cgi-bin/message/custom/send": ("POST", _send),
    "/cgi-bin/message/custom/typing": ("POST", _typing),
    "/cgi-bin/message/template/send": ("POST", _template),
    "/cgi-bin/message/subscribe/bizsend": ("POST", _subscribed),
    "/cgi-bin/menu/create": ("POST", menus.create),
    "/cgi-bin/get_current_selfmenu_info": ("GET", menus.current),
    "/cgi-bin/getcallbackip": ("GET", _addresses),
    "/cgi-bin/callback/check": ("POST", _checked),
    "/cgi-bin/openapi/quota/get": ("POST", _quota),
    "/cgi-bin/clear_quota": ("POST", _clear),
}


def routes(world: World) -> list[Route]:
    return [
        called(world, "official", "/cgi-bin/token", _token, method="GET", asks_token=False),
        called(world, "official", "/cgi-bin/stable_token", _stable_token, asks_token=False),
        called(world, "mini", "/sns/jscode2session", _session, method="GET", asks_token=False),
        *(called(world, "official", path, handler, method=method) for path, (method, handler) in PATHS.items()),
        *media.routes(world, "official"),
    ]
