"""Rasa's socket.io protocol, which its widgets speak, and what our own widget adds to it (docs/widget-protocol.md).

As rasa/core/channels/socketio.py of Rasa 3.6.21: `session_request` → `session_confirm`, `user_uttered`, `bot_uttered`.
A client that asks for `protocol: 1` gets more: acknowledgements, history, who answers, typing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import socketio
from fastapi import FastAPI

from care.conversations.rules import Inbound, check_message_id, clean_text
from care.db import utcnow
from care.errors import CareError, Conflict, InvalidInput, NotAllowed, Unavailable
from care.handoff.waiting import snapshot
from care.logs import bind_contextvars, get_logger
from care.settings import settings
from care.turns.runner import Runner
from care.wording import say
from web import identity, sessions
from web.channels.connections import Connections
from web.limits import MAX_BODY, refusals
from web.live import bubbles, reading
from web.live.announcements import Announcements
from web.live.board import Board
from web.live.rooms import Rooms
from web.rates import PerMinute, TooMany
from web.sessions import Session

#: of one socket in a minute; a page that is loaded asks once, one that scrolls back a few times
_SESSION_REQUESTS = 10
_HISTORY_REQUESTS = 30
#: a page in view confirms what is new once in a second at most
_CONFIRMATIONS = 60
#: who is refused more often in a minute is cut off
_REFUSALS = 100
_RETRY_SECONDS = 1.0
_FAREWELL_SECONDS = 1.0
_PROTOCOL = 1

Json = dict[str, Any]
_log = get_logger("web.socketio")


@dataclass(eq=False)
class _Client:
    """One socket. `session` is None until it was confirmed."""

    id: str
    address: str
    session: Session | None = None
    #: who is logged in on the page, as it says
    identity: identity.Identity | None = None
    #: and that is written down for the conversation of the session
    is_recognised: bool = False
    is_ours: bool = False
    #: it hears what is new in the conversation of its session
    is_joined: bool = False
    #: its events are handled in their order, one at a time
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class SocketChannel:
    """One a process. `asgi` is mounted at /socket.io; `start` and `aclose` belong to the app's lifespan."""

    def __init__(self, app: FastAPI, rates: PerMinute) -> None:
        quiet = logging.getLogger("web.socketio.library")
        quiet.setLevel("ERROR")  # below that it logs what customers write
        self._connections = Connections(settings().sockets_per_address, settings().allowed_origins)
        self._sio = socketio.AsyncServer(
            async_mode="asgi",
            cors_allowed_origins=[],  # nothing: `Connections` and the app's own CORS headers do it
            max_http_buffer_size=MAX_BODY,
            logger=quiet,
            engineio_logger=quiet,
        )
        self._connections.guard(self._sio.eio)
        self.asgi = self._connections.from_our_pages(socketio.ASGIApp(self._sio))
        self._runner: Callable[[], Runner] = lambda: app.state.runner
        self.board = Board(lambda: self._runner().in_database(lambda s: snapshot(s, utcnow())))
        self._rooms = Rooms(self._sio, self._runner, self.board)
        self.announcements = Announcements()
        self.announcements.listeners += [self._rooms, self.board]
        self._messages = rates
        self._session_requests = PerMinute(_SESSION_REQUESTS, "session_request events of one connection")
        self._history_requests = PerMinute(_HISTORY_REQUESTS, "history_request events of one connection")
        self._confirmations = PerMinute(_CONFIRMATIONS, "seen events of one connection")
        self._refusals = PerMinute(_REFUSALS, "refusals of one connection")
        self._clients: dict[str, _Client] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sio.on("connect", self._connect)
        self._sio.on("disconnect", self._disconnect)
        self._sio.on("session_request", self._session_request)
        self._sio.on("history_request", self._history_request)
        self._sio.on("user_uttered", self._user_uttered)
        self._sio.on("typing", self._typing)
        self._sio.on("seen", self._seen)

    def start(self) -> None:
        self._spawn(self.announcements.run())
        self._spawn(self.board.run())

    async def hang_up(self) -> None:
        """Close all connections; their clients connect again, to a process that goes on."""
        if self._sio.eio.sockets:
            # Who does not take the farewell is cut off; ValueError: the last of them went in this moment.
            with contextlib.suppress(TimeoutError, ValueError):
                await asyncio.wait_for(self._sio.eio.disconnect(), _FAREWELL_SECONDS)

    async def aclose(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._rooms.aclose()
        await self._sio.shutdown()

    async def _connect(self, sid: str, environ: Json, auth: object) -> None:
        self._clients[sid] = _Client(sid, self._connections.address(environ))

    async def _disconnect(self, sid: str, reason: str) -> None:
        client = self._clients.pop(sid, None)
        if client is not None and client.session is not None:
            await self._rooms.leave(sid, client.session.conversation_id)

    async def _session_request(self, sid: str, data: object = None) -> None:
        asked = data if isinstance(data, dict) else {}
        client = self._clients.get(sid)
        if client is None:
            return
        try:
            self._session_requests.check(sid)
        except TooMany as error:
            await self._refuse(client, error)
            return
        async with client.lock:
            client.is_ours = asked.get("protocol") == _PROTOCOL
            client.identity = session = None
            try:
                if shown := asked.get("identity"):
                    client.identity = identity.read(shown, utcnow())
            except NotAllowed as error:  # the conversation goes on without
                await self._refuse(client, error)
            try:
                if token := asked.get("session_id"):
                    session = sessions.resume(token if isinstance(token, str) else "")
            except NotAllowed as error:
                await self._refuse(client, error)
            await self._begin(client, session)

    async def _history_request(self, sid: str, data: object = None) -> None:
        asked = data if isinstance(data, dict) else {}
        client = self._clients.get(sid)
        if client is None:
            return
        try:
            self._history_requests.check(sid)
            async with client.lock:
                if client.session is None:
                    raise NotAllowed("session", "send session_request first")
                conversation_id = client.session.conversation_id
                before, after = (_message_number(asked, name) for name in ("before", "after"))
                view = await self._runner().in_database(
                    lambda s: (
                        reading.before(s, conversation_id, before)
                        if before is not None
                        else reading.last(s, conversation_id)
                        if after is None
                        else reading.after(s, conversation_id, after)
                    )
                )
                self._rooms.remembers(conversation_id, view)
                await self._sio.emit("history", view.history(), to=sid)
        except CareError as error:
            await self._refuse(client, error)

    async def _typing(self, sid: str, data: object = None) -> None:
        """A hint, so nothing is refused: what cannot be told is not told."""
        client = self._clients.get(sid)
        on = data.get("on") if isinstance(data, dict) else None
        if client is not None and client.session is not None and client.is_joined and isinstance(on, bool):
            with contextlib.suppress(Unavailable):
                await self._rooms.types(client.session.conversation_id, on)

    async def _seen(self, sid: str, data: object = None) -> Json:
        """The page has shown its customer everything up to a message. The acknowledgement: it is kept, or why not."""
        client = self._clients.get(sid)
        if client is None:
            return {}
        try:
            self._confirmations.check(sid)
            upto = _message_number(data, "message_id") if isinstance(data, dict) else None
            if upto is None:
                raise InvalidInput("request", "seen takes an object with message_id, the id of a message")
            if client.session is None or not client.is_joined:
                raise NotAllowed("session", "send session_request first")
            await self._rooms.sees(client.session.conversation_id, upto)
        except CareError as error:
            await self._refused(client, error)
            return {"ok": False} | _reasons(error)
        return {"ok": True}

    async def _user_uttered(self, sid: str, data: object = None) -> Json:
        """The acknowledgement: the message is stored, or why it is not."""
        client = self._clients.get(sid)
        if client is None:  # gone before its last words were read
            return {}
        said: Json = data if isinstance(data, dict) else {}
        reads_acknowledgements = said.get("message_id") is not None
        try:
            message_id = said["message_id"] if reads_acknowledgements else str(uuid4())
            if not isinstance(message_id, str) or not isinstance(said.get("message"), str):
                raise InvalidInput("request", "user_uttered takes an object with the strings message and message_id")
            check_message_id(message_id)
            self._messages.check(client.session.conversation_id if client.session else sid, message_id)
            text = clean_text(said["message"])
            if not text:
                raise InvalidInput("empty", "the message has no text")
            async with client.lock:
                await self._take(client, said.get("session_id"), message_id, text)
        except CareError as error:
            return await self._not_taken(client, reads_acknowledgements, error)
        except Exception:
            _log.exception("message_not_taken")
            broken = Unavailable("internal", "something broke on our side; send the same message_id again")
            return await self._not_taken(client, reads_acknowledgements, broken)
        return {"ok": True, "message_id": message_id}

    async def _take(self, client: _Client, session_id: object, message_id: str, text: str) -> None:
        if client.session is None and not session_id:
            # Rasa asks nobody for a session before the first message, so neither do the simplest of its clients.
            await self._begin(client)
        session = client.session
        if session is None or (session_id and session_id != session.token):
            raise NotAllowed("session", "this session_id was not confirmed on this connection; send session_request")
        if not client.is_joined:
            await self._join(client, session)
        self._rooms.sends(client.id, session.conversation_id, message_id)
        await self._runner().accept(Inbound(sessions.CHANNEL, message_id, text, opening_key=session.opening_key))
        with contextlib.suppress(Unavailable):  # the message is stored; the next one says it again
            await self._rooms.replied(client.id, session.conversation_id)

    async def _begin(self, client: _Client, resumed: Session | None = None) -> None:
        """Confirm the session and show its conversation, or a new one: what was another user's is not shown at all."""
        if client.session is not None:
            await self._rooms.leave(client.id, client.session.conversation_id)
        session = client.session = resumed or sessions.begin()
        # Nobody has ever been known in a new one.
        client.is_recognised = resumed is None and client.identity is None
        client.is_joined = False
        is_confirmed = False
        try:
            await self._recognise(client, session)
            await self._sio.emit("session_confirm", session.token, to=client.id)
            is_confirmed = True
            await self._join(client, session)
        except Conflict as error:
            await self._refuse(client, error)
            await self._begin(client)
        except Unavailable as error:
            if not is_confirmed:
                await self._sio.emit("session_confirm", session.token, to=client.id)
            await self._refuse(client, error)
            self._spawn(self._join_later(client, session))

    async def _recognise(self, client: _Client, session: Session) -> None:
        if client.is_recognised or not identity.is_used():
            return
        shown = client.identity
        await self._runner().in_database(lambda s: identity.recognise(s, session.conversation_id, shown, utcnow()))
        client.is_recognised = True

    async def _join(self, client: _Client, session: Session) -> None:
        bind_contextvars(conversation_id=session.conversation_id)
        await self._recognise(client, session)
        await self._rooms.join(client.id, session.conversation_id, is_ours=client.is_ours)
        client.is_joined = True

    async def _join_later(self, client: _Client, session: Session) -> None:
        """The database was away when the page was opened: its history comes when it is back."""
        while self._clients.get(client.id) is client:
            await asyncio.sleep(_RETRY_SECONDS)
            async with client.lock:
                if client.is_joined or client.session is not session:
                    return
                try:
                    await self._join(client, session)
                except Unavailable:
                    continue
                except Conflict as error:
                    await self._refuse(client, error)
                    await self._begin(client)

    async def _not_taken(self, client: _Client, reads_acknowledgements: bool, error: CareError) -> Json:
        await self._refused(client, error)
        if not reads_acknowledgements:
            # One of Rasa's own: without a word its customer would wait for an answer.
            for part in bubbles.plain(_told(error), []):
                await self._sio.emit("bot_uttered", part, to=client.id)
        return {"ok": False} | _reasons(error)

    async def _refuse(self, client: _Client, error: CareError) -> None:
        await self._refused(client, error)
        await self._sio.emit("refused", _reasons(error), to=client.id)

    async def _refused(self, client: _Client, error: CareError) -> None:
        refusals.labels(error.reason).inc()
        try:
            self._refusals.check(client.id)
        except TooMany:
            if self._clients.get(client.id) is client:
                _log.warning("socket_cut_off", refusals=_REFUSALS, address=client.address)
                await self._sio.disconnect(client.id)
            return
        _log.warning("socket_refused", reason=error.reason, detail=str(error), address=client.address)

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _reasons(error: CareError) -> Json:
    later = {"after": error.after} if isinstance(error, TooMany) else {}
    retry = isinstance(error, (Unavailable, TooMany))
    return {"reason": error.reason, "detail": str(error), "retry": retry} | later


def _told(error: CareError) -> str:
    """What the customer of a widget without acknowledgements reads."""
    if error.reason == "empty":
        return say("empty_message")
    if error.reason == "too_long":
        return say("not_sent_too_long")
    if error.reason == "too_many":
        return say("not_sent_too_many")
    return say("not_sent")


def _message_number(asked: Json, name: str) -> int | None:
    """Raises InvalidInput (reason `request`)."""
    number = asked.get(name)
    if number is None:
        return None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 2**63:
        raise InvalidInput("request", f"{name} is the id of a message")
    return number
