"""Signature and encryption, against the platforms' published examples and against another implementation (wechatpy)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import xmltodict
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import PrpCrypto
from wechatpy.enterprise.crypto import WeChatCrypto as WorkCrypto
from wechatpy.utils import WeChatSigner

from care.errors import CareError, InvalidInput, NotAllowed
from web.channels.wechat.envelope import Credentials, Signed, check, decrypt, encrypt, signature
from web.channels.wechat.opening import challenge, opened
from web.channels.wechat.passive import sealed_reply
from web.channels.wechat.xml import MOST

#: https://developer.work.weixin.qq.com/document/path/90968, and the platform's WXBizMsgCrypt sample
WECOM = Credentials("QDG6eK", ("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",), "wx5823bf96d3bd56c7")
WECOM_ENCRYPTED = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
    "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
    "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
    "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
    "HBZZIs2pDBS8R07+qN+E7Q=="
)
WECOM_QUERY = {
    "msg_signature": "477715d11cdb4164915debcba66cb864d751f3e6",
    "timestamp": "1409659813",
    "nonce": "1372623149",
}
WECOM_CHALLENGE = {
    "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
    "timestamp": "1409659589",
    "nonce": "263014780",
    "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
}

#: https://developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.html
OFFICIAL = Credentials("AAAAA", ("A" * 43,), "wxba5fad812f8e6fb9")
OFFICIAL_CHALLENGE = {
    "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
    "timestamp": "1714036504",
    "nonce": "1514711492",
    "echostr": "4375120948345356249",
}
OFFICIAL_PLAIN = {
    "signature": "899cf89e464efb63f54ddac96b0a0a235f53aa78",
    "timestamp": "1714037059",
    "nonce": "486452656",
}
OFFICIAL_ENCRYPTED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR"
    "8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km3"
    "2IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)

#: the same in XML: https://developers.weixin.qq.com/doc/oplatform/Third-party_Platforms/2.0/api/Before_Develop/
#: message_push.html
PLATFORM = Credentials("AAAAA", ("A" * 43,), "wx134c8103faa5a59e")
PLATFORM_QUERY = {
    "signature": "cc0c594499c1634947d5b502f158ee518947db27",
    "timestamp": "1715943329",
    "nonce": "1590219412",
    "openid": "o9AgO5Kd5ggOC-bXrbNODIiE3bGY",
    "encrypt_type": "aes",
    "msg_signature": "6c12a4205838198b8fa631b3220723bb07f1015c",
}
PLATFORM_BODY = (
    b"<xml>\n    <ToUserName><![CDATA[gh_97417a04a28d]]></ToUserName>\n    <Encrypt><![CDATA[D7yzvUNAL930rd28wf21s4hvX"
    b"hz0L6Uit/p2Di6C5DHyYGpEgdBRnKjBec34JwoQXicwaZC7fOVihW80F4VtsdvE//1vr7oAbqjDv8KenVp+ajKYpJnyQ4zMRhIC+a31fCVOMC03F"
    b"fzV/QuC94kBP55a+Za3sJgvAn+ZbsNqZI5DkyuzkhQN8OBqCzFhizGmy0xpM0MEA4agpvE+RuNO1rhHTtuJB5yltw1FiYzecSXJ+y/D2r81VkRn2"
    b"eYjh2ltsoyfbDR7Is6ookXIFxTfyeNyeHxMeT4KN5WpCDmSbTcUYrbBUlkGLJ9n/rU8YOywma6G7aTb7KZKOqCxgfoUlYEZPk4FUL/TK7ShriFDM"
    b"VCLyjQJ15Ob++agDWtcxhfUfe6HIoIpRW8mKNBQiY/Jd1svvuskA1wLef1RTtzKfMpagSCX/laZINmdnX4zrF6kIaR9P4xQrWXbsTFHTYe0Mg==]"
    b"]></Encrypt>\n</xml>\n"
)
PLATFORM_REPLY = "<xml><demo_resp>[CDATA[good luck]]</demo_resp></xml>"
PLATFORM_REPLY_ENCRYPTED = (
    "hE8R6mGXHkJJjU72KxzKUd1GEkKJaEZq7vRL8XgK3o+00k8JGq6+pZJUIlTSyhsX+bxIBQ72g3GyvDdIZcr6+3HAZbSvPT9t/o11MI7d6WELwqrG"
    "d7jMnV0zv3Zc9Nq7"
)

OTHER_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EVENT = "<xml><FromUserName>o1</FromUserName></xml>"


def _at(query: dict[str, str]) -> datetime:
    return datetime.fromtimestamp(int(query["timestamp"]), UTC)


def _query(credentials: Credentials, encrypted: str | None = None, at: datetime = NOW) -> dict[str, str]:
    """What the platform would send, signed by wechatpy."""
    timestamp, nonce = str(int(at.timestamp())), "77000077"
    query = {"timestamp": timestamp, "nonce": nonce, "signature": _signed(credentials.token, timestamp, nonce)}
    if encrypted is not None:
        query["msg_signature"] = _signed(credentials.token, timestamp, nonce, encrypted)
    return query


def _signed(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def _reason(call: Callable[[], object]) -> str:
    with pytest.raises(CareError) as caught:
        call()
    return caught.value.reason


def test_the_address_check_of_the_official_documentation_is_answered_with_its_echostr() -> None:
    assert challenge(OFFICIAL, OFFICIAL_CHALLENGE, _at(OFFICIAL_CHALLENGE)) == "4375120948345356249"


def test_the_address_check_of_wecoms_sample_is_answered_decrypted() -> None:
    assert challenge(WECOM, WECOM_CHALLENGE, _at(WECOM_CHALLENGE)) == "1616140317555161061"


def test_the_plain_push_of_the_official_documentation_has_our_signature() -> None:
    assert signature("AAAAA", "1714037059", "486452656") == OFFICIAL_PLAIN["signature"]


def test_the_encrypted_push_of_the_official_documentation_says_hello_world() -> None:
    signed = signature("AAAAA", "1714112445", "415670741", OFFICIAL_ENCRYPTED)
    assert signed == "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"
    assert decrypt(OFFICIAL_ENCRYPTED, OFFICIAL) == (
        '{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,'
        '"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}'
    )


def test_the_encrypted_xml_push_of_the_official_documentation_is_opened() -> None:
    assert opened(PLATFORM, PLATFORM_QUERY, PLATFORM_BODY, _at(PLATFORM_QUERY)) == {
        "ToUserName": "gh_97417a04a28d",
        "FromUserName": "o9AgO5Kd5ggOC-bXrbNODIiE3bGY",
        "CreateTime": "1715943329",
        "MsgType": "event",
        "Event": "debug_demo",
        "debug_str": "hello world",
    }


def test_the_encrypted_message_of_wecoms_documentation_is_opened() -> None:
    body = (
        f"<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName><Encrypt><![CDATA[{WECOM_ENCRYPTED}]]></Encrypt>"
        "<AgentID><![CDATA[218]]></AgentID></xml>"
    )
    assert opened(WECOM, WECOM_QUERY, body.encode(), _at(WECOM_QUERY)) == {
        "ToUserName": "wx5823bf96d3bd56c7",
        "FromUserName": "mycreate",
        "CreateTime": "1409659813",
        "MsgType": "text",
        "Content": "hello",
        "MsgId": "4561255354251345929",
        "AgentID": "218",
    }


@pytest.mark.parametrize(
    ("text", "receiver", "random", "encrypted", "signed"),
    [
        pytest.param(
            PLATFORM_REPLY,
            PLATFORM.receiver,
            b"999951349e8ee746",
            PLATFORM_REPLY_ENCRYPTED,
            "03e0812039325c2712ef5f0f980fd14c70d6e307",
            id="the reply in XML",
        ),
        pytest.param(
            '{"demo_resp":"good luck"}',
            OFFICIAL.receiver,
            b"707722b803182950",
            "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==",
            "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1",
            id="the reply in JSON",
        ),
    ],
)
def test_the_replies_of_the_official_documentation_come_out_byte_for_byte(
    text: str, receiver: str, random: bytes, encrypted: str, signed: str
) -> None:
    assert encrypt(text, "A" * 43, receiver, random=random) == encrypted
    assert signature("AAAAA", "1713424427", "415670741", encrypted) == signed


@given(text=st.text(max_size=3000))
def test_wechatpy_reads_what_we_encrypt_and_we_read_what_it_encrypts(text: str) -> None:
    other = PrpCrypto(base64.b64decode(f"{WECOM.aes_keys[0]}="))
    assert other.decrypt(encrypt(text, WECOM.aes_keys[0], WECOM.receiver), WECOM.receiver) == text
    assert decrypt(other.encrypt(text, WECOM.receiver).decode(), WECOM) == text


def test_wechatpys_address_check_of_wecom_agrees() -> None:
    crypto = WorkCrypto(WECOM.token, WECOM.aes_keys[0], WECOM.receiver)
    told = crypto.check_signature(*WECOM_CHALLENGE.values())
    assert told == challenge(WECOM, WECOM_CHALLENGE, _at(WECOM_CHALLENGE))


def test_both_keys_open_while_the_key_is_changed_and_the_first_encrypts() -> None:
    changing = Credentials(WECOM.token, (OTHER_KEY, *WECOM.aes_keys), WECOM.receiver)
    assert decrypt(encrypt("旧", WECOM.aes_keys[0], WECOM.receiver), changing) == "旧"
    assert decrypt(encrypt("新", OTHER_KEY, WECOM.receiver), changing) == "新"
    sealed = xmltodict.parse(sealed_reply("新", changing, NOW))["xml"]["Encrypt"]
    assert decrypt(sealed, Credentials(WECOM.token, (OTHER_KEY,), WECOM.receiver)) == "新"


@pytest.mark.parametrize(
    ("change", "reason", "why"),
    [
        ({}, None, "as it came"),
        ({"msg_signature": "0" * 40}, "wechat_signature", "forged"),
        ({"msg_signature": ""}, "wechat_signature", "no signature"),
        ({"msg_signature": "é" * 40}, "wechat_signature", "no ASCII: compare_digest would raise TypeError"),
        ({"msg_signature": "\ud800" * 40}, "wechat_signature", "half an emoji: encode would raise"),
        ({"nonce": "77000078"}, "wechat_signature", "another nonce"),
        ({"nonce": ""}, "wechat_signature", "no nonce"),
        ({"nonce": "7" * 100_000}, "wechat_signature", "a nonce longer than any"),
        ({"timestamp": "1795424401"}, "wechat_signature", "a second later"),
        ({"timestamp": "１７９５"}, "wechat_signature", "digits that int() takes and the platform never sends"),
        ({"timestamp": "-1"}, "wechat_signature", "no time"),
        ({"timestamp": "9" * 5000}, "wechat_signature", "a time that int() refuses"),
    ],
)
def test_a_changed_query_is_refused(change: dict[str, str], reason: str | None, why: str) -> None:
    encrypted = encrypt(EVENT, WECOM.aes_keys[0], WECOM.receiver)
    body = f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode()
    query = _query(WECOM, encrypted) | change
    if reason is None:
        assert opened(WECOM, query, body, NOW) == {"FromUserName": "o1"}, why
    else:
        assert _reason(lambda: opened(WECOM, query, body, NOW)) == reason, why


@pytest.mark.parametrize(
    ("seconds", "accepted", "why"),
    [
        (0, True, "just now"),
        (300, True, "five minutes ago: the window's end"),
        (301, False, "late: a request that was recorded, and is sent again"),
        (-300, True, "our clock is five minutes behind"),
        (-301, False, "further ahead than clocks are wrong"),
        (86_400 * 365, False, "of last year"),
    ],
)
def test_the_signed_time_is_near_ours(seconds: int, accepted: bool, why: str) -> None:
    signed = _query(WECOM, at=NOW - timedelta(seconds=seconds))
    given = Signed(signed["signature"], signed["timestamp"], signed["nonce"])
    if accepted:
        check(WECOM, given, NOW)
    else:
        with pytest.raises(NotAllowed) as caught:
            check(WECOM, given, NOW)
        assert caught.value.reason == "wechat_late", why
        check(WECOM, given, NOW, window=timedelta(days=366))


def _by_rule_of(plain: bytes) -> str:
    """Encrypted as it stands: what a correct sender would never send."""
    key = base64.b64decode(f"{WECOM.aes_keys[0]}=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


_HEAD, _TO = b"r" * 16, WECOM.receiver.encode()  # 18 bytes


@pytest.mark.parametrize(
    ("encrypted", "reason", "why"),
    [
        ("", "wechat_malformed", "nothing"),
        ("=", "wechat_malformed", "no base64"),
        ("!!!!", "wechat_malformed", "no base64"),
        ("中文", "wechat_malformed", "no base64 at all"),
        ("AAAA", "wechat_malformed", "shorter than a block"),
        (_by_rule_of(_HEAD + b"\0\0\0\x02hi" + _TO + b"\x08" * 8), "wechat_malformed", "padded to 16, not to 32"),
        (_by_rule_of(_HEAD + b"\0\0\0\x02hi" + _TO + b"\x38" * 56), "wechat_malformed", "padded by more than a block"),
        (
            f"!{encrypt('hi', WECOM.aes_keys[0], WECOM.receiver)}",
            "wechat_malformed",
            "base64 with something else in it",
        ),
        (base64.b64encode(b"x" * 64).decode(), "wechat_malformed", "noise"),
        (_by_rule_of(_HEAD + b"\0\0\0\x02hi" + _TO[:9] + b"\0"), "wechat_malformed", "padding 0"),
        (_by_rule_of(_HEAD + b"\0\0\0\x02hi" + _TO[:8] + b"\x03\x02"), "wechat_malformed", "padding not of one value"),
        (_by_rule_of(_HEAD + b"\0\0" + b"\x0e" * 14), "wechat_malformed", "no room for the length"),
        (_by_rule_of(_HEAD + b"\xff\xff\xff\xffhi" + _TO[:9] + b"\x01"), "wechat_malformed", "says it has 4 GB"),
        (_by_rule_of(_HEAD + b"\0\0\0\x0c" + _TO[:11] + b"\x01"), "wechat_malformed", "says it has a byte more"),
        (_by_rule_of(b"\x20" * 32), "wechat_malformed", "nothing but padding"),
        (_by_rule_of(_HEAD + b"\0\0\0\x0b" + _TO[:11] + b"\x01"), "wechat_receiver", "to nobody"),
        (encrypt("hi", WECOM.aes_keys[0], "wx0000000000000000"), "wechat_receiver", "to another account"),
        (encrypt("hi", WECOM.aes_keys[0], WECOM.receiver + "0"), "wechat_receiver", "to one that begins as ours"),
        (encrypt("hi", OTHER_KEY, WECOM.receiver), "wechat_malformed", "with another's key"),
        (
            _by_rule_of(_HEAD + b"\0\0\0\x02\xff\xfe" + _TO + b"\x18" * 24),
            "wechat_malformed",
            "addressed to us, but no UTF-8",
        ),
    ],
)
def test_an_envelope_that_breaks_a_rule_is_refused(encrypted: str, reason: str, why: str) -> None:
    assert _reason(lambda: decrypt(encrypted, WECOM)) == reason, why


def test_a_plain_message_is_refused_where_only_encrypted_ones_are_taken() -> None:
    assert _reason(lambda: opened(OFFICIAL, _query(OFFICIAL), EVENT.encode(), NOW)) == "wechat_plain"
    both = Credentials(OFFICIAL.token, OFFICIAL.aes_keys, OFFICIAL.receiver, must_encrypt=False)
    assert opened(both, _query(both), EVENT.encode(), NOW) == {"FromUserName": "o1"}


def test_a_forged_plain_message_does_not_learn_which_mode_is_set() -> None:
    forged = _query(OFFICIAL) | {"signature": "0" * 40}
    assert _reason(lambda: opened(OFFICIAL, forged, EVENT.encode(), NOW)) == "wechat_signature"


def test_in_compatible_mode_the_encrypted_half_is_read() -> None:
    encrypted = encrypt(EVENT, OFFICIAL.aes_keys[0], OFFICIAL.receiver)
    body = f"<xml><FromUserName>somebody else</FromUserName><Encrypt>{encrypted}</Encrypt></xml>".encode()
    assert opened(OFFICIAL, _query(OFFICIAL, encrypted), body, NOW) == {"FromUserName": "o1"}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "nothing"),
        (EVENT.encode(), "signed as encrypted, and is not"),
        (b"<xml><Encrypt></Encrypt></xml>", "encrypted nothing"),
        (b"<xml>" + b" " * MOST + b"</xml>", "oversized"),
        ("<xml><Encrypt>中文</Encrypt></xml>".encode(), "no base64"),
    ],
)
def test_a_body_without_an_envelope_is_refused(body: bytes, why: str) -> None:
    query = _query(WECOM, "x")
    assert _reason(lambda: opened(WECOM, query, body, NOW)) in {"wechat_malformed", "wechat_signature"}, why


def test_markup_is_never_echoed_by_the_address_check() -> None:
    query = _query(OFFICIAL) | {"echostr": "<script> alert(1)"}
    assert _reason(lambda: challenge(OFFICIAL, query, NOW)) == "wechat_malformed"


@given(content=st.text(max_size=2000), receiver=st.text(st.characters(codec="ascii"), max_size=30))
def test_what_is_encrypted_is_read_again_by_whom_it_is_addressed_to_only(content: str, receiver: str) -> None:
    sealed = encrypt(content, OTHER_KEY, receiver)
    assert decrypt(sealed, Credentials("t", (OTHER_KEY,), receiver)) == content
    assert _reason(lambda: decrypt(sealed, Credentials("t", (OTHER_KEY,), receiver + "x"))) == "wechat_receiver"


@given(st.one_of(st.text(), st.binary().map(lambda noise: base64.b64encode(noise).decode())))
def test_noise_instead_of_an_envelope_is_one_of_our_errors(noise: str) -> None:
    with pytest.raises((InvalidInput, NotAllowed)):
        decrypt(noise, WECOM)


@given(st.binary(min_size=32).map(lambda noise: noise[: len(noise) // 32 * 32]))
def test_noise_encrypted_with_our_key_is_one_of_our_errors(noise: bytes) -> None:
    with pytest.raises((InvalidInput, NotAllowed)):
        decrypt(_by_rule_of(noise), WECOM)


@given(
    st.dictionaries(st.sampled_from(["signature", "msg_signature", "timestamp", "nonce", "echostr"]), st.text()),
    st.one_of(st.binary(), st.text().map(lambda inner: f"<xml><Encrypt>{inner}</Encrypt></xml>".encode())),
)
def test_noise_instead_of_a_request_is_one_of_our_errors(query: dict[str, str], body: bytes) -> None:
    with pytest.raises((InvalidInput, NotAllowed)):
        opened(OFFICIAL, query, body, NOW)
    with pytest.raises((InvalidInput, NotAllowed)):
        challenge(OFFICIAL, query, NOW)


def test_our_errors_do_not_say_what_came() -> None:
    encrypted = encrypt("我的密码是 secret", WECOM.aes_keys[0], "wx0000000000000000")
    with pytest.raises(NotAllowed) as caught:
        decrypt(encrypted, WECOM)
    assert str(caught.value) == "the message is addressed to another account"
