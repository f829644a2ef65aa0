"""Every action that is noted somewhere has a title for who reads the audit, and no title is of nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from care.audit.reading import titles
from care.audit.rules import EXPIRED, MOST_ACTION
from tests.support.source import ROOT


def _noted() -> Iterator[tuple[str, str]]:
    """File and action of every `note(session, actor, action, …)` and `leave_traces(session, ticket, staff, step, …)`;
    an action that is no literal is named by its code."""
    for folder in ("care", "web", "cli", "actions"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if "care.audit" not in source and "leave_traces" not in source:
                continue
            calls = [call for call in ast.walk(ast.parse(source)) if isinstance(call, ast.Call)]
            for call in calls:
                if _name(call.func) == "note" and len(call.args) >= 3:
                    yield str(path.relative_to(ROOT)), _word(call.args[2])
                if _name(call.func) == "leave_traces" and len(call.args) >= 4:
                    yield str(path.relative_to(ROOT)), f"ticket_{_word(call.args[3])}"


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _word(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)


def test_every_action_has_a_title() -> None:
    known = {*titles(), "EXPIRED"}
    noted = list(_noted())
    assert [(path, action) for path, action in noted if action.isidentifier() and action not in known] == []
    assert len(noted) > 20


def test_every_title_is_chinese_and_fits() -> None:
    assert [word for word in titles() if len(word) > MOST_ACTION] == []
    assert [title for title in titles().values() if not any("\u4e00" <= sign <= "\u9fff" for sign in title)] == []
    assert EXPIRED in titles()
