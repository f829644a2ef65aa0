"""A platform that refuses us is left alone for a while, by all processes, and a supervisor hears of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.alarms.rules import Kind
from care.alarms.service import raise_alarm, settle_alarm
from care.staff.announcing import tell_desk
from care.timezone import CHINA
from care.wechat.errors import Trouble, WeChatError
from care.wechat.tables import AccessToken

#: After this one call is tried again: somebody may have put it right.
_REFUSED_FOR = timedelta(minutes=5)
_RATE_FOR = timedelta(minutes=1)
#: Of one code of one platform; many messages may meet the same.
_TOLD_AGAIN = timedelta(days=1)


def until(trouble: Trouble, now: datetime) -> datetime:
    """When the next call is tried: the day of a quota ends at midnight in China."""
    if trouble is Trouble.QUOTA:
        tomorrow = now.astimezone(CHINA).date() + timedelta(days=1)
        return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=CHINA)
    return now + (_RATE_FOR if trouble is Trouble.RATE else _REFUSED_FOR)


def stop(session: Session, app: str, platform: str, error: WeChatError, now: datetime) -> datetime:
    """Until when. `platform`: official | kf, as the alarm calls it."""
    over = until(error.trouble, now)
    values = {"stopped_until": over, "stopped_by": error.code}
    new = insert(AccessToken).values(app=app, **values)
    session.execute(new.on_conflict_do_update(index_elements=[AccessToken.app], set_=values))
    if error.trouble is not Trouble.RATE and raise_alarm(
        session, Kind.WECHAT_STOPPED, f"wechat:{platform}", now, _detail(error)
    ):
        tell_desk(session, "alarm")
    return over


def go_on(session: Session, app: str, platform: str, now: datetime, *, despite_stop: bool) -> None:
    """A call worked again. A stop that began meanwhile stays, but where we called although there was one."""
    row = session.get(AccessToken, app, with_for_update=True, populate_existing=True)
    if row is None or row.stopped_until is None or (row.stopped_until > now and not despite_stop):
        return
    row.stopped_until = row.stopped_by = None
    if settle_alarm(session, Kind.WECHAT_STOPPED, f"wechat:{platform}", now):
        tell_desk(session, "alarm")


def tell_refused(session: Session, platform: str, error: WeChatError, now: datetime) -> None:
    """One message will never be taken; the next one may be."""
    subject = f"wechat:{platform}:{error.code}"
    if raise_alarm(session, Kind.WECHAT_REFUSED, subject, now, _detail(error), once_since=now - _TOLD_AGAIN):
        tell_desk(session, "alarm")


def _detail(error: WeChatError) -> dict[str, Any]:
    return {"call": error.call, "code": error.code} | ({"address": error.address} if error.address else {})
