"""Examples as they are searched, compared, and looked after label by label."""

from __future__ import annotations

from pathlib import Path

import pytest

from care.dataset import nearest, service
from care.dataset.current import state
from care.dataset.finding import Mark, Wanted, find, page
from care.dataset.health import health, pairs
from care.dataset.nearest import keep, unread
from care.dataset.rules import Meaning, State
from care.db import run, transaction
from care.surges.vectors import SIZE, centred, mean
from tests.care.training.house import build
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return build(tmp_path)


@pytest.fixture
def known(root: Path) -> State:
    """The house's examples and one that a trainer added."""
    run(lambda s: service.add(s, Meaning("催一催", "ticket_status", "urge"), "1001", NOW, root=root))
    return run(lambda s: state(s, root))


FOUND = [
    (Wanted(), 7, "all"),
    (Wanted(words="催"), 3, "by a word"),
    (Wanted(words="ＣＵＩ"), 0, "which none has"),
    (Wanted(label="ticket_status"), 4, "by label, whatever its sub-label"),
    (Wanted(label="ticket_status", sub="urge"), 3, "by sub-label"),
    (Wanted(changed=True), 1, "what trainers changed"),
    (Wanted(mark=Mark.CONFLICT), 0, "no two labels have the same text"),
]


@pytest.mark.parametrize(("wanted", "count", "why"), FOUND, ids=[why for *_, why in FOUND])
def test_searching(known: State, wanted: Wanted, count: int, why: str) -> None:
    assert len(find(known, wanted)) == count, why


def test_the_newest_change_stands_first_and_pages_go_on_behind_an_example(known: State) -> None:
    found = find(known, Wanted())
    assert found[0].meaning.words == "催一催"
    first, after = page(found, None, 4)
    second, end = page(found, after, 4)
    assert ([*first, *second], end) == (found, None)


def test_the_same_text_under_two_labels_is_marked(root: Path) -> None:
    (root / "data/nlu/more.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: billing_detail\n  examples: |\n    - 是的！\n', encoding="utf-8"
    )
    known = run(lambda s: state(s, root))
    assert {each.meaning.words for each in find(known, Wanted(mark=Mark.CONFLICT))} == {"是的", "是的！"}


def test_what_a_label_needs(known: State) -> None:
    figures = {
        "labels": {"billing_detail": {"f1": 0.4, "support": 9}, "ticket_status": {"f1": 0.9, "support": 5}},
        "confused": [["billing_detail", "ticket_status", 3], ["ticket_status", "billing_detail", 1]],
    }
    told = {each.label: each for each in health(known, figures)}
    assert told["billing_detail"].advice == ["weak", "confused"]
    assert told["billing_detail"].confused_with == [("ticket_status", 3)]
    assert told["affirm"].advice == ["too_few"]
    assert (told["ticket_status"].advice, told["ticket_status"].count) == ([], 4)
    assert next(iter(told)) == "billing_detail", "what needs most stands first"
    assert pairs(figures) == [("billing_detail", "ticket_status", 4)]
    assert all(each.f1 is None for each in health(known, None)), "before anything was measured"


def _vector(at: int) -> list[float]:
    """As the encoder gives them: a narrow cone, and one direction of its own."""
    return [value + (1.0 if number == at else 0.0) for number, value in enumerate(mean())]


def test_what_is_nearest_by_its_vector_and_what_was_deleted_is_not(
    root: Path, known: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearest, "state", lambda session: known)
    with transaction() as session:
        texts = unread(session, 100)
        keep(session, {key: _vector(at) for at, key in enumerate(texts)})
        assert unread(session, 100) == {}
    wanted = [*texts].index(next(key for key, text in texts.items() if text == "催一催"))
    found = run(lambda s: nearest.nearest(s, known, centred(_vector(wanted)), 3))
    assert (found[0].known.text, round(found[0].similarity, 2)) == ("催一催", 1.0)
    assert len({each.known.key for each in found}) == len(found) == 3
    own = found[0].known.key
    assert own not in [
        each.known.key for each in run(lambda s: nearest.nearest(s, known, centred(_vector(wanted)), 3, but=own))
    ]
    run(lambda s: service.delete(s, own, "1001", NOW, root=root))
    now = run(lambda s: state(s, root))
    assert "催一催" not in [
        each.known.text for each in run(lambda s: nearest.nearest(s, now, centred(_vector(wanted)), 3))
    ]
    assert len(_vector(0)) == SIZE
