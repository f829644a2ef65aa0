"""What a trainer makes of a message: a label, a draft, sentences of their own, or nothing. The caller commits.

Out goes a trainer's own sentence into the examples (care/dataset), never the customer's. A message that is decided
leaves the inbox for good.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from care.conversations.tables import Message
from care.dataset import service as dataset
from care.dataset.current import ROOT, state
from care.dataset.rules import Meaning
from care.dataset.tables import ExampleChange
from care.errors import Conflict, InvalidInput, NotAllowed
from care.inbox.listing import note_use
from care.inbox.one import entry_of
from care.inbox.rules import Why
from care.inbox.tables import InboxEntry, InboxOpinion
from care.training import rewording
from care.training.examples import AnnotationError, Span, parse
from care.training.masking import kinds_in
from care.training.tables import TrainingStep

#: sentences that one message may give: it may be about more than one matter
MOST_SENTENCES = 5
#: messages that are rejected at once
MOST_AT_ONCE = 200
_LONGEST_REASON = 200
#: of the inbox, the newest: whose words a trainer may just have read
_READ = 300


@dataclass(frozen=True)
class Decided:
    #: of the examples; empty where they were there already
    changes: list[ExampleChange]
    #: for a second trainer's opinion
    waits: bool = False


def correct(
    session: Session, message_id: int, label: str, sub: str | None, staff: str, now: datetime, root: Path = ROOT
) -> None:
    """Say what a customer's message means. Any message: it enters the inbox only if its customer agreed.

    Raises InvalidInput (reason `label`), NotAllowed (reason `message`).
    """
    _check_label(session, root, label, sub)
    by_customer = select(Message.conversation_id).where(Message.id == message_id, Message.author == "customer")
    conversation_id = session.scalar(by_customer)
    if conversation_id is None:
        raise NotAllowed("message", f"there is no customer's message {message_id}")
    _note(session, message_id, "correct", staff, now, label=label, sub=sub)
    entry = session.get(InboxEntry, message_id, with_for_update=True)
    if entry is not None:
        entry.label, entry.sub, entry.why = label, sub, entry.why | Why.CORRECTED
    note_use(session, {conversation_id}, now)


def point_out(session: Session, message_id: int, staff: str, now: datetime) -> None:
    """A blind audit found the bot's answer to this message wrong: it enters the inbox if its customer agreed."""
    if session.scalar(_pointed_out(message_id).limit(1)) is None:
        _note(session, message_id, "audit", staff, now)


def take_back(session: Session, message_id: int, staff: str, now: datetime) -> None:
    """The same person thinks otherwise; what trainers did with it meanwhile stays."""
    for step in session.scalars(_pointed_out(message_id).where(TrainingStep.staff == staff, TrainingStep.at <= now)):
        session.delete(step)
    session.flush()
    entry = session.get(InboxEntry, message_id, with_for_update=True)
    if entry is not None and session.scalar(_pointed_out(message_id).limit(1)) is None:
        entry.why &= ~Why.AUDIT
        if not entry.why:
            session.delete(entry)


def _pointed_out(message_id: int) -> Select[TrainingStep]:
    return select(TrainingStep).where(TrainingStep.message_id == message_id, TrainingStep.kind == "audit")


def keep_draft(session: Session, message_id: int, words: str, staff: str, now: datetime, root: Path = ROOT) -> None:
    """Keep an annotated rewording that is not finished. Raises what `accept` raises of its text."""
    entry = entry_of(session, message_id)
    text, spans = parsed(words)
    _check_own(session, text, entry)
    for span in spans:
        if told := state(session, root).labels.unknown_entity(span.entity):
            raise InvalidInput("annotation", " ".join(told))
    _note(session, message_id, "draft", staff, now, words=words.strip())
    note_use(session, {entry.conversation_id}, now)


