"""The trainers' inbox: messages that were understood badly, masked; and what a trainer makes of each.

In comes what a customer said after agreeing to it (`consent`), while that consent stands and the message is not too
old. Out goes a trainer's own sentence into `data/nlu`, never the customer's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.conversations.tables import Message
from care.errors import Conflict, InvalidInput, NotAllowed
from care.rights.choosing import LABELS, NEAR
from care.settings import settings
from care.training import corpus, rewording
from care.training.consent import agreeing
from care.training.examples import AnnotationError, Span, parse, render
from care.training.labels import read_labels
from care.training.masking import kinds_in
from care.training.rules import FALLBACK, is_worth_reading, shown
from care.training.tables import TrainingStep
from care.turns.tables import MessageReading

ROOT = Path(__file__).resolve().parents[2]

#: Messages that are offered at once, newest first.
MOST = 300
#: Messages that are read at once.
_PAGE = 200
_DECIDED = ("accept", "reject")
_LONGEST_REASON = 200


@dataclass(frozen=True)
class Item:
    """One message as a trainer sees it."""

    id: int
    #: masked
    text: str
    at: datetime
    #: what the bot took it for; None: it was not asked
    label: str | None
    sub: str | None
    confidence: float | None
    ranking: list[tuple[str, float]]
    #: what somebody said it means, and who
    corrected: tuple[str, str | None] | None
    corrected_by: str | None
    #: a trainer's rewording under work, annotated
    draft: str | None

    @property
    def meaning(self) -> tuple[str, str | None] | None:
        """Label and sub-label as far as they are known; None: not understood, and nobody has said."""
        if self.corrected is not None:
            return self.corrected
        return None if self.label in (None, FALLBACK) else (str(self.label), self.sub)


@dataclass(frozen=True)
class Inbox:
    #: newest first
    items: list[Item]
    #: there are older ones: what is decided makes room for them
    has_more: bool


@dataclass(frozen=True)
class Accepted:
    file: str
    line: int
    label: str
    sub: str | None


def inbox(session: Session, below: float, now: datetime, limit: int = MOST) -> Inbox:
    """Messages that were not understood, were understood with less confidence than `below` (0 to 1), ask for a right of
    which no article speaks, were corrected, or whose answer an audit found wrong."""
    noticed = exists().where(TrainingStep.message_id == Message.id, TrainingStep.kind.in_(("correct", "audit")))
    is_far = func.coalesce(MessageReading.article_score, 0.0) < NEAR
    unanswered = and_(MessageReading.label.in_(LABELS), is_far)
    badly = or_(MessageReading.label == FALLBACK, MessageReading.confidence < below, unanswered, noticed)
    newest_first = _open(now).where(badly).order_by(Message.id.desc()).limit(_PAGE)
    items: list[Item] = []
    of: dict[int, str] = {}
    rows = session.execute(newest_first).all()
    while rows and len(items) <= limit:
        # Bare numbers and the like are passed over, however many there are: they must not hide what stands behind them.
        items += [item for item in _items(session, rows) if is_worth_reading(item.text)]
        of |= {message.id: message.conversation_id for message, _ in rows}
        last = rows[-1][0].id
        rows = session.execute(newest_first.where(Message.id < last)).all() if len(rows) == _PAGE else []
    _note_use(session, {of[item.id] for item in items[:limit]}, now)
    return Inbox(items[:limit], len(items) > limit)


def item(session: Session, message_id: int, now: datetime) -> Item:
    """Any message that trainers may see. Raises NotAllowed (reason `inbox`)."""
    row = _row(session, message_id, now)
    found = _items(session, [row])[0]
    _note_use(session, {row[0].conversation_id}, now)
    return found


def correct(
    session: Session, message_id: int, label: str, sub: str | None, staff: str, now: datetime, root: Path = ROOT
) -> None:
    """Say what a customer's message means. Any message: it enters the inbox only if its customer agreed.

    Raises InvalidInput (reason `label`), NotAllowed (reason `message`).
    """
    _check_label(root, label, sub)
    by_customer = select(Message.conversation_id).where(Message.id == message_id, Message.author == "customer")
    conversation_id = session.scalar(by_customer)
    if conversation_id is None:
        raise NotAllowed("message", f"there is no customer's message {message_id}")
    _note(session, message_id, "correct", staff, now, label=label, sub=sub)
    _note_use(session, {conversation_id}, now)


def point_out(session: Session, message_id: int, staff: str, now: datetime) -> None:
    """A blind audit found the bot's answer to this message wrong: it enters the inbox if its customer agreed."""
    if session.scalar(_pointed_out(message_id).limit(1)) is None:
        _note(session, message_id, "audit", staff, now)


