"""The developer's telephone of the demo page: who may look at it, and what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from care.accounts.sms import sender
from care.settings import settings
from tests.support.environment import SMS_LOG, VARIABLES, forget_settings
from web.app import create_app

PHONE = "13800138000"


@pytest.fixture
def log() -> Iterator[Path]:
    SMS_LOG.unlink(missing_ok=True)
    yield SMS_LOG
    SMS_LOG.unlink(missing_ok=True)


@pytest.mark.usefixtures("log")
async def test_it_shows_what_came_to_a_telephone_in_hand_the_newest_first(client: httpx.AsyncClient) -> None:
    assert (await client.get("/demo/telephone")).json()["sms"] == []
    for phone, text in (("13800138001", "别人的提醒"), (PHONE, "验证码123456"), (PHONE, "第二条  有两个空格")):
        await sender().send(phone, text)
    response = await client.get("/demo/telephone")
    assert response.headers["cache-control"] == "no-store"
    newest, first = response.json()["sms"]
    assert (newest["text"], first["text"]) == ("第二条  有两个空格", "验证码123456")
    assert newest["phone"] == "138****8000"


@pytest.mark.usefixtures("log")
async def test_a_long_file_is_read_from_its_end(client: httpx.AsyncClient) -> None:
    for number in range(400):
        await sender().send(PHONE, f"第{number}条，验证码123456")
    shown = (await client.get("/demo/telephone")).json()["sms"]
    assert [sms["text"] for sms in shown] == [f"第{number}条，验证码123456" for number in range(399, 387, -1)]


async def test_the_trials_are_customers_of_the_demo_operator(client: httpx.AsyncClient) -> None:
    trials = (await client.get("/demo/telephone")).json()["trials"]
    assert {"title", "phone", "question"} == set(trials[0])
    assert PHONE in {trial["phone"] for trial in trials}


HIDDEN = [
    ("switched off", {"QUANYI_DEMO_TELEPHONE": "off"}),
    ("no SMS at all", {"QUANYI_SMS": "off"}),
    ("real SMS", {"QUANYI_SMS_URL": "https://sms.example.cn/send", "QUANYI_SMS_KEY": "sixteen-and-more"}),
    ("production", {"QUANYI_MODE": "production", "QUANYI_SMS": "off"}),
]


@pytest.mark.parametrize(("why", "changed"), HIDDEN)
@pytest.mark.usefixtures("database", "logging_restored")
async def test_where_it_is_not_there(why: str, changed: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (VARIABLES | {"QUANYI_BILLING": "off"} | changed).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("QUANYI_DATABASE_URL", settings().database_url.get_secret_value())
    settings.cache_clear()
    try:
        transport = httpx.ASGITransport(create_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://web") as client:
            assert (await client.get("/demo/telephone")).status_code == 404, why
    finally:
        monkeypatch.undo()
        forget_settings()
