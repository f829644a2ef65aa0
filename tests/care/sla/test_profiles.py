"""Who is promised more than others, and that nobody is promised less."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from care.sla.policy import DEFAULT, Policy, load_policy
from care.sla.service import due_times
from care.sla.specs import Profile, Traits
from care.tickets.rules import Kind
from tests.care.sla.conftest import Open
from tests.support.times import china

SHIPPED = load_policy(DEFAULT)

PEOPLE = [
    # kind, category, complexity, severity, segment, and hours of feedback and solution
    ("complaint", "complaint_vas", "simple", "minor", None, 24, 24),  # what everybody is promised
    ("complaint", "complaint_billing", "complex", "minor", None, 24, 48),
    ("complaint", "complaint_billing", "complex", "major", None, 24, 48),
    ("complaint", "complaint_billing", "complex", "minor", "business", 24, 48),
    ("complaint", "complaint_billing", "complex", "minor", "public", 24, 48),
    ("complaint", "complaint_billing", "complex", "minor", "key", 8, 24),  # 大客
    ("complaint", "complaint_vas", "simple", "minor", "key", 8, 24),
    ("complaint", "complaint_billing", "complex", "critical", None, 4, 24),
    ("complaint", "complaint_billing", "complex", "critical", "key", 4, 24),  # the first that holds
    ("fault", "complaint_network", "complex", "critical", None, 4, 24),
    ("privacy", "privacy_leak", "complex", "critical", None, 24, 48),  # the profiles are of complaints and faults
]


@pytest.mark.parametrize(("kind", "category", "complexity", "severity", "segment", "feedback", "solution"), PEOPLE)
def test_who_is_promised_what(
    kind: str, category: str, complexity: str, severity: str, segment: str | None, feedback: float, solution: float
) -> None:
    clocks = SHIPPED.clocks_of(Traits(kind, category, complexity, severity, segment))
    assert (clocks["first_feedback"].hours, clocks[SHIPPED.solution_of(category, complexity)].hours) == (
        feedback,
        solution,
    )


@pytest.mark.parametrize("profile", SHIPPED.profiles, ids=lambda profile: profile.name)
def test_nobody_is_promised_less(profile: Profile) -> None:
    clocks = SHIPPED.clocks
    assert clocks[profile.clocks.first_feedback or "first_feedback"].least_hours <= 24
    assert clocks[profile.clocks.solution or "solution_simple"].least_hours <= 24


@pytest.mark.parametrize("category", SHIPPED.categories)
def test_the_law_is_the_same_for_everybody(category: str) -> None:
    plain = SHIPPED.clocks_of(Traits("complaint", category, "complex"))
    key = SHIPPED.clocks_of(Traits("complaint", category, "complex", "critical", "key"))
    assert {name: spec for name, spec in plain.items() if spec.kind == "statutory"} == {
        name: spec for name, spec in key.items() if spec.kind == "statutory"
    }


def test_the_names_of_the_clocks_stay(session: Session, opened: Open) -> None:
    ticket = opened(severity="critical", category="complaint_billing", complexity="complex")
    assert due_times(session, ticket.id) == {
        "first_feedback": china("2026-11-21 19:20"),
        "solution_complex": china("2026-11-22 15:20"),
        "answer": china("2026-12-08 00:00"),
    }
    assert SHIPPED.title_of_clock("solution_complex") == "处理结果"


def _with(*profiles: dict[str, Any]) -> Policy:
    return SHIPPED.model_copy(update={"profiles": [Profile.model_validate(each) for each in profiles]})


def test_clocks_beside_those_of_the_category(session: Session, opened: Open) -> None:
    watched = {"name": "watched", "title": "重点", "when": {"categories": ["invoice"]}, "beside": ["supervision"]}
    ticket = opened(_with(watched), category="invoice")
    assert due_times(session, ticket.id)["supervision"] == china("2026-11-28 00:00")
    assert "supervision" not in due_times(session, opened(_with(watched)).id)


def test_all_that_is_asked_has_to_hold_and_the_first_is_taken() -> None:
    both = {"segments": ["key"], "severities": ["major", "critical"]}
    narrow = {"name": "narrow", "title": "重点", "when": both}
    policy = _with(narrow, {"name": "wide", "title": "其他", "when": {"segments": ["key"]}})

    def taken(severity: str, segment: str | None) -> str | None:
        profile = policy.profile_of(Traits(Kind.COMPLAINT, "invoice", "simple", severity, segment))
        return profile.name if profile else None

    assert [taken("major", "key"), taken("critical", "key"), taken("minor", "key")] == ["narrow", "narrow", "wide"]
    assert [taken("major", None), taken("major", "business")] == [None, None]


SEVERITIES = [(1, "critical"), (2, "major"), (3, "minor"), (4, "minor")]


@pytest.mark.parametrize(("priority", "severity"), SEVERITIES)
def test_severity_by_priority(priority: int, severity: str) -> None:
    assert SHIPPED.severity_of(priority) == severity
