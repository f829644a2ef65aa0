"""What each command of `quanyi nlu inbox` does; one transaction each."""

from __future__ import annotations

from collections.abc import Sequence

import typer
from sqlalchemy.orm import Session

import care.migrations.models  # noqa: F401  # every table that a ticket refers to
from care import db
from care.accesses.rules import Reader, Use
from care.accesses.service import note_access
from care.dataset.applying import apply
from care.dataset.rules import Meaning
from care.errors import InvalidInput
from care.inbox import deciding
from care.tickets.rules import read_number
from care.tickets.service import ticket_by_number
from care.training import annotate, consent, corpus
from care.training.examples import AnnotationError, render
from care.training.rules import CONSENT_VERSION
from cli.errors import Stop
from cli.nlu import inbox_items, inbox_view, lab
from cli.nlu.inbox_items import Item
from cli.nlu.terminal import console
from cli.nlu.trainer import meaning, name_of, spelled
from cli.run.checkout import Checkout
from cli.run.running import connect


def listed(checkout: Checkout, *, below: float | None, group: bool, as_json: bool) -> None:
    groups, has_more = read(checkout, below=below, group=group)
    if as_json:
        typer.echo(inbox_view.as_json(groups, has_more))
    else:
        inbox_view.show_groups(console(), groups, has_more)


def read(checkout: Checkout, *, below: float | None, group: bool) -> tuple[list[list[Item]], bool]:
    """The inbox, in groups."""
    connect(checkout)
    now = db.utcnow()
    db.run(lambda s: inbox_items.take_in(s, checkout.root, below, now))
    found, has_more = db.run(lambda s: inbox_items.items(s, now))
    return (_grouped(checkout, found) if group else [[each] for each in found]), has_more


def _grouped(checkout: Checkout, items: Sequence[Item]) -> list[list[Item]]:
    """Like ones together, as the worker has put them; the others are asked about, where the model is here."""
    together: dict[int, list[Item]] = {}
    for each in items:
        if each.group is not None:
            together.setdefault(each.group, []).append(each)
    alone = _alike(checkout, [each for each in items if each.group is None])
    return sorted([*together.values(), *alone], key=lambda group: (-len(group), -group[0].id))


def _alike(checkout: Checkout, items: Sequence[Item]) -> list[list[Item]]:
    """Each alone where the model cannot be asked. No vectors of customers' words are kept."""
    if len(items) < 2:
        return [[each] for each in items]
    try:
        answer = lab.run(checkout, "group", {"texts": [each.text for each in items], "cache": None})
    except Stop as reason:
        typer.echo(f"Not grouped: {reason}", err=True)
        return [[each] for each in items]
    return [[items[index] for index in group] for group in answer["groups"]]


def shown(checkout: Checkout, message: int) -> None:
    connect(checkout)
    inbox_view.show_item(console(), db.run(lambda s: _item(s, checkout, message)))


def _item(session: Session, checkout: Checkout, message: int) -> Item:
    inbox_items.take_in(session, checkout.root, None, db.utcnow())
    return inbox_items.item(session, message, db.utcnow())


def accepted(checkout: Checkout, message: int, *, text: str | None, label: str | None, by: str | None) -> None:
    """As in the browser, and written into the files of this checkout at once."""
    connect(checkout)
    staff, meant = name_of(by), meaning(label)

    def write(session: Session) -> str:
        seen = _item(session, checkout, message)
        known = meant or seen.meaning
        if known is None:
            raise InvalidInput("label", "the bot did not understand this message: name the label that it has")
        words = text or seen.draft
        if not words:
            raise InvalidInput("no_words", "write your own sentence for it; there is no draft")
        sentence = Meaning(words, *known)
        done = deciding.accept(session, message, [sentence], staff, db.utcnow(), checkout.root)
        if done.waits:
            return f"{spelled(known)} needs two: another trainer has to give it the same label first."
        # Last: what cannot be written is not decided.
        apply(session, checkout.root)
        return f"{_place(checkout, sentence)}: written under {spelled(known)}."

    typer.echo(db.run(write))


