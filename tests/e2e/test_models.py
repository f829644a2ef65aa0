"""From a message that was not understood to a model that understands it, through every part of the running product."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from tests.e2e.client import Conversation
from tests.e2e.desk_client import Desk, sign_in
from tests.e2e.stack import Stack
from tests.e2e.training_run import (
    OVER,
    Talkers,
    agree,
    at_step,
    ended,
    in_inbox,
    live,
    run_of,
    said,
    start,
    trains,
    understood,
    until,
)

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

UNKNOWN = "我的粮票还剩几斤"
SENTENCES = ["粮票吃得差不多了吧帮我瞧瞧", "这个月粮票用了多少", "查查粮票够不够吃到月底", "咱这粮票剩多少呀"]
LABEL = "billing_usage"
#: labels of which most examples go, to make a worse model
WORSE = ("greet_chitchat", "ticket_status", "satisfaction")
TALKERS = 4


@pytest.fixture(scope="module")
def trainer(small_stack: Stack) -> Iterator[Desk]:
    with closing(sign_in(small_stack, "trainer")) as desk:
        yield desk


@pytest.fixture(scope="module")
def lead(small_stack: Stack) -> Iterator[Desk]:
    with closing(sign_in(small_stack, "supervisor")) as desk:
        yield desk


def test_what_was_not_understood_is_understood_after_a_training(small_stack: Stack, trainer: Desk) -> None:
    """Asked, labelled, trained, judged, published while others talk, asked again; and back again."""
    customer = Conversation(small_stack.http)
    customer.say("你好")
    agree(customer)
    customer.say(UNKNOWN)
    assert understood(small_stack, UNKNOWN)[0] == "nlu_fallback"
    item = in_inbox(trainer, UNKNOWN)
    assert "misunderstood" in item["why"]
    sentences = [{"words": words, "label": LABEL, "sub": None} for words in SENTENCES]
    accepted = trainer.json("POST", f"/trainer/inbox/{item['id']}/accept", {"sentences": sentences})
    assert [change["after"]["words"] for change in accepted["changes"]] == SENTENCES

    run = start(trainer)
    done = ended(trainer, run)
    lines = said(trainer, run)
    assert done["state"] == "done", "\n".join([str(done), *lines[-30:]])
    assert (done["gate"], done["data_version"]) == ("passed", accepted["changes"][-1]["id"]), _report(trainer, run)
    assert lines, "its log can be followed"
    report = trainer.json("GET", f"/trainer/runs/{run}/report")
    assert report["model"] == done["model"] != report["current"]
    assert report["figures"], "told beside the current model's"
    assert report["thresholds"][0]["handed_off"] == 0
    assert report["stories"]["failed"] == []

    before = trainer.json("GET", "/trainer/models")["current"]["name"]
    talkers, over = Talkers(small_stack), []
    with ThreadPoolExecutor(TALKERS) as threads:
        talks = [threads.submit(talkers.talk, lambda: not over) for _ in range(TALKERS)]
        until(lambda: len(talkers.seconds) > 2 * TALKERS, "customers who talk", 30)
        try:
            published = trainer.json("POST", f"/trainer/runs/{run}/publish", {"threshold": None})
            live(trainer, done["model"])
            time.sleep(1)
        finally:
            over.append(True)
        for talk in talks:
            talk.result()
    talkers.check()
    worst, usual = max(talkers.seconds), statistics.median(talkers.seconds)
    print(f"{len(talkers.seconds)} messages during the swap: median {usual:.2f} s, worst {worst:.2f} s")
    assert (published["by"], published["override"]) == (trainer.number, False)
    assert understood(small_stack, UNKNOWN)[0] == LABEL

    back = trainer.json("POST", "/trainer/publications/roll-back", {})
    assert back["model"] == before
    live(trainer, before)
    assert understood(small_stack, UNKNOWN)[0] == "nlu_fallback"


def test_a_training_survives_its_worker_and_ends_when_it_is_cancelled(small_stack: Stack, trainer: Desk) -> None:
    _write(trainer, "粮票快见底了没")
    run = start(trainer)
    assert trainer.json("POST", "/trainer/runs", {}, status=409)["reason"] == "running"
    at_step(trainer, run, "train")
    until(lambda: trains(small_stack), "Rasa to train", 30)
    small_stack.kill("worker")
    until(lambda: not trains(small_stack), "the training to end with its worker", 15)
    with psycopg.connect(small_stack.environment["QUANYI_DATABASE_URL"]) as connection:  # a minute later
        connection.execute("UPDATE training_runs SET leased_until = now() WHERE id = %s", [run])
    until(lambda: any("begins anew" in line for line in said(trainer, run)), "another worker to take it up", 60)
    at_step(trainer, run, "train")
    until(lambda: trains(small_stack), "Rasa to train again", 30)
    trainer.json("POST", f"/trainer/runs/{run}/cancel", {})
    begun = time.monotonic()
    until(lambda: not trains(small_stack), "the training to be stopped", 10)
    print(f"stopped {time.monotonic() - begun:.1f} s after it was cancelled")
    assert ended(trainer, run, 10)["state"] == "cancelled"
    assert trainer.json("POST", f"/trainer/runs/{run}/cancel", {}, status=409)["reason"] == "over"


def test_a_worse_model_is_published_only_by_a_supervisor_with_a_reason(
    small_stack: Stack, trainer: Desk, lead: Desk
) -> None:
    for label in WORSE:
        found = trainer.json("GET", "/trainer/examples", label=label, limit=200)["items"]
        for example in found[3:]:
            trainer.json("POST", f"/trainer/examples/{example['key']}/delete", {})
    run = start(trainer)
    done = ended(trainer, run)
    assert (done["state"], done["gate"]) == ("done", "failed"), "\n".join([str(done), *said(trainer, run)[-30:]])
    gate = _report(trainer, run)["gate"]
    assert "accuracy" in {each["reason"] for each in gate["reasons"]}, gate

    refused = trainer.json("POST", f"/trainer/runs/{run}/publish", {"threshold": None}, status=409)
    assert refused["reason"] == "gate"
    anyway = f"/trainer/runs/{run}/publish-anyway"
    assert trainer.json("POST", anyway, {"reason": "赶着上线，先用着"}, status=403)["reason"] == "permission"
    assert lead.json("POST", anyway, {"reason": "急"}, status=422)["reason"] == "reason"
    lead.json("POST", anyway, {"reason": "投诉高峰，先保住新说法"})
    published = live(lead, done["model"])
    assert (published["override"], published["reason"], published["by"]) == (
        True,
        "投诉高峰，先保住新说法",
        lead.number,
    )
    ((noted,),) = small_stack.rows("SELECT count(*) FROM audit_entries WHERE action = 'model_publish_anyway'")
    assert noted == 1
    back = trainer.json("POST", "/trainer/publications/roll-back", {})
    live(trainer, back["model"])


def _write(trainer: Desk, words: str) -> None:
    trainer.json("POST", "/trainer/examples", {"words": words, "label": LABEL, "sub": None})


def _report(trainer: Desk, run: int) -> dict[str, object]:
    assert run_of(trainer, run)["state"] in OVER
    report: dict[str, object] = trainer.json("GET", f"/trainer/runs/{run}/report")
    return report
