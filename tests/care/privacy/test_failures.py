"""A log line about an error that nobody expected names its place, and no value."""

from __future__ import annotations

import json

import pytest

from care.privacy.failures import described


def test_kind_and_place_and_nothing_else() -> None:
    with pytest.raises(KeyError) as broken:
        {}["13800138000"]
    assert described(broken.value) == "KeyError at test_failures.py:14"


def test_the_place_is_ours_where_somebody_elses_code_broke() -> None:
    with pytest.raises(ValueError, match="property name") as broken:
        json.loads("{13800138000")
    assert described(broken.value) == "JSONDecodeError at test_failures.py:20"


def test_one_that_was_never_raised() -> None:
    assert described(ValueError("13800138000")) == "ValueError at nowhere"
