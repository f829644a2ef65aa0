"""A request of the platform's, from query and body to the fields of its message: verified, decrypted, parsed.

公众号: https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/Access_Overview.html (its address check is
signed over time and nonce, a message in 安全模式 over the encrypted text as well, as `msg_signature`); WeCom:
https://developer.work.weixin.qq.com/document/path/90930 (always `msg_signature`, and the address check is encrypted).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from care.errors import InvalidInput, NotAllowed
from web.channels.wechat.envelope import Credentials, Signed, check, decrypt
from web.channels.wechat.xml import MOST, Fields, fields

#: what an address check wants to read again
_ECHO = re.compile(r"[\x21-\x7e]{1,512}")


def challenge(credentials: Credentials, query: Mapping[str, str], now: datetime) -> str:
    """The answer to GET, by which a console checks that the address is ours: visible ASCII, to be sent as plain text.

    Raises NotAllowed `wechat_signature`, `wechat_late`, `wechat_receiver`; InvalidInput `wechat_malformed`.
    """
    given = query.get("echostr", "")
    if "msg_signature" in query:
        check(credentials, _signed(query, "msg_signature"), now, given)
        given = decrypt(given, credentials)
    else:
        check(credentials, _signed(query, "signature"), now)
    if not _ECHO.fullmatch(given):
        raise InvalidInput("wechat_malformed", "an address check asks for visible ASCII")
    return given


def opened(credentials: Credentials, query: Mapping[str, str], body: bytes, now: datetime) -> Fields:
    """The fields of a message that came by POST.

    Raises NotAllowed `wechat_signature`, `wechat_late`, `wechat_receiver`, and `wechat_plain` where only encrypted
    messages are taken and this one is not; InvalidInput `wechat_malformed`.
    """
    if "msg_signature" not in query:
        check(credentials, _signed(query, "signature"), now)
        if credentials.must_encrypt:
            raise NotAllowed("wechat_plain", "not encrypted: the console says 明文, QUANYI_WECHAT_MODE says aes")
        return fields(body)
    # The signature covers what stands inside, so a forged body is parsed before it is refused: at most MOST bytes.
    if len(body) > MOST or not (encrypted := fields(body).get("Encrypt")):
        raise InvalidInput("wechat_malformed", "no encrypted message inside")
    check(credentials, _signed(query, "msg_signature"), now, encrypted)
    return fields(decrypt(encrypted, credentials).encode())


def _signed(query: Mapping[str, str], name: str) -> Signed:
    return Signed(query.get(name, ""), query.get("timestamp", ""), query.get("nonce", ""))
