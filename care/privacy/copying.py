"""Building the copy of all that is held of a person (个保法第四十五条): read place by place, packed, sealed, told of.

A run that is killed begins anew and leaves nothing behind: what it gathered was in memory only. The copy, the end of
its request, and the message that says so are one transaction.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import anyio.to_thread
from prometheus_client import Counter
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from care import db
from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.conversations.telling import tell
from care.db import SealedBytes
from care.errors import CareError
from care.logs import get_logger
from care.privacy import links, requests
from care.privacy.data_map import data_map
from care.privacy.export_schema import (
    FORMAT,
    TRACKERS,
    about,
    about_trackers,
    dictionary,
    export_schema,
    is_mark,
    place_names,
    type_of,
)
from care.privacy.failures import described
from care.privacy.packing import Pack, new_password
from care.privacy.places import PLACES
from care.privacy.places.base import Counts, Place
from care.privacy.readable import dictionary_page, page
from care.privacy.requests import RequestState
from care.privacy.rules import Kind, Status
from care.privacy.subject import Subject
from care.privacy.tables import DataCopy, PrivacyRequest
from care.privacy.tracker import Tracker
from care.sla.policy import policy
from care.timezone import CHINA
from care.wording import calendar_time

T = TypeVar("T")

#: How long a copy waits to be fetched; then it is gone, and can be asked for again.
LIFETIME = timedelta(hours=24)
_PACK = "pack"
#: for progress: what `confirm` is told, as a number
STEPS = (*(place.name for place in PLACES), TRACKERS, _PACK)
_EXPIRED_AT_ONCE = 20

_log = get_logger("care.privacy.copying")
_runs = Counter("quanyi_copies_total", "Runs that build a copy of personal data, by outcome", ["outcome"])
for _outcome in ("done", "cancelled", "failed"):
    _runs.labels(_outcome)  # there from the start: an alert on the first one needs the zero before it


async def copy_due(tracker: Tracker, clock: Callable[[], datetime] = db.utcnow) -> None:
    """Build the copies that are due, one after the other; delete those whose time is over."""
    await _in_database(lambda s: forget_expired(s, clock()))
    while due := await _in_database(lambda s: requests.due(s, Kind.COPY, clock(), 1)):
        (one,) = due
        if one.subject is None:
            _log.error("copy_of_nobody", request_id=one.state.id)
            continue
        await _run(_Copy(tracker, one.state, one.subject, clock))


def forget_expired(session: Session, now: datetime) -> int:
    """Copies whose time is over, with their addresses; how many."""
    old = select(DataCopy.request_id).where(DataCopy.expires_at <= now).limit(_EXPIRED_AT_ONCE)
    gone = session.scalars(delete(DataCopy).where(DataCopy.request_id.in_(old)).returning(DataCopy.request_id))
    return len(gone.all())


async def _run(copy: _Copy) -> None:
    request_id = copy.request.id
    try:
        is_done = await copy.build()
    except CareError as error:
        # Tried again when `requests.due` says so, for good; a clock of its ticket tells people.
        _runs.labels("failed").inc()
        _log.warning("copy_unfinished", request_id=request_id, why=error.reason)
    except Exception as error:
        # Its text may hold a value of the data.
        _runs.labels("failed").inc()
        _log.error("copy_broken", request_id=request_id, error=described(error))
    else:
        _runs.labels("done" if is_done else "cancelled").inc()
        _log.info("copied" if is_done else "copy_cancelled", request_id=request_id)
    finally:
        copy.pack.close()


class _Copy:
    """One run of one request."""

    def __init__(
        self, tracker: Tracker, request: RequestState, subject: Subject, clock: Callable[[], datetime]
    ) -> None:
        self.request = request
        self._tracker = tracker
        self._subject = subject
        self._clock = clock
        self._password = new_password()
        self.pack = Pack(self._password)
        self._places: dict[str, dict[str, list[dict[str, Any]]]] = {}
        self._trackers: dict[str, list[dict[str, Any]]] = {}

    async def build(self) -> bool:
        """False: the request was cancelled meanwhile, or its data were deleted."""
        for place in PLACES:
            await _in_database(partial(self._read, place))
        for conversation_id in self._subject.conversations:
            self._trackers[conversation_id] = await self._tracker.export(conversation_id)
        await _in_database(lambda s: self._mark(s, TRACKERS))
        content = await anyio.to_thread.run_sync(self._packed)
        return await _in_database(lambda s: self._finish(s, content))

    def _read(self, place: Place, session: Session) -> None:
        tables: dict[str, list[dict[str, Any]]] = {}
        for record in place.records(session, self._subject):
            mapped = data_map().table(record.table)
            values = {
                name: self._value(record.table, name, value)
                for name, value in record.values.items()
                if not is_mark(mapped, name)
            }
            tables.setdefault(record.table, []).append(values)
        self._places[place.name] = tables
        self._mark(session, place.name)

    def _mark(self, session: Session, step: str) -> None:
        requests.mark_step(session, self.request.id, step, Counts().as_json())

    def _value(self, table: str, column: str, value: Any) -> Any:
        """A file lies beside the data, and its path stands in them; None: it had no room."""
        is_file = isinstance(type_of(table, column), SealedBytes)
        return self.pack.add_file(base64.b64decode(value)) if is_file and value is not None else value

    def _packed(self) -> bytes:
        data = {
            "format": FORMAT,
            "number": self.request.number,
            "operator": policy().operator.title,
            "made_at": self._clock().astimezone(CHINA).isoformat(timespec="seconds"),
            "phone": self._subject.phone,
            "places": {
                name: about(data_map().places[name]) | {"records": self._places[name]} for name in place_names()
            },
            TRACKERS: about_trackers() | {"conversations": self._trackers},
            "files_left_out": self.pack.left_out,
            "conversations_to_check": len(self._subject.doubtful),
        }
        self.pack.add_text("readme.html", page(data))
        self.pack.add_json("data.json", data)
        self.pack.add_json("schema.json", export_schema())
        self.pack.add_json("dictionary.json", dictionary())
        self.pack.add_text("dictionary.html", dictionary_page())
        return self.pack.content()

    def _finish(self, session: Session, content: bytes) -> bool:
        now = self._clock()
        request = session.get_one(PrivacyRequest, self.request.id, with_for_update=True)
        if request.status != Status.CONFIRMED:
            return False
        session.execute(text(f"SET LOCAL statement_timeout = {links.STORE_MILLISECONDS}"))
        # Not back into the pool: a connection keeps a buffer of the largest thing that it ever sent.
        session.connection().detach()
        copy = DataCopy(
            request_id=request.id,
            content=content,
            password=self._password,
            size=len(content),
            made_at=now,
            expires_at=now + LIFETIME,
        )
        session.add(copy)
        session.flush()
        records = sum(len(rows) for tables in self._places.values() for rows in tables.values())
        receipt = requests.finish(session, request.id, now, {"records": records})
        phone, conversation_id = request.phone, request.conversation_id
        note_access(session, Reader.SYSTEM, Use.RIGHTS, "copy", now, phone=phone, conversation_id=conversation_id)
        self._tell(session, receipt.number, copy, now)
        return True

    def _tell(self, session: Session, number: str, copy: DataCopy, now: datetime) -> None:
        where, until = self.request.conversation_id, calendar_time(copy.expires_at)
        try:
            path = links.new_link(session, where, self.request.id, now)
        except CareError:  # the proof is over: the button asks for another one
            tell(session, where, "utter_copy_ready", now, number=number, until=until)
            return
        card = links.card(path, copy.expires_at)
        tell(session, where, "utter_copy_ready_link", now, card=card, number=number, until=until)


async def _in_database(work: Callable[[Session], T]) -> T:
    return await anyio.to_thread.run_sync(db.run, work)
