"""Answers of the two APIs as tests write them down."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from care.billing.tmf.reading import parsed

Json = dict[str, Any]

#: takes a field away
GONE = object()


def cny(value: float | str, unit: str = "CNY") -> Json:
    return {"unit": unit, "value": value}


def read(value: Any) -> Any:
    """As it comes over the wire."""
    return parsed(json.dumps(value).encode())


def changed(entry: Json, changes: Json) -> Json:
    return {key: value for key, value in (entry | changes).items() if value is not GONE}


#: what a system that is not what it says it is may send
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "name", "value", "unit"]), inner),
    max_leaves=20,
)
