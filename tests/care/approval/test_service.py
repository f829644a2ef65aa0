"""Two people, one text: proposed, seen beside what is told, approved, told, taken back."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.approval import following as following_module
from care.approval import service
from care.approval.following import Follower, following
from care.approval.overlay import overlay
from care.approval.rules import Kind
from care.approval.shipped import ROOT, catalogue, read
from care.approval.tables import WordingChange
from care.approval.writing import apply
from care.db import transaction
from care.errors import CareError, Conflict, InvalidInput, NotAllowed
from care.privacy.articles import in_full
from care.rights.articles import article_of, load_all, shipped, topics
from care.wording import say
from tests.support.times import NOW, china
from tests.support.waiting import at_once, until
from web.rights_words import mentioning

ANN, BEN = "2001", "2002"
DELAYED = (Kind.RESPONSE, "utter_answer_delayed")
PROOF = (Kind.ARTICLE, "vas-proof")
TITLE = {"title": "订购凭证怎么看"}
SHIPPED = catalogue()[DELAYED].fields["text"]
WORDS = {"text": "这个问题要多查一会儿，请您稍等。"}
DAY = timedelta(days=1)


def _told(session: Session, name: tuple[Kind, str] = DELAYED, now: datetime = NOW) -> str:
    return next(iter(service.words_of(session, catalogue()[name], now).values()))


def _approved(
    session: Session,
    name: tuple[Kind, str] = DELAYED,
    words: dict[str, str] = WORDS,
    begins: datetime | None = None,
    until: datetime | None = None,
) -> WordingChange:
    change = service.propose(session, *name, words, "更好懂", ANN, NOW, begins=begins, until=until)
    return service.approve(session, change.id, BEN, NOW)


def test_nothing_is_told_before_another_person_approves(session: Session) -> None:
    change = service.propose(session, *DELAYED, WORDS, "更好懂", ANN, NOW)
    assert _told(session) == SHIPPED
    with pytest.raises(NotAllowed) as error:
        service.approve(session, change.id, ANN, NOW)
    assert error.value.reason == "own"
    service.approve(session, change.id, BEN, NOW)
    assert _told(session) == WORDS["text"]


def test_from_a_day_until_a_day(session: Session) -> None:
    _approved(session, begins=NOW + DAY, until=NOW + 3 * DAY)
    days = [_told(session, now=NOW + n * DAY) == WORDS["text"] for n in range(4)]
    assert days == [False, True, True, False]
    assert overlay(session, NOW).next_change_at == NOW + DAY
    assert overlay(session, NOW + DAY).responses == {DELAYED[1]: (WORDS["text"],)}
    assert overlay(session, NOW + 3 * DAY).responses == {}


def test_who_approves_late_approves_from_then_on(session: Session) -> None:
    change = service.propose(session, *DELAYED, WORDS, "更好懂", ANN, NOW, begins=NOW + DAY)
    service.approve(session, change.id, BEN, NOW + 2 * DAY)
    assert _told(session, now=NOW + DAY) == SHIPPED, "nobody had approved it then"
    assert _told(session, now=NOW + 2 * DAY) == WORDS["text"]


def _again(session: Session) -> None:
    service.propose(session, *DELAYED, {"text": "请您再等一会儿。"}, "更短", BEN, NOW)


def _decide_twice(session: Session) -> None:
    service.withdraw(session, session.scalars(select(WordingChange.id)).one(), ANN, NOW)
    service.reject(session, session.scalars(select(WordingChange.id)).one(), BEN, "不够清楚", NOW)


def _withdraw_others(session: Session) -> None:
    service.withdraw(session, session.scalars(select(WordingChange.id)).one(), BEN, NOW)


def _reject_own(session: Session) -> None:
    service.reject(session, session.scalars(select(WordingChange.id)).one(), ANN, "算了吧", NOW)


def _take_back_what_waits(session: Session) -> None:
    service.roll_back(session, session.scalars(select(WordingChange.id)).one(), BEN, "不好", NOW)


def _late(session: Session) -> None:
    row = session.scalars(select(WordingChange)).one()
    row.effective_until = NOW + DAY
    service.approve(session, row.id, BEN, NOW + DAY)


def _seen_otherwise(session: Session) -> None:
    """Told otherwise since it was proposed: as by a plan whose day came."""
    row = session.scalars(select(WordingChange)).one()
    row.before = {"text": "别的话"}
    service.approve(session, row.id, BEN, NOW)


REFUSED: list[tuple[str, Callable[[Session], None], type[CareError], str]] = [
    ("one at a time: the second would be approved unseen", _again, Conflict, "waiting"),
    ("a decision stays", _decide_twice, Conflict, "decided"),
    ("others reject, with a reason", _withdraw_others, NotAllowed, "not_own"),
    ("who changes their mind withdraws", _reject_own, NotAllowed, "own"),
    ("only what was approved is taken back", _take_back_what_waits, Conflict, "past"),
    ("its time is over", _late, Conflict, "over"),
    ("approved is what was seen", _seen_otherwise, Conflict, "changed"),
]


@pytest.mark.parametrize(("why", "work", "kind", "reason"), REFUSED)
def test_refused(
    session: Session, why: str, work: Callable[[Session], None], kind: type[CareError], reason: str
) -> None:
    service.propose(session, *DELAYED, WORDS, "更好懂", ANN, NOW)
    with pytest.raises(kind) as error:
        work(session)
    assert error.value.reason == reason, why


INVALID = [
    ("as it is told", {"text": SHIPPED}, "更好懂", {}, "same"),
    ("a fault of the wording", {"text": "你等等"}, "更好懂", {}, "informal"),
    ("another field", {"text_9": "您好"}, "更好懂", {}, "unknown"),
    ("over before it begins", WORDS, "更好懂", {"begins": NOW + DAY, "until": NOW + DAY}, "dates"),
    ("over by now", WORDS, "更好懂", {"until": NOW}, "dates"),
    ("a customer's number in the reason", WORDS, "客户13900139000说看不懂", {}, "personal_data"),
]


@pytest.mark.parametrize(("what", "words", "why", "when", "reason"), INVALID)
def test_what_is_not_even_stored(
    session: Session, what: str, words: dict[str, str], why: str, when: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        service.propose(session, *DELAYED, words, why, ANN, NOW, **when)
    assert error.value.reason == reason, what
    assert session.scalars(select(WordingChange)).all() == []


def test_taken_back_by_one_person_at_once(session: Session) -> None:
    change = _approved(session)
    row = service.roll_back(session, change.id, ANN, "客户看不懂", NOW)
    assert _told(session) == SHIPPED
    assert (row.staff, row.decided_by, row.rolls_back) == (ANN, ANN, change.id)
    with pytest.raises(Conflict):
        service.roll_back(session, change.id, ANN, "再来一次", NOW)
    service.roll_back(session, row.id, BEN, "其实看得懂", NOW)
    assert _told(session) == WORDS["text"]
    assert overlay(session, NOW).responses == {DELAYED[1]: (WORDS["text"],)}


def test_two_who_approve_at_once_are_one_approval(database: object) -> None:
    with transaction() as session:
        change = service.propose(session, *DELAYED, WORDS, "更好懂", ANN, NOW)

    def approve(by: str) -> Callable[[], object]:
        def work() -> object:
            with transaction() as session:
                return service.approve(session, change.id, by, NOW).decided_by

        return work

    done = at_once(approve(BEN), approve("2003"), approve("2004"))
    assert sorted(type(each).__name__ for each in done) == ["Conflict", "Conflict", "str"]


def test_two_who_propose_at_once_are_one_proposal(database: object) -> None:
    def propose(by: str) -> Callable[[], object]:
        def work() -> object:
            with transaction() as session:
                return service.propose(session, *DELAYED, WORDS, "更好懂", by, NOW).staff

        return work

    done = at_once(*(propose(str(number)) for number in range(2001, 2005)))
    assert sorted(type(each).__name__ for each in done) == ["Conflict"] * 3 + ["str"]


def test_a_process_follows(database: object, words_restored: None) -> None:
    """What it says, its articles with version and day, the list of changes and the search by words."""
    clock = [NOW]
    follower = Follower(clock=lambda: clock[0])
    assert not follower.look()
    with transaction() as session:
        _approved(session)
        _approved(
            session,
            PROOF,
            TITLE | {"short": "可以要求看。工信部要求留下凭证，短信回复、验证码或者签字都算。"},
            begins=NOW + DAY,
        )
    old = article_of(PROOF[1])
    assert follower.look()
    assert say("answer_delayed") == WORDS["text"]
    assert article_of(PROOF[1]) == old, "its day has not come"
    assert not follower.look(), "nothing is new"
    clock[0] = NOW + DAY
    assert follower.look(), "by the clock alone"
    new = article_of(PROOF[1])
    assert (new.title, new.version) == (TITLE["title"], str(int(old.version) + 1))
    assert new.since == china("2026-11-22 00:00").date()
    assert (new.asks, new.basis, new.longer) == (old.asks, old.basis, old.longer)
    newest = topics()["vas"].changes[0]
    assert (newest.articles, newest.day) == ((PROOF[1],), new.since)
    assert int(newest.version) == int(shipped()["vas"].changes[0].version) + 1
    assert TITLE["title"] in newest.what
    assert in_full(new).title == TITLE["title"]
    assert mentioning(TITLE["title"], 1) == [new]
    with transaction() as session:
        change = session.scalars(select(WordingChange).where(WordingChange.key == PROOF[1])).one()
        service.roll_back(session, change.id, ANN, "还是旧的好", clock[0] + DAY)
    clock[0] += DAY
    follower.look()
    back = article_of(PROOF[1])
    assert (back.title, back.version) == (old.title, str(int(old.version) + 2)), "the old words are a new version"
    assert [each.articles for each in topics()["vas"].changes[:2]] == [(PROOF[1],)] * 2


def test_a_thread_follows_and_outlives_a_fault(
    database: object, words_restored: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following_module, "EVERY", 0.02)
    faults = iter([ValueError("what nobody thought of")])

    def then() -> None:
        for fault in faults:
            raise fault

    with following(then):
        with transaction() as session:
            _approved(session)
        until(lambda: say("answer_delayed") == WORDS["text"], "the words that were approved")
        with transaction() as session:
            [change] = session.scalars(select(WordingChange.id))
            service.roll_back(session, change, ANN, "还是旧的好", NOW)
        until(lambda: say("answer_delayed") == SHIPPED, "the words of before")
    assert not [each for each in threading.enumerate() if each.name == "wording"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for folder in ("data/responses", "data/rights"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def test_what_is_told_for_good_comes_into_the_files(session: Session, tree: Path) -> None:
    assert apply(session, tree, NOW) == []
    _approved(session)
    _approved(session, PROOF, TITLE, begins=NOW + DAY)
    _approved(session, (Kind.RESPONSE, "utter_article_more"), {"text": "多说一点"}, until=NOW + 9 * DAY)
    later = NOW + 2 * DAY
    assert apply(session, tree, later) == ["data/responses/channel.yml", "data/rights/vas.yml"]
    files = read(tree)
    assert files[DELAYED].fields == WORDS
    assert files[PROOF].fields["title"] == TITLE["title"]
    assert files[Kind.RESPONSE, "utter_article_more"].fields == {"text": "说详细点"}, "a file has no clock"
    written = load_all(tree / "data/rights")["vas"]
    article = next(each for each in written.articles if each.id == PROOF[1])
    assert (article.version, article.since) == ("2", (NOW + DAY).date())
    assert written.changes[0].articles == (PROOF[1],)
    assert apply(session, tree, later) == [], "safe to repeat"
    article_change = session.scalars(select(WordingChange).where(WordingChange.key == PROOF[1])).one()
    service.roll_back(session, article_change.id, ANN, "还是旧的好", later)
    assert apply(session, tree, later) == ["data/rights/vas.yml"]
    assert read(tree)[PROOF].fields == catalogue()[PROOF].fields
