"""`WebSocket /api/desk/live`: what staff see is reread as soon as something happened to it.

Frames are hints, and the queue: whatever they name is read over HTTP with the reader's own rights. So they are merged
while they wait, and a browser that comes back rereads everything and has lost nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Callable
from typing import TypeVar

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from sqlalchemy.orm import Session

from care.db import utcnow
from care.desk.reading import may_follow
from care.desk.typing import agent_types
from care.errors import InvalidInput, NotAllowed, Unavailable
from care.handoff.presence import sign_of_life
from care.logs import get_logger
from care.staff import sessions
from care.staff.rules import Permission
from care.staff.sessions import Signed
from care.turns.runner import Runner
from web.channels.connections import own_origin
from web.desk.access import COOKIE
from web.desk.access import router as desk_router
from web.desk.floor import Floor, Seat
from web.limits import refusals
from web.rates import PerMinute, TooMany
from web.refusals import Refusals

T = TypeVar("T")

PERMISSION = Permission.QUEUE
#: characters of a frame from a browser
MAX_FRAME = 16_384
#: conversations that one browser watches
MAX_WATCHED = 100
#: as in the words of care.staff.announcing
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
FRAMES_PER_MINUTE = 600
#: a session that was ended elsewhere is told at once; what no word tells is seen within this
CHECK_SECONDS = 60.0

# Close codes: 4000 to 4999 are for applications (RFC 6455, 7.4.2).
SIGNED_OUT = 4401
NOT_ALLOWED = 4403
TOO_SLOW = 4408
TOO_MANY = 4429
TOO_LARGE = 1009
NOT_UNDERSTOOD = 1007
FAULT = 1011

router = desk_router("live")
_log = get_logger("web.desk")


class Closing(Exception):
    """This socket ends, with a code of RFC 6455."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Desk:
    """What the staff's sockets of one process share."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.frames = PerMinute(FRAMES_PER_MINUTE, "frames of one connection")
        self.refused = Refusals()


@router.websocket("/live")
async def live(socket: WebSocket) -> None:
    desk: Desk = socket.app.state.live
    if socket.headers.get("origin") != own_origin(socket.scope):
        # A browser lets any page open a WebSocket and, unlike for other requests, asks nobody first.
        refusals.labels("origin").inc()
        desk.refused.log("desk_refused", socket.scope, reason="origin")
        await socket.close(1008, "origin")
        return
    await socket.accept()  # a browser is told a code only by an open connection
    try:
        await _Live(socket, desk).run()
    except Closing as end:
        if end.code != SIGNED_OUT:
            refusals.labels(end.reason).inc()
            desk.refused.log("desk_refused", socket.scope, reason=end.reason)
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # gone already
            await socket.close(end.code, end.reason)
    except WebSocketDisconnect:
        pass


class _Live:
    def __init__(self, socket: WebSocket, desk: Desk) -> None:
        self._socket = socket
        self._desk = desk
        self._token = socket.cookies.get(COOKIE)
        self._runner: Callable[[], Runner] = lambda: socket.app.state.runner

    async def run(self) -> None:
        """Raises Closing, WebSocketDisconnect."""
        try:
            signed = await self._in_database(self._resumed)
        except Unavailable as error:
            raise Closing(FAULT, error.reason) from error
        seat = self._desk.floor.take(signed)
        if seat is None:
            raise Closing(TOO_MANY, "too_many_sockets")
        works = [asyncio.create_task(work) for work in (self._hear(seat), self._tell(seat), self._check(seat))]
        try:
            await self._is_alive(seat)
            ended, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
            for work in ended:
                work.result()
        finally:
            self._desk.floor.leave(seat)
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)

    def _resumed(self, session: Session) -> Signed:
        """An open connection is no sign of somebody who is there. Raises Closing."""
        try:
            signed = sessions.resume(session, self._token, utcnow(), touch=False)
        except NotAllowed as error:
            raise Closing(SIGNED_OUT, error.reason) from error
        if signed.must_change or not signed.may(PERMISSION):
            raise Closing(NOT_ALLOWED, "must_change" if signed.must_change else "permission")
        return signed

    async def _tell(self, seat: Seat) -> None:
        while True:
            async for frame in seat.frames():
                try:
                    async with asyncio.timeout(seat.patience):
                        await self._socket.send_text(frame)
                except TimeoutError as error:
                    raise Closing(TOO_SLOW, "slow") from error
            if seat.is_flooded:
                raise Closing(TOO_SLOW, "slow")

    async def _check(self, seat: Seat) -> None:
        """The session, the role, and the right to what is watched, now and then and whenever they may have changed."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CHECK_SECONDS):
                    await seat.may_have_changed.wait()
            seat.may_have_changed.clear()
            try:
                seat.signed = await self._in_database(self._resumed)
                watched = list(seat.watched)
                self._desk.floor.watch(seat, await self._readable(seat.signed, watched))
            except Closing as end:
                if end.code == SIGNED_OUT:
                    with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
                        async with asyncio.timeout(seat.patience):
                            await self._socket.send_text('{"type":"signed_out"}')
                raise
            except Unavailable:
                continue

    async def _hear(self, seat: Seat) -> None:
        key = f"{id(seat):x}"
        while True:
            text = await self._socket.receive_text()
            if len(text) > MAX_FRAME:
                raise Closing(TOO_LARGE, "too_large")
            try:
                self._desk.frames.check(key)
                await self._heard(seat, _frame(text))
            except TooMany as error:
                raise Closing(TOO_MANY, "too_many") from error
            except InvalidInput as error:
                raise Closing(NOT_UNDERSTOOD, error.reason) from error
            except Unavailable:
                continue  # a hint less; whoever watches rereads when the database is back

    async def _heard(self, seat: Seat, frame: dict[str, object]) -> None:
        """Raises InvalidInput (reason `request`), Unavailable (reason `database`)."""
        kind, conversation_id, on = frame.get("type"), frame.get("id"), frame.get("on")
        if kind == "alive":
            await self._is_alive(seat)
            seat.push({"type": "alive"})
        elif kind == "watch":
            await self._watch(seat, frame.get("ids"))
        elif kind == "typing" and isinstance(conversation_id, str) and isinstance(on, bool):
            staff_id = seat.signed.staff_id
            if conversation_id in seat.watched and seat.types(conversation_id, on):
                await self._in_database(lambda s: agent_types(s, staff_id, conversation_id, on))
        else:
            raise InvalidInput("request", "a frame is alive, watch with ids, or typing with id and on")

    async def _is_alive(self, seat: Seat) -> None:
        staff_id = seat.signed.staff_id
        if self._desk.floor.is_news_that_alive(staff_id):
            with contextlib.suppress(Unavailable):
                await self._in_database(lambda s: sign_of_life(s, staff_id, utcnow()))

    async def _watch(self, seat: Seat, ids: object) -> None:
        if not isinstance(ids, list) or len(ids) > MAX_WATCHED or not all(_is_id(each) for each in ids):
            raise InvalidInput("request", f"watch takes up to {MAX_WATCHED} ids of conversations")
        known = [each for each in ids if each in seat.watched]
        new = [each for each in ids if each not in seat.watched]
        readable = await self._readable(seat.signed, new)
        self._desk.floor.watch(seat, known + readable)
        for conversation_id in readable:  # what came between the browser's reading and now
            seat.push({"type": "conversation", "id": conversation_id}, conversation_id)

    async def _readable(self, signed: Signed, ids: list[str]) -> list[str]:
        if not ids:
            return []
        return await self._in_database(lambda s: [each for each in ids if may_follow(s, signed, each, utcnow())])

    async def _in_database(self, work: Callable[[Session], T]) -> T:
        return await self._runner().in_database(work)


def _is_id(word: object) -> bool:
    return isinstance(word, str) and _ID.fullmatch(word) is not None


def _frame(text: str) -> dict[str, object]:
    """Raises InvalidInput (reason `request`)."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("request", "a frame is a JSON object") from error
    if not isinstance(frame, dict):
        raise InvalidInput("request", "a frame is a JSON object")
    return frame


def install(app: FastAPI) -> None:
    """Hears what the process hears already for its customers."""
    floor = Floor(app.state.sockets.board)
    app.state.sockets.announcements.listeners.append(floor)
    app.state.live = Desk(floor)
    app.include_router(router)