def take_back(session: Session, message_id: int, staff: str, now: datetime) -> None:
    """The same person thinks otherwise; what trainers did with it meanwhile stays."""
    for step in session.scalars(_pointed_out(message_id).where(TrainingStep.staff == staff, TrainingStep.at <= now)):
        session.delete(step)


def _pointed_out(message_id: int) -> Select[TrainingStep]:
    return select(TrainingStep).where(TrainingStep.message_id == message_id, TrainingStep.kind == "audit")


def keep_draft(session: Session, message_id: int, words: str, staff: str, now: datetime, root: Path = ROOT) -> Item:
    """Keep an annotated rewording that is not finished. Raises what `accept` raises of its text."""
    row = _row(session, message_id, now)
    text, spans = parsed(words)
    _check_words(session, text, row, now)
    _check_entities(root, spans)
    _note(session, message_id, "draft", staff, now, words=render(text, spans))
    return item(session, message_id, now)


def accept(
    session: Session,
    message_id: int,
    words: str | None,
    meaning: tuple[str, str | None] | None,
    staff: str,
    now: datetime,
    root: Path = ROOT,
) -> Accepted:
    """Write a trainer's rewording into the training data under `meaning` (label, sub-label).

    `words`: annotated as Rasa writes it; None: the draft. `meaning` None: what is known of the message.

    Raises NotAllowed (reason `inbox`); Conflict (`decided`, or the file is at fault); InvalidInput: `no_words`,
    `annotation`, `own_words`, `personal_data`, `mark`, `label`, `other_label`.
    """
    row = _row(session, message_id, now)
    seen = _items(session, [row])[0]
    meaning = meaning or seen.meaning
    if meaning is None:
        raise InvalidInput("label", "the bot did not understand this message: name the label that it has")
    words = words or seen.draft
    if not words:
        raise InvalidInput("no_words", "write your own sentence for it; there is no draft")
    text, spans = parsed(words)
    label, sub = meaning
    _check_label(root, label, sub)
    _check_words(session, text, row, now)
    _check_entities(root, spans)
    _check_other_labels(root, text, label, sub)
    _decide(session, message_id, "accept", staff, now, label=label, sub=sub, words=render(text, spans))
    _note_use(session, {row[0].conversation_id}, now)
    # Last: what cannot be written is not decided. Should the commit fail after it, accepting again finds the example.
    file, line = corpus.add(root, label, sub, text, spans)
    return Accepted(file, line, label, sub)


def reject(session: Session, message_id: int, reason: str, staff: str, now: datetime) -> None:
    """Take a message out of the inbox for good. Raises NotAllowed (`inbox`), InvalidInput (`reason`), Conflict."""
    row = _row(session, message_id, now)
    reason = " ".join(reason.split())
    if not reason or len(reason) > _LONGEST_REASON:
        raise InvalidInput("reason", f"say in 1 to {_LONGEST_REASON} characters why nothing is learnt from it")
    if kinds_in(reason):
        raise InvalidInput("reason", "the reason seems to hold personal data; say it without")
    _decide(session, message_id, "reject", staff, now, words=reason)
    _note_use(session, {row[0].conversation_id}, now)


def steps(session: Session, limit: int = 50) -> Sequence[TrainingStep]:
    """What was done, newest first."""
    return session.scalars(select(TrainingStep).order_by(TrainingStep.id.desc()).limit(limit)).all()


def _open(now: datetime) -> Select[Message, MessageReading]:
    """Messages that trainers may see and have not decided."""
    agreed = agreeing()
    decided = exists().where(TrainingStep.message_id == Message.id, TrainingStep.kind.in_(_DECIDED))
    return (
        select(Message, MessageReading)
        .join(agreed, agreed.c.conversation_id == Message.conversation_id)
        .join(MessageReading, MessageReading.message_id == Message.id, isouter=True)
        .where(
            Message.author == "customer",
            Message.is_payload.is_(False),
            Message.created_at >= agreed.c.since,
            Message.created_at >= now - timedelta(days=settings().inbox_days),
            ~decided,
        )
    )


