"""An alarm is raised once for its subject, seen by the first who says so, and over when its cause is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from care.alarms.rules import Kind
from care.alarms.service import latest_alarms, note_seen, open_alarms, raise_alarm, settle_alarm
from care.db import transaction
from tests.support.database import count
from tests.support.times import NOW
from tests.support.waiting import at_once

LATER = NOW + timedelta(hours=1)


def test_raised_once_until_it_is_over(session: Session) -> None:
    assert raise_alarm(session, Kind.QUEUE_LATE, "handoff:1", NOW, {"queue": "service"}) is True
    assert raise_alarm(session, Kind.QUEUE_LATE, "handoff:1", LATER) is False
    assert raise_alarm(session, Kind.QUEUE_LATE, "handoff:2", NOW) is True, "another subject"
    assert raise_alarm(session, Kind.URGENT, "handoff:1", NOW) is True, "another kind"
    assert settle_alarm(session, Kind.QUEUE_LATE, "handoff:1", LATER) is True
    assert settle_alarm(session, Kind.QUEUE_LATE, "handoff:1", LATER) is False
    assert [alarm.subject for alarm in open_alarms(session, Kind.QUEUE_LATE)] == ["handoff:2"]
    assert raise_alarm(session, Kind.QUEUE_LATE, "handoff:1", LATER) is True, "once more"


def test_who_saw_it_first(session: Session) -> None:
    raise_alarm(session, Kind.NOBODY_READY, "queue:duty", NOW)
    [alarm] = open_alarms(session)
    for number, now in (("9001", NOW), ("9002", LATER)):
        seen = note_seen(session, alarm.id, number, now)
        assert seen is not None
        assert (seen.seen_by, seen.seen_at) == ("9001", NOW)
    assert note_seen(session, 999, "9001", NOW) is None


def test_shown_are_open_ones_and_those_of_late(session: Session) -> None:
    raise_alarm(session, Kind.NOBODY_READY, "queue:old", NOW - timedelta(days=3))
    raise_alarm(session, Kind.NOBODY_READY, "queue:over", NOW - timedelta(days=2))
    settle_alarm(session, Kind.NOBODY_READY, "queue:over", NOW)
    raise_alarm(session, Kind.NOBODY_READY, "queue:new", NOW)
    settle_alarm(session, Kind.NOBODY_READY, "queue:new", NOW)
    shown = [alarm.subject for alarm in latest_alarms(session, NOW - timedelta(days=1))]
    assert shown == ["queue:old", "queue:new"]


def test_what_happens_once_rings_once_a_day(session: Session) -> None:
    """Of something that does not last: over with who saw it; the next one of another day takes the place of one that
    nobody saw."""

    def locked(days: float, since: float) -> bool:
        once = NOW + timedelta(days=since)
        return raise_alarm(session, Kind.SIGN_IN_LOCKED, "staff:1001", NOW + timedelta(days=days), {}, once_since=once)

    assert locked(0.0, -0.5) is True
    assert locked(0.1, -0.5) is False, "open"
    [alarm] = open_alarms(session)
    seen = note_seen(session, alarm.id, "9001", NOW + timedelta(days=0.2))
    assert seen is not None
    assert seen.over_at == seen.seen_at == NOW + timedelta(days=0.2)
    assert locked(0.3, -0.5) is False, "over, but of the same day"
    assert locked(1.0, 0.5) is True, "another day"
    assert locked(2.0, 1.5) is True, "though nobody saw the one before"
    assert len(open_alarms(session)) == 1
    assert raise_alarm(session, Kind.URGENT, "handoff:1", NOW) is True
    [urgent] = open_alarms(session, Kind.URGENT)
    lasting = note_seen(session, urgent.id, "9001", LATER)
    assert lasting is not None
    assert lasting.over_at is None, "seen, but somebody still waits"


@pytest.mark.usefixtures("database")
def test_two_at_once_raise_one() -> None:
    def work() -> bool:
        with transaction() as session:
            return raise_alarm(session, Kind.QUEUE_LATE, "handoff:1", NOW)

    assert sorted(at_once(*[work] * 4)) == [False, False, False, True]
    assert count("alarms") == 1
