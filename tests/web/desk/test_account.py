"""Signing in and out, and one's own password; what an attacker gets who guesses, and what they cannot do to others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import delete, select, update

from care import db
from care.alarms.rules import Kind
from care.audit.tables import AuditEntry
from care.handoff.policy import handoff_policy
from care.locks.tables import LookupLock
from care.staff import accounts, passwords
from care.staff.tables import Staff, StaffPresence, StaffSession
from tests.support.api import check_problem
from tests.support.database import count, scalar
from tests.support.desk import PASSWORD, Browser, member, sign_in_as
from tests.web.conftest import SignIn
from web.desk import account, browsers, hashing
from web.desk.access import COOKIE, CSRF, UNATTENDED

OURS = {"origin": "http://web"}


@pytest.fixture
def lin(app: FastAPI) -> Staff:
    with db.transaction() as session:
        return member(session, "agent", number="1001", name="林一", skills=["billing"])


async def _try(
    client: httpx.AsyncClient, number: str = "1001", password: str = PASSWORD, **headers: str
) -> httpx.Response:
    client.cookies.clear()
    return await client.post("/api/desk/sign-in", json={"number": number, "password": password}, headers=OURS | headers)


def _actions() -> list[tuple[str, str]]:
    with db.transaction() as session:
        return [(entry.action, entry.subject) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def _cookies(response: httpx.Response) -> SimpleCookie:
    jar: SimpleCookie = SimpleCookie()
    for header in response.headers.get_list("set-cookie"):
        jar.load(header)
    return jar


async def test_signing_in_gives_a_cookie_and_says_who_one_is(client: httpx.AsyncClient, lin: Staff) -> None:
    response = await _try(client)
    assert response.status_code == 200, response.text
    me = response.json()
    csrf = me.pop("csrf")
    assert len(csrf) >= 32
    assert me == {
        "number": "1001",
        "name": "林一",
        "role": "agent",
        "permissions": ["own", "queue", "reveal", "talk", "tickets", "verify"],
        "skills": ["billing"],
        "must_change": False,
        "presence": "away",
        "load_limit": 3,
    }
    cookie = _cookies(response)[COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/api/desk", True, "strict")
    assert (cookie["secure"], cookie["max-age"], cookie["domain"]) == ("", "", "")
    again = await client.get("/api/desk/me", headers={"cookie": f"{COOKIE}={cookie.value}"})
    assert again.json() == me | {"csrf": csrf}
    assert again.headers["cache-control"] == "no-store"
    assert _actions() == [("sign_in", "staff:1001")]
    assert cookie.value not in str(scalar("SELECT string_agg(s::text, ' ') FROM staff_sessions s"))


async def test_over_https_the_cookie_stays_on_https(app: FastAPI, lin: Staff) -> None:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://web") as client:
        response = await client.post(
            "/api/desk/sign-in", json={"number": "1001", "password": PASSWORD}, headers={"origin": "https://web"}
        )
    assert [cookie["secure"] for cookie in _cookies(response).values()] == [True, True]


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"origin": "https://www.example.com"}, "a page elsewhere"),
        ({"origin": "null"}, "a page in a sandbox"),
        ({"origin": "http://web.example.com"}, "a name that only begins like ours"),
        ({"origin": "https://web"}, "another scheme"),
        ({}, "nothing said"),
    ],
)
async def test_only_our_own_page_signs_in(
    client: httpx.AsyncClient, lin: Staff, headers: dict[str, str], why: str
) -> None:
    body = {"number": "1001", "password": PASSWORD}
    response = await client.post("/api/desk/sign-in", json=body, headers=headers)
    check_problem(response, 403, "origin")
    assert "set-cookie" not in response.headers, why


async def test_a_wrong_password_and_a_number_of_nobody_are_answered_alike(
    client: httpx.AsyncClient, lin: Staff
) -> None:
    wrong, nobody = await _try(client, password="wrong"), await _try(client, number="1002")
    check_problem(wrong, 403, "sign_in", "1001", "wrong password is")
    check_problem(nobody, 403, "sign_in", "1002")
    assert wrong.json() == nobody.json()
    assert wrong.headers["cache-control"] == "no-store"
    assert _actions() == [("sign_in_failed", "staff:1001"), ("sign_in_failed", "")], "what nobody's is, is not kept"


async def test_both_take_the_work_of_one_check(
    client: httpx.AsyncClient, lin: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose number it is must not be told by the time either."""
    checked: list[str] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, hashed: str, password: str) -> bool:
        checked.append(hashed.rsplit("$", 2)[0])
        return verify(self, hashed, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    with db.transaction() as session:
        left = member(session, "agent", number="1003")
        left.left_at, left.password = db.utcnow(), ""
    for number in ("1001", "1002", "1003", "no number at all", ""):
        check_problem(await _try(client, number=number, password="wrong"), 403, "sign_in")
    assert len(checked) == 5
    assert len(set(checked)) == 1, "with the same parameters"


async def test_whoever_has_left_does_not_come_in(client: httpx.AsyncClient, lin: Staff) -> None:
    with db.transaction() as session:
        session.execute(update(Staff).values(left_at=db.utcnow()))
    check_problem(await _try(client), 403, "sign_in")


async def test_a_session_from_before_is_not_taken_over(client: httpx.AsyncClient, app: FastAPI, lin: Staff) -> None:
    """Somebody who put their own cookie into a browser (fixation) learns nothing by who signs in there."""
    async with sign_in_as(app, lin) as planted:
        response = await _try(client, cookie=f"{COOKIE}={planted.token}")
        assert _cookies(response)[COOKIE].value != planted.token
        check_problem(await planted.get("/api/desk/me"), 401, "signed_out")


async def test_a_password_with_old_parameters_is_hashed_anew(client: httpx.AsyncClient, lin: Staff) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with db.transaction() as session:
        session.execute(update(Staff).values(password=weak))
    assert (await _try(client)).status_code == 200
    stored = str(scalar("SELECT password FROM staff"))
    assert stored != weak
    assert not passwords.is_outdated(stored)
    assert (await _try(client)).status_code == 200


async def test_full_width_signs_of_an_input_method_are_the_same_password(client: httpx.AsyncClient, lin: Staff) -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) if sign != " " else "\u3000" for sign in PASSWORD)
    assert (await _try(client, password=wide)).status_code == 200
    check_problem(await _try(client, password=PASSWORD.upper()), 403, "sign_in")


