"""Complaints with vectors put straight into the database, and the time that looking at new ones takes.

`python -m benchmarks.vectors_work KEPT`, with the application's environment: prints seconds, as JSON.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from datetime import datetime

from sqlalchemy import Connection, select, text

import care.migrations.models  # noqa: F401
from care.crypto import keyring
from care.db import engine, transaction, utcnow
from care.surges.tables import Surge, SurgeTicket
from care.surges.texts import keep
from care.surges.vectors import SIZE, Vector, centre_of, mean

#: one in a hundred complains of each matter, in one of twenty wordings
_MATTERS, _WORDINGS = 100, 20
_NEW, _ROUNDS = 32, 5

_POOL = "CREATE TEMP TABLE pool (n integer PRIMARY KEY, vector halfvec(384))"
#: evenly over nine weeks, each of a customer of their own; numbers above :kept are new, and not counted among them
_TICKETS = """
INSERT INTO tickets (number, kind, status, category, department, priority, complexity, severity, policy_version,
                     description, line_index, channel, threatens_appeal, created_at)
SELECT 'TS260101-' || n, 'complaint', 'acknowledged', 'complaint_billing', 'service', 3, 'complex', 'minor', 'bench',
       :description, sha256(n::text::bytea), 'chat', false,
       CASE WHEN n <= :kept THEN CAST(:now AS timestamptz) - n * (interval '63 days' / :kept)
            ELSE CAST(:now AS timestamptz) - interval '2 minutes' END
FROM generate_series(1, :kept + :new) n
"""
_PLACES = """
INSERT INTO surge_tickets (ticket_id, category, province, district, at)
SELECT id, category, '', '', created_at FROM tickets
"""
_VECTORS = """
INSERT INTO ticket_vectors (ticket_id, at, vector)
SELECT t.id, t.created_at, pool.vector FROM tickets t JOIN pool ON pool.n = t.id * 7919 % :pool WHERE t.id <= :kept
"""


def main() -> None:
    kept, now = int(sys.argv[1]), utcnow()
    chance = random.Random(7)
    matters = [_random(chance) for _ in range(_MATTERS + 1)]
    with engine().connect() as connection:
        _fill(connection, kept, now, [_beside(chance, matter) for matter in matters[:-1] for _ in range(_WORDINGS)])
    first = kept + 1
    usual = []
    for number in range(_ROUNDS):
        new = {first + number * _NEW + each: _beside(chance, chance.choice(matters[:-1])) for each in range(_NEW)}
        usual.append(_seconds(new, now) / _NEW)
    # The eighth of a new matter makes an incident: with its title, and all that belong to it.
    new = {first + _ROUNDS * _NEW + each: _beside(chance, matters[-1]) for each in range(8)}
    *before, last = new.items()
    _seconds(dict(before), now)
    incident = _seconds(dict([last]), now)
    with transaction() as session:
        (found,) = session.scalars(select(Surge.count)).all()
    print(json.dumps({"kept": kept, "usual": statistics.median(usual), "incident": incident, "customers": found}))


def _fill(connection: Connection, kept: int, now: datetime, pool: list[Vector]) -> None:
    connection.execute(text("SET statement_timeout = 0"))
    connection.execute(text(_POOL))
    rows = [{"n": number, "vector": str(vector)} for number, vector in enumerate(pool)]
    connection.execute(text("INSERT INTO pool VALUES (:n, CAST(:vector AS halfvec))"), rows)
    given = {"kept": kept, "new": (_ROUNDS + 1) * _NEW, "now": now}
    words = keyring().seal("副卡突然停机，要重新实名".encode(), "tickets.description")
    connection.execute(text(_TICKETS), given | {"description": words})
    connection.execute(text(_PLACES))
    connection.execute(text(_VECTORS), {"pool": len(pool), "kept": kept})
    connection.commit()
    autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
    autocommit.execute(text("VACUUM ANALYZE tickets, surge_tickets, ticket_vectors"))


def _random(chance: random.Random) -> Vector:
    return centre_of([[chance.gauss(0, 1) for _ in range(SIZE)]])


def _beside(chance: random.Random, matter: Vector) -> Vector:
    """With a cosine of 0.8 to the middle of its matter, and 0.64 to others of it."""
    return [0.8 * value + 0.6 * aside for value, aside in zip(matter, _random(chance), strict=True)]


def _seconds(vectors: dict[int, Vector], now: datetime) -> float:
    """As the encoder gives them: with the mean of all."""
    read = {
        ticket_id: [value + usual for value, usual in zip(vector, mean(), strict=True)]
        for ticket_id, vector in vectors.items()
    }
    begun = time.perf_counter()
    with transaction() as session:
        keep(session, read, lambda words: words, now)
        assert session.query(SurgeTicket).filter(SurgeTicket.ticket_id.in_(read)).count() == len(read)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
