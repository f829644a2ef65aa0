"""What trainers may change in the examples, what stands in the way, and what two of them at once do to each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from care.dataset import service
from care.dataset.current import state
from care.dataset.rules import Meaning
from care.db import run, transaction
from care.errors import CareError
from tests.care.training.house import build
from tests.support.times import NOW
from tests.support.waiting import at_once

pytestmark = pytest.mark.usefixtures("database")

URGE = Meaning("催一下", "ticket_status", "urge")
AMOUNT = Meaning("上个月扣了[八十块](amount)", "billing_detail")
NEW = Meaning("帮忙快一点行不行", "ticket_status", "urge")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return build(tmp_path)


def _words(root: Path) -> set[tuple[str, str]]:
    return {(each.meaning.full_label, each.meaning.words) for each in run(lambda s: state(s, root)).examples.values()}


def _refusal(work: Callable[[], Any]) -> str:
    with pytest.raises(CareError) as refused:
        work()
    return refused.value.reason


def _add(root: Path, meaning: Meaning, staff: str = "1001") -> int:
    return run(lambda s: service.add(s, meaning, staff, NOW, root=root).id)


def _edit(root: Path, before: Meaning, after: Meaning, staff: str = "1001") -> int:
    return run(lambda s: service.edit(s, before.key, after, staff, NOW, root=root).id)


def test_changes_are_laid_over_the_files_which_stay_as_they_are(root: Path) -> None:
    files = {path: path.read_bytes() for path in (root / "data").rglob("*.yml")}
    _add(root, NEW)
    _edit(root, URGE, Meaning("麻烦催一催", "ticket_status", "urge"))
    run(lambda s: service.delete(s, AMOUNT.key, "1001", NOW, root=root))
    words = _words(root)
    assert ("ticket_status/urge", NEW.words) in words
    assert ("ticket_status/urge", "麻烦催一催") in words
    assert not {("ticket_status/urge", URGE.words), ("billing_detail", AMOUNT.words)} & words
    assert files == {path: path.read_bytes() for path in (root / "data").rglob("*.yml")}


REFUSED = [
    (Meaning("帮忙[快一点", "ticket_status", "urge"), "annotation", "a bracket that Rasa would misread"),
    (Meaning("快一点", "ticket_statsu"), "unknown", "a label that there is not"),
    (Meaning("快一点", "ticket_status", "hurry"), "unknown", "a sub-label that there is not"),
    (Meaning("[快](speed)一点", "ticket_status"), "unknown", "an entity that there is not"),
    (Meaning("", "ticket_status"), "not_one_line", "nothing"),
    (Meaning("快\n点", "ticket_status"), "not_one_line", "two lines"),
    (Meaning("快" * 301, "ticket_status"), "too_long", "an essay"),
    (Meaning("我的电话是13900139000", "ticket_status"), "personal_data", "somebody's number"),
    (Meaning("打〔号码〕催一下", "ticket_status"), "mark", "a mark of the inbox"),
    (Meaning("是的", "ticket_status"), "other_label", "another label has the text"),
    (Meaning("是 的！", "ticket_status"), "other_label", "… but for spaces and marks, which the classifier drops"),
    (Meaning("催一下", "ticket_status"), "other_label", "… but for its sub-label"),
    (URGE, "known", "it is there already"),
]


@pytest.mark.parametrize(("meaning", "reason", "why"), REFUSED, ids=[why for *_, why in REFUSED])
def test_what_is_no_good_example_is_refused(root: Path, meaning: Meaning, reason: str, why: str) -> None:
    assert _refusal(lambda: _add(root, meaning)) == reason, why
    assert _words(root) == _words(root)


def test_an_example_may_move_to_another_label_and_only_change_its_entities(root: Path) -> None:
    moved = Meaning("催一下", "ticket_status", "add")
    _edit(root, URGE, moved)
    plain = Meaning("上个月扣了八十块", "billing_detail")
    _edit(root, AMOUNT, plain)
    assert {("ticket_status/add", "催一下"), ("billing_detail", plain.words)} <= _words(root)
    assert _refusal(lambda: _edit(root, moved, moved)) == "same"


def test_the_second_of_two_trainers_is_told_and_the_first_ones_words_stay(root: Path) -> None:
    mine, theirs = Meaning("催一催呀", "ticket_status", "urge"), Meaning("快催催吧", "ticket_status", "urge")
    told = at_once(
        *(
            lambda meaning=meaning: _outcome(lambda: _edit(root, URGE, meaning))  # type: ignore[misc]
            for meaning in (mine, theirs)
        )
    )
    assert sorted(told) == ["changed", "done"]
    kept = {("ticket_status/urge", each.words) for each in (mine, theirs)} & _words(root)
    assert len(kept) == 1
    history = run(lambda s: [(each.kind, each.after_words) for each in service.history(s, URGE.key)])
    assert history == [("edit", next(iter(kept))[1])], "who is told can read what it is now"


def _outcome(work: Callable[[], Any]) -> str:
    try:
        work()
    except CareError as error:
        return error.reason
    return "done"


def test_the_same_sentence_written_by_two_at_once_is_there_once(root: Path) -> None:
    told = at_once(*(lambda: _outcome(lambda: _add(root, NEW)) for _ in range(4)))
    assert sorted(told) == ["done", "known", "known", "known"]


def test_undoing_brings_back_what_was_and_undoing_that_again_what_became_of_it(root: Path) -> None:
    before = _words(root)
    changes = [
        _add(root, NEW),
        _edit(root, AMOUNT, Meaning("扣了[九十](amount)", "billing_detail")),
        run(lambda s: service.delete(s, URGE.key, "1001", NOW, root=root).id),
    ]
    after = _words(root)
    back = [run(lambda s, id_=each: service.undo(s, id_, "1002", NOW, root=root).id) for each in changes]
    assert _words(root) == before
    assert run(lambda s: service.undone(s, changes)) == frozenset(changes)
    assert _refusal(lambda: run(lambda s: service.undo(s, changes[0], "1001", NOW, root=root))) == "undone"
    for each in back:
        run(lambda s, id_=each: service.undo(s, id_, "1001", NOW, root=root))
    assert _words(root) == after


def test_what_somebody_changed_again_cannot_be_undone_under_them(root: Path) -> None:
    added = _add(root, NEW)
    better = Meaning("麻烦帮忙快一点", "ticket_status", "urge")
    _edit(root, NEW, better, "1002")
    assert _refusal(lambda: run(lambda s: service.undo(s, added, "1001", NOW, root=root))) == "changed"
    assert ("ticket_status/urge", better.words) in _words(root)


def test_what_was_deleted_does_not_come_back_beside_its_like(root: Path) -> None:
    gone = run(lambda s: service.delete(s, URGE.key, "1001", NOW, root=root).id)
    _add(root, Meaning("催一下", "ticket_status", "add"), "1002")
    assert _refusal(lambda: run(lambda s: service.undo(s, gone, "1001", NOW, root=root))) == "other_label"


def test_what_is_rolled_back_is_not_seen_by_others(root: Path) -> None:
    def fails() -> None:
        with transaction() as session:
            service.add(session, NEW, "1001", NOW, root=root)
            assert NEW.key in state(session, root).examples
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert ("ticket_status/urge", NEW.words) not in _words(root)


def test_a_file_that_is_edited_by_hand_is_read_again(root: Path) -> None:
    _add(root, NEW)
    path = root / "data" / "nlu" / "billing.yml"
    path.write_text(path.read_text(encoding="utf-8") + "    - 这一项看不懂\n", encoding="utf-8")
    assert {("billing_detail", "这一项看不懂"), ("ticket_status/urge", NEW.words)} <= _words(root)
