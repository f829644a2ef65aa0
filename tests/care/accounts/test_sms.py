"""Senders: what every one keeps to, what the signed one does besides, and which one is chosen."""

from __future__ import annotations

import asyncio
import logging
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from care import logs
from care.accounts import sms
from care.accounts.rules import code_in
from care.accounts.sms import ConsoleSender, NoSender, SignedHttpSender, SmsSender, code_text
from care.errors import InvalidInput, Unavailable
from tests.support.environment import NOBODY, SMS_LOG, VARIABLES, forget_settings
from tests.support.gateway import KEY, Gateway, gateway, is_genuine
from tests.support.telephone import Telephone
from tests.support.times import NOW

PHONE, OTHER_PHONE = "13800138000", "13900139000"
TEXT = "【权益通】验证码123456，用于接收工单进展。"


@pytest.fixture
def at_the_gateway() -> Iterator[Gateway]:
    with gateway(NOW.timestamp()) as there:
        yield there


def signed(there: Gateway, seconds: float = 2.0, key: str = KEY) -> SignedHttpSender:
    return SignedHttpSender(there.url, key, seconds, clock=lambda: NOW)


def outcomes(outcome: str) -> float:
    return REGISTRY.get_sample_value("quanyi_sms_total", {"outcome": outcome}) or 0.0


# What every sender keeps to


@dataclass
class Carried:
    sender: SmsSender
    received: Callable[[str], list[str]]
    #: from now on nothing is taken
    break_it: Callable[[], object]


@pytest.fixture(params=["console", "http"])
def carried(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Carried]:
    if request.param == "console":
        log = tmp_path / "new" / "sms.log"
        yield Carried(
            ConsoleSender(log, clock=lambda: NOW),
            lambda phone: Telephone(phone, log).received(),
            lambda: (log.unlink(missing_ok=True), log.mkdir(parents=True)),
        )
    else:
        with gateway(NOW.timestamp()) as there:
            yield Carried(
                signed(there),
                lambda phone: [text for to, text in there.arrived() if to == phone],
                lambda: setattr(there, "status", 500),
            )


async def test_an_sms_arrives_as_it_was_written(carried: Carried) -> None:
    before = outcomes("sent")
    await carried.sender.send(PHONE, TEXT)
    assert carried.received(PHONE) == [TEXT]
    assert carried.received(OTHER_PHONE) == []
    assert outcomes("sent") == before + 1


@pytest.mark.parametrize(
    "text",
    [
        "x",  # short
        "字" * 500,  # longer than any SMS
        "𠮷😀é «»\"'\\{}%s",  # beyond the basic plane, and what somebody might interpret
        "两  个  空格",
    ],
)
async def test_any_text_arrives(carried: Carried, text: str) -> None:
    await carried.sender.send(PHONE, text)
    assert carried.received(PHONE) == [text]


async def test_every_sms_is_one_of_its_own(carried: Carried) -> None:
    """Two codes may be equal by chance, and a customer who asks twice gets two."""
    for _ in range(2):
        await carried.sender.send(PHONE, TEXT)
    assert carried.received(PHONE) == [TEXT, TEXT]


async def test_many_at_once_arrive_whole(carried: Carried) -> None:
    texts = [f"第{number}条{'字' * 60}" for number in range(20)]
    await asyncio.gather(*(carried.sender.send(PHONE, text) for text in texts))
    assert sorted(carried.received(PHONE)) == sorted(texts)


async def test_what_is_not_taken_is_said(carried: Carried) -> None:
    carried.break_it()
    before = outcomes("failed")
    with pytest.raises(Unavailable) as error:
        await carried.sender.send(PHONE, TEXT)
    assert error.value.reason == "sms"
    assert PHONE not in str(error.value)
    assert "123456" not in str(error.value)
    assert outcomes("failed") == before + 1


