"""The examples as they now are, kept in memory by each process: 12,000 of them are read in 0.2 s, and seldom change.

What is kept is told apart by the files (their names, sizes and times) and by the newest change, so no process has to
tell another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.dataset.rules import Meaning, State, Step, laid_over, of_files
from care.dataset.tables import ExampleChange
from care.training import corpus, merged
from care.training.labels import DOMAIN, SUB_LABELS

ROOT = Path(__file__).resolve().parents[2]

_Stamp = tuple[tuple[str, int, int], ...]
_lock = Lock()
_files: dict[Path, tuple[_Stamp, State]] = {}
#: with the number of changes that were laid over
_states: dict[Path, tuple[_Stamp, int, State]] = {}


def state(session: Session, root: Path = ROOT) -> State:
    """The files at `root` with every change laid over that they do not have yet. Shared: never change it."""
    stamp = _stamp(root)
    base = _base(root, stamp)
    laid = select(func.count()).where(ExampleChange.id > base.version)
    count, kept = session.scalar(laid) or 0, _states.get(root)
    if kept is not None and kept[0] == stamp:
        newer = steps(session, kept[2].version)
        if not newer and kept[1] == count:
            return kept[2]
        if kept[1] + len(newer) == count:
            return _keep(root, stamp, count, laid_over(kept[2], newer))
    # Also where a change was deleted, or its transaction came to nothing.
    return _keep(root, stamp, count, laid_over(base, steps(session, base.version)))


def _keep(root: Path, stamp: _Stamp, count: int, found: State) -> State:
    _states[root] = (stamp, count, found)
    return found


def steps(session: Session, after: int) -> Sequence[Step]:
    """Changes that are newer than the change `after`, oldest first."""
    query = select(ExampleChange).where(ExampleChange.id > after).order_by(ExampleChange.id)
    return [step_of(change) for change in session.scalars(query)]


def step_of(change: ExampleChange) -> Step:
    return Step(change.id, change.before_key, after_of(change))


def after_of(change: ExampleChange) -> Meaning | None:
    if change.after_words is None or change.after_label is None:
        return None
    return Meaning(change.after_words, change.after_label, change.after_sub)


def before_of(change: ExampleChange) -> Meaning | None:
    if change.before_words is None or change.before_label is None:
        return None
    return Meaning(change.before_words, change.before_label, change.before_sub)


def data_version(session: Session) -> int:
    """Id of the newest change; 0 where nothing was ever changed."""
    return session.scalar(select(func.max(ExampleChange.id))) or 0


def _base(root: Path, stamp: _Stamp) -> State:
    """One thread reads, the others wait for it."""
    with _lock:
        kept = _files.get(root)
        if kept is None or kept[0] != stamp:
            read = of_files(corpus.read(root))
            kept = stamp, State(merged.up_to(root), read.examples, read.labels)
            _files[root] = kept
        return kept[1]


def _stamp(root: Path) -> _Stamp:
    return tuple(_stat(root, path) for path in _read(root))


def _stat(root: Path, path: Path) -> tuple[str, int, int]:
    try:
        found = path.stat()
    except OSError:
        return path.relative_to(root).as_posix(), 0, 0
    return path.relative_to(root).as_posix(), found.st_size, found.st_mtime_ns


def _read(root: Path) -> Iterable[Path]:
    yield from (root / DOMAIN, root / SUB_LABELS, root / merged.FILE)
    yield from sorted(path for path in (root / corpus.FOLDER).rglob("*") if path.suffix in (".yml", ".yaml", ".json"))