# Guessing


async def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(client: httpx.AsyncClient, lin: Staff) -> None:
    for _ in range(5):
        check_problem(await _try(client, password="wrong"), 403, "sign_in")
    response = await _try(client)
    check_problem(response, 429, "locked")
    assert response.headers["retry-after"] == "900"
    assert _actions()[-1] == ("sign_in_locked", "staff:1001")
    before = count("audit_entries")
    for _ in range(3):
        check_problem(await _try(client, password="wrong"), 429, "locked")
    assert count("audit_entries") == before, "who goes on fills nothing"
    with db.transaction() as session:
        quarter = timedelta(minutes=15)
        session.execute(
            update(LookupLock).values(since=LookupLock.since - quarter, locked_until=LookupLock.locked_until - quarter)
        )
    assert (await _try(client)).status_code == 200


async def test_supervisors_hear_of_a_locked_number_once_a_day(
    client: httpx.AsyncClient, lin: Staff, signed_in: SignIn
) -> None:
    boss = signed_in("supervisor", number="9001")
    for _ in range(3):
        for _ in range(6):
            await _try(client, password="wrong")
        for _ in range(6):
            await _try(client, number="1002", password="wrong")  # nobody's
        with db.transaction() as session:
            session.execute(delete(LookupLock))
    [alarm] = (await boss.get("/api/desk/alarms")).json()["items"]
    assert (alarm["kind"], alarm["subject"], alarm["detail"]) == (
        "sign_in_locked",
        "staff:1001",
        {"known_browser": False},
    )
    assert alarm["title"] == handoff_policy().alarms[Kind.SIGN_IN_LOCKED]
    seen = (await boss.post(f"/api/desk/alarms/{alarm['id']}/seen")).json()
    assert seen["over_at"] is not None, "it does not last: whoever saw it is done with it"


