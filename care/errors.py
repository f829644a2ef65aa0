"""The errors of `care`, one tree.

    CareError
    ├── InvalidInput    what was given cannot be used; says what to do instead
    ├── NotAllowed      the caller may not do this (wrong token, foreign conversation)
    ├── Conflict        true elsewhere already (same id for another text, lease lost)
    └── Unavailable     a part we need does not answer now; trying again later is right

`reason` is a stable word for machines (problem details, metrics, tests); the message is for developers and logs and
never contains what a customer wrote. Customers read wording from `data/responses/`, chosen by `reason`.
"""

from __future__ import annotations


class CareError(Exception):
    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class InvalidInput(CareError):
    pass


class NotAllowed(CareError):
    pass


class Conflict(CareError):
    pass


class Unavailable(CareError):
    pass
