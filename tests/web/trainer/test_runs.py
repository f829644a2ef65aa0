"""A model from its training to every Rasa process and back, over the real app; the worker and Rasa are played here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from care.db import run, utcnow
from care.models import working
from care.models.rules import Gate, Step
from care.models.tables import ServingProcess
from tests.support.api import check_problem
from tests.support.desk import Browser

PATH = "/api/desk/trainer"
BASE = "quanyi-aaaaaaaaaaaa.tar.gz"
REASON = "节前先用，节后重训"
REPORT: dict[str, Any] = {"model": "", "figures": [], "labels": [], "confused": [], "gate": {"state": "passed"}}


async def _post(browser: Browser, path: str, **body: Any) -> dict[str, Any]:
    answer = await browser.post(f"{PATH}{path}", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def _get(browser: Browser, path: str) -> dict[str, Any]:
    answer = await browser.get(f"{PATH}{path}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _model(letter: str) -> str:
    return f"quanyi-{letter * 12}.tar.gz"


def _take() -> None:
    assert run(lambda s: working.take(s, "one", utcnow())) is not None


async def _trained(browser: Browser, letter: str, gate: Gate = Gate.PASSED) -> int:
    run_id: int = (await _post(browser, "/runs"))["id"]
    _take()
    run(lambda s: working.note_model(s, run_id, "one", BASE, _model(letter)))
    report = REPORT | {"current": run(lambda s: working.in_use(s, BASE))}
    run(lambda s: working.done(s, run_id, "one", report, gate, utcnow()))
    return run_id


def _seen(name: str, model: str, publication: int | None, state: str = "serving", seconds: int = 1) -> None:
    process = ServingProcess(
        name=name, model=model, publication_id=publication, state=state, seen_at=utcnow() + timedelta(seconds=seconds)
    )
    run(lambda s: s.merge(process))


async def test_a_training_is_followed_and_cancelled(trainer: Browser) -> None:
    waiting = await _post(trainer, "/runs")
    assert (waiting["state"], waiting["gate"], waiting["published"]) == ("waiting", None, False)
    check_problem(await trainer.post(f"{PATH}/runs", json={}), 409, "running")
    path = f"/runs/{waiting['id']}"
    assert await _get(trainer, f"{path}/log") == {"lines": [], "next": 0, "over": False}
    _take()
    run(lambda s: working.beat(s, waiting["id"], "one", utcnow(), Step.TRAIN, 0.5, ["a", "b"]))
    told = await _get(trainer, path)
    assert (told["state"], told["step"], told["share"]) == ("training", "train", 0.5)
    assert await _get(trainer, f"{path}/log?after=1") == {"lines": ["b"], "next": 2, "over": False}
    check_problem(await trainer.get(f"{PATH}{path}/report"), 409, "no_report")
    assert (await _post(trainer, f"{path}/cancel"))["state"] == "training", "until its worker has stopped it"
    run(lambda s: working.cancelled(s, waiting["id"], "one", utcnow()))
    assert (await _get(trainer, path))["state"] == "cancelled"
    assert (await _get(trainer, f"{path}/log"))["over"] is True
    check_problem(await trainer.post(f"{PATH}{path}/cancel", json={}), 409, "over")
    check_problem(await trainer.post(f"{PATH}{path}/publish", json={}), 409, "not_done")


async def test_it_is_live_when_every_process_serves_it_and_over_when_the_files_are_others(trainer: Browser) -> None:
    run_id = await _trained(trainer, "b")
    made = await _post(trainer, f"/runs/{run_id}/publish", threshold=0.4)
    assert (made["model"], made["run"], made["threshold"], made["override"]) == (_model("b"), run_id, 0.4, False)
    steps = [
        ("one:5005", _model("b"), made["id"], "serving", "live", "the only one serves it"),
        ("two:5005", BASE, made["id"], "loading", "swapping", "the other one still loads"),
        ("two:5005", BASE, made["id"], "failed", "failed", "and cannot"),
        ("two:5005", _model("b"), made["id"], "serving", "live", "but the next time"),
    ]
    for name, model, publication, state, standing, why in steps:
        _seen(name, model, publication, state)
        assert (await _get(trainer, "/models"))["publications"][0]["state"] == standing, why
    assert (await _get(trainer, "/models"))["current"]["name"] == _model("b")
    for name in ("one:5005", "two:5005"):
        _seen(name, "quanyi-ffffffffffff.tar.gz", None, seconds=5)
    now = await _get(trainer, "/models")
    assert (now["publications"][0]["state"], now["current"]["name"], now["current"]["published_at"]) == (
        "past",
        "quanyi-ffffffffffff.tar.gz",
        None,
    )
    check_problem(await trainer.post(f"{PATH}/publications/roll-back", json={}), 409, "nothing_before")
    check_problem(await trainer.post(f"{PATH}/runs/{run_id}/publish", json={}), 409, "files")


@pytest.mark.parametrize(("gate", "why"), [(Gate.FAILED, "worse"), (Gate.NOT_JUDGED, "nothing to compare on")])
async def test_only_a_supervisor_publishes_what_did_not_pass(
    trainer: Browser, supervisor: Browser, gate: Gate, why: str
) -> None:
    run_id = await _trained(trainer, "b", gate)
    anyway = f"{PATH}/runs/{run_id}/publish-anyway"
    check_problem(await supervisor.post(f"{PATH}/runs/{run_id}/publish", json={}), 409, "gate")
    check_problem(await trainer.post(anyway, json={"reason": REASON}), 403, "permission")
    check_problem(await supervisor.post(anyway, json={"reason": "急"}), 422, "reason")
    made = await _post(supervisor, f"/runs/{run_id}/publish-anyway", reason=REASON)
    assert (made["override"], made["reason"]) == (True, REASON), why


async def test_what_was_judged_beside_another_model_than_the_one_in_use_did_not_pass(
    trainer: Browser, supervisor: Browser
) -> None:
    """Each of two is better than the model of the files; the better one is published, and then the other one."""
    better, other = await _trained(trainer, "b"), await _trained(trainer, "c")
    await _post(trainer, f"/runs/{better}/publish")
    check_problem(await trainer.post(f"{PATH}/runs/{other}/publish", json={}), 409, "gate")
    report = await _get(trainer, f"/runs/{other}/report")
    assert (report["gate"]["state"], report["gate"]["reasons"][0]["reason"]) == ("not_judged", "outdated")
    assert (await _post(supervisor, f"/runs/{other}/publish-anyway", reason=REASON))["override"] is True
    assert (await _post(trainer, "/publications/roll-back"))["model"] == _model("b")
