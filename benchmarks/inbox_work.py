"""A trainers' inbox put straight into the database, with examples and their vectors; then the nearest examples, timed.

`python -m benchmarks.inbox_work MESSAGES EXAMPLES`, with the web process's environment: prints what a trainer's browser
knows, and seconds, as JSON.
"""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

import care.migrations.models  # noqa: F401
from care.crypto import keyring
from care.dataset.current import state
from care.dataset.nearest import nearest
from care.dataset.rules import Meaning
from care.dataset.tables import ExampleChange
from care.db import engine, run, utcnow
from care.staff import sessions
from care.staff.rules import Role
from care.staff.tables import Staff
from care.surges.vectors import SIZE
from care.training.rules import CONSENT_VERSION

#: customers who agreed, of so many messages each
_EACH = 4
_LOOKS = 200
_AT_ONCE = 1000

_BEGIN = ("你好，", "我想问一下，", "麻烦看看，", "都第三次了，", "", "就是说，", "那个，", "请问，")
_MATTER = (
    *("〔号码〕的流量", "家里的宽带", "上个月的账单", "那个会员", "我的套餐"),
    *("副卡", "积分", "漫游包", "彩铃", "机顶盒"),
)
_WHAT = (
    *("怎么又不见了", "到底算不算数", "能不能换一种"),
    *("为什么老是这样", "说好的没有兑现", "什么时候能弄好", "是谁给我开的"),
)
_END = ("", "，帮我查一下", "，谢谢", "，等你回复", "，不然我就不用了", "，我妈让我问的", "，上次那个人说不行")
_PARTS = (_BEGIN, _MATTER, _WHAT, _END)
#: in one message of a thousand
RARE = "蓝牙音箱"

_POOL = "CREATE TEMP TABLE words (n integer PRIMARY KEY, words text)"
_CONVERSATIONS = """
INSERT INTO conversations (id, channel, owner, introduced, created_at)
SELECT 'inbox' || n, 'rest', 'bot', true, CAST(:since AS timestamptz) FROM generate_series(0, :customers - 1) n
"""
_CONSENTS = """
INSERT INTO training_consents (conversation_id, agreed, version, channel, at)
SELECT 'inbox' || n, true, :version, 'rest', CAST(:since AS timestamptz) FROM generate_series(0, :customers - 1) n
"""
_MESSAGES = """
INSERT INTO messages (conversation_id, author, text, created_at, is_payload, status, attempts, answered_at)
SELECT 'inbox' || n % :customers, 'customer', :sealed, at, false, 'answered', 0, at
FROM (SELECT n, CAST(:since AS timestamptz) + n * (interval '150 days' / :messages) AS at
      FROM generate_series(1, :messages) n) each ORDER BY n
"""
_LABEL = """(CAST(:labels AS text[]))[1 + {id} % :of_labels]"""
_READINGS = f"""
INSERT INTO readings (message_id, label, confidence, ranking)
SELECT id, CASE id % 3 WHEN 0 THEN 'nlu_fallback' ELSE {_LABEL.format(id="id")} END, 0.2 + id % 30 / 100.0,
       '[["billing_detail", 0.31], ["complaint_billing", 0.3], ["billing_usage", 0.1], ["other_telecom", 0.05]]'
FROM messages WHERE conversation_id LIKE 'inbox%'
"""
_GROUPS = "INSERT INTO inbox_groups (centre, weight) VALUES (CAST(:vector AS halfvec), 1)"
#: a few large groups, and many of one message
_ENTRIES = f"""
INSERT INTO inbox_entries (message_id, conversation_id, text, at, why, label, confidence, is_waiting, is_read, vector,
                           group_id)
SELECT m.id, m.conversation_id, words.words, m.created_at,
       CASE m.id % 3 WHEN 0 THEN 1 ELSE 2 END | CASE m.id % 20 WHEN 0 THEN 4 ELSE 0 END
       | CASE m.id % 37 WHEN 0 THEN 8 ELSE 0 END | CASE m.id % 41 WHEN 0 THEN 16 ELSE 0 END
       | CASE m.id % 211 WHEN 0 THEN 32 ELSE 0 END,
       CASE m.id % 3 WHEN 0 THEN 'nlu_fallback' ELSE {_LABEL.format(id="m.id")} END, 0.2 + m.id % 30 / 100.0,
       m.id % 500 = 0, true, g.centre, g.id
FROM messages m
JOIN words ON words.n = m.id * 7919 % :words
JOIN inbox_groups g ON g.id = :first + floor(power((m.id * 104729 % 1000003) / 1000003.0, 3) * :groups)
WHERE m.conversation_id LIKE 'inbox%'
"""
_VECTORS = "INSERT INTO example_vectors (text_hash, vector) VALUES (:text_hash, CAST(:vector AS halfvec))"
_TABLES = ("conversations", "training_consents", "messages", "readings", "inbox_groups", "inbox_entries")


