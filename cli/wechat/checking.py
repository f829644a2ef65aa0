"""What `quanyi wechat check` tries, in the order in which an operator sets it up.

Nothing is sent to anybody: the push right is found out with a recipient who does not exist. Nothing of the running
product is changed, and no database is needed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from care.errors import InvalidInput
from care.settings import Settings, settings
from care.wechat.api import MiniApi, fetch_kf, fetch_official
from care.wechat.errors import KF, OFFICIAL, Trouble, WeChatError
from cli.wechat import callbacks, configured
from cli.wechat.findings import Finding, State
from cli.wechat.trial import Trial

_SECONDS = 10.0
#: The platform's signed time may be off by so much; with a clock further off every message is refused.
_CLOCK_SECONDS = 120
_NOBODY = "quanyi-check-nobody"

#: https://developers.weixin.qq.com/doc/offiaccount/Getting_Started/Global_Return_Code.html and
#: https://developer.work.weixin.qq.com/document/path/90313: what an operator has to do about a refused token.
_SECRET = "the secret is wrong or was reset: copy it anew from the console"
_TOKEN_FAULTS = {
    40001: _SECRET,
    40013: "the platform does not know this id: compare it with the console",
    40125: _SECRET,
    40164: "this server's address is not in the console's IP whitelist (IP白名单)",
    40243: "the secret was frozen in the console: unfreeze it or make a new one",
    50004: "the account is frozen or was not verified: look at the console's notices",
    50007: "the account is frozen: look at the console's notices",
    60020: "this server's address is not among the app's trusted ones (企业可信IP)",
    61004: "this server's address is not in the console's IP whitelist (IP白名单)",
}


async def check_all(*, offline: bool = False) -> AsyncIterator[Finding]:
    """Everything that can be tried with the settings as they are, each as soon as it is known."""
    given = settings()
    for finding in configured.seen(given):
        yield finding
    if offline:
        return
    if given.serves_wechat:
        for finding in await callbacks.call(given, callbacks.official(given)):
            yield finding
        if given.wechat_secret.get_secret_value():
            for finding in await _asked(Trial(given.wechat_api, OFFICIAL, fetch_official), "公众号", _official):
                yield finding
    if given.serves_wecom:
        for finding in await callbacks.call(given, callbacks.kf(given)):
            yield finding
        for finding in await _asked(Trial(given.wecom_api, KF, fetch_kf), "微信客服", _kf):
            yield finding
    if given.serves_mini:
        yield await _mini()
    if given.serves_wechat or given.serves_wecom or given.serves_mini:
        yield await _clock(given.wecom_api if given.serves_wecom else given.wechat_api)


async def _asked(trial: Trial, part: str, more: Callable[[Trial], Awaitable[list[Finding]]]) -> list[Finding]:
    """Does the platform give us a token; and with it, `more`."""
    try:
        try:
            await trial.fetch_token()
        except WeChatError as error:
            return [Finding(part, "access token", State.WRONG, _refused(error))]
        return [Finding(part, "access token", State.OK, "the platform gave one"), *await more(trial)]
    finally:
        await trial.aclose()


def _refused(error: WeChatError) -> str:
    if error.code is None:
        return "the platform's server does not answer: is its address allowed to go out through the firewall?"
    told = _TOKEN_FAULTS.get(error.code, "look the number up in the platform's list of return codes")
    seen = f"; it sees {error.address}" if error.address else ""
    return f"{told} (the platform says {error.code}{seen})"


async def _official(trial: Trial) -> list[Finding]:
    return [await _push_right(settings(), trial), await _network(trial)]


async def _push_right(given: Settings, trial: Trial) -> Finding:
    """A message to nobody: refused for its recipient by who may send, for the missing right by who may not.

    https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html
    """
    part, what = "公众号", "customer-service messages"
    body = {"touser": _NOBODY, "msgtype": "text", "text": {"content": "check"}}
    try:
        await trial.post("/cgi-bin/message/custom/send", body)
    except WeChatError as error:
        has_right = error.trouble is Trouble.GONE
        if not has_right and error.code != 48001:
            return Finding(part, what, State.UNKNOWN, _refused(error))
        if has_right == (given.wechat_push == "on"):
            told = "allowed" if has_right else "not allowed, and QUANYI_WECHAT_PUSH=off says so"
            return Finding(part, what, State.OK, told)
        if has_right:
            told = "allowed: QUANYI_WECHAT_PUSH=on would make answers quicker and let agents write first"
            return Finding(part, what, State.UNKNOWN, told)
        told = "not allowed (48001): get the account verified (微信认证), or set QUANYI_WECHAT_PUSH=off"
        return Finding(part, what, State.WRONG, told)
    return Finding(part, what, State.UNKNOWN, "the platform took a message to nobody")


async def _network(trial: Trial) -> Finding:
    """https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/Network_Detection.html"""
    try:
        await trial.post("/cgi-bin/callback/check", {"action": "all", "check_operator": "DEFAULT"}, seconds=15)
    except WeChatError as error:
        if error.code == 40201:
            told = "the console has no address of ours yet: save it there (服务器配置) and switch it on (启用)"
            return Finding("公众号", "network check", State.WRONG, told)
        return Finding("公众号", "network check", State.UNKNOWN, _refused(error))
    return Finding("公众号", "network check", State.OK, "the platform looked up and reached the call-back's name")


async def _kf(trial: Trial) -> list[Finding]:
    """获取客服账号列表: https://developer.work.weixin.qq.com/document/path/94661"""
    part, what = "微信客服", "客服账号"
    try:
        found = await trial.post("/cgi-bin/kf/account/list", {"offset": 0, "limit": 100})
    except WeChatError as error:
        told = f"the platform says {error.code}: let the app call 微信客服 (可调用接口的应用) in the console"
        return [Finding(part, what, State.WRONG, told)]
    accounts = found.get("account_list") or []
    ours = [each for each in accounts if each.get("manage_privilege", True)]
    if not ours:
        told = "make one in the console and give it to the app (通过API管理)"
        return [Finding(part, what, State.WRONG, f"{'none is the app’s' if accounts else 'there is none'}: {told}")]
    return [Finding(part, what, State.OK, f"{len(ours)} may be used")]


async def _mini() -> Finding:
    """With a code that was never given: refused as a code by who knows the app."""
    part, what = "小程序", "app id and secret"
    api = MiniApi()
    try:
        await api.exchange("quanyi-check")
    except InvalidInput:
        return Finding(part, what, State.OK, "the platform knows them")
    except WeChatError as error:
        return Finding(part, what, State.WRONG, _refused(error))
    finally:
        await api.aclose()
    return Finding(part, what, State.UNKNOWN, "the platform took a code that was never given")


async def _clock(platform: str) -> Finding:
    part, what = "clock", "of this machine"
    try:
        async with httpx.AsyncClient(timeout=_SECONDS) as client:
            answer = await client.get(platform)
        there = parsedate_to_datetime(answer.headers["date"])
    except (httpx.HTTPError, KeyError, ValueError):
        return Finding(part, what, State.UNKNOWN, "the platform did not say what time it is")
    off = abs((datetime.now(UTC) - there).total_seconds())
    if off > _CLOCK_SECONDS:
        told = f"{off:.0f} s off the platform's: set it by NTP, or its messages are refused as late"
        return Finding(part, what, State.WRONG, told)
    return Finding(part, what, State.OK, "as the platform's")
