"""qyapi.weixin.qq.com under /wecom: 微信客服 (https://developer.work.weixin.qq.com/document/path/94638)."""

from __future__ import annotations

import re
import secrets
import time
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute, Mount

from tests.support.wechat import media
from tests.support.wechat.calling import called, said
from tests.support.wechat.messages import KF, deliver
from tests.support.wechat.world import HOURS_48, Code, Customer, Json, World

CUSTOMER, EVENT, SERVICER = 3, 4, 5
#: service_state
NEW, ASSISTANT, POOL, PERSON, ENDED = range(5)
#: seconds: a welcome and a farewell; what is told while they wait; a call-back's token; what sync_msg still knows
SHORT_CODE, LONG_CODE, CALLED_FOR, KEPT = 20, HOURS_48, 600, 72 * 3600
#: the page names no codes for these
MSGID_USED, CODE_SPENT = 95020, 41050
_MSGID = re.compile(r"[0-9a-zA-Z_-]{0,32}")
#: change_type of a session_status_change: taken from the pool, handed on, ended, taken again
_AFTER = {1: PERSON, 2: PERSON, 3: ENDED, 4: PERSON}


async def _token(world: World, body: Json, request: Request) -> Json:
    """The same until it ends: https://developer.work.weixin.qq.com/document/path/91039"""
    given = request.query_params
    if given.get("corpid") != world.config.corp_id:
        return said(40013, "invalid corpid")
    if given.get("corpsecret") != world.config.corp_secret:
        return said(40001, "invalid credential")
    tokens = world.tokens["kf"]
    if tokens.left() <= 0:
        tokens.fresh()
        world.fetched["kf"] += 1
    return {**said(0), "access_token": tokens.newest, "expires_in": int(tokens.left())}


def _account_fault(world: World, body: Json) -> Json | None:
    given = str(body.get("open_kfid") or "")
    if given == world.config.open_kfid:
        return None
    return said(95004, "open_kfid not exist") if given.startswith("wk") else said(95000, "invalid open_kfid")


async def _sync(world: World, body: Json, request: Request) -> Json:
    """https://developer.work.weixin.qq.com/document/path/94670"""
    if fault := _account_fault(world, body) or _call_fault(world, str(body.get("token") or "")):
        return fault
    cursor, limit = str(body.get("cursor") or "0"), body.get("limit", 1000)
    if not cursor.isdigit() or not isinstance(limit, int) or not 0 < limit <= 1000:
        return said(40058, "invalid request parameter")
    oldest, begin = time.time() - KEPT, int(cursor)
    end = min(begin + min(limit, world.config.page), len(world.kf_messages))
    return {
        **said(0),
        "next_cursor": str(end),
        "has_more": int(end < len(world.kf_messages)),
        "msg_list": [each for each in world.kf_messages[begin:end] if each["send_time"] > oldest],
    }


def _call_fault(world: World, token: str) -> Json | None:
    now = time.time()
    if token:
        return None if world.kf_called.get(token, 0.0) > now - CALLED_FOR else said(95007, "invalid msg token")
    world.kf_uncalled = [at for at in world.kf_uncalled if at > now - 60] + [now]
    most = world.config.sync_without_token
    return said(45009, "api freq out of limit") if most and len(world.kf_uncalled) > most else None


async def _send(world: World, body: Json, request: Request) -> Json:
    """https://developer.work.weixin.qq.com/document/path/94677"""
    if fault := _account_fault(world, body):
        return fault
    customer = world.kf_customers.get(str(body.get("touser", "")))
    if customer is None:
        return said(40096, "invalid external_userid")
    message_id = body.get("msgid") or secrets.token_hex(16)
    if _MSGID.fullmatch(message_id) is None:
        return said(40058, "invalid msgid")
    if message_id in world.kf_ids:
        return said(MSGID_USED, "msgid was used")
    if refused := customer.refusal(95002, 95001):
        return said(refused, "send msg time limit" if refused == 95002 else "send msg count limit")
    if customer.state not in (NEW, ASSISTANT):
        return said(95018, "send msg session status invalid")
    answer = deliver(world, customer, body, KF)
    if answer["errcode"] == 0:
        world.kf_ids.append(message_id)
    return {**answer, "msgid": message_id}


async def _send_on_event(world: World, body: Json, request: Request) -> Json:
    """One message for a code, not counted: https://developer.work.weixin.qq.com/document/path/95122"""
    code = world.kf_codes.get(str(body.get("code", "")))
    if code is None or code.used or time.time() > code.until:
        return said(CODE_SPENT, "invalid code")
    customer = world.kf_customers[code.owner]
    if code.state is not None and code.state != customer.state:
        return said(95018, "send msg session status invalid")
    answer = deliver(world, customer, body, KF, is_counted=False)
    if answer["errcode"] == 0:
        code.used, customer.welcomed_at = True, time.time()
    return {**answer, "msgid": body.get("msgid") or secrets.token_hex(16)}


def _known(world: World, body: Json) -> Customer | None:
    return world.kf_customers.get(str(body.get("external_userid", "")))