async def test_a_number_of_nobody_locks_in_the_same_way(client: httpx.AsyncClient, lin: Staff) -> None:
    reasons = [(await _try(client, number="1002", password="wrong")).json()["reason"] for _ in range(6)]
    assert reasons == ["sign_in"] * 5 + ["locked"]
    assert "1002" not in str(scalar("SELECT string_agg(subject, ',') FROM lookup_locks")), "perhaps it is a password"
    assert (await _try(client)).status_code == 200, "others are not concerned"


async def test_a_right_password_forgives_no_wrong_one(client: httpx.AsyncClient, lin: Staff) -> None:
    for _ in range(4):
        await _try(client, password="wrong")
    assert (await _try(client)).status_code == 200
    await _try(client, password="wrong")
    check_problem(await _try(client), 429, "locked")


async def test_a_browser_that_was_signed_in_is_not_locked_by_strangers(client: httpx.AsyncClient, lin: Staff) -> None:
    known = _cookies(await _try(client))[browsers.COOKIE]
    assert (known["path"], known["httponly"], known["samesite"]) == ("/api/desk/sign-in", True, "strict")
    for _ in range(5):
        await _try(client, password="wrong")
    check_problem(await _try(client), 429, "locked")
    cookie = f"{browsers.COOKIE}={known.value}"
    response = await _try(client, cookie=cookie)
    assert response.status_code == 200, "the attacker's tries count elsewhere"
    for _ in range(5):
        check_problem(await _try(client, password="wrong", cookie=cookie), 403, "sign_in")
    check_problem(await _try(client, cookie=cookie), 429, "locked")


@pytest.mark.parametrize("cookie", ["", "x", "W10.x.y", "é"])
async def test_a_browser_cookie_that_is_not_ours_counts_as_none(cookie: str, postgres: object) -> None:
    assert browsers.id_for(cookie, "1001") is None
    mine = browsers.remember(cookie, "1001")
    assert browsers.id_for(mine, "1001")
    assert browsers.id_for(mine, "1002") is None, "of others it knows nothing"
    both = browsers.remember(mine, "1002")
    assert browsers.id_for(both, "1001") == browsers.id_for(both, "1002") == browsers.id_for(mine, "1001")
    # not the last sign: some of its bits are padding
    assert browsers.id_for(mine[:-2] + ("A" if mine[-2] != "A" else "B") + mine[-1], "1001") is None


async def test_one_address_tries_so_often_a_minute(
    client: httpx.AsyncClient, lin: Staff, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.state.accounts.tries, "limit", 3)
    known = _cookies(await _try(client))[browsers.COOKIE].value
    for number in ("2001", "2002"):
        check_problem(await _try(client, number=number), 403, "sign_in")
    check_problem(await _try(client, number="2003"), 429, "too_many")
    assert (await _try(client, cookie=f"{browsers.COOKIE}={known}")).status_code == 200, "a known browser is let in"


async def test_guesses_at_once_are_no_more_than_five(client: httpx.AsyncClient, lin: Staff) -> None:
    tries = [
        client.post("/api/desk/sign-in", json={"number": "1001", "password": f"wrong {n}"}, headers=OURS)
        for n in range(12)
    ]
    reasons = [response.json()["reason"] for response in await asyncio.gather(*tries)]
    assert (reasons.count("sign_in"), reasons.count("locked")) == (5, 7)


# Signed in


