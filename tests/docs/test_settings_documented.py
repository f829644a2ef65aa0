"""docs/operate/settings.md names every variable that the code reads, with the default that the code has."""

from __future__ import annotations

import re

import pytest

from care.settings import Settings
from cli.run.environment import _RASA_VARIABLES
from cli.run.ports import _DEFAULTS, VARIABLES
from tests.docs.pages import DOCS, ROOT, text

PAGE = text(DOCS / "operate" / "settings.md")
FOLDERS = ("actions", "benchmarks", "bot", "care", "cli", "web")
FILES = ("Makefile", "config.yml", "credentials.yml", "domain.yml", "endpoints.yml")
EXAMPLES = DOCS / "operate" / "systemd"
_NAME = re.compile(r"QUANYI_[A-Z0-9_]+(?![A-Z0-9_{])")
#: Tests also set variables, and make some up.
_ASKED_BY_A_TEST = re.compile(r"environ(?:ment)?\.(?:get|setdefault)\(\s*\"(QUANYI_[A-Z0-9_]+)\"")


def _names(content: str) -> set[str]:
    return {name for name in _NAME.findall(content) if not name.endswith("_")}


def _read_by_code() -> set[str]:
    """What the code spells out, the fields of `care.settings` (pydantic adds their prefix), and what tests ask for."""
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")] + [ROOT / name for name in FILES]
    spelled = set().union(*(_names(text(path)) for path in files))
    asked = {name for path in (ROOT / "tests").rglob("*.py") for name in _ASKED_BY_A_TEST.findall(text(path))}
    return spelled | asked | {f"QUANYI_{field.upper()}" for field in Settings.model_fields}


def _documented() -> dict[str, str]:
    """Name and default of every row of the page's tables."""
    found = re.findall(r"^\| `(QUANYI_\w+)` \| (.*?) \|", PAGE, re.MULTILINE)
    assert len(found) == len(dict(found)), "a variable stands in two rows"
    return dict(found)


def test_every_variable_is_documented() -> None:
    assert sorted(_read_by_code() - _names(PAGE)) == []


def test_no_variable_is_documented_that_the_code_does_not_read() -> None:
    everywhere = set().union(*(_names(text(page)) for page in DOCS.rglob("*.md")), _names(text(ROOT / "README.md")))
    assert sorted(everywhere - _read_by_code()) == []


@pytest.mark.parametrize("field", Settings.model_fields)
def test_defaults_are_those_of_the_code(field: str) -> None:
    info = Settings.model_fields[field]
    told = _documented()[f"QUANYI_{field.upper()}"]
    if info.is_required():
        assert told.startswith("none")
    else:
        assert told in (f"`{info.default}`", "empty: none" if info.default == "" else None)


@pytest.mark.parametrize("part", _DEFAULTS)
def test_default_ports_are_those_of_the_code(part: str) -> None:
    assert _documented()[VARIABLES[part]] == f"`{_DEFAULTS[part]}`"


def _set_in(example: str) -> dict[str, str]:
    lines = text(EXAMPLES / example).splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_example_for_the_application_is_complete_and_has_no_secrets() -> None:
    given = _set_in("app.env.example")
    required = {f"QUANYI_{name.upper()}" for name, field in Settings.model_fields.items() if field.is_required()}
    assert required <= set(given)
    assert set(given) <= set(_documented())
    assert not any(given[name] for name in required), "a value that somebody keeps is a secret that everybody knows"
    assert "QUANYI_PORT" not in given, "it would win over the port in the name of quanyi-web@PORT"


def test_the_example_for_rasa_is_what_rasa_gets_and_no_more() -> None:
    given = _set_in("rasa.env.example")
    assert set(given) == set(_RASA_VARIABLES)
    assert [name for name, value in given.items() if value] == ["QUANYI_ACTIONS_URL"]
