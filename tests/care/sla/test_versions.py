"""A ticket keeps the rules that it was filed under; two files never have one version."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from care import db
from care.errors import InvalidInput
from care.sla.policy import Policy, policy
from care.sla.service import start_clock
from care.sla.tables import PolicyVersion
from care.sla.versions import digest_of, keep, policy_of, remember
from tests.care.sla.conftest import Open
from tests.support.times import NOW, china


def _with(policy: Policy, version: str, hours: float) -> Policy:
    """Another first feedback, another version."""
    feedback = policy.clocks["first_feedback"].model_copy(update={"hours": hours, "alarms": []})
    return policy.model_copy(update={"version": version, "clocks": policy.clocks | {"first_feedback": feedback}})


def test_a_file_is_stored_when_the_first_ticket_is_filed_under_it(session: Session, opened: Open) -> None:
    opened()
    opened()
    stored = session.scalars(select(PolicyVersion)).one()
    assert (stored.version, stored.digest, stored.first_seen_at) == (policy().version, digest_of(policy()), NOW)
    assert Policy.model_validate(stored.content) == policy(), "whole: it can be read back"


def test_a_ticket_of_an_earlier_version_is_worked_on_by_its_rules(
    session: Session, opened: Open, shipped: Policy
) -> None:
    ticket = opened(_with(shipped, "2026-01.1", hours=8))
    rules = policy_of(session, ticket)
    assert rules.version == "2026-01.1"
    assert start_clock(session, ticket, "first_feedback", rules, NOW) == china("2026-11-21 23:20")
    assert policy_of(session, opened()) is policy(), "no look into the database for today's"


def test_a_ticket_whose_version_was_never_stored_goes_on_by_todays(
    session: Session, opened: Open, shipped: Policy
) -> None:
    """Filed before versions were kept."""
    ticket = opened()
    ticket.policy_version = "2025-06.3"
    assert policy_of(session, ticket) == shipped
    assert policy_of(session, ticket, _with(shipped, "x", 7)).clocks["first_feedback"].hours == 7, "the caller's"


def test_a_stored_version_that_cannot_be_read_any_more(session: Session, opened: Open, shipped: Policy) -> None:
    """Written by another program: the ticket goes on by today's rules."""
    ticket = opened(_with(shipped, "2026-01.2", hours=8))
    session.execute(text("UPDATE policy_versions SET content = content - 'operator', digest = 'x'"))
    assert policy_of(session, ticket) == shipped


def test_other_rules_under_the_same_version_are_refused(session: Session, shipped: Policy) -> None:
    keep(session, shipped, NOW)
    keep(session, shipped, NOW)
    with pytest.raises(InvalidInput, match="raise `version`") as refused:
        keep(session, _with(shipped, shipped.version, hours=8), NOW)
    assert refused.value.reason == "policy"
    keep(session, _with(shipped, "2026-11.10", hours=8), NOW)
    assert session.scalar(select(func.count()).select_from(PolicyVersion)) == 2


def test_a_filing_does_not_fail_for_it(session: Session, opened: Open, shipped: Policy) -> None:
    """A customer's complaint is filed; the worker that starts next says what is wrong."""
    opened()
    opened(_with(shipped, shipped.version, hours=8))
    assert session.scalars(select(PolicyVersion.digest)).all() == [digest_of(shipped)], "the first one stays"


def test_two_processes_at_once(database: object, shipped: Policy) -> None:
    barrier = threading.Barrier(4)
    failures: list[BaseException] = []

    def start() -> None:
        barrier.wait()
        try:
            db.run(lambda session: keep(session, shipped, NOW))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with db.transaction() as session:
        assert session.scalars(select(PolicyVersion.version)).all() == [shipped.version]
        session.execute(delete(PolicyVersion))


def test_what_the_file_leaves_out_does_not_count(shipped: Policy) -> None:
    """A program that knows one setting more reads the same file as the same."""
    spelt = Policy.model_validate(shipped.model_dump())
    assert digest_of(spelt) == digest_of(shipped)
    assert digest_of(_with(shipped, shipped.version, hours=23)) != digest_of(shipped)


def test_remembering_again_changes_nothing(session: Session, shipped: Policy) -> None:
    remember(session, shipped, NOW)
    remember(session, shipped, china("2026-12-01 00:00"))
    assert session.scalars(select(PolicyVersion.first_seen_at)).all() == [NOW]
