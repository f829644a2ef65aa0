"""A year of tickets put straight into the database and counted day by day, and the time that each look at it takes.

`python -m benchmarks.board_work OPEN BUSY`, with the application's environment: prints seconds, as JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

import care.migrations.models  # noqa: F401
from care.crypto import keyring
from care.db import engine, transaction, utcnow
from care.insight.board import board, split, trend
from care.insight.counting import count, count_days
from care.insight.definitions import figures
from care.insight.drilling import tickets
from care.sla.policy import policy
from care.sla.versions import remember
from care.timezone import CHINA

_DAYS = 365
_ROUNDS = 5

#: evenly over the year before `now`, all of them still open; the last ones all on its last day
_TICKETS = """
INSERT INTO tickets (number, kind, status, category, department, priority, complexity, severity, policy_version,
                     description, channel, threatens_appeal, province, assignee, created_at)
SELECT 'TS260101-' || n, 'complaint', 'inProgress', (CAST(:categories AS text[]))[1 + n % :of_categories],
       (CAST(:departments AS text[]))[1 + n % :of_departments], 3, 'complex', 'minor', :version, :description, 'chat',
       false, CASE n % 32 WHEN 0 THEN NULL ELSE 'P' || n % 32 END, 'A' || n % 400,
       CASE WHEN n <= :open THEN CAST(:now AS timestamptz) - (n % :days) * interval '1 day'
                                 - n % 80000 * interval '1 second'
            ELSE CAST(:now AS timestamptz) - interval '30 hours' - n % 3600 * interval '1 second' END
FROM generate_series(1, :open + :busy) n
"""
#: of each ticket two promises that were decided (one in twelve missed them), and a time that still runs
_CLOCKS = """
INSERT INTO clocks (ticket_id, name, kind, starts_at, due_at, met_at, missed_at, provisional)
SELECT t.id, c.name, c.kind, t.created_at, t.created_at + c.hours * interval '1 hour',
       CASE WHEN c.name <> 'answer'
            THEN t.created_at + (1 + (t.id * 7919 + c.hours) % (c.hours * 55)) * interval '1 minute'
                 + CASE t.id % 12 WHEN 0 THEN c.hours ELSE 0 END * interval '1 hour' END,
       CASE WHEN c.name <> 'answer' AND t.id % 12 = 0 THEN t.created_at + c.hours * interval '1 hour' END, false
FROM tickets t, (VALUES ('first_feedback', 'promise', 24), ('solution_complex', 'promise', 48),
                        ('answer', 'statutory', 360)) AS c (name, kind, hours)
ORDER BY t.id
"""
_TALKS = """
INSERT INTO conversations (id, channel, owner, introduced, created_at)
SELECT 'b' || n, 'rest', 'bot', true, CAST(:now AS timestamptz) - interval '20 hours' FROM generate_series(1, :busy) n
"""
#: five of each, read and answered at once, one in fifty late
_MESSAGES = """
INSERT INTO messages (conversation_id, author, text, created_at, is_payload, status, attempts, answered_at)
SELECT 'b' || 1 + n % :busy, 'customer', :description, at, false, 'answered', 0,
       at + CASE n % 50 WHEN 0 THEN 20 ELSE 1 END * interval '1 second'
FROM (SELECT n, CAST(:now AS timestamptz) - interval '20 hours' + n % 3600 * interval '1 second' AS at
      FROM generate_series(1, 5 * :busy) n) each
"""
_READINGS = """
INSERT INTO readings (message_id, label, confidence, ranking)
SELECT id, CASE id % 9 WHEN 0 THEN 'nlu_fallback' ELSE 'billing_balance' END, 0.9, '[]' FROM messages
"""


def main() -> None:
    is_open, busy = (int(number) for number in sys.argv[1:3])
    # Noon in China, so that yesterday is the busy day.
    now = utcnow().astimezone(CHINA).replace(hour=12, minute=0, second=0, microsecond=0)
    begun = time.perf_counter()
    with engine().connect() as connection:
        _fill(connection, is_open, busy, now)
    filled = time.perf_counter() - begun
    today = now.date()
    each_day = [_seconds(partial(_count_day, now=now, days_ago=n)) for n in range(_DAYS, -1, -1)]
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE figure_days"))
    since = today - timedelta(days=_DAYS)
    counts = [_seconds(lambda s: count(s, now + timedelta(seconds=10))) for _ in range(_ROUNDS)]
    looks: dict[str, Callable[[Session], Any]] = {
        "board of a year": lambda s: board(s, since, today, now),
        "board of a month": lambda s: board(s, today - timedelta(days=30), today, now),
        "trend by day": lambda s: trend(s, "first_feedback", "day", since, today),
        "trend by month": lambda s: trend(s, "solved_in_time", "month", since, today),
        "tickets, all": lambda s: tickets(s, "first_feedback", since, today),
        "tickets, missed": lambda s: tickets(s, "first_feedback", since, today, missed=True),
        "tickets, one agent's missed": lambda s: tickets(
            s, "solved_in_time", since, today, "agent", "A36", missed=True
        ),
        "tickets, one agent's": lambda s: tickets(s, "handling_time", since, today, "agent", "A35"),
        "tickets, the last page": lambda s: tickets(
            s, "first_feedback", since, since + timedelta(days=2), missed=True, after=f"{now.isoformat()}~1"
        ),
    }
    for by in figures()["first_feedback"].by:
        looks[f"split by {by}"] = partial(split, key="first_feedback", by=by, since=since, until=today)
    took = {name: max(_seconds(look) for _ in range(_ROUNDS)) for name, look in looks.items()}
    print(
        json.dumps(
            {
                "open": is_open,
                "busy": busy,
                "filled": round(filled),
                "count": max(counts),
                "day": statistics.median(each_day),
                "longest_day": max(each_day),
                "looks": took,
            }
        )
    )


def _fill(connection: Connection, is_open: int, busy: int, now: datetime) -> None:
    with transaction() as session:
        remember(session, policy(), now)
    connection.execute(text("SET statement_timeout = 0"))
    categories, departments = sorted(policy().categories), sorted(policy().departments)
    given = {
        "version": policy().version,
        "description": keyring().seal("乱扣费".encode(), "tickets.description"),
        "now": now,
        "open": is_open,
        "busy": busy,
        "days": _DAYS,
        "categories": categories,
        "of_categories": len(categories),
        "departments": departments,
        "of_departments": len(departments),
    }
    for statement in (_TICKETS, _CLOCKS, _TALKS, _MESSAGES, _READINGS):
        connection.execute(text(statement), given)
    connection.commit()
    connection.execution_options(isolation_level="AUTOCOMMIT")
    for table in ("tickets", "clocks", "conversations", "messages", "readings"):
        connection.execute(text(f"VACUUM ANALYZE {table}"))


def _count_day(session: Session, now: datetime, days_ago: int) -> int:
    day = now.date() - timedelta(days=days_ago)
    return count_days(session, day, day, now)


def _seconds(look: Callable[[Session], Any]) -> float:
    begun = time.perf_counter()
    with transaction() as session:
        look(session)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
