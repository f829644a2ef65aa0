"""What Rasa has stored of conversations: a Protocol, and the adapter that asks Rasa's gateway.

Rasa keeps it in a database of its own, for which nothing of ours has a password (docs/architecture.md).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

import aiohttp

from care.errors import Unavailable

#: A deletion waits for the turn that runs, which is given up by its caller sooner (care.turns.rules.CALL_SECONDS).
CALL_SECONDS = 15.0


class Tracker(Protocol):
    """Each may be called again at any time; raises Unavailable (reason `rasa`) when it is not known to be done."""

    async def export(self, conversation_id: str) -> list[dict[str, Any]]:
        """Everything that is stored of it, the oldest first: Rasa's events as JSON values (`event`, `text`, entities,
        slots; `timestamp` in POSIX seconds), each with `session`, `turn` and `stored_at` (ISO 8601)."""

    async def newest_session(self, conversation_id: str) -> list[dict[str, Any]]:
        """As `export`, of the newest session of Rasa only: enough to know what it remembers now."""

    async def delete(self, conversation_id: str) -> int:
        """Delete all of it; how many turns there were. The next message finds an empty tracker.

        Hold the conversation's turn lease meanwhile: the first turn of a conversation is the one that could be stored
        behind it. Every other turn that runs while its conversation is deleted is not stored, and is run again.
        """

    async def expire(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` (1 to 500) sessions whose newest turn is older than `before`; how many turns there
        were. 0: nothing that is old is left."""

    async def reseal(self, limit: int, tell: Callable[[int], None] = lambda done: None) -> int:
        """Seal every turn with Rasa's newest key that an older one sealed, looking at `limit` (1 to 500) of them at
        once; how many were sealed again. `tell` is called after each look, with how many there were so far."""


class RasaTracker:
    """`bot/trackers.py` over HTTP. One instance a process; close it with `aclose()`."""

    def __init__(self, url: str, secret: str, seconds: float = CALL_SECONDS) -> None:
        self._url = f"{url}/webhooks/quanyi/tracker"
        self._headers = {"X-Quanyi-Secret": secret}
        self._timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=2)
        self._session: aiohttp.ClientSession | None = None

    async def export(self, conversation_id: str) -> list[dict[str, Any]]:
        return await self._pages({"conversation_id": conversation_id})

    async def newest_session(self, conversation_id: str) -> list[dict[str, Any]]:
        return await self._pages({"conversation_id": conversation_id, "newest": True})

    async def _pages(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        after = None
        while True:
            page = await self._ask("export", {**asked, "after": after})
            events += page["events"]
            after = page["next"]
            if after is None:
                return events

    async def delete(self, conversation_id: str) -> int:
        return int((await self._ask("delete", {"conversation_id": conversation_id}))["deleted"])

    async def expire(self, before: datetime, limit: int) -> int:
        return int((await self._ask("expire", {"before": before.isoformat(), "limit": limit}))["deleted"])

    async def reseal(self, limit: int, tell: Callable[[int], None] = lambda done: None) -> int:
        done = 0
        after = None
        while True:
            page = await self._ask("reseal", {"limit": limit, "after": after})
            done += int(page["resealed"])
            after = page["next"]
            tell(done)
            if after is None:
                return done

    async def _ask(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            async with self._client().post(f"{self._url}/{operation}", json=body, headers=self._headers) as response:
                if response.status != 200:
                    raise Unavailable("rasa", f"Rasa answered {response.status} to {operation} of a tracker")
                answer: dict[str, Any] = await response.json()
                return answer
        except TimeoutError as error:
            raise Unavailable("rasa", f"Rasa did not answer to {operation} of a tracker in time") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise Unavailable("rasa", f"Rasa cannot be reached ({type(error).__name__})") from error

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:  # needs the running event loop
            # Sanic closes idle connections after 5 s; ours end first, so that no call meets a closing one.
            connector = aiohttp.TCPConnector(keepalive_timeout=3)
            self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout)
        return self._session

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
