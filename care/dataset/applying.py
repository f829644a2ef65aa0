"""Trainers' changes written into a tree of files: a checkout, a branch of it, or what a model is trained from."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from care.dataset.current import data_version, steps
from care.dataset.rules import State, laid_over, of_files
from care.training import corpus, merged


def apply(session: Session, root: Path) -> list[str]:
    """Bring the examples at `root` up to the newest change; the files that were written. Safe to repeat.

    What the files have already is left alone, and what came into them and was taken out again stays out.

    Raises Conflict (`faults`, `not_regular`): a file cannot be read whole; nothing is written then.
    """
    version = data_version(session)
    before = of_files(corpus.read(root))
    base = State(merged.up_to(root), before.examples, before.labels)
    after = laid_over(base, steps(session, base.version))
    gone = {_told(before, key) for key in before.examples.keys() - after.examples.keys()}
    new = [_told(after, key) for key in after.examples if key not in before.examples]
    written = corpus.rewrite(root, gone, new) if gone or new else []
    if merged.note(root, version):
        written.append(merged.FILE)
    return sorted(written)


def _told(state: State, key: str) -> tuple[str, str | None, str]:
    meaning = state.examples[key].meaning
    return meaning.label, meaning.sub, meaning.words
