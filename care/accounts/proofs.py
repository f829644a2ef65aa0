"""Proof of identity: which numbers a conversation may ask about, and how surely."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from care.accounts.rules import Level


@dataclass(frozen=True)
class OpenLine:
    """A number that a conversation may ask about now."""

    #: names it in a button, without the number: `p12` (a proof) or `b7` (a binding)
    id: str
    phone: str
    level: Level
    #: since when; a number that changed hands later is open no more
    since: datetime
    until: datetime
