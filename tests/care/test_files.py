"""A mistake in a file of an operator is named with the file and the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from care.errors import InvalidInput
from care.files import read_model
from care.sla.policy import DEFAULT, Policy

MISTAKES = [
    # what stands in the shipped policy, what an operator wrote instead, and the place and words of the message
    ("hours: 24, alarms: [18, 22], after: [4], source: 服务承诺（24",
     "hours: x, source: ", "clocks.first_feedback.hours", "number"),
    ("days: 15, alarms: [240], after: [24], source: 《电信",
     "source: 《电信", "clocks.answer", "working_hours or months"),
    ("wed: \"09:00-12:00, 13:30-18:00\"", "wed: \"09:00-12:00, 11:00-18:00\"", "calendars.office.wed", "begins before"),
    ("segments: [key]", "segments: [vip]", "profiles.1.when.segments.0", "key"),
    ("segments: [key]", "categories: [cars]", "profiles.1.when.categories", "cars is not under categories"),
    ("feedback: feedback_key", "feedback: answer", "profiles.1.clocks.first_feedback", "answer is the law's"),
    ("  - name: key", "  - name: critical", "profiles.1.name", "critical is the name of another"),
    ("3: minor, 4: minor}", "3: minor}", "severities", "give one"),
    ("pauses: {most_hours: 72}", "pauses: {most_hours: 0}", "pauses.most_hours", "greater than 0"),
    ("pauses: {most_hours: 72}", "pauses: {most_hours: 72, least: 1}", "pauses.least", "not permitted"),
    ("建议, department: market", "建议, department: sales", "suggestions.department", "sales is not under"),
]  # fmt: skip


def _refused(path: Path) -> str:
    with pytest.raises(InvalidInput) as refused:
        read_model(path, Policy, "policy")
    return str(refused.value)


@pytest.mark.parametrize(("before", "after", "place", "words"), MISTAKES)
def test_the_line_of_a_mistake(tmp_path: Path, before: str, after: str, place: str, words: str) -> None:
    shipped = DEFAULT.read_text(encoding="utf-8")
    assert shipped.count(before) == 1
    line = shipped[: shipped.index(before)].count("\n") + 1
    path = tmp_path / "policy.yml"
    path.write_text(shipped.replace(before, after), encoding="utf-8")
    message = _refused(path)
    assert message.startswith(f"{path}:{line}: {place}: ")
    assert words in message


def test_a_name_that_is_given_twice(tmp_path: Path) -> None:
    """YAML would take the last one, silently."""
    shipped = DEFAULT.read_text(encoding="utf-8")
    path = tmp_path / "policy.yml"
    path.write_text(f"{shipped}\ntargets: {{wait_seconds: 60}}\n", encoding="utf-8")
    assert _refused(path) == f"{path}:{shipped.count(chr(10)) + 2}: targets is given twice"


def test_what_is_missing_is_named_where_it_should_stand(tmp_path: Path) -> None:
    shipped = DEFAULT.read_text(encoding="utf-8")
    line = shipped[: shipped.index("  suspension:")].count("\n") + 1
    path = tmp_path / "policy.yml"
    path.write_text(shipped.replace("    title: 停机与限制\n", ""), encoding="utf-8")
    assert _refused(path).startswith(f"{path}:{line}: categories.suspension.title: ")


def test_a_file_that_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "policy.yml"
    path.write_text("", encoding="utf-8")
    assert _refused(path).startswith(f"{path}:1: file: ")
