"""Receipts: canonical, verifiable, without personal data, and a page that runs nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from care.conversations.service import open_conversation
from care.errors import InvalidInput
from care.once import OnceKey
from care.privacy import requests
from care.privacy.receipts import Receipt, Verdict, as_html, canonical, may_read, receipt_of, verify
from care.privacy.rules import Kind
from tests.support.times import NOW

PHONE = "13800138000"
HELD = {"hold": "sms_record", "count": 3, "until": "2027-05-24T00:00:00+08:00"}
PLACES = {"places": {"files": {"removed": 2, "anonymised": 0, "held": [HELD]}}}


def make(session: Session, kind: Kind = Kind.DELETE, message_id: int = 5) -> Receipt:
    here = open_conversation(session, "socketio", "key", NOW)
    result: dict[str, Any] = PLACES if kind is Kind.DELETE else {}
    state = requests.at_once(session, OnceKey(here, message_id, "x"), kind, PHONE, NOW, result)
    receipt = receipt_of(session, state.number or "")
    assert receipt is not None
    return receipt


def test_the_whole_receipt(session: Session) -> None:
    receipt = make(session)
    stays = receipt.body["stays"]
    assert receipt.body | {"complain": "…", "stays": "…"} == {
        "number": receipt.number,
        "kind": "delete",
        "title": "删除个人信息",
        "outcome": "done",
        "operator": "示例电信运营商",
        "asked_at": "2026-11-21T15:20:00+08:00",
        "due_at": "2026-12-08T00:00:00+08:00",
        "done_at": "2026-11-21T15:20:00+08:00",
        "phone": "138****8000",
        "result": ["已删除：2 个文件。"],
        "stays": "…",
        "complain": "…",
    }
    assert [(each["what"], each["until"]) for each in stays] == [("短信收发记录（3 条）", "2027-05-24")]
    assert all(each["why"] and each["source"] for each in stays)


def test_anybody_can_reckon_the_digest(session: Session) -> None:
    """As the receipt itself says: sorted keys, UTF-8, no spaces, SHA-256."""
    receipt = make(session)
    stored = json.loads(json.dumps(receipt.as_json()["receipt"]))
    text = json.dumps(stored, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == receipt.digest
    assert canonical({"b": "是", "a": 1}) == '{"a":1,"b":"是"}'.encode()


def _copy(receipt: Receipt) -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(receipt.as_json()))
    return copied


def _changed(receipt: Receipt) -> dict[str, Any]:
    given = _copy(receipt)
    given["receipt"]["result"] = ["已删除：9 个文件。"]
    return given


GIVEN: list[tuple[str, Callable[[Receipt], dict[str, Any]], Verdict]] = [
    ("the file", _copy, Verdict.UNCHANGED),
    ("its receipt alone", lambda each: _copy(each)["receipt"], Verdict.UNCHANGED),
    ("number and digest", lambda each: {"number": each.number, "digest": each.digest}, Verdict.UNCHANGED),
    (
        "typed from paper",
        lambda each: {"number": each.number, "digest": f" {each.digest.upper()}\n"},
        Verdict.UNCHANGED,
    ),
    ("one sentence changed", _changed, Verdict.CHANGED),
    ("and without its digest", lambda each: _changed(each)["receipt"], Verdict.CHANGED),
    ("one key more", lambda each: {"receipt": _copy(each)["receipt"] | {"more": 1}}, Verdict.CHANGED),
    ("another digest beside", lambda each: _copy(each) | {"digest": "0" * 64}, Verdict.CHANGED),
    ("a wrong digest", lambda each: {"number": each.number, "digest": "是"}, Verdict.CHANGED),
    ("an empty digest", lambda each: {"number": each.number, "digest": ""}, Verdict.CHANGED),
    ("half a character in it", lambda each: {"receipt": _copy(each)["receipt"] | {"more": "\ud800"}}, Verdict.CHANGED),
    ("half a character as digest", lambda each: {"number": each.number, "digest": "\ud800"}, Verdict.CHANGED),
    ("NUL in the number", lambda each: {"number": "YS2611\x0021", "digest": each.digest}, Verdict.UNKNOWN),
    ("half a character as number", lambda each: {"number": "\ud800", "digest": each.digest}, Verdict.UNKNOWN),
    ("a very long number", lambda each: {"number": each.number * 1000, "digest": each.digest}, Verdict.UNKNOWN),
    ("a number of nobody", lambda each: {"number": "YS261121-000000", "digest": each.digest}, Verdict.UNKNOWN),
]


@pytest.mark.parametrize(("what", "given", "verdict"), GIVEN, ids=[row[0] for row in GIVEN])
def test_verdicts(session: Session, what: str, given: Callable[[Receipt], dict[str, Any]], verdict: Verdict) -> None:
    receipt = make(session)
    assert verify(session, given(receipt)) is verdict


#: what cannot be looked at at all
NONSENSE: list[dict[str, Any]] = [
    {},
    {"number": "YS261121-000000"},  # a number alone must not tell whether there is one
    {"receipt": "YS261121-000000"},
    {"receipt": {"kind": "delete"}, "digest": "0"},
    {"number": 7, "digest": "0"},
    {"receipt": ["number"]},
    {"digest": "0" * 64},
]


@pytest.mark.parametrize("given", NONSENSE)
def test_what_is_no_receipt_is_refused(session: Session, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        verify(session, given)
    assert refused.value.reason == "receipt"


def test_only_the_conversation_that_asked_reads_it(session: Session) -> None:
    receipt = make(session)
    here = open_conversation(session, "socketio", "key", NOW)
    other = open_conversation(session, "socketio", "other", NOW)
    assert may_read(session, here, receipt.number)
    assert not may_read(session, other, receipt.number)
    assert not may_read(session, here, "YS261121-000000")


def test_the_page_says_all_of_it_and_runs_nothing(session: Session) -> None:
    receipt = make(session)
    page = as_html(receipt)
    for said in (
        'lang="zh-CN"', receipt.number, receipt.digest, "示例电信运营商", "138****8000", "2026-11-21 15:20",
        "2026-12-08 00:00", "已删除：2 个文件。", "短信收发记录（3 条）", "留到 2027-05-24", "第二十条", "起诉",
        "SHA-256",
    ):  # fmt: skip
        assert said in page
    for never in ("<script", "http:", "https:", "src=", "None"):
        assert never not in page


def test_a_page_without_number_and_without_what_stays(session: Session) -> None:
    here = open_conversation(session, "socketio", "key", NOW)
    state = requests.at_once(session, OnceKey(here, 8, "x"), Kind.WITHDRAW, None, NOW, {"off": ["training"]})
    receipt = receipt_of(session, state.number or "")
    assert receipt is not None
    page = as_html(receipt)
    assert receipt.body["phone"] is None
    assert "还留着什么" not in page
    assert "已关闭：用我的话改进小益。" in page


def test_what_is_no_html_stays_text(session: Session) -> None:
    """An operator's title goes through as it is written, whatever it holds."""
    receipt = make(session, Kind.VIEW)
    hostile = Receipt(
        receipt.number, receipt.kind, receipt.body | {"operator": "<img src=x onerror=1>"}, receipt.digest
    )
    assert "<img" not in as_html(hostile)
