"""When tasks are due, quarters, and what the file of tasks has to say."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from care.errors import InvalidInput
from care.files import read_model
from care.sla.policy import policy
from care.tasks.findings import causes, title_of_cause
from care.tasks.rules import TASKS, Kind, Tasks, department_of, is_quarter, planned_by, quarter_of, tasks_spec
from care.timezone import CHINA


def _china(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("kind", "start", "due"),
    [
        # Monday 09:00: 3 h before noon, 5 h from 14:00
        (Kind.APOLOGY, _china(2026, 11, 23, 9), _china(2026, 11, 23, 19)),
        # Friday evening: two hours are left, six more on Saturday
        (Kind.APOLOGY, _china(2026, 11, 20, 18), _china(2026, 11, 21, 18)),
        # Friday: Monday and Tuesday are two working days
        (Kind.REVISIT, _china(2026, 11, 20, 18), _china(2026, 11, 25)),
    ],
)
def test_tasks_are_due_in_working_time(kind: Kind, start: datetime, due: datetime) -> None:
    assert tasks_spec().due_of(kind, start) == due


def test_nobody_is_called_at_night() -> None:
    assert tasks_spec().again_at(Kind.REVISIT, _china(2026, 11, 23, 18)) == _china(2026, 11, 24, 9)
    assert tasks_spec().again_at(Kind.REVISIT, _china(2026, 11, 23, 9)) == _china(2026, 11, 23, 14)


@pytest.mark.parametrize(
    ("now", "quarter"),
    [
        (_china(2026, 1, 1), "2026Q1"),
        (_china(2026, 12, 31, 23), "2026Q4"),
        (_china(2027, 1, 1), "2027Q1"),
    ],
)
def test_a_quarter_is_one_of_china(now: datetime, quarter: str) -> None:
    assert quarter_of(now) == quarter
    assert is_quarter(quarter)
    assert not is_quarter("2026Q5")


def test_a_quarter_is_planned_evenly_and_whole() -> None:
    days = [date(2026, 10, 1) + timedelta(days=n) for n in range(92)]
    planned = [planned_by(day, 1000) for day in days]
    assert planned[0] == 0, "1 October is a holiday"
    assert planned[-1] == 1000
    steps = [after - before for before, after in pairwise(planned)]
    assert max(steps) - min(step for step in steps if step) <= 1


def test_departments_are_those_of_the_policy() -> None:
    apology, revisit = tasks_spec().kinds[Kind.APOLOGY], tasks_spec().kinds[Kind.REVISIT]
    assert department_of(apology, "network", policy()) == "network"
    assert department_of(revisit, "network", policy()) == "service"
    assert department_of(apology, None, policy()) in policy().departments


def test_every_kind_ends_somehow_and_says_what_to_say() -> None:
    for spec in tasks_spec().kinds.values():
        assert spec.script
        assert {each.ends for each in spec.outcomes} == {"done", "retry", "given_up"}
        assert any(each.opted_out for each in spec.outcomes)


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("due: {working_days: 3}", "due: {working_days: 3, working_hours: 8}"),
        ("name: visited", "name: by_phone"),  # twice
        ("low_score: 6", "low_score: 11"),
        ("by: other", "by: the boss"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, written: str, instead: str) -> None:
    file = tmp_path / "tasks.yml"
    file.write_text(TASKS.read_text(encoding="utf-8").replace(written, instead, 1), encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"tasks\.yml:\d+:"):
        read_model(file, Tasks, "tasks")


def test_causes_have_titles() -> None:
    assert 15 <= len(causes()) <= 20
    assert title_of_cause("network_fault") == "网络或设备故障"
    assert title_of_cause("lost") == "lost"
