"""The answer that travels with a message, as the platform (here: wechatpy) reads it."""

from __future__ import annotations

from datetime import UTC, datetime

import xmltodict
from wechatpy.crypto import WeChatCrypto

from web.channels.wechat.envelope import Credentials, Signed, check, decrypt
from web.channels.wechat.passive import sealed_reply, text_reply
from web.channels.wechat.xml import fields

OURS = Credentials("QDG6eK", ("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",), "wx5823bf96d3bd56c7")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_wechatpy_reads_our_sealed_reply() -> None:
    reply = text_reply("o1", "gh_1", "已为您登记，工单号 T1 ]]> & <b>", NOW)
    sealed = sealed_reply(reply, OURS, NOW)
    told = xmltodict.parse(sealed)["xml"]
    read = WeChatCrypto(OURS.token, OURS.aes_keys[0], OURS.receiver).decrypt_message(
        sealed, told["MsgSignature"], told["TimeStamp"], told["Nonce"]
    )
    assert xmltodict.parse(read)["xml"] == {
        "ToUserName": "o1",
        "FromUserName": "gh_1",
        "CreateTime": str(int(NOW.timestamp())),
        "MsgType": "text",
        "Content": "已为您登记，工单号 T1 ]]> & <b>",
    }


def test_what_xml_cannot_carry_is_left_out_of_a_reply() -> None:
    reply = text_reply("o1", "gh_1", "a\x08b\ud83dc\ufffed\U0001f600\n", NOW)
    assert xmltodict.parse(reply, strip_whitespace=False)["xml"]["Content"] == "abcd\U0001f600\n"


def test_a_sealed_reply_is_a_message_as_the_platform_would_read_it() -> None:
    told = fields(sealed_reply("你好", OURS, NOW).encode())
    check(OURS, Signed(told["MsgSignature"], told["TimeStamp"], told["Nonce"]), NOW, told["Encrypt"])
    assert decrypt(told["Encrypt"], OURS) == "你好"
