"""Which news of ours a conversation's customers were shown and have not confirmed: only for these is the database asked
whether an answer has reached (care/answers). Most conversations never have any."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from care.conversations.history import Said

#: Nobody reads a message and writes about it sooner; what was on its way crossed it.
READING_SECONDS = 3.0


@dataclass(eq=False)
class Shown:
    #: message → when it was shown here
    moments: dict[int, float] = field(default_factory=dict)
    #: those that were shown to whoever was connected; the others stood in a history
    live: set[int] = field(default_factory=set)
    now: Callable[[], float] = time.monotonic

    def note(self, said: Iterable[Said], *, live: bool) -> None:
        for each in said:
            # Told by the system, and no answer to a message: that is how `care.conversations.telling` puts it.
            if each.author == "system" and each.in_reply_to is None:
                self.moments.setdefault(each.id, self.now())
                if live:
                    self.live.add(each.id)

    def waits(self, upto: int) -> bool:
        """Is there any up to this message?"""
        return any(each <= upto for each in self.moments)

    def read_by_who_writes(self, since: float, *, with_history: bool) -> tuple[int, int] | None:
        """The first and last of what somebody has had before them who writes now; None: nothing.

        `since`: when they came. `with_history`: their page shows what was said before.
        """
        long_ago = self.now() - READING_SECONDS
        read = [
            message
            for message, moment in self.moments.items()
            if moment <= long_ago and (with_history or (message in self.live and moment >= since))
        ]
        return (min(read), max(read)) if read else None

    def confirm(self, upto: int, first: int = 0) -> None:
        """It is known of these; they are not asked for again."""
        gone = {each for each in self.moments if first <= each <= upto}
        self.moments = {each: moment for each, moment in self.moments.items() if each not in gone}
        self.live -= gone