async def test_no_log_has_number_or_text(
    carried: Carried, logging_restored: None, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("worker", "DEBUG")
    logging.getLogger("httpx").setLevel("DEBUG")
    await carried.sender.send(PHONE, TEXT)
    carried.break_it()
    try:
        await carried.sender.send(PHONE, TEXT)
    except Unavailable:
        logging.getLogger("test").exception("not sent")
    said = "".join(capsys.readouterr())
    assert "not sent" in said
    assert PHONE not in said
    assert "123456" not in said
    assert TEXT[:5] not in said


# The console


async def test_only_its_owner_can_read_the_telephone(tmp_path: Path) -> None:
    await ConsoleSender(tmp_path / "sms.log").send(PHONE, TEXT)
    assert stat.S_IMODE(os.stat(tmp_path / "sms.log").st_mode) == 0o600


async def test_a_line_has_chinas_time(tmp_path: Path) -> None:
    await ConsoleSender(tmp_path / "sms.log", clock=lambda: NOW).send(PHONE, TEXT)
    assert (tmp_path / "sms.log").read_text(encoding="utf-8") == f"2026-11-21 15:20:00  {PHONE}  {TEXT}\n"


# Signed HTTP


async def test_the_same_sms_again_has_the_same_id(at_the_gateway: Gateway) -> None:
    for _ in range(3):
        await signed(at_the_gateway).send(PHONE, TEXT, once="notice-1")
    assert [request["id"] for request in at_the_gateway.requests] == ["notice-1"] * 3
    assert at_the_gateway.arrived() == [(PHONE, TEXT)]


async def test_a_request_says_what_the_page_says(at_the_gateway: Gateway) -> None:
    await signed(at_the_gateway).send(PHONE, TEXT, once="notice-1")
    assert at_the_gateway.requests == [
        {"id": "notice-1", "timestamp": int(NOW.timestamp()), "phone": PHONE, "text": TEXT}
    ]


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_any_yes_is_a_yes(at_the_gateway: Gateway, status: int) -> None:
    at_the_gateway.status = status
    await signed(at_the_gateway).send(PHONE, TEXT)
    assert len(at_the_gateway.requests) == 1


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 409, 429, 500, 502, 503])
async def test_anything_else_is_a_no(at_the_gateway: Gateway, status: int) -> None:
    at_the_gateway.status = status
    with pytest.raises(Unavailable, match=str(status)):
        await signed(at_the_gateway).send(PHONE, TEXT)
    assert len(at_the_gateway.requests) == 1, "redirects are not followed: nobody else gets the number"


@pytest.mark.parametrize("manner", ["hangs", "drips"])
async def test_a_gateway_that_does_not_come_to_an_end(at_the_gateway: Gateway, manner: str) -> None:
    setattr(at_the_gateway, manner, True)
    began = time.monotonic()
    with pytest.raises(Unavailable, match="in time"):
        await signed(at_the_gateway, seconds=0.3).send(PHONE, TEXT)
    assert time.monotonic() - began < 1.5


async def test_a_gateway_that_is_not_there() -> None:
    with pytest.raises(Unavailable, match="ConnectError"):
        await SignedHttpSender(NOBODY, KEY).send(PHONE, TEXT)


async def test_a_gateway_with_another_key_refuses(at_the_gateway: Gateway) -> None:
    with pytest.raises(Unavailable, match="403"):
        await signed(at_the_gateway, key="another-key-than-the-gateways").send(PHONE, TEXT)
    assert at_the_gateway.arrived() == []


STAMP = int(NOW.timestamp())
BODY = b'{"phone": "13800138000"}'
SIGNED = sms.signature(KEY.encode(), STAMP, BODY)
REQUESTS = [
    # header                          body         now              genuine   why
    (f"t={STAMP},v1={SIGNED}", BODY, STAMP, True),
    (f"t={STAMP},v1={SIGNED}", BODY, STAMP + 300, True),  # five minutes on the way
    (f"t={STAMP},v1={SIGNED}", BODY, STAMP - 300, True),  # our clock is ahead
    (f"t={STAMP},v1={SIGNED}", BODY, STAMP + 301, False),  # recorded and sent again
    (f"t={STAMP},v1={SIGNED}", BODY, STAMP - 301, False),
    (f"t={STAMP + 60},v1={SIGNED}", BODY, STAMP, False),  # with a fresh time on it
    (f"t={STAMP},v1={SIGNED}", BODY + b" ", STAMP, False),  # another text
    (f"t={STAMP},v1={SIGNED[:-1]}", BODY, STAMP, False),  # cut off
    (f"t={STAMP},v1=", BODY, STAMP, False),
    (f"t={STAMP}", BODY, STAMP, False),
    (f"v1={SIGNED}", BODY, STAMP, False),
    ("t=x,v1=y", BODY, STAMP, False),
    ("", BODY, STAMP, False),
]


