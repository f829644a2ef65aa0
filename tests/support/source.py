"""Reading our own Python: which wording it names, and whether it speaks to customers itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def trees(*packages: str) -> Iterator[tuple[Path, ast.Module]]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Spoken:
    """One place that names a wording. `key` has `*` for what is only known when it runs; `values` are its
    keywords, none where some are only known when it runs."""

    place: str
    key: str
    values: frozenset[str]


def spoken(*packages: str) -> list[Spoken]:
    """Every `say(key)`, `buttons(key)`, `utter_message(response=utter_key)`, and keys that are given on as a value."""
    found = []
    for path, tree in trees(*packages):
        named: set[int] = set()
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            key = _key_argument(call)
            if key is None:
                continue
            named |= {id(node) for node in ast.walk(key)}
            names = {word.arg for word in call.keywords if word.arg not in ("response", "buttons")}
            # `**values`: which ones is only known when it runs
            values = frozenset() if None in names else frozenset(name for name in names if name)
            found += [Spoken(f"{path}:{call.lineno}", each, values) for each in _keys(key)]
        # `_hand_off(…, "utter_handoff_requested")`: a key on its way to the dispatcher
        found += [
            Spoken(f"{path}:{node.lineno}", node.value.removeprefix("utter_"), frozenset())
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.fullmatch(r"utter_[a-z_]+", node.value)
            and node.value not in ("utter_choice_", "utter_action")
            and id(node) not in named
        ]
    return found


def _key_argument(call: ast.Call) -> ast.expr | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in ("say", "buttons", "_answer_ourselves"):
        position = 2 if name == "_answer_ourselves" else 0
        return call.args[position] if len(call.args) > position else None
    if name == "utter_message":
        return next((word.value for word in call.keywords if word.arg == "response"), None)
    return None


def _keys(expression: ast.expr) -> list[str]:
    if isinstance(expression, ast.Constant):
        return [str(expression.value).removeprefix("utter_")]
    if isinstance(expression, ast.JoinedStr):
        parts = [str(part.value) if isinstance(part, ast.Constant) else "*" for part in expression.values]
        return ["".join(parts).removeprefix("utter_")]
    return []  # a variable: its literal is found where it is made


def reasons(*paths: str) -> set[str]:
    """The first arguments of `InvalidInput(…)` and `CodeRefused(…)` in these files."""
    found = set()
    for path in paths:
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("InvalidInput", "CodeRefused"):
                assert isinstance(node.args[0], ast.Constant)
                found.add(str(node.args[0].value))
    return found


_PATTERN_SIGNS = re.compile(r"[|()\[\]\\{}^$*+]")


def chinese_sentences(tree: ast.Module) -> list[tuple[int, str]]:
    """Chinese text that is no docstring, no regular expression, no single word and no table of words to look for.

    A table stands at the top of its module; what looks like a sentence is one also there.
    """
    exempt: set[int] = set()
    tables: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node
        ):
            exempt |= {id(child) for child in ast.walk(node.body[0])}
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
            exempt |= {id(child) for child in ast.walk(node)}
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            tables |= {id(child) for child in ast.walk(statement)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in exempt
        and (_is_sentence(node.value) if id(node) in tables else _is_said(node.value))
    ]


def _is_said(text: str) -> bool:
    return len(_CHINESE.findall(text)) > 4 or _is_punctuated(text)


def _is_sentence(text: str) -> bool:
    return not _PATTERN_SIGNS.search(text) and _is_punctuated(text)


def _is_punctuated(text: str) -> bool:
    return bool(_CHINESE.search(text) and re.search("[，。！？]", text))
