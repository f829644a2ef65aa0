"""Admins make, change and end accounts; the last of them cannot lock everybody out."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from care import db
from care.audit.tables import AuditEntry
from care.locks.rules import Limit
from care.locks.service import count_try, lock_if_too_many
from care.staff import passwords
from care.staff.signing_in import WRONG_PASSWORDS
from care.staff.tables import Staff, StaffPresence
from tests.support.api import check_problem
from tests.support.database import raw_bytes, scalar
from tests.support.desk import PASSWORD, sign_in_as
from tests.support.waiting import at_once
from tests.web.conftest import SignIn

NEW = {"number": "1001", "name": "林一", "role": "agent", "skills": ["network", "billing"], "load_limit": 2}


def _noted() -> list[tuple[str, str, str, dict[str, Any]]]:
    with db.transaction() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        return [(entry.actor, entry.action, entry.subject, entry.detail) for entry in entries]


async def test_a_new_account_has_a_password_that_is_shown_once(signed_in: SignIn, client: httpx.AsyncClient) -> None:
    admin = signed_in("admin", number="9001")
    response = await admin.post("/api/desk/staff", json=NEW)
    assert response.status_code == 201, response.text
    made = response.json()
    password = made.pop("password")
    made.pop("created_at")
    assert made == NEW | {
        "skills": ["billing", "network"], "department": None, "is_head": False, "must_change": True, "left_at": None,
    }  # fmt: skip
    assert len(password) == 19
    assert password.encode() not in raw_bytes()
    listed = (await admin.get("/api/desk/staff")).json()["items"]
    assert [each["number"] for each in listed] == ["1001", "9001"]
    assert not any("password" in each for each in listed)
    signing_in = {"number": "1001", "password": password}
    me = await client.post("/api/desk/sign-in", json=signing_in, headers={"origin": "http://web"})
    assert me.json()["must_change"] is True
    assert _noted()[0] == (
        "staff:9001",
        "staff_added",
        "staff:1001",
        {"role": "agent", "skills": ["billing", "network"], "load_limit": 2},
    )
    assert "林一" not in str(_noted())


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        ({"number": "9001"}, 409, "number_taken"),
        ({"number": "a b"}, 422, "staff"),
        ({"number": "staff:1"}, 422, "staff"),
        ({"number": "1" * 17}, 422, "staff"),
        ({"name": " "}, 422, "staff"),
        ({"name": "x" * 41}, 422, "staff"),
        ({"name": "a\u202eb"}, 422, "staff"),  # turns round what stands behind it
        ({"role": "owner"}, 422, "request"),
        ({"skills": ["magic"]}, 422, "staff"),
        ({"load_limit": 0}, 422, "staff"),
        ({"department": "magic"}, 422, "staff"),
        ({"is_head": True}, 422, "staff"),  # of what?
        ({"load_limit": 21}, 422, "staff"),
        ({"password": "chosen by the admin"}, 422, "request"),
    ],
)
async def test_what_is_no_account(signed_in: SignIn, fields: dict[str, Any], status: int, reason: str) -> None:
    admin = signed_in("admin", number="9001")
    check_problem(await admin.post("/api/desk/staff", json=NEW | fields), status, reason)
    assert scalar("SELECT count(*) FROM staff") == 1


async def test_changes_are_noted_with_what_was_before(signed_in: SignIn) -> None:
    admin, agent = signed_in("admin", number="9001"), signed_in("agent", number="1001")
    changed = await admin.patch(
        "/api/desk/staff/1001", json={"name": "林二", "role": "supervisor", "skills": ["billing"], "load_limit": 5}
    )
    assert changed.status_code == 200, changed.text
    assert _noted()[-1] == (
        "staff:9001",
        "staff_changed",
        "staff:1001",
        {"name": True, "role": ["agent", "supervisor"], "skills": [[], ["billing"]], "load_limit": [3, 5]},
    )
    me = (await agent.get("/api/desk/me")).json()
    assert (me["name"], me["role"], me["skills"], me["load_limit"]) == ("林二", "supervisor", ["billing"], 5)
    before = len(_noted())
    assert (await admin.patch("/api/desk/staff/1001", json={"name": "林二"})).status_code == 200
    assert len(_noted()) == before, "nothing changed"
    check_problem(await admin.patch("/api/desk/staff/1009", json={}), 422, "no_staff")


async def test_departments_and_their_heads(signed_in: SignIn) -> None:
    admin = signed_in("admin", number="9001")
    made = await admin.post("/api/desk/staff", json=NEW | {"department": "network", "is_head": True})
    assert (made.json()["department"], made.json()["is_head"]) == ("network", True)
    assert _noted()[-1][3] | {"department": "network", "is_head": True} == _noted()[-1][3]

    async def change(**fields: Any) -> tuple[str | None, bool]:
        changed = (await admin.patch("/api/desk/staff/1001", json=fields)).json()
        return changed["department"], changed["is_head"]

    assert await change(name="林三") == ("network", True), "what is missing stays as it is"
    assert await change(department="service") == ("service", True)
    assert _noted()[-1][3] == {"department": ["network", "service"]}
    assert await change(is_head=False) == ("service", False)
    assert await change(department=None) == (None, False)
    check_problem(await admin.patch("/api/desk/staff/1001", json={"is_head": True}), 422, "staff")
    check_problem(await admin.patch("/api/desk/staff/1001", json={"department": "magic"}), 422, "staff")


async def test_who_leaves_is_out_at_once(signed_in: SignIn, app: FastAPI) -> None:
    admin, agent = signed_in("admin", number="9001"), signed_in("agent", number="1001", presence="ready")
    response = await admin.patch("/api/desk/staff/1001", json={"left": True})
    assert response.json()["left_at"] is not None
    check_problem(await agent.get("/api/desk/me"), 401, "signed_out")
    with db.transaction() as session:
        assert session.get_one(StaffPresence, agent.staff_id).state == "away"
    check_problem(await admin.post("/api/desk/staff/1001/password"), 409, "left")
    back = await admin.patch("/api/desk/staff/1001", json={"left": False})
    assert (back.json()["left_at"], back.json()["must_change"]) == (None, True)
    stored = str(scalar("SELECT password FROM staff WHERE number = '1001'"))
    assert not passwords.is_right(stored, PASSWORD), "the old password does not come back with them"


async def test_an_agent_who_becomes_something_else_takes_no_customers(signed_in: SignIn) -> None:
    admin, agent = signed_in("admin", number="9001"), signed_in("agent", number="1001", presence="ready")
    assert (await admin.patch("/api/desk/staff/1001", json={"role": "auditor"})).status_code == 200
    with db.transaction() as session:
        assert session.get_one(StaffPresence, agent.staff_id).state == "away"


async def test_a_reset_password_ends_sessions_and_locks(signed_in: SignIn) -> None:
    admin, agent = signed_in("admin", number="9001"), signed_in("agent", number="1001")
    with db.transaction() as session:
        for subject in ("staff:1001", "staff:1001:browser", "staff:10010"):
            count_try(session, [subject], WRONG_PASSWORDS, db.utcnow())
            lock_if_too_many(session, [subject], Limit(1, WRONG_PASSWORDS.window), db.utcnow())
    password = (await admin.post("/api/desk/staff/1001/password")).json()["password"]
    assert passwords.is_right(str(scalar("SELECT password FROM staff WHERE number = '1001'")), password)
    check_problem(await agent.get("/api/desk/me"), 401, "signed_out")
    assert scalar("SELECT string_agg(subject, ',') FROM lookup_locks") == "staff:10010"
    assert _noted()[-1] == ("staff:9001", "password_reset", "staff:1001", {})


async def test_an_admin_signs_others_out(signed_in: SignIn, app: FastAPI) -> None:
    admin, agent = signed_in("admin", number="9001"), signed_in("agent", number="1001", presence="ready")
    with db.transaction() as session:
        other = sign_in_as(app, session.get_one(Staff, agent.staff_id))
    async with other:
        assert (await admin.post("/api/desk/staff/1001/sign-out")).status_code == 200
        for browser in (agent, other):
            check_problem(await browser.get("/api/desk/me"), 401, "signed_out")
    assert _noted()[-1] == ("staff:9001", "staff_signed_out", "staff:1001", {"sessions": 2})


@pytest.mark.parametrize("change", [{"left": True}, {"role": "agent"}, {"role": "auditor", "name": "x"}])
async def test_the_last_admin_stays_one(signed_in: SignIn, change: dict[str, Any]) -> None:
    admin = signed_in("admin", number="9001")
    check_problem(await admin.patch("/api/desk/staff/9001", json=change), 409, "last_admin")
    assert (await admin.get("/api/desk/staff")).status_code == 200
    signed_in("admin", number="9002")
    assert (await admin.patch("/api/desk/staff/9001", json=change)).status_code == 200


async def test_an_admin_who_has_left_does_not_count(signed_in: SignIn) -> None:
    admin = signed_in("admin", number="9001")
    signed_in("admin", number="9002")
    with db.transaction() as session:
        session.execute(update(Staff).where(Staff.number == "9002").values(left_at=db.utcnow()))
    check_problem(await admin.patch("/api/desk/staff/9001", json={"left": True}), 409, "last_admin")


def test_two_admins_who_remove_each_other_leave_one(database: object) -> None:
    from care.errors import Conflict
    from care.staff.accounts import Changes, change
    from tests.support.desk import member

    with db.transaction() as session:
        for number in ("9001", "9002"):
            member(session, "admin", number=number)

    def remove(number: str) -> str:
        def work(session: Any) -> None:
            change(session, number, Changes(left=True), [], db.utcnow(), by="staff:x")

        try:
            db.run(work)
        except Conflict as error:
            return error.reason
        return "left"

    assert sorted(at_once(lambda: remove("9001"), lambda: remove("9002"))) == ["last_admin", "left"]
