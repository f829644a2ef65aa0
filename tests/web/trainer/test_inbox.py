"""A trainer at the inbox, over the real app: what is shown of a message, and how it is decided. Rasa is away here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from care.db import run, utcnow
from care.inbox.filling import fill
from tests.support.api import check_problem
from tests.support.desk import Browser
from tests.support.training import NOT_UNDERSTOOD, Talker
from tests.web.conftest import SignIn

PATH = "/api/desk/trainer"
WORDS = "我叫王小明，这个月账单怎么多出来一笔看不懂的钱"
MASKED = "我叫〔姓名〕，这个月账单怎么多出来一笔看不懂的钱"
OWN = {"words": "账上有一项说不清来历，想弄明白", "label": "billing_detail", "sub": "item"}
HANDOFF = {"words": "甭跟我绕了我只跟活人谈", "label": "handoff"}


@pytest.fixture
def customer(app: FastAPI) -> Talker:
    customer = Talker(utcnow() - timedelta(minutes=1))
    customer.agree()
    return customer


def _say(customer: Talker, text: str = WORDS) -> int:
    message = customer.say(text, NOT_UNDERSTOOD)
    run(lambda s: fill(s, 0.35, utcnow()))
    return message


async def _items(browser: Browser, **asked: Any) -> list[dict[str, Any]]:
    answer = await browser.get(f"{PATH}/inbox", params=asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_message_with_everything_beside_it(trainer: Browser, customer: Talker) -> None:
    message = _say(customer)
    (item,) = await _items(trainer)
    assert (item["id"], item["text"], item["why"], item["label"]) == (
        message,
        MASKED,
        ["misunderstood"],
        "nlu_fallback",
    )
    seen = (await trainer.get(f"{PATH}/inbox/{message}")).json()
    assert seen["ranking"] == [["billing_detail", 0.21], ["complaint_billing", 0.2]]
    assert [(each["author"], each["text"], each["is_this"]) for each in seen["conversation"]] == [
        ("customer", MASKED, True),
        ("bot", "好的", False),
    ]
    assert (seen["tokens"], seen["nearest"], seen["opinion"]) == ([], [], None)
    check_problem(await trainer.get(f"{PATH}/inbox/{message + 100}"), 403, "inbox")


async def test_filters(trainer: Browser, customer: Talker) -> None:
    first, second = _say(customer), _say(customer, "还有一句也没听懂")
    await trainer.post(f"{PATH}/inbox/{second}/label", json={"label": "ticket_status", "sub": "urge"})
    for asked, found, reason in (
        ({}, [second, first], "newest first"),
        ({"limit": 1}, [second], "a page"),
        ({"limit": 1, "after": str(second)}, [first], "the next page"),
        ({"q": "账单"}, [first], "words"),
        ({"q": "王小明"}, [], "what is masked is not found"),
        ({"why": "corrected"}, [second], "somebody said what it means"),
        ({"label": "ticket_status"}, [second], "by what it means"),
        ({"state": "waiting"}, [], "nobody waits for an opinion"),
    ):
        assert [each["id"] for each in await _items(trainer, **asked)] == found, reason
    counts = (await trainer.get(f"{PATH}/inbox")).json()["counts"]
    assert (counts["open"], counts["misunderstood"], counts["corrected"], counts["waiting"]) == (2, 2, 1, 0)
    check_problem(await trainer.get(f"{PATH}/inbox", params={"why": "boring"}), 422, "why")


async def test_accepted_with_a_trainers_own_words_it_is_an_example_and_gone(trainer: Browser, customer: Talker) -> None:
    message = _say(customer)
    own_words = {"sentences": [{**OWN, "words": "这个月账单怎么多出来一笔看不懂的钱呢"}]}
    check_problem(await trainer.post(f"{PATH}/inbox/{message}/accept", json=own_words), 422, "own_words")
    two = {"sentences": [OWN, {"words": "顺带问下工单走到哪步咯", "label": "ticket_status"}]}
    done = (await trainer.post(f"{PATH}/inbox/{message}/accept", json=two)).json()
    assert [each["after"]["label"] for each in done["changes"]] == ["billing_detail", "ticket_status"]
    assert await _items(trainer) == []
    check_problem(await trainer.post(f"{PATH}/inbox/{message}/accept", json=two), 409, "decided")
    found = (await trainer.get(f"{PATH}/examples", params={"marked": "changed"})).json()
    assert {each["words"] for each in found["items"]} == {each["words"] for each in two["sentences"]}
    undone = await trainer.post(f"{PATH}/changes/{done['changes'][0]['id']}/undo")
    assert (undone.json()["change"]["kind"], undone.json()["example"]) == ("delete", None)


async def test_what_is_risky_waits_for_a_second_trainer_who_sees_no_label(
    trainer: Browser, signed_in: SignIn, customer: Talker
) -> None:
    message, other = _say(customer), signed_in("trainer")
    await trainer.post(f"{PATH}/inbox/{message}/label", json={"label": "handoff"})
    await trainer.post(f"{PATH}/inbox/{message}/draft", json={"words": HANDOFF["words"]})
    done = (await trainer.post(f"{PATH}/inbox/{message}/accept", json={"sentences": [HANDOFF]})).json()
    assert (done["changes"], done["waits_for_opinion"]) == ([], True)
    for browser, told in ((trainer, ["handoff", HANDOFF["words"]]), (other, [None, None])):
        (item,) = await _items(browser, state="waiting")
        assert [item["id"], item["label"], item["draft"]] == [message, *told], "the list tells no more"
    seen = (await other.get(f"{PATH}/inbox/{message}")).json()
    assert (seen["opinion"]["label"], seen["label"], seen["history"]) == (None, None, [])
    check_problem(await trainer.post(f"{PATH}/inbox/{message}/opinion", json={"label": "handoff"}), 403, "own")
    given = await other.post(f"{PATH}/inbox/{message}/opinion", json={"label": "complaint_service"})
    assert given.json() == {"agrees": False}
    seen = (await other.get(f"{PATH}/inbox/{message}")).json()
    assert (seen["opinion"]["label"], seen["others"][0]["label"]) == ("handoff", "complaint_service")
    third = signed_in("trainer")
    assert (await third.post(f"{PATH}/inbox/{message}/opinion", json={"label": "handoff"})).json() == {"agrees": True}
    assert await _items(trainer, state="waiting") == []
    found = (await trainer.get(f"{PATH}/examples", params={"q": HANDOFF["words"]})).json()["items"]
    assert [each["label"] for each in found] == ["handoff"]


async def test_each_risky_matter_of_a_message_waits_for_a_second_trainer(
    trainer: Browser, signed_in: SignIn, customer: Talker
) -> None:
    message, other = _say(customer), signed_in("trainer")
    delete = {"words": "你们存我的东西统统抹掉别留", "label": "privacy_delete"}
    sentences = {"sentences": [OWN, HANDOFF, delete]}
    given = await other.post(f"{PATH}/inbox/{message}/ask-opinion", json={"label": "billing_detail", "sub": "item"})
    assert given.status_code == 200
    done = (await trainer.post(f"{PATH}/inbox/{message}/accept", json=sentences)).json()
    assert done["waits_for_opinion"], "that they agree on the first matter decides nothing about the others"
    for label in ("handoff", "privacy_delete"):
        assert [each["id"] for each in await _items(other, state="waiting")] == [message]
        assert (await other.post(f"{PATH}/inbox/{message}/opinion", json={"label": label})).json() == {"agrees": True}
    assert await _items(other, state="waiting") == []
    changed = (await trainer.get(f"{PATH}/changes")).json()["items"]
    assert {each["after"]["label"] for each in changed} >= {"billing_detail", "handoff", "privacy_delete"}


async def test_a_group_is_rejected_at_once(trainer: Browser, customer: Talker) -> None:
    messages = [_say(customer), _say(customer, "还有一句也没听懂")]
    body = {"ids": [*messages, 404], "reason": "同一件事"}
    assert (await trainer.post(f"{PATH}/inbox/reject", json=body)).json() == {"rejected": 2}
    assert await _items(trainer) == []


async def test_withdrawing_takes_it_off_the_page_before_any_sweep(trainer: Browser, customer: Talker) -> None:
    message = _say(customer)
    customer.agree(False)
    assert await _items(trainer) == []
    check_problem(await trainer.get(f"{PATH}/inbox/{message}"), 403, "inbox")
    check_problem(await trainer.post(f"{PATH}/inbox/{message}/accept", json={"sentences": [OWN]}), 403, "inbox")


async def test_a_label_that_is_missed_is_proposed_and_decided_by_a_supervisor(
    trainer: Browser, supervisor: Browser, app: FastAPI
) -> None:
    proposal = {"label": "complaint_roaming", "about": "抱怨漫游费用不明", "examples": ["出趟国回来账单吓死人"]}
    made = (await trainer.post(f"{PATH}/labels/proposals", json=proposal)).json()
    assert (made["state"], made["label"]) == ("open", "complaint_roaming")
    check_problem(await trainer.post(f"{PATH}/labels/proposals", json=proposal), 409, "proposed")
    known = {**proposal, "label": "complaint_billing"}
    check_problem(await trainer.post(f"{PATH}/labels/proposals", json=known), 422, "label")
    personal = {**proposal, "label": "complaint_other", "examples": ["我电话13900139000没人管"]}
    check_problem(await trainer.post(f"{PATH}/labels/proposals", json=personal), 422, "personal_data")
    decision = {"accept": True, "reason": "下个版本加"}
    path = f"{PATH}/labels/proposals/{made['id']}/decide"
    check_problem(await trainer.post(path, json=decision), 403, "permission")
    assert (await supervisor.post(path, json=decision)).json()["state"] == "accepted"
    check_problem(await supervisor.post(path, json=decision), 409, "decided")


async def test_two_trainers_at_one_example(trainer: Browser, signed_in: SignIn, app: FastAPI) -> None:
    other = signed_in("trainer")
    added = (await trainer.post(f"{PATH}/examples", json=OWN)).json()["example"]
    path = f"{PATH}/examples/{added['key']}"
    first = await trainer.post(path, json={**OWN, "words": "账上有一项看不出来历，想弄清楚"})
    assert first.status_code == 200, first.text
    check_problem(await other.post(path, json={**OWN, "words": "账上这项来历不明，请说明"}), 409, "changed")
    seen = (await other.get(path)).json()
    assert (seen["gone"], seen["now"]["words"]) == (True, "账上有一项看不出来历，想弄清楚")
    again = await other.post(f"{PATH}/examples/{seen['now']['key']}", json={**OWN, "words": "账上这项来历不明，请说明"})
    assert again.status_code == 200


async def test_a_sentence_is_checked_while_it_is_typed(trainer: Browser, app: FastAPI) -> None:
    for given, reasons, why in (
        ({**OWN, "words": "账上有一项[不认识"}, ["annotation"], "a bracket is not closed"),
        ({**OWN, "label": "billing_details"}, ["unknown"], "no such label"),
        (OWN, [], "nothing stands in the way"),
    ):
        seen = (await trainer.post(f"{PATH}/examples/check", json=given)).json()
        assert [each["reason"] for each in seen["problems"]] == reasons, why
