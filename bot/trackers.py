"""What is stored of conversations: handed out, deleted, let go when it is old, sealed with a new key.

``POST /webhooks/quanyi/tracker/OPERATION``, header ``X-Quanyi-Secret``:

- ``export`` ``{"conversation_id", "after": [session, turn]?, "newest": bool?}`` → ``{"events": […], "next": [session,
  turn] | null}``: everything that is stored of it, the oldest first, a page a call; ``after`` is the ``next`` of the
  call before. ``newest``: only of the session that was begun last, which has all that is known now. An event is what
  Rasa stored (texts, entities, slots, times as POSIX seconds), and ``session``, ``turn``, ``stored_at``.
- ``delete`` ``{"conversation_id"}`` → ``{"deleted": rows}``: all sessions of it. 0: there is nothing (left).
- ``expire`` ``{"before": ISO 8601 with zone, "limit": sessions}`` → ``{"deleted": rows}``: of sessions whose newest
  row is older. A session goes whole or not at all, because a tracker is rebuilt from all of its rows; ``bot.sessions``
  ends every session in time. 0: nothing that is old is left.
- ``reseal`` ``{"limit": rows, "after": [conversation_id, session, turn]?}`` → ``{"resealed": rows, "next": … | null}``:
  the next ``limit`` rows of the whole table that older keys sealed are sealed with the first of
  ``QUANYI_TRACKER_KEYS``, each by itself: it can be stopped anywhere and begun again.

Errors are those of a turn (`bot.gateway`): nothing is lost, call again.

**A turn and a deletion of the same conversation.** A deletion waits for the turn that runs in this process. A turn of
another process that ran meanwhile is not stored (`bot.database`, ``Forgotten``); care runs it again and it begins
afresh. Nothing of that holds for a conversation's very first turn in another process, which has nothing to go on from.
So a deletion is called by somebody who holds the turn lease of the conversation, who calls it again if they lost the
lease meanwhile; it does no harm at any time and as often as one likes. Its next turn finds an empty tracker.
"""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from rasa.core.agent import Agent

from bot import encoding
from bot.bodies import Invalid, id_of
from bot.database import Place, StoredRow
from bot.tracker_store import EncryptedTrackerStore
from bot.turn import Turns, kind_of, parts_of

PAGE = 50  # rows of an export at once: a turn is about 10 KB
MOST = 500  # sessions or rows at once: far below the time limit of a statement

log = structlog.get_logger("bot.trackers")


@dataclass(frozen=True)
class Export:
    conversation_id: str
    after: tuple[int, int]
    newest: bool = False


@dataclass(frozen=True)
class Delete:
    conversation_id: str


@dataclass(frozen=True)
class Expire:
    before: datetime
    limit: int


@dataclass(frozen=True)
class Reseal:
    limit: int
    after: Place


Work = Export | Delete | Expire | Reseal


def parse(operation: str, body: dict[str, Any]) -> Work:
    """Check a request.

    Raises:
        Invalid: see there.
    """
    if operation == "export":
        if not isinstance(body.get("newest", False), bool):
            raise Invalid("newest must be true or false")
        after = _behind(body, [int, int]) or (-1, -1)
        return Export(id_of(body, "conversation_id"), after, body.get("newest", False))
    if operation == "delete":
        return Delete(id_of(body, "conversation_id"))
    if operation == "expire":
        return Expire(_moment(body), _limit(body))
    if operation == "reseal":
        return Reseal(_limit(body), Place(*_behind(body, [str, int, int]) or ("", -1, -1)))
    raise Invalid("operations are export, delete, expire and reseal")


async def do(work: Work, turns: Turns, agent: Agent | None) -> tuple[int, dict[str, Any]]:
    """HTTP status and body."""
    try:
        _, store = parts_of(agent)
        if isinstance(work, Export):
            return 200, await _export(store, work)
        if isinstance(work, Delete):
            return 200, await _delete(store, work, turns)
        if isinstance(work, Expire):
            deleted = await store.table.expire(work.before, work.limit)
            log.info("tracker.expired", rows=deleted)
            return 200, {"deleted": deleted}
        resealed, behind = await store.seal_again(work.after, work.limit)
        return 200, {"resealed": resealed, "next": behind}
    except Exception as error:
        kind, status = kind_of(error)
        log.error("tracker.failed", operation=type(work).__name__.lower(), kind=kind, exc_info=error)
        return status, {"error": kind}


async def _export(store: EncryptedTrackerStore, work: Export) -> dict[str, Any]:
    rows = await store.table.page(work.conversation_id, work.after, PAGE, newest=work.newest)
    # Beside the event loop: other customers' turns run on it.
    events = await asyncio.to_thread(_events, store, work.conversation_id, rows)
    return {"events": events, "next": [rows[-1].session, rows[-1].turn] if len(rows) == PAGE else None}


def _events(store: EncryptedTrackerStore, conversation_id: str, rows: list[StoredRow]) -> list[dict[str, Any]]:
    stored = []
    for row in rows:
        plain = store.opened(conversation_id, row).decode("utf-8", "surrogatepass")
        place = {"session": row.session, "turn": row.turn, "stored_at": row.created_at.isoformat()}
        # Halves of surrogate pairs become "\ufffd": whoever writes a file of it need not know of them.
        whole = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        stored += [{**event, **place} for event in json.loads(whole)]
    return stored


async def _delete(store: EncryptedTrackerStore, work: Delete, turns: Turns) -> dict[str, Any]:
    async with turns.alone(work.conversation_id):
        deleted = await store.delete(work.conversation_id)
    encoding.forget()
    log.info("tracker.deleted", conversation_id=work.conversation_id, rows=deleted)
    return {"deleted": deleted}


def _behind(body: dict[str, Any], kinds: list[type]) -> Any:
    after = body.get("after")
    if after is None:
        return None
    if not isinstance(after, list) or [type(each) for each in after] != kinds:
        raise Invalid("after must be the next of the call before, or left out")
    return tuple(after)


def _limit(body: dict[str, Any]) -> int:
    limit = body.get("limit")
    if type(limit) is not int or not 1 <= limit <= MOST:
        raise Invalid(f"limit must be 1 to {MOST}")
    return limit


def _moment(body: dict[str, Any]) -> datetime:
    try:
        moment = datetime.fromisoformat(body["before"])
    except (KeyError, TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid("before must be a time with its zone, 2026-11-21T09:00:00+08:00")
    return moment
