"""What trainers are offered, of whom, for how long; and what becomes of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from care.conversations.service import store_replies
from care.conversations.tables import Message
from care.dataset.applying import apply
from care.dataset.rules import Meaning
from care.db import run, transaction
from care.errors import CareError, InvalidInput, NotAllowed
from care.inbox import filling
from care.inbox.deciding import Decided, accept, correct, keep_draft, reject, steps
from care.inbox.filling import OVERLAP, fill, sweep
from care.inbox.listing import Filter, page
from care.inbox.one import detail
from care.inbox.rules import Why
from care.inbox.tables import InboxEntry
from care.rights.choosing import NEAR
from care.settings import settings
from care.training import corpus
from care.training.tables import TrainingStep
from care.turns.rules import Reading
from tests.support.database import count, raw_bytes, scalar
from tests.support.times import NOW
from tests.support.training import NOT_UNDERSTOOD, SURE, Talker, small_checkout, take_in
from tests.support.waiting import at_once, until

pytestmark = pytest.mark.usefixtures("database")

LATER = NOW + timedelta(hours=1)
WORDS = "我叫王小明，这个月账单怎么多出来一笔看不懂的钱"
OWN = "账上有一项不认识，想弄明白是啥"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_checkout(tmp_path)


@pytest.fixture
def customer() -> Talker:
    customer = Talker()
    customer.agree()
    return customer


def _inbox(below: float = 0.35, at: Any = LATER) -> list[InboxEntry]:
    take_in(below, at)
    run(lambda s: sweep(s, at))
    found, _ = run(lambda s: page(s, Filter(), None, 50, at))
    return [each.entry for each in found]


def _texts(**options: Any) -> list[str]:
    return [entry.text for entry in _inbox(**options)]


def _accept(message: int, words: str = OWN, label: str = "billing_detail", **more: Any) -> Decided:
    take_in()
    sentences = [Meaning(words, label, more.get("sub"))]
    return run(lambda s: accept(s, message, sentences, more.get("staff", "lin"), LATER, more["root"]))


def _reject(message: int, reason: str, staff: str = "lin") -> int:
    take_in()
    return run(lambda s: reject(s, {message}, reason, staff, LATER))


def _refusal(work: Callable[[], Any]) -> str:
    with pytest.raises(CareError) as refused:
        work()
    return refused.value.reason


# Who and what enters

READINGS = [
    (NOT_UNDERSTOOD, True, "not understood"),
    (Reading("billing_detail", None, 0.30, []), True, "understood, and not sure"),
    (Reading("billing_detail", None, 0.35, []), False, "as sure as it has to be"),
    (SURE, False, "sure"),
    (Reading("rights_other", None, 0.95, []), True, "a right of which no article speaks"),
    (Reading("rights_other", None, 0.95, [], ("duty-law", NEAR - 0.01)), True, "none is near enough to be offered"),
    (Reading("rights_other", None, 0.95, [], ("duty-law", NEAR)), False, "one was offered"),
    (Reading("out_of_scope", None, 0.95, []), False, "no right is asked for"),
    (None, False, "nothing was understood at all: a person's conversation"),
]


@pytest.mark.parametrize(("reading", "enters", "reason"), READINGS)
def test_what_enters(customer: Talker, reading: Reading | None, enters: bool, reason: str) -> None:
    customer.say(WORDS, reading)
    assert bool(_inbox()) is enters, reason


def test_the_threshold_is_the_trainers(customer: Talker) -> None:
    customer.say(WORDS, Reading("billing_detail", None, 0.5, []))
    assert _inbox() == []
    assert len(_inbox(below=0.6)) == 1


def test_it_is_masked_before_it_is_stored(customer: Talker) -> None:
    message = customer.say(WORDS + "，电话13800138000")
    (entry,) = _inbox()
    assert (entry.message_id, entry.at, entry.label, entry.confidence) == (message, NOW, "nlu_fallback", 0.21)
    assert entry.text == "我叫〔姓名〕，这个月账单怎么多出来一笔看不懂的钱，电话〔号码〕"
    assert "王小明".encode() not in raw_bytes()
    seen = run(lambda s: detail(s, message, LATER))
    assert seen.ranking == [("billing_detail", 0.21), ("complaint_billing", 0.2)]


def test_only_of_those_who_agreed() -> None:
    Talker().say(WORDS)
    assert _inbox() == []


def test_what_was_said_before_agreeing_does_not_enter() -> None:
    customer = Talker()
    customer.say("之前说的话没听懂")
    customer.now += timedelta(minutes=1)
    customer.agree()
    customer.say("之后说的话没听懂")
    assert _texts() == ["之后说的话没听懂"]


def test_withdrawing_takes_everything_out_at_once(customer: Talker, root: Path) -> None:
    message = customer.say(WORDS)
    assert len(_inbox()) == 1
    customer.agree(False)
    assert _inbox() == []
    assert _refusal(lambda: run(lambda s: detail(s, message, LATER))) == "inbox"
    assert _refusal(lambda: _accept(message, root=root)) == "inbox"
    customer.now += timedelta(minutes=1)
    customer.agree()
    assert _inbox() == [], "agreeing again is for what is said from then on"
    customer.say("又没听懂这句话")
    assert _texts() == ["又没听懂这句话"]


def test_what_is_old_is_not_offered(customer: Talker) -> None:
    customer.say(WORDS)
    days = timedelta(days=settings().inbox_days)
    assert len(_inbox(at=NOW + days)) == 1
    assert _inbox(at=NOW + days + timedelta(seconds=1)) == []


def test_what_is_deleted_is_gone(customer: Talker, root: Path) -> None:
    message = customer.say(WORDS)
    run(lambda s: correct(s, message, "billing_detail", None, "7", LATER, root))
    with transaction() as session:
        session.execute(delete(Message).where(Message.in_reply_to == message))
        session.execute(delete(Message).where(Message.id == message))
    assert _inbox() == []
    assert scalar(f"SELECT count(*) FROM readings WHERE message_id = {message}") == 0
    assert count("training_steps") == 0


def test_numbers_and_buttons_teach_nothing(customer: Talker) -> None:
    customer.say("13800138000")
    customer.say("嗯")
    with transaction() as session:
        store_replies(session, customer.message, str(customer.id), [], "bot", NOW)
        session.execute(update(Message).where(Message.id == customer.say("随便说点什么")).values(is_payload=True))
    assert _inbox() == []


def test_newest_first_and_page_by_page(customer: Talker) -> None:
    for number in range(4):
        customer.say(f"第{'一二三四'[number]}句没听懂")
    take_in()
    first, after = run(lambda s: page(s, Filter(), None, 3, LATER))
    assert [each.entry.text for each in first] == ["第四句没听懂", "第三句没听懂", "第二句没听懂"]
    last, end = run(lambda s: page(s, Filter(), after, 3, LATER))
    assert ([each.entry.text for each in last], end) == (["第一句没听懂"], None)


def test_taking_in_twice_takes_in_once_and_goes_on_behind_what_was_seen(customer: Talker) -> None:
    customer.say(WORDS)
    with transaction() as session:
        assert [fill(session, 0.35, LATER, OVERLAP).taken for _ in range(2)] == [1, 0]
    customer.now = LATER
    customer.say("后来又有一句没听懂")
    with transaction() as session:
        assert fill(session, 0.35, LATER + timedelta(minutes=1), OVERLAP).taken == 1


def test_more_than_one_run_takes_is_taken_in_by_the_next(customer: Talker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "MOST", 2)
    for number in range(5):
        customer.say(f"第{'一二三四五'[number]}句没听懂")
        customer.now += timedelta(minutes=10)
    with transaction() as session:
        runs = [fill(session, 0.35, customer.now, OVERLAP) for _ in range(4)]
    assert runs == [(2, False), (2, False), (1, True), (0, True)]


def test_what_is_not_worth_reading_keeps_nothing_from_coming_in(
    customer: Talker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It never enters, so that it is met again by every run for as long as the overlap reaches."""
    monkeypatch.setattr(filling, "MOST", 2)
    for _ in range(5):
        customer.say("嗯")
    with transaction() as session:
        assert fill(session, 0.35, customer.now, OVERLAP).taken == 0
    customer.say(WORDS)
    with transaction() as session:
        assert fill(session, 0.35, customer.now + timedelta(seconds=1), OVERLAP) == (1, True)


