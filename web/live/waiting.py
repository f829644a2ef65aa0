"""Tells customers who wait for a person how many are before them, and how long that may take."""

from __future__ import annotations

import asyncio
from typing import Any

import socketio

from care.handoff.waiting import Place, Snapshot
from care.logs import get_logger
from web.live.board import Board
from web.live.room import Room

#: When one of a thousand is taken, the places of all others change: often enough for them, and bearable for us.
_PAUSE_SECONDS = 2.0

Json = dict[str, Any]
_log = get_logger("web.live")


class Waiting:
    def __init__(self, sio: socketio.AsyncServer, board: Board) -> None:
        self._sio = sio
        self._board = board
        self._rooms: dict[str, Room] = {}
        self._telling: asyncio.Task[None] | None = None
        self._queue: Snapshot | None = None
        board.add(self)

    def enter(self, room: Room) -> None:
        """The room's conversation waits in the queue."""
        self._rooms[room.conversation_id] = room
        queue = self._board.look()
        if queue is not None:
            self.queue_changed(queue)

    def leave(self, room: Room) -> None:
        if self._rooms.get(room.conversation_id) is room:
            del self._rooms[room.conversation_id]
        room.place = None

    @property
    def looks(self) -> bool:
        return bool(self._rooms)

    def queue_changed(self, queue: Snapshot) -> None:
        self._queue = queue
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell())

    async def aclose(self) -> None:
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)

    async def _tell(self) -> None:
        try:
            while self._queue is not None:
                queue, self._queue = self._queue, None
                for conversation_id, room in list(self._rooms.items()):
                    place = queue.place_of(conversation_id)
                    told = None if place is None else _told(place)
                    if told is not None and told != room.place and self._rooms.get(conversation_id) is room:
                        room.place = told
                        await self._sio.emit("queue", told, room=room.ours)
                await asyncio.sleep(_PAUSE_SECONDS)
        except Exception:
            _log.exception("places_not_told")
        finally:
            self._telling = None


def _told(place: Place) -> Json:
    """The event `queue`."""
    return {
        "position": place.position,
        "estimate_seconds": place.estimate_seconds,
        "is_open": place.is_open,
        "opens_at": None if place.opens_at is None else place.opens_at.isoformat(),
    }
