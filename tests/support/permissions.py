"""The ways into the desk, from the app itself; and the two tables of docs/operate/permissions.md.

`python -m tests.support.permissions` writes the tables anew after an endpoint or a role was added. The tests read them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIWebSocketRoute, iter_route_contexts

from care.staff.rules import MAY, Permission, Role
from web.desk import live
from web.desk.access import PREFIX, Allowed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operate" / "permissions.md"
#: the only way in without being signed in
OPEN = f"POST {PREFIX}/sign-in"
_BLOCK = re.compile(r"(<!-- {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)


@dataclass(frozen=True, order=True)
class Way:
    path: str
    #: GET, POST, …, or WEBSOCKET
    method: str
    #: what stands in its code; exactly one, but for signing in
    permissions: tuple[Permission, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def ways(app: FastAPI) -> list[Way]:
    """Everything below /api/desk, by path."""
    found = []
    for context in iter_route_contexts(app.routes):
        path = context.path or ""
        if not path.startswith(PREFIX):
            continue
        if isinstance(context.original_route, APIWebSocketRoute):
            found.append(Way(path, "WEBSOCKET", (live.PERMISSION,)))
            continue
        allowed = tuple(each.permission for each in _allowed(context.dependant))
        found += [Way(path, method, allowed) for method in sorted((context.methods or set()) - {"HEAD"})]
    return sorted(found)


def _allowed(dependant: Dependant) -> Iterator[Allowed]:
    if isinstance(dependant.call, Allowed):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _allowed(inner)


def documented_roles() -> dict[Permission, frozenset[Role]]:
    """Of the first table."""
    head, *rows = _rows("roles")
    roles = [Role(word) for word in head[2:]]
    return {
        Permission(row[0].strip("`")): frozenset(role for role, mark in zip(roles, row[2:], strict=True) if mark)
        for row in rows
    }


def documented_ways() -> dict[str, Permission | None]:
    """Of the second table: None for signing in."""
    _, *rows = _rows("ways")
    return {row[0].strip("`"): Permission(row[1].strip("`")) if row[1] else None for row in rows}


def _rows(name: str) -> list[list[str]]:
    block = re.search(_BLOCK.pattern.replace("{name}", name), PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None, f"{PAGE} has no block {name}"
    lines = [line for line in block[0].splitlines() if line.startswith("|") and not line.startswith("| ---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def tables(app: FastAPI) -> dict[str, str]:
    """As they should stand in the page, by name of the block; what a permission is for stays as it is written there:
    of a new one, write that first."""
    told = {row[0]: row[1] for row in _rows("roles")[1:]}
    roles = [
        f"| Permission | What for | {' | '.join(Role)} |",
        f"| --- | --- |{' --- |' * len(Role)}",
        *(
            f"| `{each}` | {told[f'`{each}`']} | {' | '.join('✓' if role in roles else '' for role in Role)} |"
            for each, roles in MAY.items()
        ),
    ]
    opened = [
        "| Way in | Permission |",
        "| --- | --- |",
        *(f"| `{way}` | {f'`{way.permissions[0]}`' if way.permissions else ''} |" for way in ways(app)),
    ]
    return {name: re.sub(r" +\|", " |", "\n".join(rows)) for name, rows in (("roles", roles), ("ways", opened))}


def _write() -> None:
    from tests.support.environment import VARIABLES
    from web.app import create_app

    os.environ.update(VARIABLES | {"QUANYI_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing"})
    page = PAGE.read_text(encoding="utf-8")
    for name, table in tables(create_app()).items():
        pattern = re.compile(_BLOCK.pattern.replace("{name}", name), re.DOTALL)
        page = pattern.sub(lambda block, table=table: f"{block[1]}{table}{block[2]}", page)  # type: ignore[misc]
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    _write()
