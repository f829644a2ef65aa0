"""The call-back of 微信客服, called by the simulated platform: wechatpy's signatures and encryption, our endpoint."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
import xmltodict
from fastapi import FastAPI
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from care.turns.runner import Runner
from care.wechat.api import KfApi
from care.wechat.reading import Reader
from tests.support.database import count, outage, scalar
from tests.support.dialogue import FakeBot
from tests.support.environment import forget_settings
from tests.support.waiting import eventually
from tests.support.wechat.handle import Simulator

PATH = "/channels/wechat/kf"
USER = "wm-li"


@pytest.fixture
def app(platform: Simulator, app: FastAPI) -> FastAPI:
    """With the platform's settings."""
    return app


class Caller:
    """The platform, by hand."""

    def __init__(self, config: dict[str, Any], client: httpx.AsyncClient) -> None:
        self._config, self._client = config, client
        self._crypto = WeChatCrypto(config["kf_token"], config["kf_aes_key"], config["corp_id"])

    async def post(self, told: dict[str, str], signed_at: str | None = None, **changes: str) -> httpx.Response:
        inner = xmltodict.unparse({"xml": told}, full_document=False)
        at = signed_at or str(int(time.time()))
        sealed = xmltodict.parse(self._crypto.encrypt_message(inner, "nonce", at))["xml"]
        query = {"msg_signature": sealed["MsgSignature"], "timestamp": at, "nonce": "nonce"} | changes
        body = xmltodict.unparse({"xml": {"Encrypt": sealed["Encrypt"]}}, full_document=False)
        return await self._client.post(PATH, params=query, content=body.encode())

    async def get(self, echo: str) -> httpx.Response:
        at = str(int(time.time()))
        sealed = xmltodict.parse(self._crypto.encrypt_message(echo, "nonce", at))["xml"]
        query = {"msg_signature": sealed["MsgSignature"], "timestamp": at, "nonce": "nonce"}
        return await self._client.get(PATH, params=query | {"echostr": sealed["Encrypt"]})


@pytest.fixture
def caller(platform: Simulator, client: httpx.AsyncClient) -> Caller:
    return Caller(platform.configure(), client)


def _call(**changes: str) -> dict[str, str]:
    return {
        "ToUserName": "ww0123456789abcdef",
        "CreateTime": "1348831860",
        "MsgType": "event",
        "Event": "kf_msg_or_event",
        "Token": "ENCApHxnGDNAVNY4AaSJKj4Tb5mwsEMzxhFmHVGcra996NR",
        "OpenKfId": "wk0123456789",
    } | changes


async def test_the_address_check_is_answered_in_plain(caller: Caller) -> None:
    answer = await caller.get("5927782489442352469")
    assert (answer.status_code, answer.text) == (200, "5927782489442352469")


async def test_a_call_is_noted_and_acknowledged(caller: Caller) -> None:
    answer = await caller.post(_call())
    assert (answer.status_code, answer.text) == (200, "success")
    assert scalar("SELECT called_at IS NOT NULL FROM wechat_cursors WHERE account = 'wk0123456789'") is True
    assert (await caller.post(_call(Token="the-next"))).text == "success"
    assert count("wechat_cursors") == 1


async def test_other_events_are_acknowledged_only(caller: Caller) -> None:
    """WeCom's console can have other events sent to the same address."""
    assert (await caller.post(_call(Event="change_contact"))).text == "success"
    assert count("wechat_cursors") == 0


REFUSED = [
    ({"msg_signature": "0" * 40}, _call(), 403, "wechat_signature"),
    ({"msg_signature": "客服"}, _call(), 403, "wechat_signature"),
    ({"nonce": "another"}, _call(), 403, "wechat_signature"),
    ({"timestamp": "1348831860"}, _call(), 403, "wechat_signature"),
    ({}, _call(OpenKfId="wk " * 40), 422, "wechat_malformed"),
    ({}, _call(Token=""), 422, "wechat_malformed"),
]


@pytest.mark.parametrize(("changes", "told", "status", "reason"), REFUSED)
async def test_what_is_not_the_platforms_is_refused(
    caller: Caller, changes: dict[str, str], told: dict[str, str], status: int, reason: str
) -> None:
    answer = await caller.post(told, **changes)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert count("wechat_cursors") == 0


async def test_a_call_of_long_ago_is_refused(caller: Caller) -> None:
    answer = await caller.post(_call(), signed_at=str(int(time.time()) - 3600))
    assert (answer.status_code, answer.json()["reason"]) == (403, "wechat_late")


async def test_a_call_that_is_not_encrypted_is_refused(caller: Caller, client: httpx.AsyncClient) -> None:
    """WeCom has no plain mode: a signature over time and nonce alone is no WeCom's."""
    at, signer = str(int(time.time())), WeChatSigner()
    signer.add_data("kfcallbacktoken", at, "nonce")
    query = {"signature": str(signer.signature), "timestamp": at, "nonce": "nonce"}
    body = xmltodict.unparse({"xml": _call()}, full_document=False)
    answer = await client.post(PATH, params=query, content=body.encode())
    assert (answer.status_code, answer.json()["reason"]) == (403, "wechat_plain")


async def test_without_the_settings_there_is_nothing_here(client: httpx.AsyncClient, platform: Simulator) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUANYI_WECOM_SECRET", "")
        forget_settings()
        assert [(await client.get(PATH)).status_code, (await client.post(PATH)).status_code] == [404, 404]
    forget_settings()


async def test_while_the_database_is_away_nothing_is_acknowledged(caller: Caller, postgres: Any) -> None:
    """The platform asks again, and the poll of a minute finds what it does not."""
    with outage(postgres):
        assert (await caller.post(_call())).status_code == 503


async def test_from_the_call_to_the_bot(platform: Simulator, app: FastAPI, caller: Caller, bot: FakeBot) -> None:
    platform.kf_say(USER, "我要投诉宽带", silent=True)
    assert (await caller.post(_call())).text == "success"
    runner: Runner = app.state.runner
    api = KfApi()
    await Reader(runner, api).read_due()

    async def is_heard() -> bool:
        return bot.heard == ["我要投诉宽带"]

    await eventually(is_heard, "the bot to hear it")
    await api.aclose()