async def test_signing_out_ends_the_session_and_the_presence(
    signed_in: SignIn, app: FastAPI, client: httpx.AsyncClient
) -> None:
    agent = signed_in("agent", presence="ready")
    assert (await agent.get("/api/desk/me")).json()["presence"] == "ready"
    with db.transaction() as session:
        second = sign_in_as(app, session.get_one(Staff, agent.staff_id))
    async with second:
        assert (await second.post("/api/desk/sign-out")).json() == {}
        assert (await agent.get("/api/desk/me")).json()["presence"] == "ready", "still there on another browser"
    response = await agent.post("/api/desk/sign-out")
    assert _cookies(response)[COOKIE]["max-age"] == "0"
    check_problem(await agent.get("/api/desk/me"), 401, "signed_out")
    with db.transaction() as session:
        assert session.get_one(StaffPresence, agent.staff_id).state == "away"
    assert _actions() == [("sign_out", f"staff:{agent.number}")] * 2


async def test_what_changes_something_needs_the_csrf(signed_in: SignIn) -> None:
    agent = signed_in()
    for csrf in ("", "x" * 32, "é"):
        response = await agent.post("/api/desk/sign-out", headers={CSRF: csrf.encode()})  # type: ignore[arg-type]
        check_problem(response, 403, "csrf")
    assert (await agent.get("/api/desk/me", headers={CSRF: ""})).status_code == 200


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"ended_at": db.utcnow()}, "signed out"),
        ({"expires_at": db.utcnow() - timedelta(seconds=1)}, "a working day is over"),
        ({"seen_at": db.utcnow() - timedelta(hours=1, seconds=1)}, "idle"),
    ],
)
async def test_a_session_ends(signed_in: SignIn, values: dict[str, Any], why: str) -> None:
    agent = signed_in()
    with db.transaction() as session:
        session.execute(update(StaffSession).values(**values))
    check_problem(await agent.get("/api/desk/me"), 401, "signed_out")


@pytest.mark.parametrize(
    ("method", "headers", "stays", "why"),
    [
        ("GET", {}, True, "somebody reads"),
        ("GET", {UNATTENDED: "1"}, False, "the page reads by itself"),
        ("POST", {UNATTENDED: "1"}, True, "somebody talks, whatever the page thinks of the mouse"),
    ],
)
async def test_what_keeps_a_session_alive(
    signed_in: SignIn, method: str, headers: dict[str, str], stays: bool, why: str
) -> None:
    agent, path = signed_in("agent"), "/api/desk/queue" if method == "GET" else "/api/desk/presence"
    for _ in range(2):
        with db.transaction() as session:
            session.execute(update(StaffSession).values(seen_at=StaffSession.seen_at - timedelta(minutes=40)))
        answer = await agent.request(method, path, json=None if method == "GET" else {"state": "away"}, headers=headers)
    assert (answer.status_code == 200) is stays, why


async def test_a_role_that_changed_counts_with_the_next_request(signed_in: SignIn) -> None:
    person = signed_in("auditor")
    assert (await person.get("/api/desk/audit")).status_code == 200
    with db.transaction() as session:
        session.execute(update(Staff).where(Staff.id == person.staff_id).values(role="agent"))
    check_problem(await person.get("/api/desk/audit"), 403, "permission")


# Passwords


async def _change(browser: Browser, new: str, old: str = PASSWORD) -> httpx.Response:
    return await browser.post("/api/desk/password", json={"old": old, "new": new})


async def test_a_new_password_ends_the_other_sessions(signed_in: SignIn, app: FastAPI) -> None:
    agent = signed_in("agent", must_change=True)
    check_problem(await agent.get("/api/desk/staff"), 403, "must_change")
    with db.transaction() as session:
        other = sign_in_as(app, session.get_one(Staff, agent.staff_id))
    async with other:
        response = await _change(agent, "nine grey pelicans")
        assert response.status_code == 200, response.text
        assert (response.json()["must_change"], response.json()["csrf"]) == (False, agent.csrf)
        check_problem(await other.get("/api/desk/me"), 401, "signed_out")
    assert (await agent.get("/api/desk/me")).status_code == 200
    assert passwords.is_right(str(scalar("SELECT password FROM staff")), "nine grey pelicans")
    assert _actions() == [("password_changed", f"staff:{agent.number}")]


