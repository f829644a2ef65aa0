"""What is to be served, and every Rasa process brought to it: one after the other, again after each restart.

The newest row of `publications` is what is wanted, as long as the files of this checkout still make the model that it
was published over: who brings other files (an upgrade, the trainers' branch merged) has published those. A process
that cannot load it keeps its own and is tried again, later each time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import anyio.to_thread
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care import db
from care.approval.overlay import Overlay, renewed
from care.errors import InvalidInput, Unavailable
from care.logs import get_logger
from care.models.processes import RasaProcess, Serving
from care.models.service import current
from care.models.tables import ServingProcess
from care.retries import doubled

T = TypeVar("T")

#: how often the processes are asked: seconds
EVERY = 3.0
#: how often the files are looked at: seconds
_FILES_EVERY = 30.0
_FIRST, _LONGEST = timedelta(seconds=10), timedelta(minutes=10)
#: a process that is loading is asked again after so many seconds
_LOADING = 0.5
#: the longest that a model took to load was 31 s
_PATIENCE = 180.0
_log = get_logger("care.models")


class Publisher:
    """One a worker; several are safe: they want the same, and a process loads one model at a time.

    `base`: names the model that the files of this checkout make.
    """

    def __init__(
        self,
        processes: Sequence[RasaProcess],
        base: Callable[[], str],
        clock: Callable[[], datetime] = db.utcnow,
    ) -> None:
        self._processes, self._base, self._clock = processes, base, clock
        self._told_over: int | None = None
        self._wording = Overlay()
        #: when, by the loop's clock, and what the files made then
        self._known: tuple[float, str] | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`."""
        while not stop.is_set():
            try:
                await self.once()
            except Unavailable as error:
                _log.warning("not_published", reason=error.reason)
            except Exception as error:  # a file that is just written, or whatever: the worker has other work
                _log.error("not_published", exc_info=error)
            try:
                await asyncio.wait_for(stop.wait(), EVERY)
            except TimeoutError:
                continue

    async def once(self) -> None:
        """Look at each process in turn; the next one is not touched before the one before it serves."""
        base = await self._of_files()
        wanted = await self._in_database(lambda session: self._wanted(session, base))
        self._wording = await self._in_database(lambda session: renewed(session, self._wording, self._clock()))
        for process in self._processes:
            seen = await self._bring(process, *wanted)
            if seen is not None:
                await self._lay_wording(process, seen)

    def _wanted(self, session: Session, base: str) -> tuple[int | None, str, float | None]:
        """Publication, model and threshold."""
        newest = current(session)
        if newest is None:
            return None, base, None
        if newest.base != base:
            if self._told_over != newest.id:
                self._told_over = newest.id
                _log.info("publication_over", publication=newest.id, why="the files make another model now", model=base)
            return None, base, None
        return newest.id, newest.model, newest.threshold

    async def _of_files(self) -> str:
        """Reading all that a model is made of takes a tenth of a second: not every time."""
        now = asyncio.get_running_loop().time()
        if self._known is None or now - self._known[0] > _FILES_EVERY:
            self._known = now, await anyio.to_thread.run_sync(self._base)
        return self._known[1]

    async def _lay_wording(self, process: RasaProcess, seen: Serving) -> None:
        """What is approved and told now, over the texts of its model."""
        wording = self._wording
        if seen.wording == wording.version:
            return
        try:
            await process.lay_wording(wording.version, wording.responses)
        except (Unavailable, InvalidInput) as error:
            _log.warning("wording_not_laid", process=process.name, reason=error.reason)

    async def _bring(
        self, process: RasaProcess, publication: int | None, model: str, threshold: float | None
    ) -> Serving | None:
        """What it serves afterwards; None: it cannot be asked, or failed."""
        now = self._clock()
        try:
            seen = await process.serving()
        except (Unavailable, InvalidInput) as error:
            await self._note(process, None, "away", publication, error.reason)
            return None
        if seen.model == model and seen.threshold == threshold:
            await self._note(process, seen, "serving", publication, None)
            return seen
        if publication is None:
            # Nothing was published over these files: a process serves what it was started with.
            await self._note(process, seen, "serving", publication, None)
            return seen
        if not await self._in_database(lambda session: _is_due(session, process.name, publication, now)):
            return seen
        _log.info("model_publishing", process=process.name, model=model)
        try:
            await process.load(model, threshold)
            seen = await self._loaded(process, model, publication)
        except (Unavailable, InvalidInput) as error:
            await self._note(process, seen, "failed", publication, error.reason)
            return None
        is_there = seen.model == model
        error_kind = None if is_there else seen.error
        await self._note(process, seen, "serving" if is_there else "failed", publication, error_kind)
        return seen

    async def _loaded(self, process: RasaProcess, model: str, publication: int) -> Serving:
        """When it serves the model, or has given up. Raises Unavailable."""
        deadline = asyncio.get_running_loop().time() + _PATIENCE
        while True:
            seen = await process.serving()
            if seen.model == model or seen.loading is None:
                return seen
            if asyncio.get_running_loop().time() > deadline:
                raise Unavailable("rasa_slow", "the model is still being loaded")
            await self._note(process, seen, "loading", publication, None)
            await asyncio.sleep(_LOADING)

    async def _note(
        self, process: RasaProcess, seen: Serving | None, state: str, publication: int | None, error: str | None
    ) -> None:
        now = self._clock()

        def write(session: Session) -> None:
            first = {"name": process.name, "state": state, "attempts": 0, "seen_at": now}
            session.execute(insert(ServingProcess).values(first).on_conflict_do_nothing())  # another worker may, too
            row = session.get_one(ServingProcess, process.name, with_for_update=True)
            if seen is not None:
                row.model, row.threshold = seen.model, seen.threshold
            row.state, row.error, row.seen_at = state, (error or "")[:40] or None, now
            if row.publication_id != publication:
                row.publication_id, row.attempts, row.next_attempt_at = publication, 0, None
            if state == "failed":
                row.attempts += 1
                row.next_attempt_at = now + doubled(_FIRST, _LONGEST, row.attempts)
                _log.error("model_not_published", process=process.name, error=row.error)
            elif state == "serving":
                row.attempts, row.next_attempt_at = 0, None

        await self._in_database(write)

    async def _in_database(self, work: Callable[[Session], T]) -> T:
        return await anyio.to_thread.run_sync(db.run, work)


def processes(session: Session) -> Sequence[ServingProcess]:
    """As they were last seen, by name."""
    return session.scalars(select(ServingProcess).order_by(ServingProcess.name)).all()


def _is_due(session: Session, name: str, publication: int | None, now: datetime) -> bool:
    """A new publication is tried at once; one that failed, later each time."""
    row = session.get(ServingProcess, name)
    if row is None or row.publication_id != publication or row.next_attempt_at is None:
        return True
    return row.next_attempt_at <= now
