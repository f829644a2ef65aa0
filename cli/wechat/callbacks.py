"""Calling our own addresses as a platform does: does the running web process know what the settings say?"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from xml.sax.saxutils import escape

import httpx

from care.settings import Settings
from cli.wechat.findings import Finding, State
from web.channels.wechat import envelope
from web.channels.wechat.envelope import Credentials, encrypt, signature

_SECONDS = 10.0


@dataclass(frozen=True)
class Callback:
    part: str
    path: str
    credentials: Credentials
    #: the console's check of the address is encrypted
    seals_check: bool
    #: an event of a kind that we do not know: it is opened, and nothing is kept of it
    event: str


def official(given: Settings) -> Callback:
    event = _event("quanyi_check", given.wechat_app_id)
    return Callback("公众号", "/channels/wechat", envelope.official(given), seals_check=False, event=event)


def kf(given: Settings) -> Callback:
    event = _event("quanyi_check", given.wecom_corp_id)
    return Callback("微信客服", "/channels/wechat/kf", envelope.kf(given), seals_check=True, event=event)


async def call(given: Settings, callback: Callback) -> list[Finding]:
    """At the public address, or, where that cannot be reached from this machine, in front of the web process itself."""
    local = f"http://{'127.0.0.1' if given.host == '0.0.0.0' else given.host}:{given.port}"
    async with httpx.AsyncClient(timeout=_SECONDS) as client:
        public = given.public_url or local
        try:
            return await _tried(client, public, callback)
        except httpx.HTTPError as error:
            reason = f"{public} cannot be reached from this machine ({type(error).__name__})"
        what = f"{callback.path} answers"
        if public != local:
            try:
                found = await _tried(client, local, callback)
            except httpx.HTTPError:
                pass
            else:
                told = f"{reason}, but the web process is there: try the address from outside"
                return [Finding(callback.part, "the way to us", State.UNKNOWN, told), *found]
        told = f"{reason}: is the web process running, and the proxy?"
        return [Finding(callback.part, what, State.WRONG, told)]


async def _tried(client: httpx.AsyncClient, base: str, callback: Callback) -> list[Finding]:
    checked = await _check(client, base, callback)
    return [checked] if checked.is_wrong else [checked, await _post(client, base, callback)]


async def _check(client: httpx.AsyncClient, base: str, callback: Callback) -> Finding:
    """What the console does when the address is saved: a signed GET that must be answered with what it carries.

    https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/Access_Overview.html,
    https://developer.work.weixin.qq.com/document/path/90930
    """
    echo = secrets.token_hex(8)
    query = _sealed(callback, echo) if callback.seals_check else _signed(callback) | {"echostr": echo}
    answer = await client.get(f"{base}{callback.path}", params=query)
    what = f"{callback.path} answers"
    if answer.status_code == 200 and answer.text == echo:
        return Finding(callback.part, what, State.OK, "the signed request was answered as the console expects")
    return Finding(callback.part, what, State.WRONG, _refused(answer))


async def _post(client: httpx.AsyncClient, base: str, callback: Callback) -> Finding:
    """An encrypted event, as the platform sends its messages."""
    query = _sealed(callback, callback.event)
    body = f"<xml><Encrypt>{query.pop('echostr')}</Encrypt></xml>"
    answer = await client.post(f"{base}{callback.path}", params=query, content=body.encode())
    what = f"{callback.path} decrypts"
    if answer.status_code == 200 and answer.text == "success":
        return Finding(callback.part, what, State.OK, "an encrypted event was opened")
    return Finding(callback.part, what, State.WRONG, _refused(answer))


def _refused(answer: httpx.Response) -> str:
    try:
        reason = answer.json()["reason"]
    except (ValueError, KeyError, TypeError):
        reason = ""
    known = {
        "wechat_off": "the web process was started without these settings; start it anew",
        "wechat_signature": "the running web process has another token; start it anew",
        "wechat_late": "the clock of the web process is off",
        "wechat_receiver": "the running web process has another app id or corp id; start it anew",
        "wechat_malformed": "the running web process has another AES key; start it anew",
    }
    told = known.get(reason, "it does not answer with what was sent: something else answers at this address")
    return f"{answer.status_code}: {told}"


def _signed(callback: Callback, *more: str) -> dict[str, str]:
    timestamp, nonce = str(int(time.time())), secrets.token_hex(4)
    name = "msg_signature" if more else "signature"
    signed = signature(callback.credentials.token, timestamp, nonce, *more)
    return {name: signed, "timestamp": timestamp, "nonce": nonce}


def _sealed(callback: Callback, text: str) -> dict[str, str]:
    sealed = encrypt(text, callback.credentials.aes_keys[0], callback.credentials.receiver)
    return _signed(callback, sealed) | {"echostr": sealed}


def _event(name: str, receiver: str) -> str:
    fields = {
        "ToUserName": receiver,
        "FromUserName": name,
        "CreateTime": str(int(time.time())),
        "MsgType": "event",
        "Event": name,
    }
    return f"<xml>{''.join(f'<{key}>{escape(value)}</{key}>' for key, value in fields.items())}</xml>"
