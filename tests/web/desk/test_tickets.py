"""Tickets over the real app: the list, one ticket, its steps, entering, appeals, bulk, export, views."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from openpyxl import load_workbook
from sqlalchemy import select

from care.accesses.tables import Access
from care.attachments.rules import PNG, CheckedFile
from care.attachments.service import store_evidence
from care.audit.tables import AuditEntry
from care.conversations.tables import Conversation
from care.db import transaction, utcnow
from care.desk.tables import SavedView
from care.tickets.tables import Ticket
from tests.support.api import check_problem
from tests.support.desk import Browser
from tests.support.files import picture
from tests.support.tickets import file
from tests.support.times import NOW
from tests.web.conftest import SignIn

TICKETS = "/api/desk/tickets"
PHONE = "13800138000"


@pytest.fixture
def number(app: FastAPI) -> str:
    """Of a complaint that a customer filed in c1."""
    with transaction() as session:
        session.add(Conversation(id="c1", channel="rest", created_at=NOW))
    return file(at=utcnow())


@pytest.fixture
def agent(signed_in: SignIn) -> Browser:
    return signed_in("agent", number="8001")


@pytest.fixture
def supervisor(signed_in: SignIn) -> Browser:
    return signed_in("supervisor", number="8003")


def _call(**changes: Any) -> dict[str, Any]:
    return {
        "entry_id": "entry-0001",
        "kind": "complaint",
        "channel": "hotline",
        "category": "complaint_vas",
        "line": PHONE,
        "contact": "13800138001 晚上打",
        "description": "来电说我叫王小明，13800138000被乱开了彩铃",
    } | changes


async def _post(browser: Browser, path: str, **body: Any) -> dict[str, Any]:
    response = await browser.post(f"{TICKETS}{path}", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def _audit() -> list[tuple[str, str, str]]:
    with transaction() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(each.actor, each.action, each.subject) for each in entries]


async def test_the_list(agent: Browser, number: str) -> None:
    response = await agent.get(TICKETS, params={"status": "open", "sort": "due"})
    listed = response.json()
    assert (listed["next"], listed["total_capped"]) == (None, 1)
    (row,) = listed["items"]
    assert row["number"] == number
    assert (row["kind_title"], row["status_title"], row["category_title"]) == ("投诉", "已受理", "宽带与固话")
    assert row["line_masked"] == "138****8000"
    assert [clock["title"] for clock in row["clocks"]] == ["首次反馈", "处理结果", "修复", "法定答复"]
    assert PHONE not in response.text
    assert "断网" not in response.text, "a list shows nobody's words"


async def test_counts_and_pages(agent: Browser, number: str) -> None:
    await _post(agent, "", **_call())
    first = (await agent.get(TICKETS, params={"limit": 1})).json()
    second = (await agent.get(TICKETS, params={"limit": 1, "cursor": first["next"]})).json()
    assert second["items"][0]["number"] == number
    assert second["next"] is None
    counts = (await agent.get(f"{TICKETS}/counts")).json()
    assert (counts["mine"], counts["unassigned"]) == (0, 2)


@pytest.mark.parametrize(
    ("params", "reason"), [({"status": "done"}, "filter"), ({"colour": "red"}, "filter"), ({"cursor": "x"}, "cursor")]
)
async def test_what_a_list_cannot_be_asked(agent: Browser, params: dict[str, str], reason: str) -> None:
    check_problem(await agent.get(TICKETS, params=params), 422, reason)


async def test_looking_for_a_number_is_noted(agent: Browser, number: str) -> None:
    found = (await agent.get(TICKETS, params={"q": "138 0013 8000"})).json()
    assert [row["number"] for row in found["items"]] == [number]
    with transaction() as session:
        assert [(row.who, row.what) for row in session.scalars(select(Access))] == [("8001", "tickets")]


async def test_one_ticket(agent: Browser, number: str) -> None:
    response = await agent.get(f"{TICKETS}/{number}")
    page = response.json()
    assert page["description"] == "断网三天了"
    assert page["conversation"] == "c1"
    assert [(each["kind_title"], each["actor_title"]) for each in page["events"]] == [("登记", "客户")]
    assert page["can"] == [
        "take", "assign", "feedback", "result", "note", "pause", "renew", "department", "urge", "link", "reveal",
    ]  # fmt: skip
    assert PHONE not in response.text
    check_problem(await agent.get(f"{TICKETS}/TS261121-000000"), 422, "ticket")


async def test_what_a_supervisor_can_besides(supervisor: Browser, agent: Browser, number: str) -> None:
    own = set((await supervisor.get(f"{TICKETS}/{number}")).json()["can"])
    assert own - set((await agent.get(f"{TICKETS}/{number}")).json()["can"]) == {"complexity", "merge", "priority"}


async def test_from_taking_to_closing(agent: Browser, number: str) -> None:
    page = await _post(agent, f"/{number}/take")
    assert (page["assignee"], page["status"]) == ("8001", "inProgress")
    await _post(agent, f"/{number}/note", text="客户晚上在家")
    await _post(agent, f"/{number}/feedback", words="师傅今天下午去看")
    page = await _post(agent, f"/{number}/pause", question="请问几楼？")
    assert (page["status_title"], "resume" in page["can"]) == ("等客户补充", True)
    await _post(agent, f"/{number}/resume")
    page = await _post(agent, f"/{number}/result", outcome="已更换光猫，测速正常", told=True)
    assert page["status"] == "resolved"
    assert page["can"] == ["told", "note", "reopen", "close", "link", "reveal"], "the feedback has not been seen"
    assert all(clock["met_at"] for clock in page["clocks"])
    await _post(agent, f"/{number}/reopen", reason="客户说又断了")
    await _post(agent, f"/{number}/result", outcome="已更换线路", told=True)
    check_problem(await agent.post(f"{TICKETS}/{number}/close", json={}), 422, "findings_missing")
    found = {"justified": True, "cause": "network_fault", "prevention": "光猫批次全部更换"}
    page = await _post(agent, f"/{number}/close", findings=found)
    assert page["status"] == "closed"
    shown = ("justified", "cause", "cause_title", "prevention", "needs_findings")
    assert {key: page[key] for key in shown} == found | {"cause_title": "网络或设备故障", "needs_findings": False}
    assert [each["kind"] for each in page["tasks"]] == ["apology", "revisit"]
    actions = [action for _, action, subject in _audit() if subject == f"ticket:{number}"]
    assert actions == [
        "ticket_take", "ticket_note", "ticket_feedback", "ticket_pause", "ticket_resume", "ticket_result",
        "ticket_reopen", "ticket_result", "ticket_close",
    ]  # fmt: skip


async def test_an_answer_that_has_not_reached(agent: Browser, number: str) -> None:
    page = await _post(agent, f"/{number}/result", outcome="已更换光猫，测速正常")
    (answer,) = page["answers"]
    assert (answer["kind"], answer["staff"], answer["is_substantive"], answer["lacks"]) == ("result", "8001", True, [])
    assert (answer["reached_at"], answer["reached_by"], answer["reached_by_title"]) == (None, None, None)
    assert ("told" in page["can"], "close" in page["can"]) == (True, False)
    assert not any(clock["met_at"] for clock in page["clocks"])
    check_problem(await agent.post(f"{TICKETS}/{number}/close", json={}), 409, "not_reached")
    page = await _post(agent, f"/{number}/told", answer=answer["id"])
    (answer,) = page["answers"]
    assert (answer["reached_by"], answer["reached_by_title"]) == ("word", "电话或当面说过")
    assert page["events"][-1]["note"] == "电话或当面说过"
    assert ("told" in page["can"], "close" in page["can"]) == (False, True)
    assert all(clock["met_at"] for clock in page["clocks"])
    check_problem(await agent.post(f"{TICKETS}/{number}/told", json={"answer": 10**6}), 422, "answer")


async def test_words_that_are_no_answer(agent: Browser, number: str) -> None:
    words = {"words": "已收到，正在处理", "told": True}
    refused = await agent.post(f"{TICKETS}/{number}/feedback", json=words)
    assert (refused.status_code, refused.json()["reason"]) == (409, "promise")
    assert {each["name"] for each in refused.json()["warnings"]} == {"no_answer"}
    assert all(each["why"] for each in refused.json()["warnings"])
    page = await _post(agent, f"/{number}/feedback", **words, confirmed=True)
    (answer,) = page["answers"]
    assert (answer["is_substantive"], len(answer["lacks"]), answer["reached_by"]) == (False, 2, "word")
    assert not any(clock["met_at"] for clock in page["clocks"]), "sent, and meets nothing"


async def test_a_question_asked_on_the_phone(agent: Browser, number: str) -> None:
    page = await _post(agent, f"/{number}/pause", question="请问几楼？")
    assert (page["pause"]["began_at"], "asked" in page["can"]) == (None, True)
    assert not any(clock["paused_at"] for clock in page["clocks"])
    page = await _post(agent, f"/{number}/asked")
    assert (page["pause"]["began_at"] is not None, "asked" in page["can"]) == (True, False)
    assert {clock["kind"] for clock in page["clocks"] if clock["paused_at"]} == {"promise"}
    assert page["pause"]["until"] > page["pause"]["began_at"]
    page = await _post(agent, f"/{number}/resume")
    assert (page["pause"], page["events"][-1]["note"]) == (None, "处理人继续处理")


async def test_a_later_time(agent: Browser, number: str) -> None:
    page = await _post(agent, "", **_call())
    number = page["number"]
    promised = next(each for each in page["clocks"] if each["name"].startswith("solution"))
    later = (datetime.fromisoformat(promised["due_at"]) + timedelta(hours=5)).isoformat()
    page = await _post(agent, f"/{number}/renew", due_at=later, reason="等合作方回信")
    assert [each["renews"] for each in page["clocks"] if each["name"] == promised["name"]] == [False, True]
    check_problem(
        await agent.post(f"{TICKETS}/{number}/renew", json={"due_at": promised["due_at"], "reason": "早一点"}),
        422,
        "renew_not_later",
    )


async def test_taken_by_somebody_else(agent: Browser, supervisor: Browser, number: str) -> None:
    await _post(agent, f"/{number}/take")
    check_problem(await supervisor.post(f"{TICKETS}/{number}/take"), 409, "taken")
    page = await _post(supervisor, f"/{number}/assign", to="8003")
    assert page["assignee"] == "8003"
    await _post(supervisor, f"/{number}/assign", to=None)


async def test_a_promise_is_warned_of_before_it_is_sent(agent: Browser, number: str) -> None:
    words = {"words": "我们保证一定赔您500元"}
    refused = await agent.post(f"{TICKETS}/{number}/feedback", json=words)
    assert (refused.status_code, refused.json()["reason"]) == (409, "promise")
    assert refused.json()["warnings"]
    before = (await agent.get(f"{TICKETS}/{number}")).json()
    assert len(before["events"]) == 1, "nothing was done"
    check = await agent.post(f"{TICKETS}/{number}/feedback", json=words | {"confirmed": True})
    assert check.status_code == 200
    assert ("staff:8001", "promise_confirmed", f"ticket:{number}") in _audit()
    result = await agent.post(f"{TICKETS}/{number}/result", json={"outcome": "保证赔偿双倍话费"})
    assert result.json()["reason"] == "promise"


async def test_department_urge_and_link(agent: Browser, number: str) -> None:
    other = (await _post(agent, "", **_call()))["number"]
    page = await _post(agent, f"/{number}/department", department="service", note="不是线路的问题")
    assert page["department_title"] == "客户服务部"
    page = await _post(agent, f"/{number}/urge", words="客户很急")
    assert page["events"][-1]["kind"] == "priority"
    page = await _post(agent, f"/{number}/link", other=other, kind="related")
    assert page["links"] == [{"number": other, "kind": "related", "status": "acknowledged"}]
    assert (await agent.get(f"{TICKETS}/{other}")).json()["links"][0]["number"] == number


async def test_what_a_supervisor_decides(supervisor: Browser, agent: Browser, number: str) -> None:
    again = (await _post(agent, "", **_call(category="complaint_broadband", address="人民路8号")))["number"]
    page = await _post(supervisor, f"/{again}/complexity", complexity="simple", reason="一看便知")
    assert page["complexity"] == "simple"
    page = await _post(supervisor, f"/{number}/priority", priority=1)
    assert page["priority"] == 1
    page = await _post(supervisor, f"/{again}/merge", into=number, reason="同一件事")
    assert (page["merged_into"], page["status"], page["can"]) == (number, "closed", ["note", "link", "reveal"])
    for step, body in (
        ("complexity", {"complexity": "complex", "reason": "取证"}),
        ("priority", {"priority": 2}),
        ("merge", {"into": again, "reason": "同一件事"}),
    ):
        check_problem(await agent.post(f"{TICKETS}/{number}/{step}", json=body), 403, "permission")


async def test_showing_personal_data(agent: Browser, number: str) -> None:
    asked = {"what": ["line", "description"], "reason": "给客户回电核实"}
    shown = (await agent.post(f"{TICKETS}/{number}/reveal", json=asked)).json()
    assert shown == {"line": PHONE, "description": "断网三天了"}
    assert ("staff:8001", "ticket_reveal", f"ticket:{number}") in _audit()
    check_problem(await agent.post(f"{TICKETS}/{number}/reveal", json=asked | {"reason": "1111"}), 422, "reason")
    check_problem(await agent.post(f"{TICKETS}/{number}/reveal", json=asked | {"what": ["id"]}), 422, "request")


async def test_entering_for_a_caller(agent: Browser, number: str) -> None:
    response = await agent.post(TICKETS, json=_call(is_read_back=True, partner="某某代理商"))
    page = response.json()
    assert (page["channel"], page["entered_by"], page["partner"]) == ("hotline", "8001", "某某代理商")
    assert page["description"] == "来电说我叫王**，138****8000被乱开了彩铃"
    assert page["contact_masked"] == "138****8001 晚上打"
    assert page["is_told_by_sms"] is True
    for whole in (PHONE, "13800138001", "王小明"):
        assert whole not in response.text
    again = await _post(agent, "", **_call(is_read_back=True))
    assert again["number"] == page["number"]
    listed = (await agent.get(TICKETS, params={"partner": "某某代理商", "channel": "hotline"})).json()
    assert [row["number"] for row in listed["items"]] == [page["number"]]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"category": "complaint_network"}, "address_missing"),
        ({"line": "123"}, "phone"),
        ({"kind": "privacy"}, "kind"),
        ({"kind": "appeal", "channel": "authority"}, "appeal"),  # without its letter
        ({"colour": "red"}, "request"),
        ({"conversation": "c1", "channel": "chat"}, "not_yours"),
    ],
)
async def test_what_cannot_be_entered(agent: Browser, number: str, changes: dict[str, Any], reason: str) -> None:
    response = await agent.post(TICKETS, json=_call(**changes))
    check_problem(response, 403 if reason == "not_yours" else 422, reason)


async def test_an_appeal(agent: Browser, number: str) -> None:
    today = utcnow().date().isoformat()
    letter = {"authority": "miit", "external_number": "gd-2026-1", "received_on": today, "due_on": today}
    body = _call(kind="appeal", channel="authority", appeal=letter)
    page = await _post(agent, "", **body)
    appeal = page["appeal"]
    assert (appeal["title"], appeal["external_number"]) == ("工信部/通信管理局（12381）", "GD-2026-1")
    assert [each["number"] for each in appeal["offered"]] == [number], "the complaint about the same line"
    assert [clock["title"] for clock in page["clocks"]] == ["书面答复"]
    assert not {"feedback", "result", "pause", "close"} & set(page["can"])
    page = await _post(agent, f"/{page['number']}/link", other=number, kind="appeal")
    assert (page["appeal"]["complaint"], page["appeal"]["offered"]) == (number, [])
    page = await _post(agent, f"/{page['number']}/reply", words="经查已退费")
    assert (page["status"], page["appeal"]["reply"]) == ("resolved", "经查已退费")
    page = await _post(agent, f"/{page['number']}/outcome", outcome="settled")
    assert (page["status"], page["appeal"]["outcome_title"]) == ("closed", "调解一致")
    twice = await agent.post(TICKETS, json=body | {"entry_id": "entry-0002"})
    check_problem(twice, 409, "appeal_known")


async def test_an_appeal_that_was_taken_back_unanswered(agent: Browser, supervisor: Browser) -> None:
    today = utcnow().date().isoformat()
    letter = {"authority": "miit", "external_number": "gd-2026-2", "received_on": today, "due_on": today}
    number = (await _post(agent, "", **_call(kind="appeal", channel="authority", appeal=letter)))["number"]
    told = {"outcome": "withdrawn", "reason": "12381 来电告知用户撤诉"}
    check_problem(await agent.post(f"{TICKETS}/{number}/outcome", json=told), 403, "permission")
    without = await supervisor.post(f"{TICKETS}/{number}/outcome", json={"outcome": "withdrawn"})
    check_problem(without, 422, "reason_missing")
    page = await _post(supervisor, f"/{number}/outcome", **told)
    assert (page["status"], page["appeal"]["outcome"]) == ("closed", "withdrawn")


async def test_the_same_letter_from_two_browsers_at_once(agent: Browser, supervisor: Browser) -> None:
    today = utcnow().date().isoformat()
    letter = {"authority": "miit", "external_number": "gd-2026-3", "received_on": today, "due_on": today}
    body = _call(kind="appeal", channel="authority", appeal=letter, line=None)
    answers = await asyncio.gather(
        *(
            browser.post(TICKETS, json=body | {"entry_id": f"entry-of-{at}"})
            for at, browser in enumerate([agent, supervisor] * 3)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 5]
    assert {answer.json()["reason"] for answer in answers if answer.status_code == 409} == {"appeal_known"}


async def test_a_call_for_a_queue_that_does_not_exist(agent: Browser) -> None:
    check_problem(await agent.get("/api/desk/callbacks/slots", params={"queue": "nowhere"}), 422, "queue")
    (first, *_) = (await agent.get("/api/desk/callbacks/slots")).json()["items"]
    body = {"entry_id": "callback-0001", "kind": "callback", "channel": "hotline", "description": "问话费"}
    call = {"starts_at": first["starts_at"]}
    refused = await agent.post(TICKETS, json=body | {"contact": PHONE, "callback": call | {"queue": "nowhere"}})
    check_problem(refused, 422, "queue")
    await _post(agent, "", **body, contact=PHONE, callback=call)
    again = body | {"entry_id": "callback-0002", "contact": PHONE, "callback": call}
    check_problem(await agent.post(TICKETS, json=again), 409, "callback_open")


async def test_advice_before_deciding(agent: Browser, number: str) -> None:
    for each in range(3):
        words = ["宽带断网三天没人修", "装机师傅态度差", "断网三天了还没修好"][each]
        body = _call(
            entry_id=f"entry-{each:04d}", category="complaint_broadband", address="人民路8号", description=words
        )
        like = (await _post(agent, "", **body))["number"]
        await _post(agent, f"/{like}/result", outcome=f"已修复，联系人13800138001，第{each}次")
    advice = (await agent.get(f"{TICKETS}/{number}/advice")).json()
    assert ["第2次" in case["outcome"] or "第0次" in case["outcome"] for case in advice["similar"]] == [True, True]
    assert "138****8001" in advice["similar"][0]["outcome"]
    assert advice["articles"][0] == {
        "id": "broadband-repair-time",
        "title": "宽带坏了多久修好",
        "short": advice["articles"][0]["short"],
        "url": "/rights/broadband-repair-time",
    }
    assert len(advice["articles"]) == 4


async def test_many_at_once(supervisor: Browser, agent: Browser, number: str) -> None:
    other = (await _post(agent, "", **_call()))["number"]
    numbers = [number, other, "TS261121-000000", number]
    done = await _post(supervisor, "/bulk", numbers=numbers, action="assign", to="8001")
    assert sorted(done["done"]) == sorted([number, other])
    assert done["refused"] == [{"number": "TS261121-000000", "reason": "ticket"}]
    await _post(agent, f"/{other}/result", outcome="已关闭彩铃业务", told=True)
    done = await _post(supervisor, "/bulk", numbers=[other], action="close")
    assert done["refused"] == [{"number": other, "reason": "findings_missing"}]
    found = {"justified": False, "cause": "misunderstanding"}
    done = await _post(supervisor, "/bulk", numbers=[number, other], action="close", findings=found)
    assert (done["done"], done["refused"]) == ([other], [{"number": number, "reason": "ticket_status"}])
    done = await _post(
        supervisor, "/bulk", numbers=[number], action="department", department="service", note="统一处理"
    )
    assert done["done"] == [number]
    done = await _post(supervisor, "/bulk", numbers=[number], action="priority", priority=1)
    assert done["done"] == [number]
    refused = await supervisor.post(f"{TICKETS}/bulk", json={"numbers": [number], "action": "withdraw"})
    check_problem(refused, 422, "request")
    check_problem(await agent.post(f"{TICKETS}/bulk", json={"numbers": [number], "action": "close"}), 403, "permission")
    assert ("staff:8003", "ticket_close", f"ticket:{other}") in _audit()
    assert ("staff:8003", "ticket_close", f"ticket:{number}") not in _audit(), "what was not done is not noted"


async def test_a_list_to_take_away(supervisor: Browser, agent: Browser, number: str) -> None:
    await _post(agent, "", **_call(partner="=HYPERLINK(1)"))
    response = await supervisor.get(f"{TICKETS}/export", params={"format": "csv", "sort": "oldest"})
    assert response.content.startswith(b"\xef\xbb\xbf"), "Excel takes it for UTF-8"
    assert response.headers["content-disposition"].startswith('attachment; filename="tickets-')
    head, first, second = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert head[:3] == ["工单号", "类型", "状态"]
    assert first[0] == number
    assert "138****8000" in first
    assert "'=HYPERLINK(1)" in second, "no program calculates it"
    assert PHONE not in response.text
    assert "断网" not in response.text
    book = load_workbook(io.BytesIO((await supervisor.get(f"{TICKETS}/export", params={"format": "xlsx"})).content))
    rows = list(book.active.values)  # type: ignore[union-attr]
    assert rows[0][0] == "工单号"
    assert {row[0] for row in rows[1:]} == {first[0], second[0]}
    assert _audit()[-1][:2] == ("staff:8003", "ticket_export")
    check_problem(await agent.get(f"{TICKETS}/export"), 403, "permission")


async def test_a_number_beside_a_partners_name_is_masked_wherever_it_is_shown(
    supervisor: Browser, agent: Browser
) -> None:
    page = await _post(agent, "", **_call(partner=f"某某门店 {PHONE}"))
    assert page["partner"] == "某某门店 138****8000"
    listed = await agent.get(TICKETS, params={"partner": f"某某门店 {PHONE}"})
    assert [each["partner"] for each in listed.json()["items"]] == ["某某门店 138****8000"], "found by what was written"
    export = (await supervisor.get(f"{TICKETS}/export")).text
    assert "某某门店 138****8000" in export
    assert PHONE not in listed.text + export


async def test_saved_views(agent: Browser, supervisor: Browser) -> None:
    views = "/api/desk/views"
    saved = (
        await agent.post(views, json={"name": " 我的 超时 ", "filters": {"assignee": "me", "due": "missed"}})
    ).json()
    assert (saved["name"], saved["filters"]) == ("我的 超时", {"assignee": "me", "due": "missed"})
    again = (await agent.post(views, json={"name": "我的 超时", "filters": {"due": "1h"}})).json()
    assert (again["id"], again["filters"]) == (saved["id"], {"due": "1h"})
    assert (await supervisor.get(views)).json() == {"items": []}, "each their own"
    await supervisor.delete(f"{views}/{saved['id']}")
    assert len((await agent.get(views)).json()["items"]) == 1
    for filters, name in (({"q": PHONE}, "找人"), ({"status": "done"}, "错的"), ({}, " ")):
        refused = await agent.post(views, json={"name": name, "filters": filters})
        check_problem(refused, 422, "view_name" if name == " " else "filter")
    for _ in range(2):
        assert (await agent.delete(f"{views}/{saved['id']}")).status_code == 200
    with transaction() as session:
        assert session.scalars(select(SavedView)).all() == []


async def test_the_words_of_the_desk(signed_in: SignIn) -> None:
    words = (await signed_in("admin").get("/api/desk/vocabulary")).json()
    assert {"name": "hotline", "title": "热线"} in words["channels"]
    assert {"name": "complaint_vas", "title": "未经同意的增值业务"} in words["categories"]
    assert set(words) == {
        "kinds", "statuses", "categories", "departments", "channels", "authorities", "outcomes", "queues", "skills",
        "reasons", "causes", "severities", "segments", "task_kinds",
    }  # fmt: skip
    assert all(words.values())


async def test_a_file_of_a_ticket(agent: Browser, number: str) -> None:
    with transaction() as session:
        stored = store_evidence(session, "c1", CheckedFile("账单.png", PNG, picture("PNG")), "m1", NOW)
    (evidence,) = (await agent.get(f"{TICKETS}/{number}")).json()["evidence"]
    assert evidence["id"] == stored.evidence.id
    response = await agent.get(f"{TICKETS}/{number}/files/{evidence['id']}")
    assert response.content == picture("PNG")
    assert response.headers["content-security-policy"] == "default-src 'none'; sandbox"
    other = (await _post(agent, "", **_call()))["number"]
    check_problem(await agent.get(f"{TICKETS}/{other}/files/{evidence['id']}"), 403, "evidence")


async def test_no_way_to_withdraw_for_the_customer(
    agent: Browser, supervisor: Browser, number: str, app: FastAPI
) -> None:
    steps = {route.path.rsplit("/", 1)[-1] for route in app.routes if getattr(route, "path", "").startswith(TICKETS)}  # type: ignore[attr-defined]
    assert not {"withdraw", "cancel", "delete", "reject"} & steps
    for browser in (agent, supervisor):
        assert (await browser.post(f"{TICKETS}/{number}/withdraw")).status_code == 404
        assert (await browser.delete(f"{TICKETS}/{number}")).status_code == 405
    with transaction() as session:
        assert session.scalars(select(Ticket.status)).one() == "acknowledged"


async def test_a_call_back_for_somebody_who_calls(agent: Browser) -> None:
    slots = (await agent.get("/api/desk/callbacks/slots")).json()["items"]
    body = _call(kind="callback", contact=PHONE, callback={"starts_at": slots[0]["starts_at"]})
    page = await _post(agent, "", **body)
    assert (page["kind_title"], page["channel"], page["entered_by"]) == ("回电", "hotline", "8001")
    assert {name: datetime.fromisoformat(at) for name, at in page["callback"].items()} == {
        name: datetime.fromisoformat(at) for name, at in slots[0].items()
    }
    again = await _post(agent, "", **body)
    assert again["number"] == page["number"]
    for changes, reason in (
        ({"callback": None}, "callback"),
        ({"callback": {"starts_at": "2020-01-01T00:00:00+08:00"}}, "slot"),
        ({"channel": "chat"}, "channel"),
        ({"contact": "微信"}, "phone"),
    ):
        refused = await agent.post(TICKETS, json=body | {"entry_id": "entry-0002", "contact": "13800138001"} | changes)
        check_problem(refused, 422, reason)
