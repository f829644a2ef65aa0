"""Shows every connected customer what is new in the conversation, once and in order.

Nothing is passed from process to process but "look at this conversation"; each one reads what its own customers have
not been shown yet (docs/decisions/0011-live-updates.md).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import socketio
from sqlalchemy.orm import Session

from care import db
from care.answers.rules import Way
from care.answers.service import reach_chat
from care.conversations.history import Said, Standing
from care.desk.typing import customer_types
from care.errors import Unavailable
from care.logs import get_logger
from care.settings import settings
from care.turns import service
from care.turns.runner import Runner
from care.wording import say
from web.live import bubbles, reading
from web.live.board import Board
from web.live.reading import View
from web.live.room import Room
from web.live.waiting import Waiting

#: Conversations that are read at the same time: after a restart of PostgreSQL all of them are, and customers who write
#: need connections as well.
_AT_ONCE = 4
_RETRY_SECONDS = 1.0
_MOMENT_SECONDS = 0.05
#: Who writes is said to write for so long, unless it is said again: an end that was lost must not leave it on.
TYPING_SECONDS = 6.0
#: and said to the desk this often at most, whatever a client sends
_TYPING_EVERY_SECONDS = 1.0

_log = get_logger("web.live")


class Rooms:
    def __init__(self, sio: socketio.AsyncServer, runner: Callable[[], Runner], board: Board) -> None:
        self._sio = sio
        self._runner = runner
        self._rooms: dict[str, Room] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._waiting = Waiting(sio, board)
        self._tasks: set[asyncio.Task[None]] = set()

    async def join(self, client: str, conversation_id: str, *, is_ours: bool) -> None:
        """Show a client the conversation so far (one that knows our fields), and from now on what is new.

        Raises Unavailable (reason `database`); the client is not in the room then.
        """
        room = self._rooms.setdefault(conversation_id, Room(conversation_id))
        room.joining += 1
        try:
            async with self._places, room.lock:
                view = await self._read(lambda s: reading.last(s, conversation_id))
                if self._sio.manager.is_connected(client, "/"):  # not gone meanwhile
                    await self._let_in(room, client, is_ours, view)
        finally:
            room.joining -= 1
            self._drop_if_empty(room)
        # A wait may be over already, and there may be more to tell since the page was read.
        self._touch(room)

    async def _let_in(self, room: Room, client: str, is_ours: bool, view: View) -> None:
        await self._show(room, view)
        await self._show_standing(room, view)
        room.begin_after(view.said)
        room.mark(view.said)
        room.members[client], room.since[client] = is_ours, time.monotonic()
        if is_ours:
            room.told.note(view.said, live=False)
        await self._sio.enter_room(client, room.audience(is_ours))
        if is_ours:
            await self._sio.emit("history", view.history(), to=client)
            await self._sio.emit("owner", view.owner, to=client)
            if room.place is not None:
                await self._sio.emit("queue", room.place, to=client)
            if room.is_typing:
                await self._sio.emit("typing", {"on": True}, to=client)
        if room.is_typing and room.told_late == view.standing.waiting:
            await self._tell_late(room, client)

    async def leave(self, client: str, conversation_id: str) -> None:
        room = self._rooms.get(conversation_id)
        if room is None or client not in room.members:
            return
        await self._sio.leave_room(client, room.audience(room.members.pop(client)))
        room.since.pop(client, None)
        room.own = {message: sender for message, sender in room.own.items() if sender != client}
        self._drop_if_empty(room)

    def sends(self, client: str, conversation_id: str, message_id: str) -> None:
        """The client shows this message of its own already; only the others of the room need to see it."""
        room = self._rooms.get(conversation_id)
        if room is not None:
            room.own[message_id] = client
            room.expects_own = True

    def remembers(self, conversation_id: str, view: View) -> None:
        """A client was shown this part of the history."""
        room = self._rooms.get(conversation_id)
        if room is not None:
            room.told.note(view.said, live=False)

    async def sees(self, conversation_id: str, upto: int) -> None:
        """A page has shown everything up to this message: answers in it have reached their customer.

        Raises Unavailable (reason `database`): it has to be said again.
        """
        room = self._rooms.get(conversation_id)
        if room is None or not room.told.waits(upto):
            return
        await self._runner().in_database(lambda s: reach_chat(s, conversation_id, upto, Way.SEEN, db.utcnow()))
        room.told.confirm(upto)

    async def replied(self, client: str, conversation_id: str) -> None:
        """Its customer writes: what was shown to it a while ago was read, also by a page that confirms nothing.

        Raises Unavailable (reason `database`).
        """
        room = self._rooms.get(conversation_id)
        if room is None or client not in room.members:
            return
        read = room.told.read_by_who_writes(room.since[client], with_history=room.members[client])
        if read is None:
            return
        first, last = read
        await self._runner().in_database(
            lambda s: reach_chat(s, conversation_id, last, Way.REPLY, db.utcnow(), after=first - 1)
        )
        room.told.confirm(last, first)

    def announced(self, conversation_id: str) -> None:
        room = self._rooms.get(conversation_id)
        if room is None:
            return
        if room.expects_own:
            # That a message was stored is seldom news to anybody here, and its answer comes in a moment: one look for
            # both. When it takes longer, typing is shown.
            room.expects_own = False
            room.stop_postponed()
            room.postponed = asyncio.get_running_loop().call_later(_MOMENT_SECONDS, self._touch, room)
        else:
            self._touch(room)

    async def types(self, conversation_id: str, on: bool) -> None:
        """One of the conversation's customers writes, or has stopped: the agent who has it is told, nobody else.

        Raises Unavailable (reason `database`).
        """
        room = self._rooms.get(conversation_id)
        now = time.monotonic()
        if room is None or room.owner != "agent" or (not on and not room.was_typing):
            return
        if on and now - room.typed_at < _TYPING_EVERY_SECONDS:
            return
        room.typed_at, room.was_typing = now, on
        await self._runner().in_database(lambda s: customer_types(s, conversation_id, on))

    def told(self, word: str) -> None:
        kind, _, rest = word.partition(":")
        conversation_id, _, typing = rest.partition(":")
        room = self._rooms.get(conversation_id) if kind == "typing" and typing.startswith("staff:") else None
        if room is not None:
            self._spawn(self._show_agent_types(room, typing.endswith(":1")))

    def all_may_be_stale(self) -> None:
        for room in self._rooms.values():
            self._touch(room)

    async def aclose(self) -> None:
        tasks = [room.following for room in self._rooms.values() if room.following is not None]
        tasks += self._tasks
        for room in self._rooms.values():
            room.stop_timers()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._waiting.aclose()

    def _touch(self, room: Room) -> None:
        room.stop_postponed()
        room.is_stale = True
        if room.following is None and room.members:
            room.following = asyncio.create_task(self._follow(room))

    async def _follow(self, room: Room) -> None:
        try:
            while room.is_stale and room.members:
                room.is_stale = False
                try:
                    async with self._places, room.lock:
                        await self._look(room)
                except Unavailable:
                    room.is_stale = True
                    await asyncio.sleep(_RETRY_SECONDS)
        except Exception:
            _log.exception("room_not_shown", conversation_id=room.conversation_id)
        finally:
            room.following = None

    async def _look(self, room: Room) -> None:
        view = await self._read(lambda s: reading.news(s, room.conversation_id, room.settled, list(room.shown)))
        await self._show(room, view)
        await self._show_standing(room, view)
        waiting = view.standing.waiting
        if waiting is None or not room.is_typing or room.told_late == waiting or room.timer is not None:
            return

        def told_to_wait(session: Session) -> View:
            service.late(session, room.conversation_id, waiting, db.utcnow())
            return reading.news(session, room.conversation_id, room.settled, list(room.shown))

        view = await self._read(told_to_wait)
        await self._show(room, view)
        await self._show_standing(room, view)
        if _is_due(view.standing) and view.standing.waiting == waiting:
            room.told_late = waiting
            await self._tell_late(room)

    async def _read(self, work: Callable[[Session], View]) -> View:
        return await self._runner().in_database(work)

    async def _show(self, room: Room, view: View) -> None:
        unseen = room.unseen(view.said)
        for said in unseen:
            if said.author == "customer":
                await self._show_customers(room, view, said)
            else:
                if said.author == "agent":
                    await self._show_agent_types(room, False)
                await self._sio.emit("bot_uttered", view.uttered(said), room=room.ours)
                for part in bubbles.plain(said.text, said.buttons):
                    await self._sio.emit("bot_uttered", part, room=room.plain)
        room.mark(unseen)
        room.told.note(unseen, live=True)

    async def _show_customers(self, room: Room, view: View, said: Said) -> None:
        sender = room.own.pop(said.message_id or "", None)
        event = {"messages": [view.remembered(said)], **view.owner, "more": False}
        await self._sio.emit("history", event, room=room.ours, skip_sid=sender)

    async def _show_standing(self, room: Room, view: View) -> None:
        standing = view.standing
        if (standing.owner, view.staff) != (room.owner, room.staff):
            room.owner, room.staff = standing.owner, view.staff
            await self._show_agent_types(room, False)
            await self._sio.emit("owner", view.owner, room=room.ours)
            if room.owner == "queue":
                self._waiting.enter(room)
            else:
                self._waiting.leave(room)
        is_typing = _is_due(standing)
        if is_typing != room.is_typing:
            room.is_typing = is_typing
            await self._sio.emit("typing", {"on": is_typing}, room=room.ours)
        room.stop_timer()
        if is_typing and standing.waiting_since is not None and room.told_late != standing.waiting:
            waited = (db.utcnow() - standing.waiting_since).total_seconds()
            if waited < settings().reply_patience:
                loop = asyncio.get_running_loop()
                room.timer = loop.call_later(settings().reply_patience - waited, self._patience_is_over, room)

    async def _show_agent_types(self, room: Room, on: bool) -> None:
        was_on = room.stop_agent_types()
        if on and room.owner == "agent":
            room.agent_types = asyncio.get_running_loop().call_later(TYPING_SECONDS, self._agent_is_silent, room)
            await self._sio.emit("typing", {"on": True, "by": "agent"}, room=room.ours)
        elif was_on:
            await self._sio.emit("typing", {"on": False, "by": "agent"}, room=room.ours)

    def _agent_is_silent(self, room: Room) -> None:
        self._spawn(self._show_agent_types(room, False))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _patience_is_over(self, room: Room) -> None:
        room.timer = None
        self._touch(room)

    async def _tell_late(self, room: Room, client: str | None = None) -> None:
        words, at = say("answer_delayed"), db.utcnow().isoformat()
        for is_ours in (True, False):
            events: list[dict[str, Any]] = [bubbles.transient(words, at)] if is_ours else bubbles.plain(words, [])
            if client is None or room.members.get(client) is is_ours:
                for event in events:
                    await self._sio.emit("bot_uttered", event, to=client or room.audience(is_ours))

    def _drop_if_empty(self, room: Room) -> None:
        if not room.members and not room.joining and self._rooms.get(room.conversation_id) is room:
            room.stop_timers()
            self._waiting.leave(room)
            del self._rooms[room.conversation_id]


def _is_due(standing: Standing) -> bool:
    """Does the bot owe an answer?"""
    return standing.waiting is not None and standing.owner == "bot"
