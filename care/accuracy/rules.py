"""Which answers are judged, what a judge may see of them, and what the verdicts tell. Pure functions.

The method and its limits: docs/operate/accuracy.md.
"""

from __future__ import annotations

import hashlib
import heapq
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from care.timezone import CHINA
from care.training.rules import is_worth_reading, shown

#: of the standard normal distribution: 95 % lie within so many deviations on both sides
_Z = 1.959963984540054
_WEEK = timedelta(days=7)
_SIGNS = re.compile(r"[^\w]+")


class Author(StrEnum):
    BOT = "bot"
    AGENT = "agent"


class Verdict(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    UNCLEAR = "unclear"  # cannot be told from the words


class Standing(StrEnum):
    """Where the interval lies: what may be said about the target."""

    ABOVE = "above"
    INSIDE = "inside"
    BELOW = "below"


def week_before(now: datetime) -> str:
    """The last whole ISO week in China, `2026-W47`."""
    year, number, _ = (now.astimezone(CHINA) - _WEEK).isocalendar()
    return f"{year}-W{number:02d}"


def span_of(week: str) -> tuple[datetime, datetime]:
    """From Monday 00:00 in China to the next one. Raises ValueError for what is no week."""
    found = re.fullmatch(r"(\d{4})-W(\d{2})", week)
    if found is None:
        raise ValueError("a week is written 2026-W47")
    begin = datetime.combine(date.fromisocalendar(int(found[1]), int(found[2]), 1), time(), CHINA)
    return begin, begin + _WEEK


@dataclass(frozen=True)
class Candidate:
    """An answer that may be drawn: its first message, the customer's question, and where."""

    reply_id: int
    question_id: int
    conversation_id: str
    #: number of the agent; None: the bot
    staff: str | None = None


def rank(seed: str, number: int) -> bytes:
    """Its place in the random order of this seed: the same on every machine, and every order is as likely."""
    return hashlib.sha256(f"{seed} {number}".encode()).digest()


def in_random_order(candidates: Iterable[Candidate], seed: str, most: int) -> list[Candidate]:
    """The first `most` of them; memory follows `most`, however many there are."""
    return heapq.nsmallest(most, candidates, key=lambda each: rank(seed, each.reply_id))


def draw(
    ordered: Iterable[Candidate], is_answer: Callable[[Candidate], bool], wanted: int, per_conversation: int
) -> tuple[list[Candidate], int]:
    """The first `wanted` that are answers, and at how many was looked.

    Passing over what is none leaves a simple random sample, without replacement, of those that are. Only a conversation
    that has more than `per_conversation` answers weighs less than its share.
    """
    drawn: list[Candidate] = []
    of: Counter[str] = Counter()
    looked = 0
    for each in ordered:
        if len(drawn) == wanted:
            break
        looked += 1
        if of[each.conversation_id] < per_conversation and is_answer(each):
            drawn.append(each)
            of[each.conversation_id] += 1
    return drawn, looked


@dataclass(frozen=True)
class Reveal:
    """Words that tell who answered, and what stands there instead."""

    pattern: re.Pattern[str]
    instead: str


def blind(text: str, reveals: Sequence[Reveal]) -> str:
    """What a judge reads: without what tells who wrote it, masked, in one line."""
    said = text.strip()
    for each in reveals:
        said = each.pattern.sub(each.instead, said).strip()
    return shown(said)


def is_question(masked: str, small_talk: Sequence[re.Pattern[str]]) -> bool:
    """Words, and not only a greeting, thanks or a yes."""
    rest = _SIGNS.sub("", masked).lower()
    return is_worth_reading(masked) and not any(each.fullmatch(rest) for each in small_talk)


def wilson(right: int, judged: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), 0 to 1; good for few answers and for shares near 1, where the usual
    one is not. Not made narrower for a small week (no finite-population correction). Nothing judged: anything."""
    if judged == 0:
        return 0.0, 1.0
    share, spread = right / judged, _Z**2 / judged
    centre = share + spread / 2
    half = _Z * math.sqrt(share * (1 - share) / judged + spread / (4 * judged))
    # At the ends rounding would give -1e-17 and 1.0000000000000002.
    return max(0.0, (centre - half) / (1 + spread)), min(1.0, (centre + half) / (1 + spread))


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa (1960) of two judges' verdicts: 1 they always agree, 0 as often as by chance.

    None: nothing was judged twice, or all verdicts are one and the same, where chance explains everything.
    """
    if not pairs:
        return None
    total = len(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    by_chance = sum(first[word] * second[word] for word in first) / total**2
    agreed = sum(one == two for one, two in pairs) / total
    return None if by_chance == 1 else (agreed - by_chance) / (1 - by_chance)


@dataclass(frozen=True)
class Rated:
    """The answers of one author."""

    #: that there were, before it was looked at their words; that were looked at; that were drawn
    frame: int = 0
    looked: int = 0
    drawn: int = 0
    right: int = 0
    wrong: int = 0
    unclear: int = 0
    #: still to be judged
    left: int = 0

    @property
    def judged(self) -> int:
        """Right or wrong: what the share is of."""
        return self.right + self.wrong

    @property
    def skipped(self) -> int:
        """Drawn, and neither right nor wrong: unclear, deleted meanwhile, not judged (yet)."""
        return self.drawn - self.judged

    @property
    def rate(self) -> float | None:
        return self.right / self.judged if self.judged else None

    @property
    def low(self) -> float:
        return wilson(self.right, self.judged)[0]

    @property
    def high(self) -> float:
        return wilson(self.right, self.judged)[1]

    @property
    def strict(self) -> tuple[float, float, float] | None:
        """Share, low, high where every unclear answer counts as not right."""
        every = self.judged + self.unclear
        return (self.right / every, *wilson(self.right, every)) if every else None

    def standing(self, target: float) -> Standing | None:
        """None: nothing was judged."""
        if not self.judged:
            return None
        if self.low > target:
            return Standing.ABOVE
        return Standing.BELOW if self.high < target else Standing.INSIDE

    def __add__(self, other: Rated) -> Rated:
        return Rated(*(mine + theirs for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True)))


@dataclass(frozen=True)
class Result:
    """What a week's verdicts tell, the first of each answer; the second ones only tell whether judges agree."""

    week: str
    target: float
    #: nothing of it changes any more
    is_closed: bool
    bot: Rated
    agent: Rated
    #: answers that two people judged, and their Cohen's kappa
    twice: int = 0
    kappa: float | None = None

    @property
    def left(self) -> int:
        return self.bot.left + self.agent.left

    @property
    def is_final(self) -> bool:
        """Before that nobody is told the figures of one author: they would tell judges whose the next answer is."""
        return self.is_closed or self.left == 0
