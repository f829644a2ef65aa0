"""A conversation that numbers are opened to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from care.accounts.proofs import (
    OpenLine,
    close_line,
    end_proofs,
    forget_user,
    know_user,
    open_lines,
    phone_of_line,
    prove,
)
from care.accounts.rules import Level, Purpose
from care.db import transaction
from tests.support.times import NOW

ONE, OTHER = "13800138000", "13800138001"
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
FAR = NOW + 1000 * DAY


@dataclass
class Talk:
    """One conversation; every call is a transaction of its own, time goes by hand."""

    conversation: str = "c1"
    now: datetime = NOW

    def at(self, later: timedelta) -> Talk:
        return Talk(self.conversation, NOW + later)

    def prove(self, phone: str = ONE, **how: object) -> OpenLine:
        with transaction() as session:
            return prove(session, self.conversation, phone, self.now, **how)  # type: ignore[arg-type]

    def is_known_as(self, user: str = "u1", until: datetime = FAR, channel: str = "page") -> None:
        with transaction() as session:
            know_user(session, self.conversation, channel, user, until, self.now)

    def lines(self, least: Level = Level.KNOWN, purpose: Purpose = Purpose.ACCOUNT) -> list[OpenLine]:
        with transaction() as session:
            return open_lines(session, self.conversation, self.now, least, purpose)

    def levels(self, least: Level = Level.KNOWN) -> list[tuple[str, int]]:
        return [(line.phone, line.level) for line in self.lines(least)]

    def phone_of(self, line_id: str) -> str | None:
        with transaction() as session:
            return phone_of_line(session, self.conversation, line_id, self.now)

    def end(self) -> None:
        with transaction() as session:
            end_proofs(session, self.conversation, self.now)

    def close(self, line: OpenLine) -> None:
        with transaction() as session:
            close_line(session, self.conversation, line, self.now)

    def forget(self) -> None:
        with transaction() as session:
            forget_user(session, self.conversation, self.now)


def bound(conversation: str = "before") -> OpenLine:
    """The user `u1` proved ONE a day ago, in another conversation."""
    before = Talk(conversation, NOW - DAY)
    before.is_known_as()
    return before.prove()
