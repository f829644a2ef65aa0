"""Requests that are not the platform's, or break its rules, over HTTP against the whole web app: refused before the
database is asked, logged without what they said, and nothing is changed.

Signatures and encryption are wechatpy's.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
import xmltodict
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from cli.run.postgres import Embedded
from tests.support.database import outage, raw_bytes, scalar
from tests.support.dialogue import FakeBot
from tests.support.environment import forget_settings
from tests.support.hostile_xml import BILLION_LAUGHS, QUADRATIC, XXE
from tests.support.waiting import eventually
from web.channels.wechat import gate
from web.refusals import Refusals

OPENID = "o9AgO5Kd5ggOC-secret"
WORDS = "我的号码是13800138000"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OTHER_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
TEXT = {
    "ToUserName": "gh_0123456789ab",
    "FromUserName": OPENID,
    "MsgType": "text",
    "Content": WORDS,
    "MsgId": "1234567890123456",
}
CALL = {"ToUserName": "ww0123456789abcdef", "MsgType": "event", "Event": "kf_msg_or_event"}
CALL |= {"Token": "callback-token", "OpenKfId": "wk0123456789"}


@dataclass(frozen=True)
class Platform:
    """As it signs and encrypts; with another token, key or clock it is somebody else."""

    path: str
    token: str
    receiver: str
    says: dict[str, str]
    key: str = KEY
    late: int = 0

    def request(self, inner: str | None = None) -> tuple[dict[str, str], bytes]:
        """Query and body of a message, encrypted."""
        at, nonce = str(int(time.time()) - self.late), "77000077"
        sealed = WeChatCrypto(self.token, self.key, self.receiver).encrypt_message(inner or self.inner, nonce, at)
        told = xmltodict.parse(sealed)["xml"]
        query = {"timestamp": at, "nonce": nonce, "signature": _signed(self.token, at, nonce), "openid": OPENID}
        return query | {"msg_signature": told["MsgSignature"]}, _xml(Encrypt=told["Encrypt"]).encode()

    @property
    def inner(self) -> str:
        return _xml(**self.says, CreateTime=str(int(time.time())))

    def around(self, encrypted: str) -> tuple[dict[str, str], bytes]:
        """Signed by the rules, whatever it is."""
        at, nonce = str(int(time.time())), "77000077"
        query = {"timestamp": at, "nonce": nonce, "msg_signature": _signed(self.token, at, nonce, encrypted)}
        return query, _xml(Encrypt=encrypted).encode()


OFFICIAL = Platform("/channels/wechat", "callbacktoken", "wx0123456789abcdef", TEXT)
WECOM = Platform("/channels/wechat/kf", "kfcallbacktoken", "ww0123456789abcdef", CALL)


def _signed(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def _xml(**fields: str) -> str:
    return str(xmltodict.unparse({"xml": fields}, full_document=False))


Make = Callable[[Platform], tuple[dict[str, str], bytes]]


def _query(**changes: str) -> Make:
    """The right body under another query."""

    def make(platform: Platform) -> tuple[dict[str, str], bytes]:
        query, body = platform.request()
        return {name: value for name, value in (query | changes).items() if value}, body

    return make


def _body(body: bytes) -> Make:
    return lambda platform: (platform.request()[0], body)


def _inner(inner: str) -> Make:
    """As from somebody who has token and key."""
    return lambda platform: platform.request(inner)


HOSTILE: list[tuple[Make, int, str, str]] = [
    # what comes, the status, the reason
    (lambda _: ({}, b""), 403, "wechat_signature", "nothing"),
    (lambda p: ({}, p.inner.encode()), 403, "wechat_signature", "a message that nobody signed"),
    (_query(msg_signature="0" * 40), 403, "wechat_signature", "forged"),
    (_query(msg_signature="é" * 40), 403, "wechat_signature", "forged, and no ASCII"),
    (_query(nonce="77000078"), 403, "wechat_signature", "another nonce"),
    (_query(timestamp="1795424400"), 403, "wechat_signature", "another time"),
    (_query(timestamp="9" * 5000), 403, "wechat_signature", "a time that no number type holds"),
    (_query(msg_signature="", signature="0" * 40), 403, "wechat_signature", "without the encryption's signature"),
    (lambda p: replace(p, token="anothertoken").request(), 403, "wechat_signature", "signed with another token"),
    (lambda p: (p.request()[0], p.request()[1]), 403, "wechat_signature", "one message's signature over another"),
    (lambda p: (_query(msg_signature="")(p)[0], p.inner.encode()), 403, "wechat_plain", "signed, but in plain"),
    (lambda p: replace(p, late=320).request(), 403, "wechat_late", "recorded, and sent again after the window"),
    (lambda p: replace(p, late=-320).request(), 403, "wechat_late", "signed for later"),
    (lambda p: replace(p, receiver="wx9999999999999999").request(), 403, "wechat_receiver", "to another account"),
    (lambda p: replace(p, key=OTHER_KEY).request(), 422, "wechat_malformed", "encrypted with another key"),
    (lambda p: p.around("!!!!"), 422, "wechat_malformed", "signed, but no base64"),
    (lambda p: p.around("A" * 128), 422, "wechat_malformed", "signed, but noise"),
    (_body(b""), 422, "wechat_malformed", "no body"),
    (_body(b"\xff\xfe\x00"), 422, "wechat_malformed", "noise"),
    (_body(json.dumps(TEXT).encode()), 422, "wechat_malformed", "JSON"),
    (_body(f"<xml><Content>{WORDS}</Content></xml>".encode("gbk")), 422, "wechat_malformed", "GBK"),
    (_body(b"<xml>" * 10_000), 422, "wechat_malformed", "nested"),
    (_body(b"<xml>" + b"<A/>" * 16_000 + b"</xml>"), 422, "wechat_malformed", "many fields"),
    (_body(b"<xml><Encrypt>" + b"A" * 70_000 + b"</Encrypt></xml>"), 422, "wechat_malformed", "oversized"),
    (_body(b"A" * 170_000), 413, "too_large", "larger than any request may be"),
    (_body(XXE.encode()), 422, "wechat_malformed", "XXE"),
    (_body(BILLION_LAUGHS.encode()), 422, "wechat_malformed", "billion laughs"),
    (_body(QUADRATIC.encode()), 422, "wechat_malformed", "quadratic blow-up"),
    (_inner(XXE), 422, "wechat_malformed", "XXE inside the envelope"),
    (_inner(BILLION_LAUGHS), 422, "wechat_malformed", "billion laughs inside the envelope"),
    (_inner("no XML: " + WORDS), 422, "wechat_malformed", "an envelope around no XML"),
]
#: signed and encrypted by the rules, and yet no message that a platform sends
ODD: list[tuple[Platform, Make, str]] = [
    (OFFICIAL, _inner(_xml(MsgType="text", Content=WORDS)), "from nobody"),
    (OFFICIAL, _inner(_xml(**TEXT, CreateTime="soon")), "at no time"),
    (OFFICIAL, _inner(_xml(**TEXT | {"MsgId": "../../etc"}, CreateTime="1")), "under no id"),
    (WECOM, _inner(_xml(**CALL | {"Token": ""})), "a call-back without its token"),
    (WECOM, _inner(_xml(**CALL | {"OpenKfId": "x" * 65})), "for no account"),
]


@pytest.fixture(autouse=True)
def configured(database: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "QUANYI_WECHAT_APP_ID": OFFICIAL.receiver,
        "QUANYI_WECHAT_SECRET": "app-secret",
        "QUANYI_WECHAT_TOKEN": OFFICIAL.token,
        "QUANYI_WECHAT_AES_KEY": KEY,
        "QUANYI_WECOM_CORP_ID": WECOM.receiver,
        "QUANYI_WECOM_SECRET": "corp-secret",
        "QUANYI_WECOM_TOKEN": WECOM.token,
        "QUANYI_WECOM_AES_KEY": KEY,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(gate, "_refused", Refusals())  # its lines are counted by the minute
    forget_settings()
    yield
    monkeypatch.undo()
    forget_settings()


@pytest.fixture
async def http(web: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=web) as http:
        yield http


async def _post(http: httpx.AsyncClient, platform: Platform, sent: tuple[dict[str, str], bytes]) -> tuple[int, Any]:
    answer = await http.post(platform.path, params=sent[0], content=sent[1])
    assert OPENID not in answer.text
    assert WORDS not in answer.text
    return answer.status_code, answer.json()["reason"] if answer.is_error else answer.text


@pytest.mark.parametrize("platform", [OFFICIAL, WECOM], ids=["公众号", "微信客服"])
async def test_a_hostile_request_is_refused_and_changes_nothing(
    http: httpx.AsyncClient, platform: Platform, bot: FakeBot, caplog: pytest.LogCaptureFixture
) -> None:
    odd = [(make, 422, "wechat_malformed", why) for of, make, why in ODD if of is platform]
    before = raw_bytes()
    for make, status, reason, why in [*HOSTILE, *odd]:
        caplog.clear()
        assert await _post(http, platform, make(platform)) == (status, reason), why
        logged: list[Any] = [record.msg for record in caplog.records if "wechat_refused" in str(record.msg)]
        if reason != "too_large":  # counted only: it never came so far
            assert [(line["reason"], line["address"]) for line in logged] == [(reason, "127.0.0.0/24")], why
        assert OPENID not in caplog.text, why
        assert "138001" not in caplog.text, why
    assert raw_bytes() == before
    assert bot.asked == []


@pytest.mark.parametrize("platform", [OFFICIAL, WECOM], ids=["公众号", "微信客服"])
async def test_it_is_refused_without_asking_the_database(
    http: httpx.AsyncClient, platform: Platform, postgres: Embedded
) -> None:
    """So a flood of them costs customers nothing but the processor's time, and is refused in an outage as well."""
    with outage(postgres):
        for make, status, reason, why in HOSTILE:
            assert await _post(http, platform, make(platform)) == (status, reason), why
        assert (await _post(http, platform, platform.request()))[0] == 503, "what is right is asked for again"