@pytest.mark.parametrize(("header", "body", "now", "genuine"), REQUESTS)
def test_the_example_for_operators(header: str, body: bytes, now: float, genuine: bool) -> None:
    assert is_genuine(header, body, KEY, now) is genuine


# Which one


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    for name, value in {**VARIABLES, "QUANYI_DATABASE_URL": "postgresql://a:b@127.0.0.1:9/x"}.items():
        monkeypatch.setenv(name, value)
    forget_settings()
    yield monkeypatch
    forget_settings()


URL = {"QUANYI_SMS_URL": "https://sms.example.cn", "QUANYI_SMS_KEY": KEY}
CHOICES: list[tuple[dict[str, str], type, bool]] = [
    ({}, ConsoleSender, True),  # trying it out
    (URL, SignedHttpSender, True),  # trying the gateway out
    ({"QUANYI_MODE": "production", **URL}, SignedHttpSender, True),
    ({"QUANYI_MODE": "production", "QUANYI_SMS": "off"}, NoSender, False),
    ({"QUANYI_SMS": "off", **URL}, NoSender, False),  # switched off for a while
]


@pytest.mark.parametrize(("given", "kind", "is_on"), CHOICES)
def test_which_sender(environment: pytest.MonkeyPatch, given: dict[str, str], kind: type, is_on: bool) -> None:
    for name, value in given.items():
        environment.setenv(name, value)
    assert isinstance(sms.sender(), kind)
    assert sms.is_on() is is_on


def test_production_without_a_gateway_is_a_mistake(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("QUANYI_MODE", "production")
    with pytest.raises(InvalidInput, match="QUANYI_SMS_URL") as refused:
        sms.sender()
    assert refused.value.reason == "settings"


async def test_the_demo_writes_where_it_is_told(environment: pytest.MonkeyPatch) -> None:
    before = len(Telephone(PHONE).received())
    await sms.sender().send(PHONE, TEXT)
    assert Telephone(PHONE).received()[before:] == [TEXT]
    assert Telephone(PHONE).code() == "123456"
    assert SMS_LOG.exists()


async def test_switched_off_sends_nothing() -> None:
    with pytest.raises(Unavailable, match="QUANYI_SMS=off"):
        await NoSender().send(PHONE, TEXT)


# The text of a code

TEXTS = [
    ("contact", {}, "接收工单进展"),
    ("contact:17", {}, "接收工单进展"),  # as it is stored
    ("withdraw", {"number": "TS261121-4K7Q2X"}, "撤回工单TS261121-4K7Q2X"),
    ("lookup:17", {"number": "TS261121-4K7Q2X"}, "查询工单TS261121-4K7Q2X"),
    ("account", {}, "查询账户信息"),
    ("order:17", {"number": "退订“畅看视频会员”"}, "退订“畅看视频会员”"),
    ("generic", {}, "验证您的手机号"),
]


@pytest.mark.parametrize(("purpose", "values", "named"), TEXTS)
def test_a_code_names_its_purpose_and_warns(purpose: str, values: dict[str, str], named: str) -> None:
    text = code_text("012345", purpose, **values)
    assert text == f"【权益通】验证码012345，用于{named}，5分钟内有效。工作人员不会向您索要，请勿告诉他人。"
    assert len(text) <= 70, "one SMS"
    assert code_in(text) == "012345", "a customer may copy all of it into the chat"


@pytest.mark.parametrize("purpose", ["", "unknown"])
def test_a_purpose_that_nobody_has_named(purpose: str) -> None:
    with pytest.raises(KeyError):
        code_text("012345", purpose)
