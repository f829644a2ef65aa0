"""Which number a question is about, and whether this conversation may ask it: looked up at every use, never kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rasa_sdk import Tracker
from sqlalchemy.orm import Session

from actions.turn import entity_of, in_database, text_of
from care.accounts.proofs import OpenLine, open_lines, phone_of_line
from care.accounts.rules import Level, Purpose, normalise_phone
from care.db import utcnow
from care.errors import InvalidInput
from care.followup.rules import mobile_in
from care.plain import digits_of, plain

_FIXED_LINE = re.compile(r"(?<!\d)0\d{2,3}[ -]?\d{7,8}(?!\d)")
#: 「换个号码」, 「查另一个号」
_ANOTHER = re.compile(
    "(?:换|别的|其他|另外?一?|另)(?:一?个|成|查)*(?:手机)?(?:号码?|电话|卡)|不是这个(?:手机)?(?:号码?|电话|卡)|号码?(?:不对|错了|写错|打错)"
)
_ORDINALS = (("第一|头一|上面|1|一", 0), ("第二|下面|2|二", 1), ("第三|3|三", 2), ("最后", -1))
_LAST_DIGITS = re.compile(r"(?<!\d)\d{2,4}(?!\d)")


@dataclass(frozen=True)
class Ready:
    """It may be asked now. `line`: None where anybody may ask and no number is meant."""

    line: OpenLine | None
    #: there are others, so it has to be said which one the answer is about
    is_one_of_several: bool = False


@dataclass(frozen=True)
class NeedsNumber:
    pass


@dataclass(frozen=True)
class NeedsCode:
    phone: str
    #: level 1 is there: whoever proved that may be told how the line stands, while it is still theirs
    known: OpenLine | None = None


@dataclass(frozen=True)
class NeedsChoice:
    lines: tuple[OpenLine, ...]


Access = Ready | NeedsNumber | NeedsCode | NeedsChoice


@dataclass(frozen=True)
class Meant:
    """What tells which number is meant, the surest first."""

    #: said or proved in this turn
    phone: str | None = None
    #: id of a line that a button names
    line: str | None = None
    #: its number, open or not any more; None: no line that this conversation ever had
    line_phone: str | None = None
    #: id of the line that was talked of last
    last_line: str | None = None
    #: proved here before; its proof may be over
    last_phone: str | None = None
    is_another: bool = False


def meant_by(tracker: Tracker, phone: str | None = None, *, is_another: bool = False) -> Meant:
    """`phone`: meant whatever the message says. `is_another`: not a number that was talked of so far."""
    words = text_of(tracker)
    is_another = is_another or entity_of(tracker, "choice") == "other" or wants_another_number(words)
    return Meant(
        phone or number_in(words),
        entity_of(tracker, "line"),
        last_line=tracker.get_slot("billing_line"),
        last_phone=tracker.get_slot("billing_phone"),
        is_another=is_another,
    )


def access(lines: Sequence[OpenLine], least: Level, meant: Meant) -> Access:
    """`lines`: all numbers that are open to the conversation, at whatever level (`proofs.open_lines`)."""
    several = len(lines) > 1
    line = _line_of(lines, meant)
    if least == Level.ANONYMOUS:
        return Ready(line)
    if line is not None:
        return Ready(line, several) if line.level >= least else NeedsCode(line.phone, line)
    if meant.phone is not None:
        return NeedsCode(meant.phone)
    if meant.line is not None and not meant.is_another:
        return NeedsNumber() if meant.line_phone is None else NeedsCode(meant.line_phone)
    if several:
        return NeedsChoice(tuple(lines))
    if meant.last_phone is not None and not meant.is_another and not lines:
        return NeedsCode(meant.last_phone)  # what is known is not asked for again
    return NeedsNumber()


def _line_of(lines: Sequence[OpenLine], meant: Meant) -> OpenLine | None:
    if meant.phone is not None:
        return next((line for line in lines if line.phone == meant.phone), None)
    if meant.is_another:
        return None
    if meant.line is not None:  # that number or none: an answer about another one would be taken for its own
        return next((line for line in lines if line.phone == meant.line_phone), None)
    if found := next((line for line in lines if line.id == meant.last_line), None):
        return found
    if len(lines) == 1:
        return lines[0]
    return next((line for line in lines if line.phone == meant.last_phone), None)


async def access_of(
    tracker: Tracker,
    least: Level,
    meant: Meant,
    purpose: Purpose = Purpose.ACCOUNT,
    used: Callable[[Session, OpenLine], None] | None = None,
) -> Access:
    """`access` of this conversation, now. `used`: for a number that may be asked about, in the same transaction."""
    now, conversation = utcnow(), tracker.sender_id

    def look(session: Session) -> Access:
        phone = phone_of_line(session, conversation, meant.line, now) if meant.line else None
        lines = open_lines(session, conversation, now, Level.KNOWN, purpose)
        found = access(lines, least, replace(meant, line_phone=phone))
        if used is not None and isinstance(found, Ready) and found.line is not None:
            used(session, found.line)
        return found

    return await in_database(look)


async def lines_of(tracker: Tracker, purpose: Purpose = Purpose.ACCOUNT) -> list[OpenLine]:
    now = utcnow()

    def look(session: Session) -> list[OpenLine]:
        return open_lines(session, tracker.sender_id, now, Level.KNOWN, purpose)

    return await in_database(look)


def number_in(words: str) -> str | None:
    """The telephone number in the words, normalised: a mobile one before a fixed line."""
    if mobile := mobile_in(words):
        return mobile
    for found in _FIXED_LINE.findall(digits_of(words)):
        try:
            return normalise_phone(found)
        except InvalidInput:
            continue
    return None


def wants_another_number(words: str) -> bool:
    return _ANOTHER.search(plain(words)) is not None


def chosen_line(words: str, lines: Sequence[OpenLine]) -> OpenLine | None:
    """「第二个」, 「尾号8001那个」: by its place in the list or its last digits."""
    text = digits_of(plain(words))
    for number, place in _ORDINALS:
        if re.fullmatch(rf"(?:就|查|要|看)*(?:{number})(?:个|张|号|那|的)*(?:吧|号码?)?", text) and place < len(lines):
            return lines[place]
    ends = _LAST_DIGITS.findall(text)
    fitting = [line for line in lines if len(ends) == 1 and line.phone.endswith(ends[0])]
    return fitting[0] if len(fitting) == 1 else None