async def _state(world: World, body: Json, request: Request) -> Json:
    """https://developer.work.weixin.qq.com/document/path/94669"""
    if fault := _account_fault(world, body):
        return fault
    if (customer := _known(world, body)) is None:
        return said(40096, "invalid external_userid")
    is_over = not customer.opened_by and customer.state == NEW
    state = ENDED if is_over else customer.state
    return {**said(0), "service_state": state, "servicer_userid": (customer.servicer or "") if state == PERSON else ""}


async def _trans(world: World, body: Json, request: Request) -> Json:
    """The same page; back from a person to the assistant is not possible."""
    if fault := _account_fault(world, body):
        return fault
    if (customer := _known(world, body)) is None:
        return said(40096, "invalid external_userid")
    wanted, servicer = body.get("service_state"), body.get("servicer_userid")
    if customer.state == ENDED:
        return said(95013, "conversation end")
    allowed = {NEW: (ASSISTANT, POOL, PERSON), ASSISTANT: (POOL, PERSON, ENDED), POOL: (PERSON, ENDED)}
    if wanted not in allowed.get(customer.state, (PERSON, ENDED)):
        return said(95016, "state transition is not allowed")
    if wanted == PERSON and servicer not in world.config.servicers:
        return said(95014, "not a servicer")
    is_first = customer.state != wanted
    customer.state, customer.servicer = wanted, servicer if wanted == PERSON else None
    if wanted == ASSISTANT or not is_first:
        return said(0)
    return {**said(0), "msg_code": _code(world, str(body["external_userid"]), wanted)}


def _code(world: World, user: str, state: int | None) -> str:
    """For one message; `state`: of the session then, None for a welcome."""
    code = secrets.token_hex(12)
    seconds = LONG_CODE if state in (POOL, PERSON) else SHORT_CODE
    world.kf_codes[code] = Code(user, time.time() + seconds, state=state)
    return code


async def _accounts(world: World, body: Json, request: Request) -> Json:
    """https://developer.work.weixin.qq.com/document/path/94661"""
    account = {"open_kfid": world.config.open_kfid, "name": "care", "avatar": "", "manage_privilege": True}
    is_there = world.config.open_kfid and body.get("offset", 0) == 0
    return {**said(0), "account_list": [account] if is_there else []}


def message(world: World, user: str, kind: str, content: Json, origin: int = CUSTOMER, hours_ago: float = 0.0) -> Json:
    """Put into what sync_msg gives; a customer's own opens their window, and a new session where theirs is over."""
    customer, at = world.kf_customers[user], time.time() - hours_ago * 3600
    if origin == CUSTOMER:
        if customer.state == ENDED or (customer.opened_by and not customer.is_open):
            customer.state, customer.servicer = NEW, None
        customer.did("message", at)
    queued = {
        "msgid": secrets.token_hex(16),
        "open_kfid": world.config.open_kfid,
        "external_userid": user,
        "send_time": int(at),
        "origin": origin,
        "msgtype": kind,
        kind: content,
    }
    if origin == EVENT:  # who did it stands in the event
        del queued["external_userid"], queued["open_kfid"]
    if origin == SERVICER:
        queued["servicer_userid"] = customer.servicer or world.config.servicers[0]
    world.kf_messages.append(queued)
    return queued


def event(world: World, user: str, name: str, **content: Any) -> Json:
    """enter_session, msg_send_fail, session_status_change, user_recall_msg, each with what its page says; the rest is
    the test's."""
    customer = world.kf_customers[user]
    told: Json = {"event_type": name, "open_kfid": world.config.open_kfid, "external_userid": user}
    if name == "enter_session":
        told |= {"scene": "", "scene_param": ""}
        is_new = max(customer.opened_at, customer.welcomed_at) < time.time() - HOURS_48
        told |= {"welcome_code": _code(world, user, None)} if is_new and "welcome_code" not in content else {}
    change = content.get("change_type")
    if name == "session_status_change" and change in _AFTER:
        customer.state = _AFTER[change]
        customer.servicer = content.get("new_servicer_userid", customer.servicer) if change != 3 else None
        told |= {"msg_code": _code(world, user, customer.state)} if change in (1, 3) else {}
    return message(world, user, "event", told | content, EVENT)


def routes(world: World) -> list[BaseRoute]:
    handlers = {
        "/cgi-bin/kf/sync_msg": _sync,
        "/cgi-bin/kf/send_msg": _send,
        "/cgi-bin/kf/send_msg_on_event": _send_on_event,
        "/cgi-bin/kf/service_state/get": _state,
        "/cgi-bin/kf/service_state/trans": _trans,
        "/cgi-bin/kf/account/list": _accounts,
    }
    paths = [called(world, "kf", path, handler) for path, handler in handlers.items()]
    paths.append(called(world, "kf", "/cgi-bin/gettoken", _token, method="GET", asks_token=False))
    return [Mount("/wecom", routes=[*paths, *media.routes(world, "kf", "/wecom")])]
