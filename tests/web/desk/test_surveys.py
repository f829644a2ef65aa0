"""`/api/desk/surveys`: supervisors plan and read waves, auditors read, agents neither."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from care.db import transaction, utcnow
from care.satisfaction.answering import Given
from tests.support.desk import Browser
from tests.support.surveys import answers, panel

SignIn = Callable[..., Browser]

PATH = "/api/desk/surveys"


@pytest.fixture
def auditor(signed_in: SignIn) -> Browser:
    return signed_in("auditor")


async def test_a_wave_from_its_plan_to_its_end(supervisor: Browser) -> None:
    with transaction() as session:
        panel(session, 20, "北京")
    planned = (await supervisor.post(f"{PATH}/waves", json={"quarter": "2026Q4", "sample": 10})).json()
    assert (planned["status"], planned["frame"], planned["opens_at"]) == ("planned", 0, None)
    wave = f"{PATH}/waves/{planned['id']}"
    opened = (await supervisor.post(f"{wave}/open", json={})).json()
    assert opened["strata"] == [{"name": "北京/-", "frame": 20, "sample": 10, "answered": 0}]
    with transaction() as session:
        answers(session, planned["id"], [Given(8, {})] * 6, utcnow())
    (listed,) = (await supervisor.get(f"{PATH}/waves")).json()["items"]
    assert (listed["answered"], listed["status"]) == (6, "open")
    trend = (await supervisor.get(f"{PATH}/index")).json()
    assert (trend["target"], trend["satisfied_target"]) == (None, 0.85), "the policy's target is a share, no index"
    (point,) = trend["points"]
    assert point["satisfied"] == 1.0
    assert (point["quarter"], round(point["value"], 1), point["answers"]) == ("2026Q4", 77.8, 6)
    assert (await supervisor.post(f"{wave}/close", json={})).json()["status"] == "closed"
    assert (await supervisor.post(f"{wave}/open", json={})).json()["reason"] == "wave_status"


REFUSED = [
    # what is sent, the reason
    ({"quarter": "2026-4", "sample": 5}, "quarter"),
    ({"quarter": "2026Q4", "sample": 0}, "request"),
    ({"quarter": "2026Q4", "sample": 5, "more": 1}, "request"),
]


@pytest.mark.parametrize(("told", "reason"), REFUSED)
async def test_no_plan(supervisor: Browser, told: dict[str, object], reason: str) -> None:
    response = await supervisor.post(f"{PATH}/waves", json=told)
    assert (response.status_code, response.json()["reason"]) == (422, reason)


async def test_slices_and_counters_without_anything(auditor: Browser) -> None:
    for by in ("busy", "age", "region", "channel"):
        rows = await auditor.get(f"{PATH}/slices?by={by}&since=2026-11-01&until=2026-11-30")
        assert rows.json() == {"rows": []}
    counter = await auditor.get(f"{PATH}/counter?month=2026-11")
    assert counter.json() == {"samples": [], "mean": None}


@pytest.mark.parametrize("by", ["sex", "education"])
async def test_nobody_is_divided_by_these(auditor: Browser, by: str) -> None:
    response = await auditor.get(f"{PATH}/slices?by={by}&since=2026-11-01&until=2026-11-30")
    assert response.status_code == 422


async def test_a_year_at_most(auditor: Browser) -> None:
    response = await auditor.get(f"{PATH}/slices?by=busy&since=2025-11-01&until=2026-11-30")
    assert (response.status_code, response.json()["reason"]) == (422, "period")


async def test_who_may(agent: Browser, auditor: Browser) -> None:
    for path in ("waves", "index", "counter?month=2026-11"):
        assert (await agent.get(f"{PATH}/{path}")).status_code == 403
        assert (await auditor.get(f"{PATH}/{path}")).status_code == 200
    plan = {"quarter": "2026Q4", "sample": 5}
    response: httpx.Response = await auditor.post(f"{PATH}/waves", json=plan)
    assert response.status_code == 403