def test_many_corrections_are_taken_in_once(customer: Talker, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them than are looked at together: a run that asked for the rest would never end."""
    monkeypatch.setattr(filling, "MOST", 2)
    messages = [customer.say(f"第{'一二三'[number]}句听懂了呀", SURE) for number in range(3)]
    with transaction() as session:
        for message in messages:
            correct(session, message, "billing_detail", None, "7", NOW, root)
    with transaction() as session:
        assert fill(session, 0.35, LATER, OVERLAP) == (3, True)


def test_what_is_decided_while_it_is_taken_in_again_stays_out(customer: Talker, root: Path) -> None:
    message = customer.say(WORDS)
    run(lambda s: correct(s, message, "ticket_status", None, "7", NOW, root))
    take_in()
    run(lambda s: correct(s, message, "billing_detail", None, "7", NOW, root))
    with transaction() as session:
        reject(session, {message}, "只是骂人", "lin", LATER)
        worker = Thread(target=take_in, daemon=True)
        worker.start()
        waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        until(lambda: session.scalar(waits), "the worker has read it and waits to write")
    worker.join(10)
    assert not worker.is_alive()
    assert count("inbox_entries") == 0


# What a customer says to the answer


SAID = [
    ("没解决", Reading("satisfaction", "unsolved", 0.9, []), True, "it says so"),
    ("不是", Reading("deny", None, 0.9, []), True, "a no where nothing was asked"),
    ("我问的是流量", Reading("correct", None, 0.9, []), True, "a correction"),
    ("谢谢", Reading("satisfaction", "thanks", 0.9, []), False, "content"),
    ("查一下话费", SURE, False, "another matter"),
]


@pytest.mark.parametrize(("text", "reading", "enters", "why"), SAID, ids=[why for *_, why in SAID])
def test_what_was_not_meant_enters(customer: Talker, text: str, reading: Reading, enters: bool, why: str) -> None:
    customer.say("帮我弄一下那个套餐", SURE)
    customer.now += timedelta(seconds=20)
    customer.say(text, reading)
    entries = _inbox()
    assert [Why(each.why) for each in entries if each.text == "帮我弄一下那个套餐"] == (
        [Why.NOT_MEANT] if enters else []
    ), why


def test_a_no_to_a_question_with_buttons_only_chooses(customer: Talker) -> None:
    message = customer.say("帮我弄一下那个套餐", SURE)
    with transaction() as session:
        buttons = [{"title": "是", "payload": "/affirm"}]
        session.execute(update(Message).where(Message.in_reply_to == message).values(buttons=buttons))
    customer.say("不用", Reading("deny", None, 0.9, []))
    assert _inbox() == []


# Corrections


def test_what_an_agent_corrects_enters(customer: Talker, root: Path) -> None:
    message = customer.say(WORDS, SURE)
    assert _inbox() == []
    run(lambda s: correct(s, message, "ticket_status", "urge", "7", NOW, root))
    run(lambda s: correct(s, message, "billing_detail", None, "8", LATER, root))
    (entry,) = _inbox()
    assert (entry.label, entry.sub, Why(entry.why)) == ("billing_detail", None, Why.CORRECTED), "the last one counts"
    assert count("training_steps") == 2, "and the other one is not lost"


def test_a_correction_is_no_consent(root: Path) -> None:
    message = Talker().say(WORDS, SURE)
    run(lambda s: correct(s, message, "billing_detail", None, "7", LATER, root))
    assert _inbox() == []


@pytest.mark.parametrize(("label", "sub"), [("billing_details", None), ("billing_detail", "urge"), ("", None)])
def test_a_label_that_is_none(customer: Talker, root: Path, label: str, sub: str | None) -> None:
    message = customer.say(WORDS)
    work = lambda: run(lambda s: correct(s, message, label, sub, "7", LATER, root))  # noqa: E731
    assert _refusal(work) == "label"
    assert _refusal(lambda: _accept(message, label=label, sub=sub, root=root)) == "unknown"
    assert count("training_steps") == 0


def test_only_customers_messages_are_corrected(customer: Talker, root: Path) -> None:
    message = customer.say(WORDS)
    with transaction() as session:
        answer = session.scalars(select(Message.id).where(Message.in_reply_to == message)).first()
    for number in (answer, 404):
        work = lambda number=number: run(  # noqa: E731
            lambda s: correct(s, number, "billing_detail", None, "7", LATER, root)
        )
        assert _refusal(work) == "message"


# Decisions


def test_accepting_learns_the_trainers_sentence(customer: Talker, root: Path) -> None:
    message = customer.say(WORDS)
    (change,) = _accept(message, "[上个月](date)那笔看不明白，多了[三十块](amount)", root=root).changes
    assert (change.after_label, change.message_id, change.staff) == ("billing_detail", message, "lin")
    with transaction() as session:
        assert apply(session, root) == ["data/merged.yml", "data/nlu/billing.yml"]
    read = corpus.read(root)
    assert read.faults == []
    assert "上个月那笔看不明白，多了三十块" in [each.text for each in read.examples]
    assert _inbox() == []
    assert _refusal(lambda: _accept(message, root=root)) == "decided", "it does not come again"
    (step,) = run(lambda s: list(steps(s)))
    assert (step.kind, step.label, step.staff, step.at) == ("accept", "billing_detail", "lin", LATER)


REFUSALS = [
    (WORDS, "own_words"),
    ("我叫李雷，有一项不认识", "personal_data"),
    ("我叫〔姓名〕，帮我看下", "mark"),
    ("这个月账单怎么多出来一笔看不懂的钱呢", "own_words"),
    ("查话费", "other_label"),
    ("查 话费！", "other_label"),
    ("[上个月(date)那笔", "annotation"),
    ("[上个月](day)那笔看不明白", "unknown"),
    ("", "not_one_line"),
]


@pytest.mark.parametrize(("words", "why"), REFUSALS)
def test_what_is_refused_changes_nothing(customer: Talker, root: Path, words: str, why: str) -> None:
    message = customer.say(WORDS)
    assert _refusal(lambda: _accept(message, words, root=root)) == why
    assert count("example_changes") == 0
    assert len(_inbox()) == 1
    assert count("training_steps") == 0


def test_a_neighbours_words_are_refused_too(customer: Talker, root: Path) -> None:
    other = Talker()
    other.agree()
    other.say("充了一百块钱到现在都没有到账怎么回事")
    message = customer.say(WORDS)
    assert _refusal(lambda: _accept(message, "充了一百块钱到现在还没有到账怎么回事", root=root)) == "own_words"


def test_a_sentence_that_is_there_already_is_learnt_already(customer: Talker, root: Path) -> None:
    message = customer.say(WORDS)
    corpus.add(root, "billing_detail", None, OWN)
    assert _accept(message, root=root).changes == []
    assert _inbox() == []


def test_two_matters_are_two_sentences_or_none(customer: Talker, root: Path) -> None:
    message = customer.say(WORDS)
    good, bad = Meaning(OWN, "billing_detail"), Meaning("查话费", "billing_detail")
    take_in()
    both = lambda second: run(lambda s: accept(s, message, [good, second], "lin", LATER, root))  # noqa: E731
    assert _refusal(lambda: both(bad)) == "other_label"
    assert (count("example_changes"), len(_inbox())) == (0, 1)
    done = both(Meaning("快一点行不行呀", "ticket_status", "urge"))
    assert [each.after_label for each in done.changes] == ["billing_detail", "ticket_status"]


def test_two_trainers_at_once(customer: Talker, root: Path) -> None:
    message = customer.say(WORDS)
    works = [lambda n=n: _accept(message, OWN, staff=f"t{n}", root=root) for n in range(4)]
    results = at_once(*works)
    assert len([each for each in results if isinstance(each, Decided)]) == 1
    assert {each.reason for each in results if isinstance(each, CareError)} <= {"decided", "inbox"}
    assert count("training_steps") == 1


def test_a_draft_is_kept(customer: Talker, root: Path) -> None:
    message = customer.say(WORDS)
    take_in()
    for words in ("那笔看不明白", "[上个月](date)那笔看不明白"):
        run(lambda s, words=words: keep_draft(s, message, words, "lin", LATER, root))
        assert run(lambda s: detail(s, message, LATER)).listed.draft == words


@pytest.mark.parametrize(("words", "why"), REFUSALS[:4] + REFUSALS[6:8])
def test_a_draft_is_refused_as_well(customer: Talker, root: Path, words: str, why: str) -> None:
    message = customer.say(WORDS)
    take_in()
    why = "annotation" if why == "unknown" else why
    assert _refusal(lambda: run(lambda s: keep_draft(s, message, words, "lin", LATER, root))) == why
    assert count("training_steps") == 0


def test_rejecting_takes_it_out_with_a_reason(customer: Talker) -> None:
    message = customer.say(WORDS)
    _reject(message, " 只是\n骂人 ")
    assert _inbox() == []
    (step,) = run(lambda s: list(steps(s)))
    assert (step.kind, step.words, step.staff) == ("reject", "只是 骂人", "lin")


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "王先生打错了", "就是13800138000那个"])
def test_a_reason_is_short_and_names_nobody(customer: Talker, reason: str) -> None:
    message = customer.say(WORDS)
    with pytest.raises(InvalidInput):
        _reject(message, reason)
    assert len(_inbox()) == 1


def test_nobody_decides_what_is_not_there() -> None:
    with pytest.raises(NotAllowed):
        _reject(404, "没有")


def test_no_row_of_ours_holds_the_customers_words(customer: Talker, root: Path) -> None:
    message = customer.say(WORDS)
    run(lambda s: correct(s, message, "billing_detail", None, "7", LATER, root))
    _accept(message, root=root)
    held = raw_bytes()
    assert "王小明".encode() not in held
    assert "看不懂的钱".encode() not in held, "what is decided has left the inbox"


def test_logs_say_nothing_of_it(
    customer: Talker, root: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        message = customer.say(WORDS)
        _inbox()
        assert _refusal(lambda: _accept(message, WORDS, root=root)) == "own_words"
    logged = caplog.text + "".join(capsys.readouterr())
    assert "王小明" not in logged
    assert "账单" not in logged


def test_steps_only_grow(customer: Talker, root: Path) -> None:
    first, second = customer.say(WORDS), customer.say("还有一句也没听懂")
    run(lambda s: correct(s, first, "billing_detail", None, "7", LATER, root))
    _accept(first, root=root)
    _reject(second, "不是电信的事", "mei")
    with transaction() as session:
        steps = session.scalars(select(TrainingStep).order_by(TrainingStep.id)).all()
    assert [(step.kind, step.staff) for step in steps] == [("correct", "7"), ("accept", "lin"), ("reject", "mei")]
