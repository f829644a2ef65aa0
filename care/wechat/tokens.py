"""The access token of an app: one for all processes of all machines, renewed ahead of its end by one of them.

公众号: getStableAccessToken (https://developers.weixin.qq.com/doc/offiaccount/Basic_Information/getStableAccessToken.html):
good for 7,200 s; in its last five minutes, and not before, the platform gives a new one while the old one still works;
`force_refresh` makes the old one useless at once, 20 times a day, 30 s apart. 微信客服: gettoken
(https://developer.work.weixin.qq.com/document/path/91039), which gives the same until it has expired or was withdrawn.

Who renews has a lease on the row; no lock and no transaction is held while the platform is asked. Who is killed then
loses the lease to the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import anyio.to_thread
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care import db
from care.wechat.errors import STOPPING, Trouble, WeChatError
from care.wechat.tables import AccessToken

T = TypeVar("T")

#: Less than the five minutes in which 公众号 gives a new one: earlier it would be the same again.
AHEAD = timedelta(minutes=4)
#: of who renews; more than a request takes
LEASE = timedelta(seconds=10)
#: A platform that gave the same again is not asked by this process before.
_SAME_AGAIN = timedelta(minutes=1)
FORCED_AT_MOST = timedelta(minutes=1)
#: others look so often whether the new one is there, and so long: somebody killed, and the one after them
_LOOK_SECONDS = 0.2
_WAIT_SECONDS = 15.0


class Database(Protocol):
    """A transaction of its own, outside the event loop."""

    async def __call__(self, work: Callable[[Session], T]) -> T: ...


async def in_database(work: Callable[[Session], T]) -> T:
    return await anyio.to_thread.run_sync(db.run, work)


@dataclass(frozen=True)
class Fetched:
    token: str
    #: seconds that it is still good for
    seconds: int


@dataclass(frozen=True)
class Given:
    token: str
    #: the code of a stop that is over: the next call shows whether its cause is as well
    stopped_by: int | None


@dataclass(frozen=True)
class _Renew:
    """We have the lease."""

    lease: datetime
    #: still good, where there is one
    old: Given | None
    stopped_by: int | None
    #: the platform called our newest one wrong
    is_refused: bool


class Tokens:
    """Of one app. `fetch` asks the platform, within half of `LEASE`; True: the old one shall be useless."""

    def __init__(
        self,
        app: str,
        fetch: Callable[[bool], Awaitable[Fetched]],
        codes: Mapping[int, Trouble],
        database: Database,
        clock: Callable[[], datetime],
        *,
        can_force: bool,
        despite_stop: bool = False,
    ) -> None:
        self._app = app
        self._fetch = fetch
        self._codes = codes
        self._database = database
        self._clock = clock
        self._can_force = can_force
        self._despite_stop = despite_stop
        self._not_before: datetime | None = None

    async def token(self, refused: str | None = None) -> Given:
        """One that is good by our knowledge, and is not the `refused` one. Raises WeChatError."""
        end = asyncio.get_running_loop().time() + _WAIT_SECONDS
        while True:
            found = await self._database(lambda session: self._look(session, refused))
            if isinstance(found, Given):
                return found
            if found is not None and (given := await self._renew(found, refused)) is not None:
                return given
            if asyncio.get_running_loop().time() > end:
                raise WeChatError(Trouble.TRANSIENT, "token", "nobody could fetch one in time")
            await asyncio.sleep(_LOOK_SECONDS)

    def _look(self, session: Session, refused: str | None) -> Given | _Renew | None:
        """None: somebody else fetches one. Raises WeChatError while the app is stopped."""
        now = self._clock()
        row = session.get(AccessToken, self._app)
        if row is None:
            session.execute(insert(AccessToken).values(app=self._app).on_conflict_do_nothing())
        elif (old := self._usable(row, refused, now)) is not None and not self._is_due(row, now):
            return old
        row = session.get_one(AccessToken, self._app, with_for_update=True, populate_existing=True)
        old = self._usable(row, refused, now)
        if old is not None and not self._is_due(row, now):
            return old
        if row.refreshing_until is not None and row.refreshing_until > now:
            return old
        row.refreshing_until = now + LEASE
        return _Renew(row.refreshing_until, old, row.stopped_by, refused is not None and row.token == refused)

    def _usable(self, row: AccessToken, refused: str | None, now: datetime) -> Given | None:
        if row.stopped_until is not None and row.stopped_until > now and not self._despite_stop:
            raise self._stopped(row)
        is_good = row.token is not None and row.token != refused
        if is_good and row.expires_at is not None and row.expires_at > now:
            return Given(row.token or "", row.stopped_by)
        return None

    def _is_due(self, row: AccessToken, now: datetime) -> bool:
        if self._not_before is not None and now < self._not_before:
            return False
        return row.expires_at is None or row.expires_at - now <= AHEAD

    async def _renew(self, given: _Renew, refused: str | None) -> Given | None:
        """None: it took us so long that somebody else has the lease."""
        lease = given.lease
        try:
            fetched = await self._fetch(False)
            if given.is_refused and fetched.token == refused:
                lease = await self._database(lambda session: self._may_force(session, given.lease))
                fetched = await self._force()
        except WeChatError:
            await self._database(lambda session: self._release(session, lease))
            if given.old is None:
                raise
            return given.old
        until = self._clock() + timedelta(seconds=fetched.seconds)
        self._not_before = self._clock() + _SAME_AGAIN
        is_stored = await self._database(lambda session: self._store(session, lease, fetched.token, until))
        return Given(fetched.token, given.stopped_by) if is_stored else None

    async def _force(self) -> Fetched:
        try:
            return await self._fetch(True)
        except WeChatError as error:
            if error.trouble is not Trouble.QUOTA:
                raise
            # Of forcing: the others go on.
            raise WeChatError(Trouble.TOKEN, "token", "a new one was forced too often today", code=error.code) from None

    def _may_force(self, session: Session, lease: datetime) -> datetime:
        """The new lease. Raises WeChatError: not now, or it is not ours any more."""
        now = self._clock()
        row = session.get_one(AccessToken, self._app, with_for_update=True)
        is_early = row.forced_at is not None and now - row.forced_at < FORCED_AT_MOST
        if not self._can_force or is_early or row.refreshing_until != lease:
            raise WeChatError(Trouble.TOKEN, "token", "the platform calls the newest one wrong, and gives no other")
        row.forced_at, row.refreshing_until = now, now + LEASE
        return row.refreshing_until

    def _store(self, session: Session, lease: datetime, token: str, until: datetime) -> bool:
        row = session.get_one(AccessToken, self._app, with_for_update=True)
        if row.refreshing_until != lease:
            return False
        row.token, row.expires_at, row.refreshing_until = token, until, None
        return True

    def _release(self, session: Session, lease: datetime) -> None:
        ours = AccessToken.app == self._app, AccessToken.refreshing_until == lease
        session.execute(update(AccessToken).where(*ours).values(refreshing_until=None))

    def _stopped(self, row: AccessToken) -> WeChatError:
        trouble = self._codes.get(row.stopped_by or 0, Trouble.REFUSED)
        return WeChatError(
            trouble if trouble in STOPPING else Trouble.REFUSED,
            "stopped",
            f"by {row.stopped_by} until {row.stopped_until:%Y-%m-%dT%H:%M:%SZ}",
            code=row.stopped_by,
            stopped_until=row.stopped_until,
        )
