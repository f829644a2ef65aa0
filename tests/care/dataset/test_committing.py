"""Trainers' changes as commits on a branch of a real repository, and as a patch that real git takes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from care.dataset import committing, service
from care.dataset.committing import commit, patch
from care.dataset.rules import Meaning
from care.db import run
from care.errors import CareError
from care.training import corpus
from tests.care.training.house import build
from tests.support.environment import forget_settings
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")

NEW = Meaning("帮忙[八十块](amount)的事快一点", "ticket_status", "urge")
URGE = Meaning("催一下", "ticket_status", "urge")


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@localhost", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A checkout with a commit, which is the repository of the settings."""
    root = _house(tmp_path / "checkout")
    _git(root, "init", "-q", "-b", "main")
    _git(root, "add", ".")
    _git(root, "commit", "-q", "-m", "begin")
    monkeypatch.setenv("QUANYI_TRAINING_REPOSITORY", str(root))
    forget_settings()
    yield root
    forget_settings()


def _house(root: Path) -> Path:
    root.mkdir()
    return build(root)


def _refusal(work: Callable[[], Any]) -> str:
    with pytest.raises(CareError) as refused:
        work()
    return refused.value.reason


def _add(root: Path, meaning: Meaning = NEW) -> int:
    return run(lambda s: service.add(s, meaning, "1001", NOW, root=root).id)


def test_a_commit_holds_the_changes_and_touches_nothing_else(root: Path) -> None:
    (root / "data" / "nlu" / "billing.yml").write_text("half written", encoding="utf-8")
    before = _git(root, "status", "--porcelain"), _git(root, "rev-parse", "HEAD")
    run(lambda s: service.add(s, NEW, "1001", NOW, root=_house(root.parent / "other")))
    done = commit(run, "例句：催单的说法", "1001", NOW)
    assert (done.branch, done.changes) == ("trainers", 1)
    assert (_git(root, "status", "--porcelain"), _git(root, "rev-parse", "HEAD")) == before
    assert _git(root, "rev-parse", "trainers") == done.commit
    assert (
        _git(root, "log", "-1", "--format=%an %ae %s", "trainers") == "trainer 1001 noreply@localhost 例句：催单的说法"
    )
    assert _git(root, "diff", "--name-only", "main", "trainers").splitlines() == [
        "data/merged.yml",
        "data/nlu/tickets.yml",
    ]
    assert "帮忙[八十块](amount)的事快一点" in _git(root, "show", "trainers:data/nlu/tickets.yml")


def test_the_next_commit_goes_on_top_and_holds_only_what_is_new(root: Path) -> None:
    _add(root)
    first = commit(run, "第一次提交", "1001", NOW)
    assert _refusal(lambda: commit(run, "再来一次", "1001", NOW)) == "nothing"
    run(lambda s: service.delete(s, URGE.key, "1002", NOW, root=root))
    assert run(lambda s: committing.standing(s).pending) == 1
    second = commit(run, "第二次提交", "1002", NOW)
    assert _git(root, "rev-parse", "trainers^") == first.commit
    assert (second.changes, run(lambda s: committing.standing(s).pending)) == (1, 0)


def test_what_was_merged_is_not_committed_again(root: Path) -> None:
    _add(root)
    commit(run, "第一次提交", "1001", NOW)
    _git(root, "merge", "-q", "trainers")
    assert NEW.text in [each.text for each in corpus.read(root).examples]
    _git(root, "branch", "-D", "trainers")
    assert _refusal(lambda: commit(run, "再来一次", "1001", NOW)) == "nothing"


def test_a_patch_is_what_git_applies(root: Path) -> None:
    _add(root)
    run(lambda s: service.delete(s, URGE.key, "1001", NOW, root=root))
    told = run(lambda s: patch(s, NOW, root))
    (root.parent / "trainers.patch").write_text(told, encoding="utf-8")
    _git(root, "apply", str(root.parent / "trainers.patch"))
    texts = [each.text for each in corpus.read(root).examples]
    assert (NEW.text in texts, URGE.text in texts) == (True, False)
    assert run(lambda s: patch(s, NOW, root)) == ""


REFUSED = [("短", "message", "too short"), ("给13900139000的例句", "message", "somebody's number")]


@pytest.mark.parametrize(("message", "reason", "why"), REFUSED, ids=[why for *_, why in REFUSED])
def test_a_message_is_short_and_names_nobody(root: Path, message: str, reason: str, why: str) -> None:
    _add(root)
    assert _refusal(lambda: commit(run, message, "1001", NOW)) == reason


def test_without_a_repository_there_is_the_patch(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for value, reason in (("", "no_git"), (str(root / "nowhere"), "git")):
        monkeypatch.setenv("QUANYI_TRAINING_REPOSITORY", value)
        forget_settings()
        assert _refusal(lambda: commit(run, "提交例句", "1001", NOW)) == reason
