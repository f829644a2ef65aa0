"""Changes come into files once, whatever happened to the files meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from care.dataset import service
from care.dataset.applying import apply
from care.dataset.current import state
from care.dataset.rules import Meaning
from care.db import run
from care.training import corpus, merged
from tests.care.training.house import build
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")

URGE = Meaning("催一下", "ticket_status", "urge")
NEW = Meaning("帮忙[八十块](amount)的事快一点", "ticket_status", "urge")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return build(tmp_path)


def _texts(root: Path) -> set[str]:
    return {f"{each.full_label}: {each.text}" for each in corpus.read(root).examples}


def _apply(root: Path) -> list[str]:
    return run(lambda s: apply(s, root))


def test_all_changes_are_written_where_examples_of_their_label_stand(root: Path) -> None:
    before = (root / "data/nlu/billing.yml").read_bytes()
    run(lambda s: service.add(s, NEW, "1001", NOW, root=root))
    run(lambda s: service.edit(s, URGE.key, Meaning("催一下", "ticket_status", "add"), "1001", NOW, root=root))
    assert _apply(root) == ["data/merged.yml", "data/nlu/tickets.yml"]
    assert {"ticket_status/urge: 帮忙八十块的事快一点", "ticket_status/add: 催一下"} <= _texts(root)
    assert "ticket_status/urge: 催一下" not in _texts(root)
    assert (root / "data/nlu/billing.yml").read_bytes() == before
    assert not corpus.read(root).faults


def test_a_second_time_nothing_is_written_and_the_state_is_the_same(root: Path) -> None:
    run(lambda s: service.add(s, NEW, "1001", NOW, root=root))
    seen = {each.meaning for each in run(lambda s: state(s, root)).examples.values()}
    _apply(root)
    assert _apply(root) == []
    assert {each.meaning for each in run(lambda s: state(s, root)).examples.values()} == seen


def test_an_add_that_is_undone_leaves_the_files_as_they_were(root: Path) -> None:
    before = _texts(root)
    added = run(lambda s: service.add(s, NEW, "1001", NOW, root=root).id)
    run(lambda s: service.undo(s, added, "1001", NOW, root=root))
    _apply(root)
    assert _texts(root) == before


def test_who_takes_a_merged_example_out_of_the_files_has_the_last_word(root: Path) -> None:
    run(lambda s: service.add(s, NEW, "1001", NOW, root=root))
    _apply(root)
    [example] = [each for each in corpus.read(root).examples if each.text == "帮忙八十块的事快一点"]
    corpus.remove(root, example)
    assert _apply(root) == []
    assert NEW.key not in run(lambda s: state(s, root)).examples


def test_changes_after_the_merge_are_laid_over_again(root: Path) -> None:
    run(lambda s: service.add(s, NEW, "1001", NOW, root=root))
    _apply(root)
    run(lambda s: service.delete(s, NEW.key, "1001", NOW, root=root))
    assert NEW.key not in run(lambda s: state(s, root)).examples
    assert _apply(root) == ["data/merged.yml", "data/nlu/tickets.yml"]
    assert "ticket_status/urge: 帮忙八十块的事快一点" not in _texts(root)


def test_another_installations_merges_are_not_ours(root: Path) -> None:
    (root / merged.FILE).write_text('"0badcafe": 99999999\n', encoding="utf-8")
    run(lambda s: service.add(s, NEW, "1001", NOW, root=root))
    _apply(root)
    assert "ticket_status/urge: 帮忙八十块的事快一点" in _texts(root)
    assert '"0badcafe": 99999999' in (root / merged.FILE).read_text(encoding="utf-8")
