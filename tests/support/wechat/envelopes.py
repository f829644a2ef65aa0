"""XML, signatures and encryption on the platforms' side, by wechatpy: nothing of ours.

消息加解密说明: https://developers.weixin.qq.com/doc/oplatform/Third-party_Platforms/2.0/api/Before_Develop/Technical_Plan.html,
加解密方案说明: https://developer.work.weixin.qq.com/document/path/90968
"""

from __future__ import annotations

import secrets
import time
from xml.sax.saxutils import escape

import xmltodict
from wechatpy.crypto import WeChatCrypto
from wechatpy.enterprise.crypto import WeChatCrypto as WorkCrypto
from wechatpy.utils import WeChatSigner

from tests.support.wechat.world import Config, Json

_NUMBERS = frozenset({"CreateTime", "MsgId", "Location_X", "Location_Y", "Scale", "AgentID"})


class Unreadable(Exception):
    """What our server answered is nothing that the platform takes; says why."""


def signed(token: str, *parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(token, *parts)
    return str(signer.signature)


def xml(fields: Json) -> str:
    return f"<xml>{''.join(_element(name, str(value)) for name, value in fields.items())}</xml>"


def _element(name: str, value: str) -> str:
    if name in _NUMBERS:
        return f"<{name}>{escape(value)}</{name}>"
    inner = value.replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{inner}]]></{name}>"


def _now() -> tuple[str, str]:
    return str(int(time.time())), secrets.token_hex(5)


def official_request(config: Config, fields: Json) -> tuple[dict[str, str], str]:
    """Query and body of a message, new at every try."""
    (timestamp, nonce), plain = _now(), xml(fields)
    query = {"signature": signed(config.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}
    query["openid"] = fields["FromUserName"]
    if config.mode == "plain":
        return query, plain
    crypto = WeChatCrypto(config.token, config.aes_key, config.app_id)
    sealed = xmltodict.parse(crypto.encrypt_message(plain, nonce, timestamp))["xml"]
    query |= {"encrypt_type": "aes", "msg_signature": sealed["MsgSignature"]}
    outer = {"ToUserName": config.account, "Encrypt": sealed["Encrypt"]}
    return query, xml(fields | outer if config.mode == "compatible" else outer)


def official_reply(config: Config, openid: str, answer: str) -> tuple[str, str] | None:
    """Kind and text of a passive reply; None: nothing is shown. Raises Unreadable.

    https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html
    """
    if answer in ("", "success"):
        return None
    try:
        given = xmltodict.parse(answer)["xml"]
        if "Encrypt" in given and config.mode != "plain":
            crypto = WeChatCrypto(config.token, config.aes_key, config.app_id)
            inner = crypto.decrypt_message(given, given["MsgSignature"], given["TimeStamp"], given["Nonce"])
            given = xmltodict.parse(inner)["xml"]
        elif config.mode == "safe":
            raise Unreadable("not encrypted")
        kind = given["MsgType"]
        if (given["ToUserName"], given["FromUserName"]) != (openid, config.account):
            raise Unreadable("to or from somebody else")
        int(given["CreateTime"])
        text = given["Content"] if kind == "text" else given["Image"]["MediaId"] if kind == "image" else ""
    except Unreadable:
        raise
    except Exception as error:  # wechatpy and expat have many
        raise Unreadable(type(error).__name__) from None
    if kind not in ("text", "image", "transfer_customer_service"):
        raise Unreadable(f"a {kind}")
    if kind == "text" and not 0 < len((text or "").encode()) <= 2048:
        raise Unreadable("an empty text, or one of more than 2,048 bytes")
    return None if kind == "transfer_customer_service" else (kind, str(text))


def kf_request(config: Config, fields: Json) -> tuple[dict[str, str], str]:
    """Query and body of a call-back of WeCom: https://developer.work.weixin.qq.com/document/path/90930"""
    timestamp, nonce = _now()
    crypto = WorkCrypto(config.kf_token, config.kf_aes_key, config.corp_id)
    sealed = xmltodict.parse(crypto.encrypt_message(xml(fields), nonce, timestamp))["xml"]
    query = {"msg_signature": sealed["MsgSignature"], "timestamp": timestamp, "nonce": nonce}
    return query, xml({"ToUserName": config.corp_id, "Encrypt": sealed["Encrypt"], "AgentID": ""})


def url_check(config: Config, *, kf: bool) -> tuple[dict[str, str], str]:
    """Query of the GET that a console sends when an address is saved, and what must be answered.

    https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/Access_Overview.html: `echostr` as it came, in
    every mode; https://developer.work.weixin.qq.com/document/path/90930: decrypted.
    """
    (timestamp, nonce), echo = _now(), str(secrets.randbelow(10**18))
    query = {"timestamp": timestamp, "nonce": nonce}
    if not kf:
        return query | {"signature": signed(config.token, timestamp, nonce), "echostr": echo}, echo
    crypto = WorkCrypto(config.kf_token, config.kf_aes_key, config.corp_id)
    sealed = xmltodict.parse(crypto.encrypt_message(echo, nonce, timestamp))["xml"]
    return query | {"msg_signature": sealed["MsgSignature"], "echostr": sealed["Encrypt"]}, echo
