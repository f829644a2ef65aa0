"""Sending what waits for WeChat's customers: many of them at once, to each of them one message after the other.

At least once: somebody killed between the platform's yes and our note of it leaves the message to be sent again when
the lease is over. 微信客服 knows it by its msgid and refuses the second one; 公众号 knows no such thing, and the
customer reads it twice. Never twice at the same time, and no connection or lock is held while a platform is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

from prometheus_client import Counter, Gauge, Histogram

from care.attachments.service import content_of
from care.conversations.statements import PUSHES
from care.db import utcnow
from care.errors import NotAllowed, Unavailable
from care.logs import get_logger
from care.settings import settings
from care.wechat import outbox, reminding
from care.wechat.api import KfApi, OfficialApi
from care.wechat.errors import Trouble, WeChatError
from care.wechat.hearing import hear
from care.wechat.kf import read_state_anew
from care.wechat.outbox import Job, Serving
from care.wechat.plan import Sending, alone
from care.wechat.rendering import Menu
from care.wechat.rules import KF, OFFICIAL
from care.wechat.tokens import Database, in_database
from care.wechat.waiting import count_waiting, due, give_up_lost

Api = TypeVar("Api", OfficialApi, KfApi)

#: customers at once
_AT_ONCE = 16
#: what was missed, and what is to be tried again, is looked for so often
_SWEEP_SECONDS = 1.0
_SWEPT_AT_ONCE = 200
#: and what nobody can send any more
_LOST_SECONDS = 60.0
_LOST_AT_ONCE = 500
#: 微信客服: a msgid that was used. Ours are well formed, so the platform took this message before.
_USED: Final = 95020

_log = get_logger("care.wechat")
_sendings = Counter("quanyi_wechat_sendings_total", "Messages that were sent to WeChat, by outcome", ["outcome"])
for _outcome in ("sent", "failed", "spent", "gone", "given_up"):
    _sendings.labels(_outcome)  # there from the start: an alert on the first one needs the zero before it
_held = Counter("quanyi_wechat_held_total", "Messages that wait for their customer's next words")
_waiting = Gauge("quanyi_wechat_waiting", "Messages that wait to be sent to WeChat")
_seconds = Histogram(
    "quanyi_wechat_seconds",
    "From a message that was stored to the platform's yes",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600),
)


class Pusher:
    """One a process. `run` goes on by itself; `sweep` does once what is due, for tests."""

    def __init__(
        self,
        official: OfficialApi | None,
        kf: KfApi | None,
        database: Database = in_database,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self._official, self._kf = official, kf
        self._database, self._clock = database, clock
        channels = {OFFICIAL} if settings().serves_wechat else set()
        self._serving = Serving(
            frozenset(channels | ({KF} if kf is not None else set())),
            pushes_official=official is not None and settings().wechat_push == "on",
        )
        self._places = asyncio.Semaphore(_AT_ONCE)
        #: who is sent to now; True: look once more, something new was announced
        self._running: dict[str, bool] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._lost_at = 0.0
        #: `run` ends
        self._stop = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; a message that is on its way then is noted."""
        hearing = asyncio.create_task(hear(PUSHES, self._heard))
        try:
            while not stop.is_set():
                try:
                    await self._look()
                except Unavailable as error:
                    _log.warning("wechat_not_swept", reason=error.reason)
                try:
                    await asyncio.wait_for(stop.wait(), _SWEEP_SECONDS)
                except TimeoutError:
                    continue
        finally:
            self._stop.set()
            hearing.cancel()
            await asyncio.gather(hearing, *self._tasks, return_exceptions=True)

    async def sweep(self) -> None:
        """Everything that is due now, and what comes meanwhile."""
        await self._look()
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def _look(self) -> None:
        """Raises Unavailable."""
        now, channels = self._clock(), self._serving.channels
        for conversation_id in await self._database(lambda session: due(session, channels, now, _SWEPT_AT_ONCE)):
            self._wake(conversation_id)
        _waiting.set(await self._database(count_waiting))
        if asyncio.get_running_loop().time() >= self._lost_at:
            self._lost_at = asyncio.get_running_loop().time() + _LOST_SECONDS
            lost = await self._database(lambda session: give_up_lost(session, _LOST_AT_ONCE))
            if lost:
                _log.warning("wechat_lost", messages=lost)

    def _heard(self, conversation_id: str) -> None:
        # An empty word: something may have been missed; the next sweep finds it.
        if conversation_id:
            self._wake(conversation_id)

    def _wake(self, conversation_id: str) -> None:
        if conversation_id in self._running:
            self._running[conversation_id] = True
            return
        self._running[conversation_id] = False
        task = asyncio.create_task(self._serve(conversation_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, conversation_id: str) -> None:
        try:
            async with self._places:
                while True:
                    self._running[conversation_id] = False
                    await self._send_all(conversation_id)
                    if not self._running[conversation_id]:
                        return
        except Unavailable as error:
            # The lease runs out by itself, and the sweep goes on from there.
            _log.error("wechat_left_to_sweep", reason=error.reason)
        except Exception:
            _log.exception("wechat_sending_crashed")
        finally:
            del self._running[conversation_id]

    async def _send_all(self, conversation_id: str) -> None:
        mine: int | None = None
        while not self._stop.is_set():
            job = await self._take(conversation_id, mine)
            if job is None or not await self._do(job):
                return
            mine = job.fence
            if self._stop.is_set():
                await self._database(lambda session: outbox.give_back(session, job))  # noqa: B023

    async def _take(self, conversation_id: str, mine: int | None) -> Job | None:
        return await self._database(
            lambda session: outbox.take(session, conversation_id, self._serving, self._clock(), mine)
        )

    async def _do(self, job: Job) -> bool:
        """True: it is still ours, and there may be more."""
        for sending in job.plan.sendings:
            if self._stop.is_set():
                return True
            is_whole, goes_on = await self._send(job, sending)
            if not goes_on:
                return False
            if not is_whole:  # what remains is planned anew
                return True
        if not job.holds:
            return True
        is_told = job.by_template and await self._tell_by_template(job)
        _held.inc(len(job.holds))
        return await self._database(lambda session: outbox.hold(session, job, self._clock(), is_told=is_told))

    async def _send(self, job: Job, sending: Sending) -> tuple[bool, bool]:
        """Did it go as it was planned? Is there more to do?"""
        try:
            await self._ask(job, sending)
        except WeChatError as error:
            if not (job.channel == KF and error.code == _USED):
                return await self._refused(job, sending, error)
        except NotAllowed:  # a file that is gone: its owner wanted it deleted
            return False, await self._give_up(job, sending)
        now = self._clock()
        goes_on = await self._database(lambda session: outbox.went(session, job, sending, now))
        _sendings.labels("sent").inc()
        for bubble in sending.bubbles:
            if bubble.id in sending.finishes and bubble.created_at is not None:
                _seconds.observe((now - bubble.created_at).total_seconds())
        return True, goes_on

    async def _refused(self, job: Job, sending: Sending, error: WeChatError) -> tuple[bool, bool]:
        _log.warning("wechat_not_taken", call=error.call, trouble=error.trouble, code=error.code)
        if error.trouble in (Trouble.CONTENT, Trouble.UNKNOWN):
            other = alone(sending, outbox.look())
            if other is not None:
                return False, (await self._send(job, other))[1]
            return False, await self._give_up(job, sending)
        if error.trouble in (Trouble.BUDGET, Trouble.WINDOW):
            return False, await self._note("spent", lambda s: outbox.spent(s, job, self._clock()))
        if error.trouble is Trouble.GONE:
            return False, await self._note("gone", lambda s: outbox.gone(s, job, self._clock()))
        if error.trouble is Trouble.STATE and self._kf is not None and not await self._may_send(self._kf, job):
            return False, True
        _sendings.labels("failed").inc()
        await self._database(lambda session: outbox.later(session, job, self._clock(), error.stopped_until))
        return False, False

    async def _note(self, outcome: str, work: Callable[..., bool]) -> bool:
        _sendings.labels(outcome).inc()
        return await self._database(work)

    async def _give_up(self, job: Job, sending: Sending) -> bool:
        return await self._note("given_up", lambda s: outbox.refused_for_good(s, job, sending, self._clock()))

    async def _may_send(self, api: KfApi, job: Job) -> bool:
        """By what the platform says now of who serves them; it is noted, and the next plan holds what cannot go."""
        try:
            return await read_state_anew(api, job.conversation_id, self._database, self._clock)
        except WeChatError:
            return True

    async def _ask(self, job: Job, sending: Sending) -> None:
        """Raises WeChatError, NotAllowed."""
        if job.channel == KF:
            await self._ask_kf(_there(self._kf), job, sending)
        else:
            await self._ask_official(_there(self._official), job, sending)

    async def _ask_official(self, api: OfficialApi, job: Job, sending: Sending) -> None:
        if sending.picture is not None:
            await api.send_image(job.openid, await self._uploaded(api, job, sending.picture))
        elif sending.menu is not None:
            await api.send_menu(job.openid, sending.menu.head, sending.menu.choices)
        else:
            await api.send_text(job.openid, sending.text)

    async def _ask_kf(self, api: KfApi, job: Job, sending: Sending) -> None:
        id_ = outbox.msgid(job, sending)
        if sending.picture is not None:
            media = await self._uploaded(api, job, sending.picture)
            await api.send_image(job.account, job.openid, media, id_)
        elif sending.menu is not None:
            menu: Menu = sending.menu
            await api.send_menu(job.account, job.openid, menu.head, menu.choices, "", id_)
        else:
            await api.send_text(job.account, job.openid, sending.text, id_)

    async def _uploaded(self, api: OfficialApi | KfApi, job: Job, attachment_id: str) -> str:
        content = await self._database(lambda session: content_of(session, job.conversation_id, attachment_id))
        return await api.upload_image(content.content, content.media_type)

    async def _tell_by_template(self, job: Job) -> bool:
        if self._official is None:
            return False
        data = reminding.template_data(self._clock())
        try:
            await self._official.send_template(job.openid, settings().wechat_template, data)
        except WeChatError as error:
            _log.warning("wechat_not_told", trouble=error.trouble, code=error.code)
            return False
        return True


def _there(api: Api | None) -> Api:
    """Of a channel that is served."""
    if api is None:
        raise RuntimeError("a customer of a channel that this worker does not send to")
    return api