@pytest.mark.parametrize("platform", [OFFICIAL, WECOM], ids=["公众号", "微信客服"])
@pytest.mark.parametrize(
    ("change", "reason", "why"),
    [
        ({}, "wechat_signature", "nothing is signed"),
        ({"signature": "0" * 40, "msg_signature": "0" * 40}, "wechat_signature", "forged"),
        ({"timestamp": "1"}, "wechat_signature", "another time"),
    ],
)
async def test_a_forged_address_check_is_not_answered(
    http: httpx.AsyncClient, platform: Platform, change: dict[str, str], reason: str, why: str
) -> None:
    query = platform.request()[0] | change if change else {}
    answer = await http.get(platform.path, params=query | {"echostr": "<script>alert(1)</script>"})
    assert (answer.status_code, answer.json()["reason"]) == (403, reason), why
    assert "script" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_not_served(http: httpx.AsyncClient, method: str) -> None:
    query, body = OFFICIAL.request()
    assert (await http.request(method, OFFICIAL.path, params=query, content=body)).status_code == 405


async def test_a_replayed_message_changes_nothing(http: httpx.AsyncClient, bot: FakeBot) -> None:
    """Byte for byte the same, inside the window: acknowledged as a retry is, and kept once."""
    sent = OFFICIAL.request()
    assert await _post(http, OFFICIAL, sent) == (200, "success")

    async def answered() -> bool:
        return scalar("SELECT count(*) FROM messages WHERE status = 'pending'") == 0

    await eventually(answered, "the answer")
    before = raw_bytes()
    for _ in range(5):
        assert await _post(http, OFFICIAL, sent) == (200, "success")
    assert raw_bytes() == before
    assert bot.heard == [WORDS]


async def test_a_replayed_call_of_wecom_only_asks_again(http: httpx.AsyncClient) -> None:
    """It carries no message: the worker asks once more from its cursor, and finds nothing new."""
    sent = WECOM.request()
    for _ in range(5):
        assert await _post(http, WECOM, sent) == (200, "success")
    assert scalar("SELECT count(*) FROM wechat_cursors") == 1
    assert scalar("SELECT count(*) FROM messages") == 0
