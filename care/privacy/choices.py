"""Uses of a number's data that its holder switches on and off: effective at once, and every change is kept.

Nothing said is no consent, so both switches are off until somebody switches them on. Source: 个人信息保护法第二十四条;
消费者权益保护法第二十九条 (no commercial information without consent). Reminders are a service and on until switched
off; which are on stands in care/billing/reminder_switches.py, and only their history here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from care.accounts.service import phone_index
from care.billing import reminder_switches
from care.billing.reminders import Kind as Reminder
from care.conversations.tables import Conversation
from care.privacy.results import REMINDER
from care.privacy.rules import Switch
from care.privacy.tables import Choice


@dataclass(frozen=True)
class Change:
    #: a word of Switch, or `reminder:<kind>`; `care.privacy.results.switch_name` has its name
    switch: str
    is_on: bool
    #: socketio | rest | wechat | staff:NAME
    channel: str
    at: datetime


def is_on(session: Session, phone: str, switch: Switch, since: datetime | None = None) -> bool:
    """`since`: since when the number is theirs, where that is known: a former holder agreed for nobody else."""
    newest = _newest(session, phone, switch, since)
    return newest is not None and newest.is_on


def was_chosen(session: Session, phone: str, switch: Switch, since: datetime | None = None) -> bool:
    """Whether its holder ever said yes or no: who has is not asked again (网络数据安全管理条例第二十二条)."""
    return _newest(session, phone, switch, since) is not None


def switch(
    session: Session,
    phone: str,
    switch: Switch,
    is_on: bool,
    channel: str,
    now: datetime,
    since: datetime | None = None,
) -> None:
    """Counts from now on. Safe to repeat: what is so already is not written again. `since`: as for `is_on`."""
    _append(session, phone, switch.value, is_on, channel, now, since)


def switch_reminders(
    session: Session, phone: str, kinds: Iterable[Reminder], is_on: bool, channel: str, now: datetime
) -> None:
    """The consumption reminders themselves, and their history."""
    chosen = sorted(kinds)
    reminder_switches.switch(session, phone, chosen, is_on, now)
    for kind in chosen:
        _append(session, phone, REMINDER + kind, is_on, channel, now, None)


def history(session: Session, phone: str, since: datetime | None = None) -> list[Change]:
    """Every change, the newest first."""
    rows = session.scalars(select(Choice).where(*_of(phone, since)).order_by(Choice.id.desc()))
    return [Change(row.switch, row.is_on, row.channel, row.at) for row in rows]


def consents(session: Session, phones: Collection[str]) -> dict[str, dict[Switch, datetime | None]]:
    """For each normalised number and switch: since when it is on; None: it is off."""
    by_index = {phone_index(phone): phone for phone in phones}
    rows = session.execute(
        select(Choice.phone_index, Choice.switch, Choice.is_on, Choice.at)
        .where(Choice.phone_index.in_(by_index), Choice.switch.in_([each.value for each in Switch]))
        .ext(distinct_on(Choice.phone_index, Choice.switch))
        .order_by(Choice.phone_index, Choice.switch, Choice.id.desc())
    )
    found: dict[str, dict[Switch, datetime | None]] = {phone: dict.fromkeys(Switch) for phone in phones}
    for row in rows:
        found[by_index[row.phone_index]][Switch(row.switch)] = row.at if row.is_on else None
    return found


def channel_of(session: Session, conversation_id: str) -> str:
    """What `channel` of a change is, when it was made in that conversation."""
    return session.scalars(select(Conversation.channel).where(Conversation.id == conversation_id)).one()


def _of(phone: str, since: datetime | None) -> tuple[ColumnElement[bool], ...]:
    own = Choice.phone_index == phone_index(phone)
    return (own,) if since is None else (own, Choice.at >= since)


def _newest(session: Session, phone: str, switch: str, since: datetime | None) -> Choice | None:
    of_switch = select(Choice).where(*_of(phone, since), Choice.switch == switch)
    return session.scalar(of_switch.order_by(Choice.id.desc()).limit(1))


def _append(
    session: Session, phone: str, switch: str, is_on: bool, channel: str, now: datetime, since: datetime | None
) -> None:
    newest = _newest(session, phone, switch, since)
    if newest is None or newest.is_on is not is_on:
        session.add(Choice(phone_index=phone_index(phone), switch=switch, is_on=is_on, channel=channel, at=now))
        session.flush()
