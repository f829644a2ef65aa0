"""How far a copy or a deletion is, whatever the label; and taking one back: stopped, or told that it is too late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from care.accounts.proofs import prove
from care.accounts.rules import Purpose
from care.billing.demo.stories import phone_of
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.db import transaction
from care.once import OnceKey
from care.privacy.requests import due, finish, newest
from care.privacy.rules import Kind, Status
from care.privacy.tables import DataCopy
from care.sla.policy import policy
from tests.support.play import Play
from tests.support.rasa import Actions
from tests.support.times import NOW

PHONE = phone_of("bill_shock")


@pytest.fixture
def identified(actions: Actions) -> None:
    with transaction() as session:
        prove(session, "c1", PHONE, NOW - timedelta(seconds=10), purpose=Purpose.IDENTITY)


pytestmark = pytest.mark.usefixtures("customers", "identified")


async def _copying(actions: Actions) -> Play:
    play = Play(actions)
    await play.say("下载我的资料", "nlu_fallback")
    await play.say("好的", "affirm")
    return play


async def _deleting(actions: Actions) -> Play:
    play = Play(actions)
    await play.say("把我的资料全部删了", "privacy_delete")
    await play.say("确认删除", "affirm")
    return play


def _status(kind: Kind) -> Status:
    with transaction() as session:
        found = newest(session, "c1", kind)
        assert found is not None
        return found.status


def _end(kind: Kind) -> None:
    with transaction() as session:
        found = newest(session, "c1", kind)
        assert found is not None
        if kind is Kind.COPY:
            row = DataCopy(request_id=found.id, content=b"zip", password="x", size=3, made_at=NOW)
            row.expires_at = NOW + timedelta(hours=24)
            session.add(row)
            session.flush()
        finish(session, found.id, NOW, {})


LABELS = ["ticket_status", "inform", "nlu_fallback", "privacy_delete", "satisfaction"]
OF_A_COPY = ["好了没得", "导出好了吗", "打包好没有", "下载地址", "再发一次下载地址", "弄好了没", "到哪了"]
OF_A_DELETION = ["删完没", "删完了吗", "删好没得", "删干净了没有", "好了没", "到哪了"]


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("text", OF_A_COPY)
async def test_how_far_a_copy_is(actions: Actions, text: str, label: str) -> None:
    play = await _copying(actions)
    assert await play.names(text, label) == ["utter_privacy_copy_progress"]


@pytest.mark.parametrize("text", OF_A_COPY)
async def test_a_copy_that_is_ready_gets_its_address(actions: Actions, text: str) -> None:
    play = await _copying(actions)
    _end(Kind.COPY)
    assert await play.names(text, "ticket_status") == ["utter_privacy_copy_link"]


@pytest.mark.parametrize("text", OF_A_DELETION)
async def test_how_far_a_deletion_is(actions: Actions, text: str) -> None:
    play = await _deleting(actions)
    assert await play.names(text, "privacy_delete") == ["utter_privacy_delete_running"]
    _end(Kind.DELETE)
    assert await play.names(text, "privacy_delete") == ["utter_privacy_delete_done"]
    assert play.waits_for is None


NO_PROGRESS = ["我的投诉处理好了没有", "好了没有人理我气死我了", "删除我的资料", "好的", "下载我的资料", "话费到账了没"]


@pytest.mark.parametrize("text", NO_PROGRESS)
async def test_what_asks_for_something_else(actions: Actions, text: str) -> None:
    play = await _copying(actions)
    assert "utter_privacy_copy_progress" not in await play.names(text, "affirm") or text == "下载我的资料"


async def test_plain_words_are_about_the_newest_ticket(actions: Actions) -> None:
    play = await _copying(actions)
    with transaction() as session:
        draft = Draft("complaint_billing", "多扣了三十块", line=PHONE)
        file_complaint(session, draft, OnceKey("c1", 990, "action_file_complaint"), policy(), NOW)
    assert await play.names("到哪了", "ticket_status") == ["utter_ticket_status"] * 2
    assert await play.names("导出好了吗", "ticket_status") == ["utter_privacy_copy_progress"]


async def test_a_copy_is_taken_back_and_stays_so(actions: Actions) -> None:
    play = await _copying(actions)
    ((_, said),) = await play.say("我的工单", "ticket_status")
    assert [button["title"] for button in said["buttons"]] == ["撤回"]
    assert await play.names(said["buttons"][0]["payload"]) == ["utter_ticket_ask_privacy_confirmed"]
    assert await play.names("/affirm") == ["utter_privacy_stopped"]
    assert _status(Kind.COPY) is Status.CANCELLED
    assert await play.names("导出好了吗", "privacy_access") == ["utter_privacy_stopped"]
    with transaction() as session:
        assert due(session, Kind.COPY, NOW + timedelta(hours=1), 9) == []


@pytest.mark.parametrize("is_taken", [False, True])
async def test_a_deletion_is_stopped_only_before_it_begins(actions: Actions, is_taken: bool) -> None:
    play = await _deleting(actions)
    if is_taken:
        with transaction() as session:
            assert len(due(session, Kind.DELETE, NOW, 9)) == 1
    await play.say('/ticket_status{"step": "withdraw"}')
    assert await play.names("/affirm") == ["utter_privacy_too_late" if is_taken else "utter_privacy_stopped"]
    assert _status(Kind.DELETE) is (Status.CONFIRMED if is_taken else Status.CANCELLED)
    asked = await play.names("删完没", "privacy_delete")
    assert asked == ["utter_privacy_delete_running" if is_taken else "utter_privacy_stopped"]


@pytest.mark.parametrize("step", ["urge", "add"])
async def test_nobody_is_urged_for_what_runs_by_itself(actions: Actions, step: str) -> None:
    play = await _copying(actions)
    assert await play.names(f'/ticket_status{{"step": "{step}"}}') == ["utter_privacy_automatic"]
