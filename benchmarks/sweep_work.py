"""Tickets put straight into the database, of which some come due a minute apart, and the time that sweeps take.

`python -m benchmarks.sweep_work OPEN DUE ROUNDS`, with the application's environment: prints seconds, as JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

import care.migrations.models  # noqa: F401
from care.crypto import keyring
from care.db import engine, transaction, utcnow
from care.escalation.sweep import sweep
from care.sla.policy import policy
from care.sla.versions import remember

_MINUTE = timedelta(minutes=1)
_EMPTY_ROUNDS = 20

_TICKETS = """
INSERT INTO tickets (number, kind, status, category, department, priority, complexity, severity, policy_version,
                     description, channel, threatens_appeal, created_at)
SELECT 'TS260101-' || n, 'complaint', 'acknowledged', 'complaint_billing', 'service', 3, 'complex', 'minor', :version,
       :description, 'chat', false, CAST(:now AS timestamptz) - interval '20 hours'
FROM generate_series(1, :open) n
"""
#: of each ticket what runs on it a day after filing, over the days to come
_CLOCKS = """
INSERT INTO clocks (ticket_id, name, kind, starts_at, due_at, provisional)
SELECT t.id, c.name, c.kind, t.created_at,
       CAST(:now AS timestamptz) + c.hours * interval '1 hour' + (t.id % 10000) * interval '1 second', false
FROM tickets t, (VALUES ('first_feedback', 'promise', 4), ('solution_complex', 'alarm', 24),
                        ('solution_complex', 'promise', 28), ('answer', 'alarm', 220), ('answer', 'statutory', 340))
                AS c (name, kind, hours)
ORDER BY t.id
"""
#: evenly among all of them; the last alarm of one half, a promise of the other
_DUE = """
UPDATE clocks SET due_at = CAST(:now AS timestamptz)
                           + (1 + (ticket_id / :step) % :rounds) * interval '1 minute' - interval '1 second'
WHERE ticket_id % :step = 0 AND ticket_id / :step <= :due * :rounds
  AND CASE (ticket_id / :step / :rounds) % 2 WHEN 0 THEN name = 'solution_complex' AND kind = 'alarm'
                                             ELSE name = 'first_feedback' END
"""


def main() -> None:
    is_open, due, rounds = (int(number) for number in sys.argv[1:4])
    now = utcnow().replace(microsecond=0)
    # One more, in which everything is done for the first time.
    with engine().connect() as connection:
        _fill(connection, is_open, due, rounds + 1, now)
    empty = [_seconds(now, 0) for _ in range(_EMPTY_ROUNDS)]
    took = [_seconds(now + _MINUTE * each, due) for each in range(1, rounds + 2)][1:]
    print(
        json.dumps(
            {
                "open": is_open,
                "seconds": statistics.median(took),
                "low": min(took),
                "high": max(took),
                "nothing_due": statistics.median(empty),
            }
        )
    )


def _fill(connection: Connection, is_open: int, due: int, rounds: int, now: datetime) -> None:
    with transaction() as session:
        remember(session, policy(), now)
    connection.execute(text("SET statement_timeout = 0"))
    given = {"version": policy().version, "description": keyring().seal("乱扣费".encode(), "tickets.description")}
    connection.execute(text(_TICKETS), given | {"now": now, "open": is_open})
    connection.execute(text(_CLOCKS), {"now": now})
    step = is_open // (due * rounds)
    connection.execute(text(_DUE), {"now": now, "step": step, "due": due, "rounds": rounds})
    connection.commit()
    # As the server's own housekeeping would, in time; not in the middle of a measured round.
    connection.execution_options(isolation_level="AUTOCOMMIT")
    connection.execute(text("VACUUM ANALYZE tickets"))
    connection.execute(text("VACUUM ANALYZE clocks"))


def _seconds(now: datetime, due: int) -> float:
    begun = time.perf_counter()
    done = sweep(now)
    seconds = time.perf_counter() - begun
    acted = done["rang"] + done["missed"]
    if acted != due:
        raise RuntimeError(f"{acted} clocks rang or were missed, and not {due}")
    return seconds


if __name__ == "__main__":
    main()
