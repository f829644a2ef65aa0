"""Alembic's environment: the connection is handed in by `cli/migrate.py`, the tables are those of every topic."""

from typing import Literal

from alembic import context

import care.migrations.models  # noqa: F401
from care.db import Base, SealedType


def include_name(name: str | None, kind: str, parents: object) -> bool:
    """procrastinate's tables are its own; they come and go with its schema, not with our models."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def render_item(kind: str, item: object, autogen_context: object) -> str | Literal[False]:
    """A sealed column is bytes to the database; which context seals it is no matter of the schema."""
    return "sa.LargeBinary()" if kind == "type" and isinstance(item, SealedType) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_name=include_name,
    render_item=render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
