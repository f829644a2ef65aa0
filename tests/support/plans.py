"""How PostgreSQL would answer: the statements of some work, and which of them read a table from end to end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from care.db import engine, transaction


@contextmanager
def _listening() -> Iterator[list[str]]:
    heard: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        heard.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    try:
        yield heard
    finally:
        event.remove(engine(), "before_cursor_execute", note)


def _numbered(statement: str) -> str:
    """`%(name)s`, as SQLAlchemy writes for psycopg, as PostgreSQL's own `$1`."""
    names: dict[str, str] = {}
    return re.sub(r"%\((\w+)\)s", lambda found: names.setdefault(found[1], f"${len(names) + 1}"), statement)


def read_whole(table: str, work: Callable[[Session], object]) -> list[str]:
    """Statements of `work` that read all of `table`, which must be filled for PostgreSQL to mind. Nothing is kept.

    The plan is the one for a statement that is asked often: made once, before its values are known.
    """
    with transaction() as session:
        session.execute(text(f"ANALYZE {table}"))
    with _listening() as heard, transaction() as session:
        work(session)
        session.rollback()
    asked = [_numbered(statement) for statement in heard if table in statement and "INSERT" not in statement]
    assert asked, f"the work asks nothing of {table}"
    with engine().connect() as connection:
        plans = {
            statement: [row[0] for row in connection.exec_driver_sql(f"EXPLAIN (GENERIC_PLAN) {statement}")]
            for statement in asked
        }
    return [statement for statement, plan in plans.items() if f"Seq Scan on {table}" in "\n".join(plan)]