def _is_reset(number: str) -> None:
    with db.transaction() as session:
        accounts.reset_password(
            session, number, passwords.hash_password("given by the admin"), db.utcnow(), by="system"
        )


def _leaves(number: str) -> None:
    with db.transaction() as session:
        accounts.change(session, number, accounts.Changes(left=True), [], db.utcnow(), by="system")


def _comes_back(number: str) -> None:
    _leaves(number)
    with db.transaction() as session:
        accounts.change(session, number, accounts.Changes(left=False), [], db.utcnow(), by="system")


def _is_signed_out(number: str) -> None:
    with db.transaction() as session:
        accounts.sign_out_everywhere(session, number, db.utcnow(), by="system")


def _is_hashed_anew(number: str) -> None:
    """By a sign-in elsewhere, with today's parameters."""
    with db.transaction() as session:
        session.execute(update(Staff).values(password=passwords.hash_password(PASSWORD)))


@pytest.mark.parametrize("check", [1, 2])  # while the old one is checked, while the new one is hashed
@pytest.mark.parametrize(
    ("meanwhile", "status", "reason"),
    [
        (_is_reset, 401, "signed_out"),
        (_leaves, 401, "signed_out"),
        (_comes_back, 401, "signed_out"),
        (_is_signed_out, 401, "signed_out"),
        (_is_hashed_anew, 409, "password_changed"),
    ],
)
async def test_a_new_password_undoes_nothing_that_came_in_between(
    signed_in: SignIn, app: FastAPI, monkeypatch: pytest.MonkeyPatch,
    meanwhile: Callable[[str], None], status: int, reason: str, check: int,
) -> None:  # fmt: skip
    """Whoever sits at a stolen session and knows the password would else keep the account through an admin's reset."""
    agent, run, done = signed_in(), hashing.Hashing.run, 0

    async def slow(self: hashing.Hashing, work: Callable[[], Any]) -> Any:
        nonlocal done
        result = await run(self, work)
        done += 1
        if done == check:
            await asyncio.to_thread(meanwhile, agent.number)
        return result

    monkeypatch.setattr(hashing.Hashing, "run", slow)
    check_problem(await _change(agent, "nine grey pelicans"), status, reason)
    assert done == 2
    assert not passwords.is_right(str(scalar("SELECT password FROM staff")), "nine grey pelicans")
    assert ("password_changed", f"staff:{agent.number}") not in _actions()


@pytest.mark.parametrize("new", ["short", "123456789012", PASSWORD])
async def test_a_weak_password_changes_nothing(signed_in: SignIn, new: str) -> None:
    agent = signed_in()
    check_problem(await _change(agent, new), 422, "password_weak", new)
    assert passwords.is_right(str(scalar("SELECT password FROM staff")), PASSWORD)


async def test_an_open_desk_is_no_way_to_guess_the_password(signed_in: SignIn) -> None:
    agent = signed_in()
    for _ in range(5):
        check_problem(await _change(agent, "nine grey pelicans", old="wrong"), 403, "password_wrong")
    check_problem(await _change(agent, "nine grey pelicans"), 429, "locked")


async def test_too_many_at_once_are_asked_to_come_again(
    client: httpx.AsyncClient, lin: Staff, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing, "_WAIT_SECONDS", 0.05)
    places = app.state.accounts.hashing._places
    for _ in range(hashing.AT_ONCE):
        await places.acquire()
    check_problem(await _try(client), 503, "busy")
    for _ in range(hashing.AT_ONCE):
        places.release()
    assert (await _try(client)).status_code == 200


@pytest.fixture(autouse=True)
async def _no_words_in_logs(caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    """Neither names nor passwords nor hashes, whatever happened."""
    yield
    assert [word for word in (PASSWORD, "wrong 1", "林一", "pelicans", "$argon2id") if word in caplog.text] == []


def test_the_limit_of_an_address_lets_a_shift_begin() -> None:
    assert account.TRIES_PER_MINUTE >= 50
