"""`/api/desk/reports`: who may, and what is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from care.db import transaction
from care.settings import settings
from tests.support.api import check_problem
from tests.support.desk import Browser
from tests.support.reporting import october

SignIn = Callable[..., Browser]
PATH = "/api/desk/reports"
OCTOBER = {"kind": "public", "period": "2026-10"}


@pytest.fixture
def figures(database: object) -> None:
    with transaction() as session:
        october(session)


@pytest.fixture
def real(figures: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "mode", "production")
    with transaction() as session:
        session.execute(text("DROP SCHEMA IF EXISTS demo_operator CASCADE"))


async def items(browser: Browser) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await browser.get(PATH)).json()["items"]
    return listed


async def test_made_looked_at_signed_and_withdrawn(real: None, supervisor: Browser) -> None:
    made = (await supervisor.post(PATH, json=OCTOBER)).json()
    assert (made["kind_title"], made["period_title"], made["status"]) == ("服务质量报告", "2026年10月", "draft")
    assert made["can"] == ["make", "sign"]
    one = f"{PATH}/{made['id']}"
    page = await supervisor.get(f"{one}/page")
    assert "草稿，还没有签发" in page.text
    assert "626 件" in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert page.headers["cache-control"] == "no-store"
    assert (await supervisor.get(f"{one}/pdf")).content.startswith(b"%PDF")
    signed = (await supervisor.post(f"{one}/sign", json={})).json()
    assert (signed["status"], signed["signed_by_name"], signed["can"]) == ("public", "赵一", ["withdraw"])
    assert await items(supervisor) == [signed]
    check_problem(await supervisor.post(PATH, json=OCTOBER), 409, "report_signed")
    check_problem(await supervisor.post(f"{one}/withdraw", json={"reason": "错"}), 422, "report_reason")
    withdrawn = (await supervisor.post(f"{one}/withdraw", json={"reason": "数字少算了一天。"})).json()
    assert (withdrawn["status"], withdrawn["withdrawn_reason"]) == ("withdrawn", "数字少算了一天。")
    assert withdrawn["can"] == ["make"]
    again = (await supervisor.post(PATH, json=OCTOBER)).json()
    assert [each["id"] for each in await items(supervisor)] == [again["id"], made["id"]]


async def test_the_joint_meetings_pack_is_internal(real: None, supervisor: Browser) -> None:
    made = (await supervisor.post(PATH, json={"kind": "monthly", "period": "2026-10"})).json()
    signed = (await supervisor.post(f"{PATH}/{made['id']}/sign", json={})).json()
    assert signed["status"] == "internal"


async def test_demo_data_are_seen_and_never_signed(figures: None, supervisor: Browser) -> None:
    made = (await supervisor.post(PATH, json=OCTOBER)).json()
    assert (made["is_demo"], made["can"]) == (True, ["make"])
    assert "演示数据" in (await supervisor.get(f"{PATH}/{made['id']}/page")).text
    check_problem(await supervisor.post(f"{PATH}/{made['id']}/sign", json={}), 409, "demo")


async def test_an_auditor_reads_and_decides_nothing(real: None, supervisor: Browser, signed_in: SignIn) -> None:
    made = (await supervisor.post(PATH, json=OCTOBER)).json()
    auditor = signed_in("auditor")
    assert (await items(auditor))[0]["can"] == []
    assert (await auditor.get(f"{PATH}/{made['id']}/page")).status_code == 200
    for path, body in ((PATH, OCTOBER), (f"{PATH}/{made['id']}/sign", {})):
        check_problem(await auditor.post(path, json=body), 403, "permission")


async def test_an_agent_reads_none(real: None, agent: Browser) -> None:
    check_problem(await agent.get(PATH), 403, "permission")


WRONG = [
    ({"kind": "public", "period": "2026Q3"}, 422, "period"),  # of a month
    ({"kind": "quarterly", "period": "2026-10"}, 422, "period"),
    ({"kind": "public", "period": "2999-10"}, 422, "period"),  # no century of ours
    ({"kind": "public", "period": "2099-12"}, 409, "report_period_open"),
]


@pytest.mark.parametrize(("body", "status", "reason"), WRONG)
async def test_another_period(real: None, supervisor: Browser, body: dict[str, str], status: int, reason: str) -> None:
    check_problem(await supervisor.post(PATH, json=body), status, reason)


@pytest.mark.parametrize("path", ["sign", "withdraw", "page", "pdf"])
async def test_one_that_is_not_there(supervisor: Browser, path: str) -> None:
    if path in ("page", "pdf"):
        check_problem(await supervisor.get(f"{PATH}/99/{path}"), 422, "report")
    else:
        body = {"reason": "数字少算了一天。"} if path == "withdraw" else {}
        check_problem(await supervisor.post(f"{PATH}/99/{path}", json=body), 422, "report")