def main() -> None:
    messages, examples = (int(number) for number in sys.argv[1:3])
    chance = random.Random(7)
    now = utcnow()
    begun = time.perf_counter()
    with engine().connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        groups = _fill(connection, messages, chance, now)
        known = _fill_examples(connection, examples, chance, now)
        connection.commit()
        connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in (*_TABLES, "example_changes", "example_vectors"):
            connection.execute(text(f"VACUUM ANALYZE {table}"))
    filled = time.perf_counter() - begun
    print(
        json.dumps(
            {
                "messages": messages,
                "groups": groups,
                "examples": known,
                "filled": round(filled),
                "token": run(lambda session: _trainer(session, now)),
                "rare": RARE,
                "nearest": [_look(chance) for _ in range(_LOOKS)],
            }
        )
    )


def _fill(connection: Connection, messages: int, chance: random.Random, now: datetime) -> int:
    said = sorted({_words(chance) for _ in range(4000)})
    connection.execute(text(_POOL))
    rows = [{"n": n, "words": words + (f"，连不上{RARE}" if n % 1000 == 0 else "")} for n, words in enumerate(said)]
    connection.execute(text("INSERT INTO words VALUES (:n, :words)"), rows)
    groups = messages * 3 // 10
    for vectors in _vectors(chance, groups):
        connection.execute(text(_GROUPS), [{"vector": vector} for vector in vectors])
    labels = ["billing_detail", "complaint_billing", "billing_usage", "rights_other", "other_telecom", "out_of_scope"]
    given = {
        "since": now - timedelta(days=160),
        "messages": messages,
        "customers": messages // _EACH,
        "version": CONSENT_VERSION,
        "sealed": keyring().seal(said[0].encode(), "messages.text"),
        "labels": labels,
        "of_labels": len(labels),
        "words": len(said),
        "groups": groups,
        "first": connection.scalar(text("SELECT min(id) FROM inbox_groups")),
    }
    for statement in (_CONVERSATIONS, _CONSENTS, _MESSAGES, _READINGS, _ENTRIES):
        connection.execute(text(statement), given)
    return groups


def _fill_examples(connection: Connection, wanted: int, chance: random.Random, now: datetime) -> int:
    """Those of the checkout, and trainers' own up to the number that is wanted; each with a vector."""
    shipped = run(lambda session: state(session))
    rows: list[dict[str, Any]] = []
    words: set[str] = set()
    while len(shipped.examples) + len(rows) < wanted:
        meaning = Meaning(f"{_words(chance).replace('〔号码〕', '我')}{chance.randrange(10_000)}次", "billing_detail")
        if meaning.words not in words:
            words.add(meaning.words)
            rows.append(_added(meaning, now))
    if rows:
        connection.execute(ExampleChange.__table__.insert(), rows)
        connection.commit()
    known = run(lambda session: state(session))
    hashes = list(known.by_hash)
    for vectors in _vectors(chance, len(hashes)):
        some, hashes = hashes[: len(vectors)], hashes[len(vectors) :]
        pairs = zip(some, vectors, strict=True)
        connection.execute(text(_VECTORS), [{"text_hash": text_hash, "vector": vector} for text_hash, vector in pairs])
    return len(known.examples)


def _added(meaning: Meaning, now: datetime) -> dict[str, Any]:
    return {
        "kind": "add",
        "after_key": meaning.key,
        "after_words": meaning.words,
        "after_label": meaning.label,
        "staff": "bench",
        "at": now,
    }


def _words(chance: random.Random) -> str:
    return "".join(chance.choice(part) for part in _PARTS)


def _vectors(chance: random.Random, count: int) -> Any:
    """As PostgreSQL reads them, a thousand at a time: like real ones they lie around some hundred matters."""
    numbers = np.random.default_rng(chance.randrange(2**32))
    matters = numbers.standard_normal((300, SIZE))
    for begin in range(0, count, _AT_ONCE):
        size = min(_AT_ONCE, count - begin)
        found = matters[numbers.integers(0, len(matters), size)] + numbers.standard_normal((size, SIZE))
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        yield [f"[{','.join(f'{value:.4f}' for value in each)}]" for each in found]


def _look(chance: random.Random) -> float:
    """Seconds for the examples that are nearest to one of the messages."""
    with engine().connect() as connection:
        near = "SELECT vector FROM inbox_entries ORDER BY message_id LIMIT 1 OFFSET :n"
        found = connection.scalar(text(near), {"n": chance.randrange(1000)})
    vector = [float(each) for each in found.strip("[]").split(",")]
    begun = time.perf_counter()
    assert run(lambda session: nearest(session, state(session), vector))
    return time.perf_counter() - begun


def _trainer(session: Any, now: datetime) -> str:
    staff = Staff(
        number=f"{now:%M%S%f}",
        name="压测",
        role=Role.TRAINER,
        skills=[],
        load_limit=1,
        password="!",  # nothing that a password could be
        must_change=False,
        created_at=now,
    )
    session.add(staff)
    session.flush()
    return sessions.begin(session, staff.id, now).token


if __name__ == "__main__":
    main()
