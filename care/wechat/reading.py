"""Reading 微信客服: a call-back says that there is something, sync_msg says what, page by page.

Any number of workers: one reads an account at a time, by a lease. Each message is stored, or its event noted, in a
transaction of its own; the cursor moves on when a page is done. Killed between, the page is read again, and everything
of it that was stored is known by its id.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from prometheus_client import Counter

from care.db import utcnow
from care.errors import CareError, Unavailable
from care.logs import get_logger
from care.turns.runner import Runner
from care.wechat import cursors
from care.wechat.api import KfApi, SyncPage
from care.wechat.cursors import CALLS, LEASE, Lease
from care.wechat.errors import WeChatError
from care.wechat.hearing import hear
from care.wechat.items import Item, read
from care.wechat.kf import Customers
from care.wechat.tokens import Database, in_database

#: How often the accounts are looked through for what nobody announced.
_LOOK_SECONDS = 5.0
#: and the platform is asked which accounts there are
_LEARN_SECONDS = 3600.0
#: An account that was never read tells of three days: what is older than this was others' to answer.
_BEFORE_US = timedelta(hours=1)
#: customers
_AT_ONCE = 4
#: 95000: no name of an account, 95004: there is none of that name (any more)
_NO_ACCOUNT = frozenset({95000, 95004})

_log = get_logger("care.wechat")
_read = Counter("quanyi_kf_items_total", "What 微信客服 told, by what became of it", ["outcome"])


class Reader:
    """One a process."""

    def __init__(
        self, runner: Runner, api: KfApi, database: Database = in_database, clock: Callable[[], datetime] = utcnow
    ) -> None:
        self._api, self._database, self._clock = api, database, clock
        self._customers = Customers(runner, api, database, clock)
        self._called = asyncio.Event()
        self._learned_at: float | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`."""
        hearing = asyncio.create_task(hear(CALLS, lambda _: self._called.set()))
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                self._called.clear()
                await self.read_due()
                called = asyncio.create_task(self._called.wait())
                await asyncio.wait({called, stopping}, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                called.cancel()
        finally:
            for task in (hearing, stopping):
                task.cancel()
            await asyncio.gather(hearing, stopping, return_exceptions=True)

    async def read_due(self) -> None:
        """Everything that is new, of all accounts that nobody else reads."""
        try:
            await self._learn()
            accounts = await self._database(lambda session: cursors.due(session, self._clock()))
        except Unavailable as error:
            _log.warning("kf_unread", reason=error.reason)
            return
        await asyncio.gather(*(self.read(account) for account in accounts))

    async def _learn(self) -> None:
        if self._learned_at is not None and time.monotonic() - self._learned_at < _LEARN_SECONDS:
            return
        self._learned_at = time.monotonic()
        with suppress(WeChatError):  # the accounts that have called are known without it
            found = await self._api.accounts()
            names = [each["open_kfid"] for each in found if isinstance(each.get("open_kfid"), str)]
            await self._database(lambda session: cursors.learn(session, names))

    async def read(self, account: str) -> None:
        """Until nothing is new. The platform does not answer, or the database: again when the lease is over."""
        lease: Lease | None = None
        try:
            while lease := await self._database(lambda session: cursors.take(session, account, self._clock())):
                if not await self._read_all(lease):
                    return
        except WeChatError as error:
            _log.warning("kf_unread", trouble=error.trouble, code=error.code)
            if lease is not None and error.code in _NO_ACCOUNT:
                gone = lease
                await self._database(lambda session: cursors.forget(session, gone))
        except Unavailable as error:
            _log.warning("kf_unread", reason=error.reason)
        except Exception:
            _log.exception("kf_reading_crashed")

    async def _read_all(self, lease: Lease) -> bool:
        """False: another worker has overtaken us."""
        cursor = lease.cursor
        while True:
            page = await self._api.sync(lease.account, cursor, lease.token)
            await self._handle_all(lease, page, is_first=not lease.cursor)
            is_stuck, cursor = page.cursor == cursor, page.cursor
            if not await self._database(lambda session: cursors.keep(session, lease, self._clock(), page.cursor)):  # noqa: B023
                return False
            if not page.has_more or is_stuck:
                await self._database(lambda session: cursors.finish(session, lease, self._clock()))
                return True

    async def _handle_all(self, lease: Lease, page: SyncPage, *, is_first: bool) -> None:
        """Of each customer one after the other. Raises what kept one of them from being stored."""
        theirs: dict[str, list[Item]] = defaultdict(list)
        for told in page.messages:
            item = read(told, lease.account)
            if item is None or (is_first and item.at < self._clock() - _BEFORE_US):
                _read.labels("left").inc()
            else:
                theirs[item.user].append(item)
        places, failed = asyncio.Semaphore(_AT_ONCE), list[Unavailable]()

        async def handle(items: list[Item]) -> None:
            async with places:
                for number, item in enumerate(items, 1):
                    if failed:
                        return
                    try:
                        await self._handle(item, items[number:])
                    except Unavailable as error:
                        failed.append(error)

        keeping = asyncio.create_task(self._keep(lease))
        try:
            await asyncio.gather(*(handle(items) for items in theirs.values()))
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        if failed:
            raise failed[0]

    async def _keep(self, lease: Lease) -> None:
        """Until cancelled, or another worker has overtaken us: what both do is done once."""
        is_ours = True
        while is_ours:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            is_ours = await self._database(lambda session: cursors.keep(session, lease, self._clock()))

    async def _handle(self, item: Item, after: list[Item]) -> None:
        """What cannot be used must not keep back what came after it."""
        try:
            await self._customers.handle(item, after)
            _read.labels("handled").inc()
        except Unavailable:
            raise
        except CareError as error:
            _read.labels("refused").inc()
            _log.warning("kf_item_refused", kind=item.kind, reason=error.reason)
        except Exception:
            _read.labels("failed").inc()
            _log.exception("kf_item_failed", kind=item.kind)
