"""The action server: closed to strangers, and its errors name only their kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from cli.run.postgres import Embedded
from tests.support.environment import ACTIONS_SECRET, forget_settings
from tests.support.rasa import Actions, Talk
from tests.support.source import ROOT

NAME = "王小明"


def _greeting() -> Talk:
    return Talk().user(f"我是{NAME}", "ticket_status")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Other": "x"},  # none
        {"X-Quanyi-Actions-Secret": ""},  # empty
        {"X-Quanyi-Actions-Secret": ACTIONS_SECRET[:-1]},  # nearly
        {"X-Quanyi-Actions-Secret": ACTIONS_SECRET + "x"},
        {"X-Quanyi-Actions-Secret": ACTIONS_SECRET.upper()},
        {"X-Quanyi-Secret": ACTIONS_SECRET},  # under another name
    ],
)
async def test_strangers_are_refused(actions: Actions, headers: dict[str, str]) -> None:
    response = await actions.post(_greeting().call("action_follow_up"), **headers)
    assert response.status_code == 401
    assert response.json() == {"error": "secret"}


async def test_strangers_are_refused_before_their_words_are_read(actions: Actions) -> None:
    response = await actions.client.post("/webhook", content=b"not json")
    assert response.status_code == 401


async def test_who_knows_the_secret_is_served(actions: Actions) -> None:
    response = await actions.post(_greeting().call("action_follow_up"))
    assert response.status_code == 200
    assert response.json()["events"] == []


async def test_an_unknown_action_is_loud(actions: Actions) -> None:
    """Rasa reads 404 as "there is no such action" and goes on; a build that lacks one must be noticed."""
    response = await actions.post(_greeting().call("action_of_tomorrow"))
    assert response.status_code == 500
    assert response.json() == {"error": "unknown action", "action_name": "action_of_tomorrow"}


async def test_a_crash_tells_nothing_of_the_customer(actions: Actions, caplog: pytest.LogCaptureFixture) -> None:
    """A complaint of a conversation that is not there: the statement that breaks carries the customer's words."""
    talk = Talk("c404", category="other", description=NAME).user("确认", "affirm")
    response = await actions.post(talk.call("action_file_complaint"))
    assert response.status_code == 500
    assert response.json() == {"error": "internal", "action_name": "action_file_complaint"}
    assert "action_crashed" in caplog.text
    assert NAME not in caplog.text


async def test_every_action_of_the_domain_is_there(actions: Actions) -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    for name in domain["actions"]:
        response = await actions.post(Talk().user("你好").call(name))
        assert response.json().get("error") != "unknown action", name
    health = await actions.client.get("/health")
    assert health.json() == {"status": "ok", "actions": len(domain["actions"])}, "and no other is served"


async def test_metrics_count_by_outcome(actions: Actions) -> None:
    await actions.post(_greeting().call("action_follow_up"))
    metrics = (await actions.client.get("/metrics")).text
    assert 'quanyi_actions_total{action="action_follow_up",outcome="done"}' in metrics
    assert NAME not in metrics


@pytest.fixture
def dead_database(postgres: Embedded) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUANYI_DATABASE_URL", "postgresql://quanyi:geheim@127.0.0.1:9/quanyi")
        forget_settings()
        yield
        forget_settings()


async def test_without_the_database_it_says_try_again(actions: Actions, dead_database: None) -> None:
    """503: Rasa does not save the turn, the message stays queued, and is run again."""
    for action in ("action_follow_up", "action_request_handoff"):
        response = await actions.post(_greeting().call(action))
        assert response.status_code == 503
        assert response.json() == {"error": "database", "action_name": action}
