"""`/api/desk/surges` and `/api/operator/faults`: who may, and what is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from care import db
from care.surges.tables import Surge
from tests.support.desk import Browser
from tests.support.environment import forget_settings
from web.choices import WRONG_KEYS_PER_MINUTE

SignIn = Callable[..., Browser]
PATH, FAULTS = "/api/desk/surges", "/api/operator/faults"
KEY = "key-of-the-network-watch-of-the-tests-0123456789"


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("QUANYI_OPERATOR_KEY", KEY)
    forget_settings()
    yield
    monkeypatch.undo()
    forget_settings()


def fault(**changed: Any) -> dict[str, Any]:
    told = {
        "id": "F-1",
        "category": "complaint_network",
        "area": "北京市海淀区",
        "began_at": (db.utcnow() - timedelta(minutes=5)).isoformat(),
        "words": "基站停电，正在抢修。",
    }
    return told | changed


async def tell(client: httpx.AsyncClient, key: str | None = KEY, **changed: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return await client.post(FAULTS, json=fault(**changed), headers=headers)


async def test_a_fault_is_told_seen_changed_and_ended(
    key: None, client: httpx.AsyncClient, agent: Browser, supervisor: Browser
) -> None:
    told = await tell(client)
    assert told.status_code == 200, told.text
    assert (await tell(client)).json() == told.json()
    (seen,) = (await agent.get(PATH)).json()["items"]
    assert (seen["kind"], seen["status"], seen["area"], seen["can"]) == ("feed", "confirmed", "北京海淀区", [])
    (seen,) = (await supervisor.get(PATH)).json()["items"]
    assert seen["can"] == ["take", "confirm", "clear"]
    one = f"{PATH}/{seen['id']}"
    assert (await agent.post(f"{one}/take", json={})).status_code == 403
    assert (await supervisor.post(f"{one}/take", json={})).json()["owner"] == supervisor.number
    until = (db.utcnow() + timedelta(hours=2)).isoformat()
    changed = await supervisor.post(f"{one}/confirm", json={"words": "正在抢修。", "repaired_by": until})
    assert changed.json()["words"] == "正在抢修。"
    assert (await supervisor.post(f"{one}/dismiss", json={"reason": "没有"})).status_code == 409
    ended = await supervisor.post(f"{one}/clear", json={"words": "已恢复供电。"})
    assert ended.json()["status"] == "over"
    assert (await agent.get(PATH)).json() == {"items": []}
    assert [each["id"] for each in (await agent.get(f"{PATH}?status=over")).json()["items"]] == [seen["id"]]
    assert (await tell(client, over=True)).json()["status"] == "over"


WRONG = [
    ({"category": "gone"}, 422),
    ({"area": "某处"}, 422),
    ({"began_at": "2999-01-01T00:00:00Z"}, 422),
    ({"began_at": "2026-01-01T00:00:00"}, 422),  # without its zone
    ({"id": "has space"}, 422),
    ({"words": ""}, 422),
    ({"words": "字" * 201}, 422),
    ({"more": 1}, 422),
]


@pytest.mark.parametrize(("changed", "status"), WRONG)
async def test_a_fault_that_cannot_be_is_refused(
    key: None, client: httpx.AsyncClient, changed: dict[str, Any], status: int
) -> None:
    assert (await tell(client, **changed)).status_code == status


async def test_without_the_key_nobody_tells(key: None, client: httpx.AsyncClient) -> None:
    for wrong in (None, "x", *("y" for _ in range(WRONG_KEYS_PER_MINUTE - 2))):
        assert (await tell(client, wrong)).status_code == 401
    assert (await tell(client, "x")).status_code == 429


async def test_where_no_key_is_set_nobody_tells(client: httpx.AsyncClient) -> None:
    assert (await tell(client)).status_code == 404


async def test_one_that_is_known_by_its_words_has_a_title(supervisor: Browser) -> None:
    with db.transaction() as session:
        surge = Surge(kind="text", status="suspected", category="", province="", district="", title="副卡 · 停机")
        surge.found_at = surge.grew_at = db.utcnow()
        session.add(surge)
    (seen,) = (await supervisor.get(PATH)).json()["items"]
    assert (seen["kind"], seen["title"], seen["category_title"], seen["area"]) == ("text", "副卡 · 停机", "", None)
