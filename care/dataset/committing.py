"""Trainers' work as a commit on a branch of the data files, or as a patch where there is no git.

Neither HEAD nor index nor work tree of the repository is touched: the branch's files are laid out in a folder of their
own, changed there, and committed with an index of their own. The branch moves only if nobody moved it meanwhile. Git is
asked outside of transactions.
"""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Protocol, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.approval import writing
from care.dataset.applying import apply
from care.dataset.current import ROOT, data_version
from care.dataset.tables import DatasetCommit, ExampleChange
from care.errors import Conflict, InvalidInput, Unavailable
from care.settings import settings
from care.training.labels import DOMAIN
from care.training.masking import kinds_in

T = TypeVar("T")
#: what is laid out: the examples and wordings, and what says which labels there are
_LAID = ("data", DOMAIN)
_SECONDS = 60
LONGEST_MESSAGE = 200


class InDatabase(Protocol):
    """Runs a transaction, as `care.db.run` does."""

    def __call__(self, work: Callable[[Session], T], /) -> T: ...


@dataclass(frozen=True)
class Standing:
    """Changes that no commit has yet, and the newest commit."""

    pending: int
    branch: str | None
    last: DatasetCommit | None


@dataclass(frozen=True)
class Committed:
    branch: str
    commit: str
    changes: int


def standing(session: Session) -> Standing:
    last = session.scalar(select(DatasetCommit).order_by(DatasetCommit.id.desc()).limit(1))
    newer = ExampleChange.id > (last.up_to if last is not None else 0)
    pending = session.scalar(select(func.count()).select_from(ExampleChange).where(newer)) or 0
    return Standing(pending, settings().training_branch if settings().training_repository else None, last)


def commit(in_database: InDatabase, message: str, staff: str, now: datetime) -> Committed:
    """Everything so far, on top of the branch; a new branch begins at HEAD. `in_database` runs a transaction.

    Raises Conflict (`no_git`: no repository is set; `nothing`: the branch has it all; `moved`: somebody else has just
    committed; `faults`), InvalidInput (`message`), Unavailable (`git`).
    """
    repository, branch = settings().training_repository, settings().training_branch
    if not repository:
        raise Conflict("no_git", "no repository is set (QUANYI_TRAINING_REPOSITORY); download the patch")
    told = _message(message)
    git = _Git(Path(repository))
    tip = git.ask("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}", may_fail=True)
    base = tip or git.ask("rev-parse", "--verify", "HEAD")
    with TemporaryDirectory(prefix="quanyi-commit-") as folder:
        root = Path(folder) / "tree"
        git.lay_out(base, root)
        version, files = in_database(lambda session: _changed(session, root, now))
        new = git.commit(base, root, files, told, staff) if files else base
        if files:
            git.move(branch, new, tip)

    def note(session: Session) -> int:
        pending = standing(session).pending
        if not files and not pending:
            raise Conflict("nothing", f"the branch {branch} has every change already")
        session.add(DatasetCommit(branch=branch, commit=new, up_to=version, changes=pending, staff=staff, at=now))
        return pending

    return Committed(branch, new, in_database(note))


def patch(session: Session, now: datetime, root: Path = ROOT) -> str:
    """What `git apply` or `patch -p1` brings into the files of this checkout. Raises Conflict (`faults`)."""
    with TemporaryDirectory(prefix="quanyi-patch-") as folder:
        copy = Path(folder)
        shutil.copytree(root / "data", copy / "data")
        shutil.copy2(root / DOMAIN, copy / DOMAIN)
        _, files = _changed(session, copy, now)
        return "".join(_difference(root, copy, file) for file in files)


def _changed(session: Session, root: Path, now: datetime) -> tuple[int, list[str]]:
    version = data_version(session)
    return version, sorted({*apply(session, root), *writing.apply(session, root, now)})


def _difference(before: Path, after: Path, file: str) -> str:
    old, new = (_lines(folder / file) for folder in (before, after))
    said = difflib.unified_diff(old, new, f"a/{file}" if old else "/dev/null", f"b/{file}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in said)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines(keepends=True) if path.is_file() else []


def _message(given: str) -> str:
    told = " ".join(given.split())
    if not 4 <= len(told) <= LONGEST_MESSAGE:
        raise InvalidInput("message", f"say in 4 to {LONGEST_MESSAGE} characters what was done")
    if kinds_in(told):
        raise InvalidInput("message", "the message seems to hold personal data; say it without")
    return told


class _Git:
    """One repository."""

    def __init__(self, repository: Path) -> None:
        self._repository = repository

    def ask(
        self,
        *arguments: str,
        given: bytes = b"",
        may_fail: bool = False,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        return self._run(*arguments, given=given, may_fail=may_fail, variables=variables).decode().strip()

    def lay_out(self, commit: str, root: Path) -> None:
        archive = root.with_suffix(".tar")
        self.ask("archive", f"--output={archive}", commit, "--", *_LAID)
        root.mkdir()
        with tarfile.open(archive) as files:
            files.extractall(root, filter="data")

    def commit(self, base: str, root: Path, files: list[str], message: str, staff: str) -> str:
        with self._index() as index:
            own = {"GIT_INDEX_FILE": index}
            self.ask("read-tree", base, variables=own)
            for file in files:
                blob = self.ask("hash-object", "-w", "--stdin", given=(root / file).read_bytes())
                self.ask("update-index", "--add", "--cacheinfo", f"100644,{blob},{file}", variables=own)
            tree = self.ask("write-tree", variables=own)
        who = {"NAME": f"trainer {staff}", "EMAIL": "noreply@localhost"}
        named = {f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in who.items()}
        return self.ask("commit-tree", tree, "-p", base, given=message.encode(), variables=named)

    def move(self, branch: str, new: str, old: str) -> None:
        """From what it was when we looked: `old`, empty for a new one. Raises Conflict (`moved`)."""
        try:
            self.ask("update-ref", f"refs/heads/{branch}", new, old or "0" * 40)
        except Unavailable:
            raise Conflict("moved", f"somebody else has just committed to {branch}; commit again") from None

    @contextmanager
    def _index(self) -> Iterator[str]:
        with TemporaryDirectory(prefix="quanyi-index-") as folder:
            yield str(Path(folder) / "index")

    def _run(
        self,
        *arguments: str,
        given: bytes = b"",
        may_fail: bool = False,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> bytes:
        # A repository of another user is one that the operator named.
        command = ["git", "-c", f"safe.directory={self._repository}", "-C", str(self._repository), *arguments]
        try:
            done = subprocess.run(
                command,
                input=given,
                capture_output=True,
                timeout=_SECONDS,
                env={**os.environ, **variables},
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Unavailable("git", f"git cannot be run ({type(error).__name__}); download the patch") from error
        if done.returncode != 0 and not may_fail:
            raise Unavailable("git", f"git {arguments[0]} failed with {done.returncode} in {self._repository}")
        return done.stdout if done.returncode == 0 else b""
