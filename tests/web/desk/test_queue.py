"""The queue over HTTP: who waits, taking and refusing, being ready, the team, and a supervisor's word."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from care.conversations.tables import Message
from care.db import transaction, utcnow
from care.handoff.policy import handoff_policy
from care.handoff.rules import Reason
from care.handoff.tables import Handoff
from care.wording import say
from tests.care.handoff.conftest import waits
from tests.web.conftest import SignIn

pytestmark = pytest.mark.usefixtures("database")

#: at any hour somebody is on duty
SKILLS = ["service", "duty"]


def _ask(conversation: str = "c1", reason: Reason = Reason.DISTRESS) -> int:
    with transaction() as session:
        return waits(session, conversation, reason, utcnow()).id


def _problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["reason"]


async def test_who_waits(signed_in: SignIn) -> None:
    agent = signed_in("agent", skills=SKILLS, presence="ready")
    first, second = _ask("c1"), _ask("c2", Reason.ASKED)
    read = (await agent.get("/api/desk/queue")).json()
    assert [item["handoff"] for item in read["items"]] == [first, second]
    item = read["items"][0]
    assert item["offered_to"] == agent.number
    assert (item["queue"], item["position"], item["reason"], item["is_mine_before"]) == ("duty", 1, "distress", False)
    assert item["reason_title"] == handoff_policy().reasons[Reason.DISTRESS].title
    duty = next(queue for queue in read["queues"] if queue["name"] == "duty")
    assert (duty["title"], duty["waiting"], duty["ready"], duty["is_open"]) == (
        handoff_policy().queues["duty"].title,
        1,
        1,
        True,
    )


async def test_take_and_take_again_and_too_late(signed_in: SignIn) -> None:
    agent, other = signed_in("agent", skills=SKILLS, presence="ready"), signed_in("agent", skills=SKILLS)
    handoff = _ask()
    for _ in range(2):
        answer = await agent.post(f"/api/desk/handoffs/{handoff}/take")
        assert (answer.status_code, answer.json()) == (200, {"conversation": "c1"})
    with transaction() as session:
        said = [row.text for row in session.query(Message).filter(Message.author == "system")]
    assert said == [say("agent_joined", staff=agent.number)], "told once who it is"
    assert _problem(await other.post(f"/api/desk/handoffs/{handoff}/take")) == (409, "taken")
    assert _problem(await other.post("/api/desk/handoffs/999/take")) == (409, "gone")
    stranger = signed_in("agent", skills=["network"])
    assert _problem(await stranger.post(f"/api/desk/handoffs/{_ask('c2')}/take")) == (403, "skill")


async def test_refusing(signed_in: SignIn) -> None:
    agent = signed_in("agent", skills=SKILLS, presence="ready")
    handoff = _ask()
    assert (await agent.post(f"/api/desk/handoffs/{handoff}/refuse", json={"reason": "busy"})).json() == {}
    assert (await agent.get("/api/desk/queue")).json()["items"][0]["offered_to"] is None
    bad = await agent.post(f"/api/desk/handoffs/{handoff}/refuse", json={"reason": "tired"})
    assert bad.status_code == 422


async def test_being_ready_and_the_team(signed_in: SignIn) -> None:
    agent, boss = signed_in("agent", skills=SKILLS), signed_in("supervisor", presence="away")
    signed_in("trainer")
    handoff = _ask()
    answer = await agent.post("/api/desk/presence", json={"state": "ready"})
    assert (answer.status_code, answer.json()) == (200, {"presence": "ready"})
    items = (await boss.get("/api/desk/team")).json()["items"]
    assert [(each["number"], each["role"], each["presence"], each["load"]) for each in items] == [
        (agent.number, "agent", "ready", 1),
        (boss.number, "supervisor", "away", 0),
    ], "it rings there; a trainer takes nobody"
    assert (await agent.post("/api/desk/presence", json={"state": "away"})).json() == {"presence": "away"}
    assert (await agent.get("/api/desk/queue")).json()["items"][0]["offered_to"] is None
    await agent.post(f"/api/desk/handoffs/{handoff}/take")
    assert (await agent.get("/api/desk/team")).json()["items"][0]["load"] == 1


async def test_a_supervisor_gives_a_customer_to_somebody(signed_in: SignIn) -> None:
    agent, boss = signed_in("agent", skills=[], presence="ready"), signed_in("supervisor")
    handoff = _ask()
    path = "/api/desk/conversations/c1/reassign"
    assert (await boss.post(path, json={"to": agent.number})).json() == {}
    with transaction() as session:
        assert session.get_one(Handoff, handoff).staff_id == agent.staff_id
    assert (await boss.post(path, json={"to": {"queue": "duty"}})).json() == {}
    with transaction() as session:
        assert session.get_one(Handoff, handoff).status == "waiting"
    assert _problem(await boss.post(path, json={"to": {"queue": "nowhere"}})) == (422, "to")
    assert _problem(await boss.post(path, json={"to": "nobody"})) == (422, "to")
    assert _problem(await boss.post("/api/desk/conversations/c9/reassign", json={"to": agent.number})) == (409, "gone")
    assert _problem(await agent.post(path, json={"to": agent.number})) == (403, "permission")


async def test_the_wall(signed_in: SignIn) -> None:
    agent, boss = signed_in("agent", skills=SKILLS, presence="ready"), signed_in("supervisor")
    await agent.post(f"/api/desk/handoffs/{_ask()}/take")
    _ask("c2")
    wall = (await boss.get("/api/desk/wall")).json()
    duty = next(queue for queue in wall["queues"] if queue["name"] == "duty")
    assert (duty["waiting"], duty["requested"], duty["picked"], duty["pick_up_rate"]) == (1, 2, 1, 1.0)
    shown = next(each for each in wall["agents"] if each["number"] == agent.number)
    assert (shown["presence"], shown["load"], shown["picked"], shown["rated"]) == ("ready", 2, 1, 0)
    assert wall["clocks"] == {"missed": 0, "due_1h": 0, "due_4h": 0, "open": 0}
    assert wall["targets"] == {"pick_up_rate": 0.9, "mean_wait": 30, "drop_rate": 0.005}
    assert {alarm["kind"] for alarm in wall["alarms"]} == {"urgent"}
    assert (await agent.get("/api/desk/wall")).status_code == 403


async def test_alarms_are_seen(signed_in: SignIn) -> None:
    boss, other = signed_in("supervisor"), signed_in("supervisor")
    _ask()
    [alarm] = (await boss.get("/api/desk/alarms")).json()["items"]
    assert (alarm["title"], alarm["seen_by"], alarm["over_at"]) == (handoff_policy().alarms["urgent"], None, None)
    for each in (boss, other):
        seen = (await each.post(f"/api/desk/alarms/{alarm['id']}/seen")).json()
        assert seen["seen_by"] == boss.number
    assert _problem(await boss.post("/api/desk/alarms/999/seen")) == (422, "alarm")


PERIODS = [
    # from and to, as days from now; status
    (-1, 1, 200, "a day"),
    (0, 0, 422, "nothing"),
    (1, -1, 422, "backwards"),
    (-92, 0, 200, "a quarter"),
    (-93, 0, 422, "longer"),
]


@pytest.mark.parametrize(("since", "until", "status", "why"), PERIODS)
async def test_periods_of_the_figures(signed_in: SignIn, since: int, until: int, status: int, why: str) -> None:
    boss, now = signed_in("supervisor"), utcnow()
    period = {"from": (now + timedelta(days=since)).isoformat(), "to": (now + timedelta(days=until)).isoformat()}
    assert (await boss.get("/api/desk/metrics", params=period)).status_code == status, why


async def test_figures(signed_in: SignIn) -> None:
    agent, auditor = signed_in("agent", skills=SKILLS), signed_in("auditor")
    await agent.post(f"/api/desk/handoffs/{_ask()}/take")
    now = utcnow()
    period = {"from": (now - timedelta(hours=1)).isoformat(), "to": (now + timedelta(hours=1)).isoformat()}
    for by, key, title in (
        ("queue", "duty", handoff_policy().queues["duty"].title),
        ("agent", agent.number, "赵一"),
        ("hour", None, None),
    ):
        read = (await auditor.get("/api/desk/metrics", params=period | {"by": by})).json()
        [row] = read["rows"]
        assert (row["requested"], row["picked"], row["pick_up_rate"]) == (1, 1, 1.0)
        if key is not None:
            assert (row["key"], row["title"]) == (key, title)
        assert set(read["definitions"]) >= {"requested", "mean_wait", "dropped"}
    naive = await auditor.get("/api/desk/metrics", params={"from": "2026-11-20T00:00:00", "to": "2026-11-21T00:00:00"})
    assert naive.status_code == 422, "a time without its offset is nobody's"