def accept(
    session: Session, message_id: int, sentences: Sequence[Meaning], staff: str, now: datetime, root: Path = ROOT
) -> Decided:
    """Learn a trainer's own sentences in the place of a message. The first sentence's label is what it means.

    Each label of `second_opinion` (data/labels.yml), or what an opinion was asked about, waits until another trainer
    has given it too; learnt are all sentences or none.

    Raises NotAllowed (`inbox`); Conflict (`decided`); InvalidInput: `no_words`, `too_many`, `own_words`, and what
    `care.dataset.service.add` raises of each sentence but `known`: then it is learnt already.
    """
    entry = _undecided(session, message_id)
    if not 1 <= len(sentences) <= MOST_SENTENCES:
        raise InvalidInput("no_words" if not sentences else "too_many", f"write 1 to {MOST_SENTENCES} sentences")
    known = state(session, root)
    for each in sentences:
        _check_own(session, parsed(each.words)[0], entry)
        try:
            dataset.checked(known, each)
        except InvalidInput as error:
            if error.reason != "known":
                raise
    if (alone := _unconfirmed(session, entry, sentences, staff, root)) is not None:
        _ask(session, entry, alone.label, alone.sub, sentences, staff, now)
        return Decided([], waits=True)
    changes = []
    for each in sentences:
        try:
            changes.append(dataset.add(session, each, staff, now, message_id=message_id, root=root))
        except InvalidInput as error:
            if error.reason != "known":
                raise
    meant, of = sentences[0], entry.conversation_id
    _decide(session, entry, "accept", staff, now, label=meant.label, sub=meant.sub, words=meant.words)
    note_use(session, {of}, now)
    return Decided(changes)


def ask_opinion(
    session: Session, message_id: int, label: str, sub: str | None, staff: str, now: datetime, root: Path = ROOT
) -> None:
    """Have another trainer say what it means before anything is learnt. Raises NotAllowed (`inbox`), InvalidInput
    (`label`)."""
    entry = _undecided(session, message_id)
    _check_label(session, root, label, sub)
    _ask(session, entry, label, sub, None, staff, now)


def give_opinion(
    session: Session, message_id: int, label: str, sub: str | None, staff: str, now: datetime, root: Path = ROOT
) -> bool:
    """Whether it is the first trainer's. Where it is, what that one wrote is learnt; else both are shown to all.

    Raises NotAllowed (`inbox`; `own`: one's own is no second one), Conflict (`not_asked`), InvalidInput (`label`).
    """
    entry = _undecided(session, message_id)
    _check_label(session, root, label, sub)
    first = first_opinion(session, message_id) if entry.is_waiting else None
    if first is None:
        raise Conflict("not_asked", f"nobody waits for an opinion on message {message_id}")
    if first.staff == staff:
        raise NotAllowed("own", "a second opinion is another trainer's")
    _opine(session, message_id, label, sub, staff, now)
    if (label, sub) != (first.label, first.sub):
        return False
    if first.sentences:
        meanings = [Meaning(str(each["words"]), str(each["label"]), each["sub"]) for each in first.sentences]
        accept(session, message_id, meanings, first.staff, now, root)
    else:
        entry.is_waiting = False
        correct(session, message_id, label, sub, first.staff, now, root)
    return True


def reject(session: Session, message_ids: Collection[int], reason: str, staff: str, now: datetime) -> int:
    """Take messages out of the inbox for good; how many. Raises InvalidInput (`reason`, `too_many`), and for a single
    one NotAllowed (`inbox`), Conflict (`decided`): of many those that are gone already are passed over."""
    reason = " ".join(reason.split())
    if not reason or len(reason) > _LONGEST_REASON:
        raise InvalidInput("reason", f"say in 1 to {_LONGEST_REASON} characters why nothing is learnt from it")
    if kinds_in(reason):
        raise InvalidInput("reason", "the reason seems to hold personal data; say it without")
    if len(message_ids) > MOST_AT_ONCE:
        raise InvalidInput("too_many", f"at most {MOST_AT_ONCE} messages at once")
    done = []
    for message_id in sorted(message_ids):
        try:
            entry = _undecided(session, message_id)
            of = entry.conversation_id
            _decide(session, entry, "reject", staff, now, words=reason)
        except (NotAllowed, Conflict):
            if len(message_ids) == 1:
                raise
        else:
            done.append(of)
    # Together at the end, in the order of all who note: two who rejected much at once would wait for each other.
    note_use(session, set(done), now)
    return len(done)


def steps(session: Session, limit: int = 50) -> Sequence[TrainingStep]:
    """What was done, newest first."""
    return session.scalars(select(TrainingStep).order_by(TrainingStep.id.desc()).limit(limit)).all()