def _row(session: Session, message_id: int, now: datetime) -> Any:
    row = session.execute(_open(now).where(Message.id == message_id)).one_or_none()
    if row is None:
        raise NotAllowed(
            "inbox",
            f"message {message_id} is not in the inbox: it is decided, too old, or its customer does not agree",
        )
    return row


def _items(session: Session, rows: Sequence[Any]) -> list[Item]:
    ids = [message.id for message, _ in rows]
    query = select(TrainingStep).where(TrainingStep.message_id.in_(ids), TrainingStep.kind.in_(("correct", "draft")))
    newest: dict[tuple[int, str], TrainingStep] = {}
    for step in session.scalars(query.order_by(TrainingStep.id)) if ids else ():
        newest[step.message_id, step.kind] = step
    return [
        _item(message, reading, newest.get((message.id, "correct")), newest.get((message.id, "draft")))
        for message, reading in rows
    ]


def _item(
    message: Message, reading: MessageReading | None, correction: TrainingStep | None, draft: TrainingStep | None
) -> Item:
    return Item(
        id=message.id,
        text=shown(message.text),
        at=message.created_at,
        label=reading.label if reading else None,
        sub=reading.sub if reading else None,
        confidence=reading.confidence if reading else None,
        ranking=[(str(label), float(share)) for label, share in reading.ranking] if reading else [],
        corrected=(str(correction.label), correction.sub) if correction else None,
        corrected_by=correction.staff if correction else None,
        draft=draft.words if draft else None,
    )


def parsed(words: str) -> tuple[str, tuple[Span, ...]]:
    """Text and entities of an annotated sentence. Raises InvalidInput (reason `annotation`)."""
    try:
        return parse(words.strip())
    except AnnotationError as error:
        raise InvalidInput("annotation", str(error)) from None


def _check_label(root: Path, label: str, sub: str | None) -> None:
    labels, _ = read_labels(root)
    if told := labels.unknown_label(label) or (labels.unknown_sub(label, sub) if sub is not None else None):
        raise InvalidInput("label", " ".join(told))


def _check_entities(root: Path, spans: Sequence[Span]) -> None:
    labels, _ = read_labels(root)
    for span in spans:
        if told := labels.unknown_entity(span.entity):
            raise InvalidInput("annotation", " ".join(told))


def _check_words(session: Session, text: str, row: Any, now: datetime) -> None:
    """Against the message itself, and against what else a trainer may just have read."""
    others = session.scalars(
        _open(now)
        .with_only_columns(Message.text)
        .where(Message.id != row[0].id)
        .order_by(Message.id.desc())
        .limit(MOST)
    )
    rewording.check(text, row[0].text, others)


def _check_other_labels(root: Path, text: str, label: str, sub: str | None) -> None:
    wanted, full = rewording.bare(text), f"{label}/{sub}" if sub else label
    for example in corpus.read(root).examples:
        if example.full_label != full and rewording.bare(example.text) == wanted:
            raise InvalidInput(
                "other_label",
                f"{example.place} has this text under {example.full_label}. Accept it under that label, word it so "
                f"that only {full} can be meant, or correct that example first.",
            )


def _decide(session: Session, message_id: int, kind: str, staff: str, now: datetime, **what: str | None) -> None:
    try:
        with session.begin_nested():
            _note(session, message_id, kind, staff, now, **what)
    except IntegrityError:
        raise Conflict("decided", f"somebody else has just decided message {message_id}") from None


def _note_use(session: Session, conversations: set[str], now: datetime) -> None:
    for conversation_id in sorted(conversations):
        note_access(session, Reader.TRAINER, Use.TRAINING, "messages", now, conversation_id=conversation_id)


def _note(session: Session, message_id: int, kind: str, staff: str, now: datetime, **what: str | None) -> None:
    session.add(TrainingStep(message_id=message_id, kind=kind, staff=staff, at=now, **what))
    session.flush()
