"""A ticket as a customer's script expects it, against the one in the database, field by field."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from care.timezone import CHINA
from tests.e2e.records import Row
from tests.e2e.stack import Stack

#: Compared as they are; a script lists those that are not empty. `category`, `priority`, `description` it must list.
_DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(("line", "since", "wish", "contact", "address", "area", "speed_test", "outcome", "notify_phone")),
    "threatens_appeal": False,
    "kind": "complaint",
    "status": "acknowledged",
}
_REQUIRED = {"category", "priority", "description"}
#: Read in another way than `row[field] == value`.
_SPECIAL = {"description", "description_lacks", "since_date", "events", "evidence", "is_repeat"}
_SOME = "some"
#: Compared only where a script lists them.
_OPTIONAL = {"carrier", "province", "complexity", "department"}


def differences(stack: Stack, row: Row, expected: dict[str, Any], today: date | None = None) -> list[str]:
    """One line for each field that is not as expected.

    description        words that it must have; `description_lacks`: that it must not have
    since, since_date  `some`: there is one, which the demo operator's data decide
    since_date         days ago, `first of last month`, or empty
    events             kinds in their order (default: filed), without `surge`: whether the stories, a burst of
                       complaints, make an incident depends on their order
    evidence           how many files (default: none)
    is_repeat          filed although another one of the same matter was open
    """
    assert set(expected) >= _REQUIRED, f"a script must say {_REQUIRED - set(expected)}"
    unknown = set(expected) - _REQUIRED - _SPECIAL - _OPTIONAL - set(_DEFAULTS)
    assert not unknown, f"no such field: {unknown}"
    today = today or datetime.now(CHINA).date()
    plain = {name: value for name, value in (_DEFAULTS | expected).items() if name not in _SPECIAL}
    kinds = [event["kind"] for event in stack.records.events(row["id"])]
    pairs = [(name, row[name], value) for name, value in plain.items()] + [
        ("since_date", row["since_date"], _day(expected.get("since_date"), today)),
        ("is_repeat", row["repeat_of"] is not None, expected.get("is_repeat", False)),
        ("events", [kind for kind in kinds if kind != "surge"], expected.get("events", ["filed"])),
        ("evidence", stack.records.evidence(row["id"]), expected.get("evidence", 0)),
    ]
    found = [
        f"{name}: {value!r}, not {wanted!r}"
        for name, value, wanted in pairs
        if (value is None if wanted == _SOME else value != wanted)
    ]
    found += [
        f"description lacks {w!r}: {row['description']!r}"
        for w in expected["description"]
        if w not in row["description"]
    ]
    found += [f"description has {w!r}" for w in expected.get("description_lacks", []) if w in row["description"]]
    return found


def _day(value: int | str | None, today: date) -> date | str | None:
    if value is None or value == _SOME:
        return value
    if value == "first of last month":
        return (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    return today - timedelta(days=int(value))
