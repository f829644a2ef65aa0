"""What enters the trainers' inbox, and which consent counts. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from care.training.masking import mask, without_marks

#: Of the text that customers agree to (`utter_training_consent*`). Another text is another version, and who agreed to
#: the old one is asked again (PIPL art. 14: a change of purpose, way or kind needs a new consent).
CONSENT_VERSION = "2026-11"

#: The label of a message that was not understood (Rasa's name).
FALLBACK = "nlu_fallback"

#: Characters of a message that a trainer is shown.
SHOWN = 1000
#: Words that are left when the marks are gone; less (a bare number, 嗯) teaches nothing.
_WORTH = 2


@dataclass(frozen=True)
class Consent:
    """Whether a conversation's words may be shown to trainers, and since when."""

    agreed: bool
    #: when it was last agreed to or withdrawn; None: never asked
    at: datetime | None = None

    @classmethod
    def of(cls, agreed: bool, version: str, at: datetime) -> Consent:
        """Of the newest record: agreeing to an older text is no consent to this one."""
        return cls(agreed and version == CONSENT_VERSION, at)


def shown(text: str) -> str:
    """What a trainer sees of a message: masked, in one line."""
    masked = " ".join(mask(text[:SHOWN]).split())
    return masked if len(text) <= SHOWN else f"{masked}…"


def is_worth_reading(masked: str) -> bool:
    return sum(sign.isalnum() for sign in without_marks(masked)) >= _WORTH
