"""Policy files as they stood: a ticket keeps the rules that it was filed under, whatever the file says later."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from functools import lru_cache

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.errors import InvalidInput
from care.logs import get_logger
from care.sla.policy import Policy, policy
from care.sla.tables import PolicyVersion
from care.tickets.tables import Ticket

_log = get_logger("care.sla")


def remember(session: Session, policy: Policy, now: datetime) -> None:
    """Store the file under its version, unless that is stored. A filing does not ask whether it is the same one: it
    must not fail, and `keep` asked when the process started."""
    if session.scalar(select(PolicyVersion.version).where(PolicyVersion.version == policy.version)) is None:
        values = {"version": policy.version, "digest": digest_of(policy), "first_seen_at": now}
        content = policy.model_dump(mode="json")
        session.execute(insert(PolicyVersion).values(**values, content=content).on_conflict_do_nothing())


def keep(session: Session, policy: Policy, now: datetime) -> None:
    """`remember`, and make sure that what is stored is the same.

    Raises InvalidInput `policy`: other rules under the same version.
    """
    remember(session, policy, now)
    stored = session.scalar(select(PolicyVersion.digest).where(PolicyVersion.version == policy.version))
    if stored != digest_of(policy):
        raise InvalidInput(
            "policy",
            f"policy: tickets were filed under version {policy.version} with other rules; raise `version` in the file",
        )


def policy_of(session: Session, ticket: Ticket, today: Policy | None = None) -> Policy:
    """The rules that it was filed under; `today`: those of today, of a caller that has them.

    Those of today where that version was never stored (tickets from before versions were kept) or cannot be read by
    this program any more: a ticket goes on, and the log says so.
    """
    current, version = today or policy(), ticket.policy_version
    if version == current.version:
        return current
    digest = session.scalar(select(PolicyVersion.digest).where(PolicyVersion.version == version))
    if digest is None:
        return current
    content = session.scalar(select(PolicyVersion.content).where(PolicyVersion.version == version))
    try:
        return _read(digest, json.dumps(content))
    except ValidationError:
        _log.warning("policy_version_unreadable", version=version)
        return current


def digest_of(policy: Policy) -> str:
    """Without what the file leaves out: a newer program that knows more settings reads the same file as the same."""
    told = policy.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=16)
def _read(digest: str, content: str) -> Policy:
    return Policy.model_validate_json(content)
