"""A year of tickets under a clock of its own: two processes live their lives, two worker processes sweep, of which
one at a time is killed at random.

    python -m tests.care.escalation.year TICKETS KILLS [SEED]

with QUANYI_DATABASE_URL and the rest of the environment of the application, in an empty database. Prints what was
found, as JSON.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import func, select

from care.db import transaction
from care.escalation.acting import RUNNING
from care.sla.tables import Clock, Pause
from tests.care.escalation.compared import Found, compare
from tests.care.escalation.year_process import Process
from tests.support.times import china

#: tickets are filed until then; the rest of the year they end
BEGINS, DAYS, UNTIL = china("2025-12-01 00:00"), 330, china("2026-12-01 00:00")
#: a worker comes by at full hours at which something is due
EVERY = timedelta(hours=1)
#: days of the year on which no worker runs: longer than any promise of ours
ASLEEP = ((100, 104), (230, 233))
_SHARES = 2
_SWEEPERS = 2
#: a worker lives at most so long after it was sent what it is killed in, in seconds
_LAST_WORDS = 0.03


def live(tickets: int, kills: int, seed: int) -> Found:
    """`kills`: about so many in the year."""
    draw = random.Random(seed)
    people = [Process("live", tickets // _SHARES, share, BEGINS, DAYS, seed) for share in range(_SHARES)]
    workers = [Process("sweep") for _ in range(_SWEEPERS)]
    rounds: list[datetime] = []
    killed, refused, now = 0, 0, BEGINS
    deaths = sorted(BEGINS + (UNTIL - BEGINS) * draw.random() for _ in range(kills))
    try:
        steps: list[datetime] = [datetime.fromisoformat(each.answer()) for each in people]
        for each in workers:
            each.answer()
        while (now := _next(now, steps)) < UNTIL:
            for each in people:
                each.send(now.isoformat())
            answers = [each.answer().split() for each in people]
            steps = [datetime.fromisoformat(at) for at, _ in answers if at != "-"]
            refused = sum(int(number) for _, number in answers)
            if _is_asleep(now):
                continue
            there = [each for each in workers if each.is_ready()]
            for each in there:
                each.send(now.isoformat())
            if deaths and deaths[0] <= now and len(there) == len(workers):
                deaths.pop(0)
                killed += 1
                time.sleep(_LAST_WORDS * draw.random())
                there.remove(_die(workers, draw.randrange(len(workers))))
            for each in there:
                each.answer()
            # What the dead one held, or one of the two passed over because the other one held it.
            while _is_due(now):
                there[0].send(now.isoformat())
                there[0].answer()
            rounds.append(now)
    finally:
        for each in (*people, *workers):
            each.kill()
    return compare(rounds, killed, refused)


def _die(workers: list[Process], which: int) -> Process:
    """SIGKILL in the middle of what it does, and another one instead, which takes a while to be there."""
    dead = workers[which]
    dead.kill()
    workers[which] = Process("sweep")
    return dead


def _next(now: datetime, steps: Iterable[datetime]) -> datetime:
    """The next full hour by which something happens or is due; a round before it would find nothing."""
    with transaction() as session:
        due = session.scalar(select(func.min(Clock.due_at)).where(*RUNNING))
        over = session.scalar(
            select(func.min(Pause.until)).where(Pause.began_at.is_not(None), Pause.ended_at.is_(None))
        )
    waiting = [at for at in (due, over, *steps) if at is not None]
    if not waiting:
        return UNTIL
    return max(now + EVERY, BEGINS - (BEGINS - min(waiting)) // EVERY * EVERY)


def _is_due(now: datetime) -> bool:
    with transaction() as session:
        return session.scalar(select(Clock.id).where(Clock.due_at <= now, *RUNNING).limit(1)) is not None


def _is_asleep(now: datetime) -> bool:
    day = (now - BEGINS) / timedelta(days=1)
    return any(begins <= day < ends for begins, ends in ASLEEP)


def main(arguments: Sequence[str]) -> None:
    tickets, kills = (int(each) for each in arguments[:2])
    found = live(tickets, kills, int(arguments[2]) if len(arguments) > 2 else 1)
    print(json.dumps(asdict(found) | {"different": found.different[:20], "differ": len(found.different)}))


if __name__ == "__main__":
    main(sys.argv[1:])