def first_opinion(session: Session, message_id: int) -> InboxOpinion | None:
    query = select(InboxOpinion).where(InboxOpinion.message_id == message_id, InboxOpinion.is_first)
    return session.scalar(query.order_by(InboxOpinion.id.desc()).limit(1))


def _undecided(session: Session, message_id: int) -> InboxEntry:
    """Raises Conflict (`decided`), NotAllowed (`inbox`)."""
    try:
        return entry_of(session, message_id, lock=True)
    except NotAllowed:
        decided = select(TrainingStep.staff).where(
            TrainingStep.message_id == message_id, TrainingStep.kind.in_(("accept", "reject"))
        )
        if session.scalar(decided) is not None:
            raise Conflict("decided", f"somebody else has just decided message {message_id}") from None
        raise


def _decide(session: Session, entry: InboxEntry, kind: str, staff: str, now: datetime, **what: str | None) -> None:
    message_id = entry.message_id
    try:
        with session.begin_nested():
            _note(session, message_id, kind, staff, now, **what)
    except IntegrityError:
        raise Conflict("decided", f"somebody else has just decided message {message_id}") from None
    session.delete(entry)
    session.flush()


def _unconfirmed(
    session: Session, entry: InboxEntry, sentences: Sequence[Meaning], staff: str, root: Path
) -> Meaning | None:
    """The first sentence that another trainer has still to give the same label."""
    labels = state(session, root).labels
    risky = [each for each in sentences if labels.needs_two(each.label)]
    needed = risky or (sentences[:1] if entry.is_waiting else ())
    return next((each for each in needed if not _agreed(session, entry, each, staff)), None)


def _agreed(session: Session, entry: InboxEntry, meant: Meaning, staff: str) -> bool:
    """Whether another trainer gave it this label."""
    query = select(InboxOpinion).where(
        InboxOpinion.message_id == entry.message_id,
        InboxOpinion.staff != staff,
        InboxOpinion.label == meant.label,
        InboxOpinion.sub.is_not_distinct_from(meant.sub),
    )
    return session.scalar(query.limit(1)) is not None


def _ask(
    session: Session,
    entry: InboxEntry,
    label: str,
    sub: str | None,
    sentences: Sequence[Meaning] | None,
    staff: str,
    now: datetime,
) -> None:
    kept = [{"words": each.words, "label": each.label, "sub": each.sub} for each in sentences or ()]
    _opine(session, entry.message_id, label, sub, staff, now, is_first=True, sentences=kept or None)
    entry.is_waiting = True
    note_use(session, {entry.conversation_id}, now)


def _opine(
    session: Session,
    message_id: int,
    label: str,
    sub: str | None,
    staff: str,
    now: datetime,
    *,
    is_first: bool = False,
    sentences: list[dict[str, str | None]] | None = None,
) -> None:
    session.add(
        InboxOpinion(
            message_id=message_id, is_first=is_first, sentences=sentences, label=label, sub=sub, staff=staff, at=now
        )
    )
    session.flush()


def _note(session: Session, message_id: int, kind: str, staff: str, now: datetime, **what: str | None) -> None:
    session.add(TrainingStep(message_id=message_id, kind=kind, staff=staff, at=now, **what))
    session.flush()


def parsed(words: str) -> tuple[str, tuple[Span, ...]]:
    """Text and entities of an annotated sentence. Raises InvalidInput (reason `annotation`)."""
    try:
        return parse(words.strip())
    except AnnotationError as error:
        raise InvalidInput("annotation", str(error)) from None


def _check_label(session: Session, root: Path, label: str, sub: str | None) -> None:
    labels = state(session, root).labels
    if told := labels.unknown_label(label) or (labels.unknown_sub(label, sub) if sub is not None else None):
        raise InvalidInput("label", " ".join(told))


def _check_own(session: Session, text: str, entry: InboxEntry) -> None:
    """Against the message itself, and against what else a trainer may just have read."""
    original = session.scalar(select(Message.text).where(Message.id == entry.message_id)) or ""
    others = session.scalars(
        select(InboxEntry.text)
        .where(InboxEntry.message_id != entry.message_id)
        .order_by(InboxEntry.message_id.desc())
        .limit(_READ)
    )
    rewording.check(text, original, others)
