"""A sweep whose worker is killed anywhere is finished by the next one, each thing once: a real process, SIGKILL, a real
database."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from care.conversations.tables import Conversation
from care.db import engine, transaction
from care.escalation.sweep import sweep
from tests.support.database import empty
from tests.support.source import ROOT
from tests.support.tickets import file
from tests.support.times import NOW

POINTS = 8
#: Shares of the whole run, at random, one from each eighth of it so that no stretch is left out. Not numbers of
#: statements: those change with the code.
SHARES = [(eighth + random.Random(eighth).random()) / POINTS for eighth in range(POINTS)]
#: alarms of the feedback have rung and it was missed, the result's last alarm rings before it breaks
AT = NOW + timedelta(hours=45)
TICKETS = 3
#: what there is afterwards, whoever did it
KEPT = {
    "clocks": "SELECT ticket_id || name || kind || due_at || coalesce(missed_at, ended_at)::text FROM clocks"
    " WHERE missed_at IS NOT NULL OR ended_at IS NOT NULL",
    "events": "SELECT ticket_id || kind || at FROM ticket_events",
    "escalations": "SELECT ticket_id || level FROM escalations",
    "alarms": "SELECT kind || subject FROM alarms WHERE over_at IS NULL",
    "renewals": "SELECT ticket_id || name || due_at FROM clocks WHERE renews IS NOT NULL",
    "messages": "SELECT conversation_id || author || created_at FROM messages",
}

Kept = dict[str, Counter[str]]


def filed() -> None:
    """The same tickets with the same ids; their numbers are made at random, so they get others here."""
    with engine().begin() as connection:
        empty(connection)
    for each in range(TICKETS):
        with transaction() as session:
            session.add(Conversation(id=f"c{each}", channel="rest", created_at=NOW))
        file(conversation_id=f"c{each}")
    with engine().begin() as connection:
        connection.execute(text("UPDATE tickets SET number = 'TS261121-4K7Q2' || id"))


def kept() -> Kept:
    with engine().connect() as connection:
        return {name: Counter(connection.execute(text(query)).scalars()) for name, query in KEPT.items()}


def swept(at: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.care.escalation.killed_child", AT.isoformat(), str(at)]
    return subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def whole(postgres: object) -> tuple[int, Kept]:
    """How many statements and commits one that nobody kills takes, and what it leaves."""
    filed()
    done = swept(0)
    assert done.returncode == 0, done.stderr
    return int(done.stdout.splitlines()[-1]), kept()


@pytest.mark.parametrize("share", SHARES)
def test_the_next_one_finishes_it(database: object, whole: tuple[int, Kept], share: float) -> None:
    length, must = whole
    filed()
    killed = swept(1 + int(share * length))
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    sweep(AT)
    assert kept() == must
    sweep(AT)
    assert kept() == must
