"""`python -m tests.e2e.searching MARK …`: where marks stand in the databases of a running stack, as JSON.

A process of its own, because `care` has one database and one set of keys a process. Rasa's database is read with its
own keys (`QUANYI_TRACKER_URL`, `QUANYI_TRACKER_KEYS`).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

import psycopg

from bot.sealing import Sealer
from tests.support.privacy import scan


def in_trackers(marks: Sequence[str]) -> bool:
    """Rows are sealed to their place: conversation, session and turn (bot/tracker_store.py)."""
    sealer = Sealer.from_text(os.environ["QUANYI_TRACKER_KEYS"])
    with psycopg.connect(os.environ["QUANYI_TRACKER_URL"]) as connection:
        rows = connection.execute("SELECT sender_id, session, turn, data FROM bot_turns").fetchall()
    opened = (sealer.open(bytes(data), f"{session}/{turn}/{sender}".encode()) for sender, session, turn, data in rows)
    texts = [json.dumps(json.loads(text), ensure_ascii=False) for text in opened]
    return any(mark in text for mark in marks for text in texts)


if __name__ == "__main__":
    marks = sys.argv[1:]
    found = {f"{table}.{column}" for table, column in scan(marks)}
    print(json.dumps(sorted(found | ({"bot_turns.data"} if in_trackers(marks) else set()))))
