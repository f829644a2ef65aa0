"""Each call as its official page has it; what a refusal does to the calls after it, and to whom it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from starlette.responses import Response, StreamingResponse

from care.alarms.rules import Kind
from care.alarms.service import open_alarms
from care.attachments.rules import MAX_BYTES
from care.db import transaction
from care.errors import InvalidInput
from care.wechat.api import KfApi, MiniApi, OfficialApi, Quota, SyncPage
from care.wechat.errors import Trouble, WeChatError
from care.wechat.tables import AccessToken
from tests.care.wechat.conftest import Clock
from tests.care.wechat.scripted import APP, Scripted, code, raw, status
from tests.support.files import picture
from tests.support.times import NOW, china

SEND, TEMPLATE, GET_MEDIA = "/cgi-bin/message/custom/send", "/cgi-bin/message/template/send", "/cgi-bin/media/get"
CHOICES = [("1", "没信号"), ("2", "网速慢")]

OFFICIAL_CALLS: list[tuple[Callable[[OfficialApi], Awaitable[Any]], str, dict[str, Any]]] = [
    (lambda api: api.send_text("oA", "您好"), SEND, {"touser": "oA", "msgtype": "text", "text": {"content": "您好"}}),
    (
        lambda api: api.send_menu("oA", "哪一种？", CHOICES, "也可以直接说"),
        SEND,
        {
            "touser": "oA",
            "msgtype": "msgmenu",
            "msgmenu": {
                "head_content": "哪一种？",
                "list": [{"id": "1", "content": "没信号"}, {"id": "2", "content": "网速慢"}],
                "tail_content": "也可以直接说",
            },
        },
    ),
    (lambda api: api.send_image("oA", "m1"), SEND, {"touser": "oA", "msgtype": "image", "image": {"media_id": "m1"}}),
    (lambda api: api.typing("oA"), "/cgi-bin/message/custom/typing", {"touser": "oA", "command": "Typing"}),
    (
        lambda api: api.send_template("oA", "t1", {"thing1": "工单有进展"}, "https://example.com/t"),
        TEMPLATE,
        {
            "touser": "oA",
            "template_id": "t1",
            "data": {"thing1": {"value": "工单有进展"}},
            "url": "https://example.com/t",
        },
    ),
    (
        lambda api: api.callback_check(),
        "/cgi-bin/callback/check",
        {"action": "all", "check_operator": "DEFAULT"},
    ),
    (lambda api: api.create_menu({"button": []}), "/cgi-bin/menu/create", {"button": []}),
]
KF_CALLS: list[tuple[Callable[[KfApi], Awaitable[Any]], str, dict[str, Any]]] = [
    (
        lambda api: api.send_text("wk1", "wm1", "您好", "m7"),
        "/cgi-bin/kf/send_msg",
        {"touser": "wm1", "open_kfid": "wk1", "msgid": "m7", "msgtype": "text", "text": {"content": "您好"}},
    ),
    (
        lambda api: api.send_menu("wk1", "wm1", "哪一种？", CHOICES[:1], "", "m7"),
        "/cgi-bin/kf/send_msg",
        {
            "touser": "wm1",
            "open_kfid": "wk1",
            "msgid": "m7",
            "msgtype": "msgmenu",
            "msgmenu": {
                "head_content": "哪一种？",
                "list": [{"type": "click", "click": {"id": "1", "content": "没信号"}}],
            },
        },
    ),
    (
        lambda api: api.send_on_event("code-1", "您好", "m7"),
        "/cgi-bin/kf/send_msg_on_event",
        {"code": "code-1", "msgid": "m7", "msgtype": "text", "text": {"content": "您好"}},
    ),
    (
        lambda api: api.set_state("wk1", "wm1", 3, "zhang"),
        "/cgi-bin/kf/service_state/trans",
        {"open_kfid": "wk1", "external_userid": "wm1", "service_state": 3, "servicer_userid": "zhang"},
    ),
    (
        lambda api: api.set_state("wk1", "wm1", 1),
        "/cgi-bin/kf/service_state/trans",
        {"open_kfid": "wk1", "external_userid": "wm1", "service_state": 1},
    ),
]


@pytest.mark.parametrize(("ask", "path", "body"), OFFICIAL_CALLS)
async def test_what_the_official_account_is_asked(
    platform: Scripted, official: OfficialApi, ask: Callable[[OfficialApi], Awaitable[Any]], path: str, body: object
) -> None:
    await ask(official)
    asked = platform.asked[-1]
    assert (asked.path, asked.query, asked.json) == (path, {"access_token": "token-1"}, body)
    assert b"\\u" not in asked.body, "a customer would read the escape"


@pytest.mark.parametrize(("ask", "path", "body"), KF_CALLS)
async def test_what_customer_service_is_asked(
    platform: Scripted, kf: KfApi, ask: Callable[[KfApi], Awaitable[Any]], path: str, body: object
) -> None:
    await ask(kf)
    asked = platform.asked[-1]
    assert (asked.path, asked.query, asked.json) == (path, {"access_token": "token-1"}, body)


async def test_what_is_read_of_the_answers(platform: Scripted, official: OfficialApi, kf: KfApi) -> None:
    platform.content = {
        "/cgi-bin/openapi/quota/get": {"quota": {"daily_limit": 500000, "used": 12, "remain": 499988}},
        "/cgi-bin/kf/service_state/get": {"service_state": 3, "servicer_userid": "zhang"},
        "/cgi-bin/kf/service_state/trans": {"msg_code": "code-2"},
        "/cgi-bin/kf/account/list": {"account_list": [{"open_kfid": "wk1", "name": "客服"}]},
        "/cgi-bin/get_current_selfmenu_info": {"is_menu_open": 1},
        "/cgi-bin/kf/sync_msg": {"msg_list": [{"msgid": "1"}], "next_cursor": "c2", "has_more": 1},
    }
    assert await official.quota("/cgi-bin/message/custom/send") == Quota(limit=500000, used=12, left=499988)
    assert (await official.get_menu())["is_menu_open"] == 1
    assert await kf.state("wk1", "wm1") == (3, "zhang")
    assert await kf.set_state("wk1", "wm1", 2) == "code-2"
    assert await kf.accounts() == [{"open_kfid": "wk1", "name": "客服"}]
    assert await kf.sync("wk1", "c1", "t1") == SyncPage([{"msgid": "1"}], "c2", has_more=True)
    assert platform.asked[-1].json == {"open_kfid": "wk1", "limit": 1000, "cursor": "c1", "token": "t1"}


async def test_the_end_of_what_can_be_read(platform: Scripted, kf: KfApi) -> None:
    platform.content["/cgi-bin/kf/sync_msg"] = {"msg_list": [], "has_more": 0}
    assert await kf.sync("wk1", "c9", None) == SyncPage([], "c9", has_more=False), "the cursor is kept"


async def test_a_call_backs_token_that_is_too_old_is_left_out(platform: Scripted, kf: KfApi) -> None:
    platform.next("/cgi-bin/kf/sync_msg", code(95007))
    await kf.sync("wk1", "", "too-old")
    assert [each.json for each in platform.calls("/cgi-bin/kf/sync_msg")] == [
        {"open_kfid": "wk1", "limit": 1000, "token": "too-old"},
        {"open_kfid": "wk1", "limit": 1000},
    ]


# --- media ---


async def test_a_picture_goes_up_and_comes_down(platform: Scripted, official: OfficialApi) -> None:
    platform.content["/cgi-bin/media/upload"] = {"type": "image", "media_id": "m1"}
    photo = picture()
    assert await official.upload_image(photo, "image/jpeg") == "m1"
    up = platform.asked[-1]
    assert up.query == {"access_token": "token-1", "type": "image"}
    assert photo in up.body
    assert b'filename="picture.jpg"' in up.body
    platform.next(GET_MEDIA, raw(photo, "image/jpeg"))
    assert await official.get_media("m1") == (photo, "image/jpeg")
    assert platform.asked[-1].query == {"access_token": "token-1", "media_id": "m1"}


async def test_what_the_platform_would_not_take_is_not_sent(platform: Scripted, official: OfficialApi) -> None:
    with pytest.raises(WeChatError) as raised:
        await official.upload_image(b"%PDF-1.7", "application/pdf")
    assert raised.value.trouble is Trouble.CONTENT
    assert platform.asked == []


async def test_an_error_in_the_place_of_a_picture(platform: Scripted, official: OfficialApi) -> None:
    """It comes as text/plain."""
    platform.next(GET_MEDIA, raw(b'{"errcode":40007,"errmsg":"invalid media_id"}', "text/plain"))
    with pytest.raises(WeChatError) as raised:
        await official.get_media("m1")
    assert (raised.value.trouble, raised.value.code) == (Trouble.CONTENT, 40007)


async def test_more_than_a_file_may_have_is_not_read(platform: Scripted, official: OfficialApi) -> None:
    sent = 0

    def endless() -> Response:
        async def chunks() -> Any:
            nonlocal sent
            for _ in range(1000):
                sent += 1024 * 1024
                yield bytes(1024 * 1024)
                await asyncio.sleep(0)

        return StreamingResponse(chunks(), media_type="image/jpeg")

    platform.next(GET_MEDIA, endless)
    with pytest.raises(InvalidInput, match="send a screenshot") as raised:
        await official.get_media("m1")
    assert raised.value.reason == "evidence_large"
    assert sent < 4 * MAX_BYTES, "cut off"


# --- what goes wrong ---

FAILURES: list[tuple[Callable[[], Response], Trouble, bool]] = [
    (code(-1), Trouble.TRANSIENT, False),  # busy: not done
    (status(502), Trouble.TRANSIENT, True),  # a proxy lost the answer
    (status(503), Trouble.TRANSIENT, True),
    (status(429), Trouble.RATE, True),
    (status(403), Trouble.REFUSED, False),  # a proxy that does not let us through
    (status(302), Trouble.REFUSED, False),  # our token goes nowhere else
    (raw(b"<html>", "text/html"), Trouble.TRANSIENT, True),
    (raw(b"[]"), Trouble.TRANSIENT, True),
    (code(45047), Trouble.BUDGET, False),
    (code(45015), Trouble.WINDOW, False),
    (code(43004), Trouble.GONE, False),
    (code(45002), Trouble.CONTENT, False),
    (code(99999), Trouble.UNKNOWN, False),
]


@pytest.mark.parametrize(("answer", "trouble", "maybe_sent"), FAILURES)
async def test_a_call_that_fails_is_not_tried_again_by_itself(
    platform: Scripted, official: OfficialApi, answer: Callable[[], Response], trouble: Trouble, maybe_sent: bool
) -> None:
    """Only who sends knows whether a second message would harm."""
    platform.next(SEND, answer)
    with pytest.raises(WeChatError) as raised:
        await official.send_text("oA", "您好")
    assert (raised.value.trouble, raised.value.maybe_sent) == (trouble, maybe_sent)
    assert len(platform.calls(SEND)) == 1


async def test_a_platform_that_cannot_be_reached(
    platform: Scripted, official: OfficialApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    await official.send_text("oA", "您好")
    monkeypatch.setattr(official._platform.wire, "_base", "http://127.0.0.1:9")
    with pytest.raises(WeChatError, match="cannot be reached: ConnectError") as raised:
        await official.send_text("oA", "您好")
    assert raised.value.maybe_sent is False


async def test_an_answer_that_never_ends(platform: Scripted, official: OfficialApi) -> None:
    """`typing` has three seconds in all, however often a byte comes."""

    def dripping() -> Response:
        async def drops() -> Any:
            for _ in range(100):
                yield b" "
                await asyncio.sleep(0.05)

        return StreamingResponse(drops(), media_type="application/json")

    await official.token()
    platform.next("/cgi-bin/message/custom/typing", dripping)
    began = asyncio.get_running_loop().time()
    with pytest.raises(WeChatError, match="no answer in time"):
        await official.typing("oA")
    assert asyncio.get_running_loop().time() - began < 4


# --- stops ---


def alarms(kind: Kind) -> list[tuple[str, dict[str, Any]]]:
    with transaction() as session:
        return [(each.subject, each.detail) for each in open_alarms(session, kind)]


def stopped_until() -> object:
    with transaction() as session:
        return session.get_one(AccessToken, APP).stopped_until


async def test_a_refusal_stops_all_processes_and_alarms_once(
    platform: Scripted, official: OfficialApi, clock: Clock
) -> None:
    await official.token()
    platform.next(SEND, code(48004))
    with pytest.raises(WeChatError) as raised:
        await official.send_text("oA", "您好")
    assert raised.value.stopped_until == NOW + timedelta(minutes=5)
    other = OfficialApi(clock=clock)
    for _ in range(3):
        with pytest.raises(WeChatError) as again:
            await other.send_text("oB", "您好")
        assert (again.value.trouble, again.value.code) == (Trouble.REFUSED, 48004)
        assert again.value.stopped_until == NOW + timedelta(minutes=5)
    await other.aclose()
    assert len(platform.calls(SEND)) == 1, "nobody asked while it was stopped"
    assert alarms(Kind.WECHAT_STOPPED) == [("wechat:official", {"call": "send_text", "code": 48004})]


async def test_the_first_call_that_works_again_settles_it(
    platform: Scripted, official: OfficialApi, clock: Clock
) -> None:
    await official.token()
    platform.next(SEND, code(48004), code(48004))
    for _ in range(2):
        with pytest.raises(WeChatError):
            await official.send_text("oA", "您好")
        clock.later(minutes=5)
    assert len(platform.calls(SEND)) == 2, "one try every five minutes"
    assert len(alarms(Kind.WECHAT_STOPPED)) == 1
    await official.send_text("oA", "您好")
    assert alarms(Kind.WECHAT_STOPPED) == []
    assert stopped_until() is None


async def test_a_wrong_secret_or_address_stops_as_well(platform: Scripted, official: OfficialApi) -> None:
    platform.next("/cgi-bin/stable_token", code(40164, "invalid ip 203.0.113.7, not in whitelist"))
    with pytest.raises(WeChatError) as raised:
        await official.typing("oA")
    assert raised.value.trouble is Trouble.REFUSED
    detail = {"call": "token", "code": 40164, "address": "203.0.113.7"}
    assert alarms(Kind.WECHAT_STOPPED) == [("wechat:official", detail)]


async def test_of_a_secret_40001_is_no_old_token(platform: Scripted, official: OfficialApi) -> None:
    platform.next("/cgi-bin/stable_token", code(40001))
    with pytest.raises(WeChatError) as raised:
        await official.send_text("oA", "您好")
    assert raised.value.trouble is Trouble.REFUSED
    assert platform.tokens_fetched() == 1


async def test_a_day_whose_calls_are_used_up_ends_at_midnight_in_china(
    platform: Scripted, official: OfficialApi, clock: Clock
) -> None:
    platform.next(SEND, code(45009))
    with pytest.raises(WeChatError) as raised:
        await official.send_text("oA", "您好")
    assert raised.value.stopped_until == china("2026-11-22 00:00")
    assert [subject for subject, _ in alarms(Kind.WECHAT_STOPPED)] == ["wechat:official"]
    clock.now = china("2026-11-22 00:00")
    await official.send_text("oA", "您好")
    assert alarms(Kind.WECHAT_STOPPED) == []


async def test_too_often_is_a_pause_and_no_alarm(platform: Scripted, official: OfficialApi, clock: Clock) -> None:
    platform.next(SEND, code(45011))
    for _ in range(2):
        with pytest.raises(WeChatError) as raised:
            await official.send_text("oA", "您好")
        assert (raised.value.trouble, raised.value.stopped_until) == (Trouble.RATE, NOW + timedelta(minutes=1))
    assert alarms(Kind.WECHAT_STOPPED) == []
    clock.later(minutes=1)
    await official.send_text("oA", "您好")


async def test_customer_service_goes_on_while_the_account_is_stopped(
    platform: Scripted, official: OfficialApi, kf: KfApi
) -> None:
    platform.next(SEND, code(48004))
    with pytest.raises(WeChatError):
        await official.send_text("oA", "您好")
    await kf.send_text("wk1", "wm1", "您好", "m1")


async def test_a_missing_right_to_templates_stops_no_message(platform: Scripted, official: OfficialApi) -> None:
    platform.next(TEMPLATE, code(48001))
    with pytest.raises(WeChatError):
        await official.send_template("oA", "t1", {})
    assert alarms(Kind.WECHAT_REFUSED) == [("wechat:official:48001", {"call": "send_template", "code": 48001})]
    await official.send_text("oA", "您好")


async def test_a_message_that_can_never_be_sent_is_told_once_a_day(
    platform: Scripted, official: OfficialApi, clock: Clock
) -> None:
    for _ in range(3):
        platform.next(SEND, code(45002))
        with pytest.raises(WeChatError):
            await official.send_text("oA", "太长")
    assert alarms(Kind.WECHAT_REFUSED) == [("wechat:official:45002", {"call": "send_text", "code": 45002})]
    await official.send_text("oA", "短一点")


async def test_a_check_by_hand_asks_although_it_is_stopped(
    platform: Scripted, official: OfficialApi, clock: Clock
) -> None:
    await official.token()
    platform.next(SEND, code(48004))
    with pytest.raises(WeChatError):
        await official.send_text("oA", "您好")
    by_hand = OfficialApi(clock=clock, despite_stop=True)
    await by_hand.callback_check()
    await by_hand.aclose()
    assert alarms(Kind.WECHAT_STOPPED) == [], "it works again"
    await official.send_text("oA", "您好")


async def test_calls_are_counted_by_what_became_of_them(platform: Scripted, official: OfficialApi) -> None:
    def count(outcome: str) -> float:
        labels = {"call": "send_image", "outcome": outcome}
        return REGISTRY.get_sample_value("quanyi_wechat_calls_total", labels) or 0.0

    before = count("ok"), count("gone")
    platform.next(SEND, code(43004))
    with pytest.raises(WeChatError):
        await official.send_image("oA", "m1")
    await official.send_image("oA", "m1")
    assert (count("ok"), count("gone")) == (before[0] + 1, before[1] + 1)


# --- mini program ---

LOGIN = "/sns/jscode2session"


async def test_who_signs_in_to_the_mini_program(platform: Scripted) -> None:
    mini = MiniApi()
    platform.next(LOGIN, raw(b'{"openid":"oM","session_key":"k","unionid":"u1"}'), raw(b'{"openid":"oM"}'))
    assert await mini.exchange("code-1") == ("oM", "u1")
    assert await mini.exchange("code-2") == ("oM", None)
    await mini.aclose()
    assert platform.asked[0].query == {
        "appid": "wxfedcba9876543210",
        "secret": "mini-secret-of-the-tests",
        "js_code": "code-1",
        "grant_type": "authorization_code",
    }


@pytest.mark.parametrize(
    "number",
    [
        40029,  # none, or too old
        40163,  # used
        40226,  # of a customer whom the platform keeps from signing in
    ],
)
async def test_a_login_code_that_is_none(platform: Scripted, number: int) -> None:
    mini = MiniApi()
    platform.next(LOGIN, code(number))
    with pytest.raises(InvalidInput) as raised:
        await mini.exchange("code-1")
    await mini.aclose()
    assert raised.value.reason == "wechat_code"


async def test_a_mini_program_with_a_wrong_secret(platform: Scripted) -> None:
    mini = MiniApi()
    platform.next(LOGIN, code(40125))
    with pytest.raises(WeChatError) as raised:
        await mini.exchange("code-1")
    await mini.aclose()
    assert raised.value.trouble is Trouble.REFUSED
