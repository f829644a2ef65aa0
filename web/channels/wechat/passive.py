"""The answer that travels with a message.

https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from web.channels.wechat.envelope import Credentials, encrypt, signature

#: what XML 1.0 cannot carry (https://www.w3.org/TR/xml/#charsets); one of them, and the customer would read nothing
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_reply(to: str, sender: str, text: str, now: datetime) -> str:
    """A text as XML. `to`: the openid; `sender`: the ToUserName of their message."""
    return (
        f"<xml><ToUserName>{_cdata(to)}</ToUserName><FromUserName>{_cdata(sender)}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content>{_cdata(text)}</Content></xml>"
    )


def sealed_reply(reply: str, credentials: Credentials, now: datetime) -> str:
    """The same encrypted, for an account in 安全模式."""
    encrypted = encrypt(reply, credentials.aes_keys[0], credentials.receiver)
    timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(8)
    signed = signature(credentials.token, timestamp, nonce, encrypted)
    return (
        f"<xml><Encrypt>{_cdata(encrypted)}</Encrypt><MsgSignature>{_cdata(signed)}</MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{_cdata(nonce)}</Nonce></xml>"
    )


def _cdata(text: str) -> str:
    """What ends a CDATA section inside of it stands in two sections."""
    return f"<![CDATA[{_NO_XML.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"
