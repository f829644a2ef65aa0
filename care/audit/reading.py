"""Finding entries, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.audit.tables import AuditEntry
from care.files import read_model

_ACTIONS = Path(__file__).with_name("actions.yml")


@dataclass(frozen=True)
class Wanted:
    """None: any. `before`: entries with a smaller number."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


class _Actions(BaseModel):
    model_config = ConfigDict(extra="forbid")

    #: title by action
    actions: dict[str, str]


def find(session: Session, wanted: Wanted, limit: int) -> Sequence[AuditEntry]:
    conditions = [
        *([AuditEntry.actor == wanted.actor] if wanted.actor else []),
        *([AuditEntry.action == wanted.action] if wanted.action else []),
        *([AuditEntry.subject == wanted.subject] if wanted.subject else []),
        *([AuditEntry.at >= wanted.since] if wanted.since else []),
        *([AuditEntry.at < wanted.until] if wanted.until else []),
        *([AuditEntry.id < wanted.before] if wanted.before else []),
    ]
    return session.scalars(select(AuditEntry).where(*conditions).order_by(AuditEntry.id.desc()).limit(limit)).all()


@lru_cache(maxsize=1)
def titles() -> dict[str, str]:
    """What each action is called in the desk."""
    return read_model(_ACTIONS, _Actions, "audit_actions").actions
