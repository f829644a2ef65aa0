"""What every process makes sure of before it starts: a mistake in the configuration ends it with one sentence."""

from __future__ import annotations

import sys

from care import db
from care.accounts.sms import sender
from care.billing.catalogue import catalogue
from care.billing.transactions import transactions
from care.crypto import keyring
from care.errors import CareError
from care.handoff.policy import handoff_policy
from care.privacy.retention import retention
from care.settings import settings
from care.sla.policy import policy
from care.sla.versions import keep


def check_configuration() -> None:
    """Settings, keys, policy, retention and hand-off files, catalogue, transactions and SMS can be used; else exit code
    1 and the reason on standard error."""
    try:
        settings()
        keyring()
        policy()
        retention()
        handoff_policy()
        if settings().billing != "off":
            catalogue()
        transactions()
        sender()
    except CareError as error:
        sys.exit(f"quanyi: {error}")


def check_policy_version() -> None:
    """For a process that has the database: the policy file is the one that tickets were filed under with its version;
    else exit code 1 and the reason on standard error."""
    try:
        db.run(lambda session: keep(session, policy(), db.utcnow()))
    except CareError as error:
        sys.exit(f"quanyi: {error}")
