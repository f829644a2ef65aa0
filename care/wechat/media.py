"""Pictures that customers send: the platform keeps them for three days and gives us their names, the worker fetches
them. Checked and kept as what comes through the widget (`care.attachments`); what is not taken is answered in the same
words. At least once: a worker that is killed leaves the picture to be tried again, and it is kept once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import anyio.to_thread
from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care import db
from care.attachments import sandbox
from care.attachments.rules import CheckedFile
from care.attachments.scanning import scan
from care.attachments.service import store_evidence
from care.conversations.telling import tell
from care.errors import CareError, InvalidInput, Unavailable
from care.logs import get_logger
from care.retries import doubled, take_due
from care.settings import settings
from care.wechat.api import KfApi, OfficialApi
from care.wechat.errors import Trouble, WeChatError
from care.wechat.tables import Media
from care.wechat.tokens import Database, in_database

#: Also how long a worker that took a picture has it for itself: more than fetching and looking at one can take.
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=30)
#: The customer is asked to send it again while they still know which one it was.
GIVE_UP_AFTER = timedelta(hours=24)
#: A run ends after this; the next one begins within five seconds.
_LONG_SECONDS = 4.0

# Written out: with a parameter PostgreSQL cannot know that the index of what waits is enough.
_WAITS = Media.status == literal("waiting", literal_execute=True)

_log = get_logger("care.wechat")


@dataclass(frozen=True)
class _Due:
    """A picture that this worker has for itself until `FIRST_WAIT` is over."""

    id: int
    conversation_id: str
    account: str
    media_id: str
    attempt: int
    is_old: bool


def expect(
    session: Session, conversation_id: str, account: str, media_id: str, channel_message_id: str, now: datetime
) -> None:
    """A picture was sent; its message is stored once it is here. The same message id again does nothing.

    `account`: which of our accounts can fetch it, the app id or the open_kfid.
    """
    new = insert(Media).values(
        conversation_id=conversation_id,
        account=account,
        media_id=media_id,
        channel_message_id=channel_message_id,
        status="waiting",
        attempts=0,
        next_attempt_at=now,
        created_at=now,
    )
    session.execute(new.on_conflict_do_nothing())


async def fetch_due(
    official: OfficialApi | None,
    kf: KfApi | None,
    clock: Callable[[], datetime] = db.utcnow,
    database: Database = in_database,
) -> None:
    """One after the other: a hostile picture may need 640 MB while it is looked at."""
    end = time.monotonic() + _LONG_SECONDS
    while time.monotonic() < end:
        due = await database(lambda session: _take(session, clock()))
        if due is None:
            break
        api = official if due.account == settings().wechat_app_id else kf
        try:
            file = await _fetch(api, due)
        except InvalidInput as error:
            await _end(database, due, "refused", error, clock)
        except Unavailable as error:
            # Ours or the platform's; only what the platform will never give is hopeless.
            if due.is_old or (isinstance(error, WeChatError) and not error.passes):
                await _end(database, due, "given_up", error, clock)
            else:
                _log.warning("wechat_picture_failed", media=due.id, attempts=due.attempt, why=str(error))
        else:
            await _keep(database, due, file, clock)


async def _fetch(api: OfficialApi | KfApi | None, due: _Due) -> CheckedFile:
    """Raises InvalidInput for a file that is not taken, Unavailable when it could not be fetched or looked at."""
    if api is None:  # taken out of the settings: perhaps it comes back
        raise WeChatError(Trouble.TRANSIENT, "get_media", "the account is not ours now")
    content, _ = await api.get_media(due.media_id)
    file = await anyio.to_thread.run_sync(sandbox.check, f"wechat-{due.id}", content)
    await anyio.to_thread.run_sync(scan, content)
    return file


def _take(session: Session, now: datetime) -> _Due | None:
    rows = take_due(session, Media, _WAITS, now, 1, lambda attempts: doubled(FIRST_WAIT, LONGEST_WAIT, attempts))
    for row in rows:
        is_old = now - row.created_at >= GIVE_UP_AFTER
        return _Due(row.id, row.conversation_id, row.account, row.media_id, row.attempts, is_old)
    return None


async def _keep(database: Database, due: _Due, file: CheckedFile, clock: Callable[[], datetime]) -> None:
    def keep(session: Session) -> bool:
        if (row := _ours(session, due)) is None:
            return False
        store_evidence(session, row.conversation_id, file, row.channel_message_id, clock())
        _settle(row, "stored")
        return True

    try:
        is_kept = await database(keep)
    except Unavailable:
        raise  # the database; another try will come
    except CareError as error:  # too many files; the conversation is not there any more
        await _end(database, due, "refused", error, clock)
    else:
        _log.info(
            "wechat_picture_fetched", media=due.id, media_type=file.media_type, size=len(file.content), is_kept=is_kept
        )


async def _end(database: Database, due: _Due, status: str, error: CareError, clock: Callable[[], datetime]) -> None:
    """It will not be tried again, and the customer is told why."""

    def end(session: Session) -> None:
        if (row := _ours(session, due)) is None:
            return
        _settle(row, status)
        is_about_file = isinstance(error, InvalidInput) and error.reason.startswith("evidence_")
        response = f"utter_{error.reason}" if is_about_file else "utter_evidence_lost"
        tell(session, row.conversation_id, response, clock(), once=f"media:{row.id}")

    await database(end)
    _log.warning("wechat_picture_ended", media=due.id, status=status, reason=error.reason, attempts=due.attempt)


def _settle(row: Media, status: str) -> None:
    row.status, row.next_attempt_at = status, None


def _ours(session: Session, due: _Due) -> Media | None:
    """None: another worker took it since, or it is done."""
    ours = Media.id == due.id, _WAITS, Media.attempts == due.attempt
    return session.scalar(select(Media).where(*ours).with_for_update())