def _place(checkout: Checkout, sentence: Meaning) -> str:
    found = corpus.read(checkout.root).examples
    return next(each.place for each in found if (each.text, each.label) == (sentence.text, sentence.label))


def corrected(checkout: Checkout, message: int, label: str, *, by: str | None, listed: bool) -> None:
    connect(checkout)
    staff, meant = name_of(by), meaning(label)
    assert meant is not None  # a label was given

    def write(session: Session) -> None:
        if listed:
            _item(session, checkout, message)
        deciding.correct(session, message, *meant, staff, db.utcnow(), checkout.root)

    db.run(write)
    typer.echo(f"Message {message} means {spelled(meant)}.")


def annotated(
    checkout: Checkout,
    message: int,
    text: str | None,
    *,
    unmark: Sequence[int],
    split: Sequence[str],
    mark: Sequence[str],
    by: str | None,
) -> None:
    connect(checkout)
    staff = name_of(by)
    splits = [_split(each) for each in split]
    marks = [_mark(each) for each in mark]

    def write(session: Session) -> str:
        now = db.utcnow()
        seen = _item(session, checkout, message)
        words = text or seen.draft
        if not words:
            raise Stop(f"Message {message} has no draft yet: give your own sentence with --text.")
        plain, spans = deciding.parsed(words)
        for number in sorted(unmark, reverse=True):
            spans = annotate.unmark(spans, number)
        for number, first in splits:
            spans = annotate.split(plain, spans, number, first)
        for marked, entity, value in marks:
            spans = annotate.mark(plain, spans, marked, entity, value)
        try:
            whole = render(plain, spans)
        except AnnotationError as error:
            raise Stop(str(error)) from None
        deciding.keep_draft(session, message, whole, staff, now, checkout.root)
        return whole

    inbox_view.show_entities(console(), db.run(write))


def _split(given: str) -> tuple[int, str]:
    number, sign, words = given.partition("=")
    if not sign or not number.isdecimal() or not words:
        raise Stop(f"--split takes NUMBER=WORDS, for example 1=上个月; not {given!r}.")
    return int(number), words


def _mark(given: str) -> tuple[str, str, str | None]:
    words, _, what = given.rpartition("=")
    entity, _, value = what.partition(":")
    if not words or not entity:
        raise Stop(f"--mark takes WORDS=ENTITY or WORDS=ENTITY:VALUE, for example 八十块=amount:80; not {given!r}.")
    return words, entity, value or None


def rejected(checkout: Checkout, message: int, reason: str, *, by: str | None) -> None:
    connect(checkout)
    staff = name_of(by)
    db.run(lambda s: _reject(s, checkout, message, reason, staff))
    typer.echo(f"Message {message} is rejected.")


def _reject(session: Session, checkout: Checkout, message: int, reason: str, staff: str) -> None:
    _item(session, checkout, message)
    deciding.reject(session, {message}, reason, staff, db.utcnow())


def logged(checkout: Checkout, most: int) -> None:
    connect(checkout)
    inbox_view.show_steps(console(), db.run(lambda s: deciding.steps(s, most)))


def withdrawn(checkout: Checkout, ticket: str, *, by: str | None) -> None:
    connect(checkout)
    staff = name_of(by)

    def write(session: Session) -> bool:
        found = ticket_by_number(session, read_number(ticket) or "")
        if found is None or found.conversation_id is None:
            raise Stop("There is no such ticket; give the number as the customer has it, for example TS261121-4K7Q2X.")
        had = consent.standing(session, found.conversation_id).agreed
        now = db.utcnow()
        consent.record(session, found.conversation_id, False, CONSENT_VERSION, f"staff:{staff}", now)
        note_access(
            session, Reader.OPERATOR, Use.RIGHTS, "choices", now, conversation_id=found.conversation_id, who=staff
        )
        return had

    had = db.run(write)
    typer.echo("The consent is withdrawn." if had else "That conversation had not agreed; nothing of it is shown.")
