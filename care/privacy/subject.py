"""Whose data a request is about, and how far it reaches: which conversations and tickets are one person's.

A number is proved by a code; but numbers change hands, and a conversation may have spoken for somebody else's number.
So a conversation is somebody's own when the same number was proved there as their own while they had it, or when it is
the one that they are writing in, or when the channel knows the same user there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Subject:
    """Found once, and kept with the request: what leads to the data is deleted with them."""

    #: normalised; None: only this conversation is asked about
    phone: str | None
    #: since when the number is theirs, as the billing system says; None: nobody knows
    since: datetime | None
    #: whole conversations of theirs
    conversations: tuple[str, ...]
    #: tickets that were filed in them
    tickets: tuple[int, ...]
    #: tickets about their number that were filed elsewhere: their number in them is theirs, the words are not
    mentions: tuple[int, ...] = ()
    #: the newest message that belongs to it; what is said later is another matter
    until: int | None = None
    #: conversations that may be theirs and where a person has to look: more numbers than this one were proved there
    doubtful: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return {
            "phone": self.phone,
            "since": self.since.isoformat() if self.since else None,
            "conversations": list(self.conversations),
            "tickets": list(self.tickets),
            "mentions": list(self.mentions),
            "until": self.until,
            "doubtful": list(self.doubtful),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Subject:
        since = kept["since"]
        return cls(
            kept["phone"],
            datetime.fromisoformat(since) if since else None,
            tuple(kept["conversations"]),
            tuple(kept["tickets"]),
            tuple(kept["mentions"]),
            kept["until"],
            tuple(kept["doubtful"]),
        )
