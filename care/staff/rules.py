"""Roles, what each may do, and what a password must be. Pure functions and tables."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    TRAINER = "trainer"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Permission(StrEnum):
    """Each way into the desk names exactly one; docs/operate/permissions.md is made from this table."""

    OWN = "own"  # one's own account: who am I, sign out, another password
    QUEUE = "queue"  # see who waits; take, refuse; be ready or away
    TALK = "talk"  # one's own conversations: read, write, notes, transfer, hand back
    REVEAL = "reveal"  # see personal data unmasked, with a reason that is kept
    VERIFY = "verify"  # open a customer's number after looking at papers
    TICKETS = "tickets"  # find, read, file and work on tickets
    EXPORT = "export"  # take a list of tickets away, masked
    DECIDE = "decide"  # what only a supervisor decides: complexity, bulk changes, merging
    SUPERVISE = "supervise"  # the wall, alarms, listen, barge in, reassign
    TRAIN = "train"  # misunderstood messages, masked; examples, models, wording
    OVERRIDE = "override"  # publish a model that did not pass; decide on new labels
    METRICS = "metrics"  # how well the queue was served
    AUDIT = "audit"  # who saw or changed what
    STAFF = "staff"  # accounts of the others


_ALL = frozenset(Role)
_DESK = frozenset({Role.AGENT, Role.SUPERVISOR})
_LEAD = frozenset({Role.SUPERVISOR})

MAY: Mapping[Permission, frozenset[Role]] = {
    Permission.OWN: _ALL,
    Permission.QUEUE: _DESK,
    Permission.TALK: _DESK,
    Permission.REVEAL: _DESK,
    Permission.VERIFY: _DESK,
    Permission.TICKETS: _DESK,
    Permission.EXPORT: _LEAD,
    Permission.DECIDE: _LEAD,
    Permission.SUPERVISE: _LEAD,
    Permission.TRAIN: frozenset({Role.TRAINER, Role.SUPERVISOR}),
    Permission.OVERRIDE: _LEAD,
    Permission.METRICS: frozenset({Role.SUPERVISOR, Role.AUDITOR}),
    Permission.AUDIT: frozenset({Role.AUDITOR}),
    Permission.STAFF: frozenset({Role.ADMIN}),
}


def permissions_of(role: Role) -> frozenset[Permission]:
    return frozenset(permission for permission, roles in MAY.items() if role in roles)


class Presence(StrEnum):
    """Whether somebody takes customers now."""

    READY = "ready"
    AWAY = "away"
