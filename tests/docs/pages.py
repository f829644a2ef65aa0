"""The documents of this repository, read as text."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def pages() -> list[Path]:
    return [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def names() -> list[str]:
    """For parametrised tests: `README.md`, `docs/operate/backup.md`."""
    return [page.relative_to(ROOT).as_posix() for page in pages()]


def code_spans(content: str) -> list[str]:
    """What stands between single backticks, outside code blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", content, flags=re.DOTALL))


def code_blocks(content: str, *languages: str) -> list[str]:
    found = re.findall(r"^ *```(\w*)\n(.*?)^ *```", content, re.DOTALL | re.MULTILINE)
    return [block for language, block in found if language in languages]


def commands(content: str) -> list[str]:
    """Everything that a reader may type: shell blocks line by line, and code spans; not what a line announces."""
    content = "\n".join(line for line in content.splitlines() if "still to come" not in line)
    blocks = "\n".join(code_blocks(content, "sh", "bash")).replace("\\\n", " ")
    return [*(line.split(" #")[0].strip() for line in blocks.splitlines()), *code_spans(content)]


def rows(content: str) -> list[list[str]]:
    """The cells of every row of every table, without heads and rules."""
    tables = re.findall(r"^\|.*\n\|[-|: ]+\|\n((?:\|.*\n)+)", content, re.MULTILINE)
    return [[cell.strip() for cell in row.strip("|").split("|")] for table in tables for row in table.splitlines()]
