"""What the documents name is there: files, links, anchors, make targets, commands, metrics."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from cli.main import app
from tests.docs.pages import ROOT, code_blocks, code_spans, commands, names, rows, text

#: Made by running, so not in a fresh clone.
_MADE = ("var/", "models/", ".venv/", "reports/")
_OURS = {path.name for path in ROOT.iterdir()}
_METRIC = re.compile(r"\bquanyi_(?!bot\b|tracker\b|restored\b)[a-z_]+\b")


def _paths(content: str) -> Iterator[str]:
    """Code spans that name a file or folder of this repository."""
    for span in code_spans(content):
        first = span.split("/")[0]
        if re.fullmatch(r"[\w.@/-]+", span) and ("/" in span or "." in span) and first in _OURS:
            yield span


@pytest.mark.parametrize("page", names())
def test_files_and_folders_exist(page: str) -> None:
    missing = [path for path in _paths(text(ROOT / page)) if not path.startswith(_MADE) and not (ROOT / path).exists()]
    assert missing == []


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_tables_of_the_readme_name_something_that_exists_in_every_row(page: str) -> None:
    for cells in rows(text(ROOT / page)):
        row = " ".join(cells)
        named = [path for path in _paths(row) if (ROOT / path).exists()] + re.findall(r"\]\(([^)]+)\)", row)
        assert named or "care/<topic>/" in row, row


@pytest.mark.parametrize("page", names())
def test_links_lead_somewhere(page: str) -> None:
    here = ROOT / page
    for target in re.findall(r"\]\(([^)\s]+)\)", text(here)):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        file = (here.parent / path).resolve() if path else here
        assert file.exists(), target
        if anchor:
            assert anchor in _anchors(text(file)), target


def _anchors(content: str) -> set[str]:
    """As GitHub makes them from headings."""
    heads = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", content, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", names())
def test_make_targets_exist(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", text(ROOT / "Makefile"), re.MULTILINE))
    for command in commands(text(ROOT / page)):
        if found := re.match(r"(?:\w+=\S* )*make ([a-z][a-z-]*)\b", command):
            assert found[1] in targets, command


@pytest.mark.parametrize("page", names())
def test_quanyi_commands_and_options_exist(page: str) -> None:
    for command in commands(text(ROOT / page)):
        found = re.search(r"(?:^|/)quanyi ((?:--)?[a-z].*)$", command)
        if found is None or "…" in command:
            continue
        words = shlex.split(found[1])
        at: Any = typer.main.get_command(app)
        while words and hasattr(at, "commands") and not words[0].startswith("-"):
            alternatives = [at.commands[word] for word in words.pop(0).split("|")]
            at = alternatives[0]
        options = {option for parameter in at.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options | {"--help"}, command


def test_metrics_exist() -> None:
    code = "\n".join(
        text(path) for folder in ("actions", "bot", "care", "web") for path in (ROOT / folder).rglob("*.py")
    )
    for page in names():
        for span in code_spans(text(ROOT / page)):
            for metric in _METRIC.findall(span):
                assert f'"{metric}"' in code, f"{page}: {metric}"


def test_both_readmes_tell_the_same() -> None:
    english, chinese = text(ROOT / "README.md"), text(ROOT / "README.zh-CN.md")
    assert sorted(set(_paths(english))) == sorted(set(_paths(chinese)))
    assert code_blocks(english, "text", "sql", "json") == code_blocks(chinese, "text", "sql", "json")
    heads = [len(re.findall(r"^## ", page, re.MULTILINE)) for page in (english, chinese)]
    assert heads[0] == heads[1]


def test_the_databases_are_made_by_one_sql() -> None:
    (readme,) = code_blocks(text(ROOT / "README.md"), "sql")
    (production,) = code_blocks(text(ROOT / "docs" / "operate" / "production.md"), "sql")
    assert readme == production


@pytest.mark.parametrize("page", names())
def test_no_machine_path_and_no_telephone_number_but_the_test_number(page: str) -> None:
    content = text(ROOT / page)
    assert not re.search(r"/(?:home|Users|work)/\w", content)
    assert set(re.findall(r"(?<!\d)1[3-9]\d{9}(?!\d)", content)) <= {"13800138000"}
