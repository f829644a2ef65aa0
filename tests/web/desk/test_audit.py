"""Auditors find who did what, and whether the chain holds; that they looked is in it too."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from care import db
from care.audit.service import note
from tests.support.api import check_problem
from tests.web.conftest import SignIn

NOTES: list[tuple[str, str, str]] = [
    ("staff:1001", "sign_in", "staff:1001"),
    ("staff:1001", "reveal", "conversation:c1"),
    ("staff:1002", "reveal", "conversation:c2"),
    ("operator", "staff_added", "staff:1003"),
]


@pytest.fixture
def notes(database: object) -> None:
    for actor, action, subject in NOTES:
        with db.transaction() as session:
            note(session, actor, action, subject, detail={"what": "phone"}, reason="客户来电核实")


@pytest.mark.usefixtures("notes")
async def test_an_entry_as_it_is_read(signed_in: SignIn) -> None:
    auditor = signed_in("auditor", number="4001")
    page = (await auditor.get("/api/desk/audit")).json()
    assert page["next"] is None
    assert [(each["actor"], each["action"], each["subject"]) for each in page["items"]] == NOTES[::-1]
    first = page["items"][-1]
    assert first.pop("at").startswith("20")
    assert first == {
        "id": 1,
        "actor": "staff:1001",
        "action": "sign_in",
        "action_title": "登录",
        "subject": "staff:1001",
        "detail": {"what": "phone"},
        "reason": "客户来电核实",
    }
    newest = (await auditor.get("/api/desk/audit")).json()["items"][0]
    assert (newest["actor"], newest["action"]) == ("staff:4001", "audit_read")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"actor": "staff:1001"}, [2, 1]),
        ({"action": "reveal"}, [3, 2]),
        ({"subject": "conversation:c2"}, [3]),
        ({"actor": "staff:1001", "action": "reveal"}, [2]),
        ({"cursor": 3}, [2, 1]),
        ({"from": "2099-01-01T00:00:00Z"}, []),
        ({"to": "2099-01-01T00:00:00+08:00"}, [4, 3, 2, 1]),
        ({"actor": "' OR 1=1 --"}, []),
    ],
)
@pytest.mark.usefixtures("notes")
async def test_searching(signed_in: SignIn, query: dict[str, Any], found: list[int]) -> None:
    page = (await signed_in("auditor").get("/api/desk/audit", params=query)).json()
    assert [each["id"] for each in page["items"]] == found


@pytest.mark.usefixtures("notes")
async def test_pages_follow_each_other(signed_in: SignIn) -> None:
    auditor = signed_in("auditor")
    ids, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await auditor.get("/api/desk/audit", params=query)).json()
        ids += [each["id"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert ids == [4, 3, 2, 1], "the note of the first page came after it"


LOOKED_FOR = [
    ("ticket:13800138000", "ticket:138****8000", "a number"),
    ("13800138000", "138****8000", "a number alone"),
    ("staff:1001", "staff:1001", "a colleague"),
    ("ticket:TS261121-4K7Q2X", "ticket:TS261121-4K7Q2X", "a ticket"),
    ("conversation:c5Jm3k8R2a1b9Zq0T7xW4", "conversation:c5Jm3k8R2a1b9Zq0T7xW4", "a conversation"),
]


@pytest.mark.parametrize(("subject", "kept", "why"), LOOKED_FOR, ids=[row[2] for row in LOOKED_FOR])
async def test_what_was_looked_for_is_kept_without_numbers(
    signed_in: SignIn, subject: str, kept: str, why: str
) -> None:
    auditor = signed_in("auditor")
    await auditor.get("/api/desk/audit", params={"subject": subject})
    newest = (await auditor.get("/api/desk/audit")).json()["items"][0]
    assert newest["detail"] == {"about": kept}, why


@pytest.mark.parametrize(
    "query", [{"cursor": 0}, {"cursor": "x"}, {"from": "2026-11-22"}, {"limit": 1000}, {"actor": "a" * 65}]
)
async def test_what_is_no_search(signed_in: SignIn, query: dict[str, Any]) -> None:
    check_problem(await signed_in("auditor").get("/api/desk/audit", params=query), 422, "request")


@pytest.mark.usefixtures("notes")
async def test_verifying(signed_in: SignIn) -> None:
    auditor = signed_in("auditor")
    told = (await auditor.get("/api/desk/audit/verify")).json()
    head = told.pop("head")
    assert told == {"ok": True, "entries": 4, "first_bad": None, "why": ""}
    assert head.startswith("4:")
    with db.transaction() as session:
        session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
        session.execute(text("UPDATE audit_entries SET subject = 'conversation:c9' WHERE id = 3"))
        session.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER USER"))
    told = (await auditor.get("/api/desk/audit/verify", params={"days": 1})).json()
    assert (told["ok"], told["entries"], told["first_bad"]) == (False, 2, 3)
