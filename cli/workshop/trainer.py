"""Trains what waits, one at a time, beside everything else that the worker does."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import anyio.to_thread
import numpy as np
from sqlalchemy.orm import Session

from care import db
from care.dataset import nearest
from care.errors import CareError, Unavailable
from care.logs import get_logger
from care.models import working
from care.models.rules import Step
from care.models.tables import TrainingRun
from care.models.working import Lost
from cli.errors import Stop
from cli.nlu import lab
from cli.run.checkout import Checkout
from cli.run.environment import training_environment
from cli.run.model import Training, is_whole
from cli.workshop import child, materials
from cli.workshop.judging import judge

T = TypeVar("T")

_EVERY = 2.0
_TEXTS = 2_000
_log = get_logger("cli.workshop")


class Cancelled(Exception):
    """Somebody asked for it."""


class Trainer:
    """One a worker; a worker without Rasa's environment takes nothing."""

    def __init__(self, checkout: Checkout) -> None:
        self._checkout = checkout
        self._holder = f"{socket.gethostname()}:{os.getpid()}"

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; what is under way then is given back and begins anew with the next worker."""
        if (why := await anyio.to_thread.run_sync(_why_off, self._checkout)) is not None:
            _log.info("training_off", why=why)
            await stop.wait()
            return
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                work = asyncio.ensure_future(self.once())
                await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not work.done():
                    work.cancel()
                (ended,) = await asyncio.gather(work, return_exceptions=True)
                if isinstance(ended, Exception):
                    _log.error("training_not_taken", exc_info=ended)
                await asyncio.wait({stopping}, timeout=_EVERY)
        finally:
            stopping.cancel()

    async def once(self) -> bool:
        """Take the training that waits to its end; False: none waits."""
        try:
            run = await self._in_database(lambda s: working.take(s, self._holder, db.utcnow()))
        except Unavailable:
            return False
        if run is None:
            return False
        _log.info("training_begins", run=run.id, data_version=run.data_version)
        try:
            await self._train(run)
        except Lost:
            _log.warning("training_lost", run=run.id)
        except Cancelled:
            await self._end(lambda s: working.cancelled(s, run.id, self._holder, db.utcnow()))
            _log.info("training_cancelled", run=run.id)
        except asyncio.CancelledError:
            await asyncio.shield(self._end(lambda s: working.give_back(s, run.id, self._holder)))
            raise
        except (Stop, CareError) as reason:
            said = str(reason)
            await self._end(lambda s: working.failed(s, run.id, self._holder, said, db.utcnow()))
            _log.warning("training_failed", run=run.id)
        except Exception as error:  # whatever it is: the trainer is told, and the worker goes on
            _log.error("training_failed", run=run.id, exc_info=error)
            kind = type(error).__name__
            await self._end(lambda s: working.failed(s, run.id, self._holder, f"a fault of ours: {kind}", db.utcnow()))
        finally:
            await anyio.to_thread.run_sync(lambda: shutil.rmtree(self._folder(run.id), ignore_errors=True))
        return True

    async def _train(self, run: TrainingRun) -> None:
        tell = _Telling(self, run.id)
        own = await self._lay_out(run, tell)
        base, name = await anyio.to_thread.run_sync(
            lambda: (materials.model_name(self._checkout), materials.model_name(own))
        )
        await self._in_database(lambda s: working.note_model(s, run.id, self._holder, base, name))
        model = self._checkout.models / name
        if await anyio.to_thread.run_sync(is_whole, model):
            await tell(Step.TRAIN, [f"{name} fits these examples; nothing is trained"])
        else:
            await self._make(own, model, tell)
        await self._read_vectors(tell)

        async def ask(command: str, payload: dict[str, Any], step: Step) -> dict[str, Any]:
            return await self._lab(command, payload, tell.of(step))

        report, gate = await judge(self._checkout, own, model, await self._current(base), ask)
        await self._in_database(lambda s: working.done(s, run.id, self._holder, report.as_json(), gate, db.utcnow()))
        await self._tidy()
        _log.info("training_done", run=run.id, model=name, gate=gate)

    async def _lay_out(self, run: TrainingRun, tell: _Telling) -> Checkout:
        await tell(Step.PREPARE, ["the files of this checkout, with everything that trainers changed"])
        own = await anyio.to_thread.run_sync(lambda: materials.lay_out(self._checkout, self._folder(run.id)))
        written = await self._in_database(lambda s: materials.changed(s, own, db.utcnow()))
        await tell(Step.PREPARE, [f"changed: {', '.join(written) or 'nothing'}"])
        return own

    async def _make(self, own: Checkout, model: Path, tell: _Telling) -> None:
        training = Training(own, own.models / model.name)
        command = await anyio.to_thread.run_sync(training.command)  # raises Stop where the examples are at fault
        # What libraries say of each other is nothing for trainers.
        env = training_environment(os.environ, self._checkout.root) | {"PYTHONWARNINGS": "ignore"}
        code, _ = await child.run(command, cwd=own.root, env=env, tell=tell.of(Step.TRAIN))
        if code != 0:
            raise Stop(f"Rasa's training ended with exit code {code}; the end of the log says why")
        await anyio.to_thread.run_sync(training.finish)
        part = model.with_suffix(".part")
        await anyio.to_thread.run_sync(lambda: shutil.copyfile(training.model, part))
        part.chmod(0o644)  # Rasa's own user reads it
        part.replace(model)

    async def _read_vectors(self, tell: _Telling) -> None:
        """What training has read of the examples, for those that are nearest; otherwise the job reads them slowly."""
        texts = await self._in_database(lambda s: nearest.unread(s, _TEXTS))
        while texts:
            payload = {"texts": [*texts.values()], "cache": lab.shared(self._checkout)["cache"]}
            found = (await self._lab("vectors", payload, tell.of(Step.READ)))["vectors"]
            rows = {
                key: None if each is None else np.frombuffer(base64.b64decode(each), dtype=np.float32).tolist()
                for key, each in zip(texts, found, strict=True)
            }
            await self._in_database(lambda s: nearest.keep(s, rows))  # noqa: B023
            texts = await self._in_database(lambda s: nearest.unread(s, _TEXTS))

    async def _lab(self, command: str, payload: dict[str, Any], tell: child.Tell) -> dict[str, Any]:
        argv, env = lab.started(self._checkout, command)
        code, said = await child.run(argv, cwd=self._checkout.root, env=env, tell=tell, given=lab.written(payload))
        return lab.answer_of(command, code, said)

    async def _current(self, base: str) -> Path | None:
        """The model in use: what was published over these files, else theirs; None where it is not here."""
        current = self._checkout.models / await self._in_database(lambda s: working.in_use(s, base))
        return current if await anyio.to_thread.run_sync(is_whole, current) else None

    async def _tidy(self) -> None:
        """Models that nobody can go back to."""
        kept = await self._in_database(working.kept_models)

        def remove() -> None:
            kept.add(materials.model_name(self._checkout))
            for path in self._checkout.models.glob("quanyi-*.tar.gz"):
                if path.name not in kept:
                    path.unlink(missing_ok=True)

        await anyio.to_thread.run_sync(remove)

    def _folder(self, run_id: int) -> Path:
        return self._checkout.var / "training" / str(run_id)

    async def beat(self, run_id: int, step: Step, share: float | None, lines: list[str]) -> None:
        """Raises Cancelled, Lost."""
        try:
            is_cancelled = await self._in_database(
                lambda s: working.beat(s, run_id, self._holder, db.utcnow(), step, share, lines)
            )
        except Unavailable:
            return  # the database is away: the training itself needs none
        if is_cancelled:
            raise Cancelled

    async def _end(self, work: Callable[[Session], None]) -> None:
        try:
            await self._in_database(work)
        except (Lost, Unavailable):
            pass  # its lease runs out; the next worker sees to it

    async def _in_database(self, work: Callable[[Session], T]) -> T:
        return await anyio.to_thread.run_sync(db.run, work)


def _why_off(checkout: Checkout) -> str | None:
    """What a worker lacks that only serves; None: it can train."""
    if not checkout.bot_python.exists():
        return "there is no Rasa environment here"
    for folder in (checkout.models, checkout.var):
        try:
            folder.mkdir(exist_ok=True)
        except OSError:
            return f"{folder} cannot be made"
        if not os.access(folder, os.W_OK):
            return f"{folder} is not for writing"
    return None


class _Telling:
    """What a run says, to whoever watches."""

    def __init__(self, trainer: Trainer, run_id: int) -> None:
        self._trainer, self._run_id = trainer, run_id

    async def __call__(self, step: Step, lines: list[str], share: float | None = None) -> None:
        await self._trainer.beat(self._run_id, step, share, lines)

    def of(self, step: Step) -> child.Tell:
        async def tell(lines: list[str], share: float | None) -> None:
            await self(step, lines, share)

        return tell
