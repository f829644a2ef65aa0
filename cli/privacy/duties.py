"""The yearly assessment, the audit, retention, receipts, open requests and uses at the terminal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import typer
from sqlalchemy import false, select
from sqlalchemy.orm import Session

import care.migrations.models  # noqa: F401  # every table that a request refers to
from care import db
from care.accesses.rules import Reader, Use
from care.accesses.service import accesses_of, note_access
from care.accesses.tables import Access
from care.accounts.rules import mask_phone
from care.privacy import assessments, auditing, expiring, receipts
from care.privacy.auditing import Audited
from care.privacy.places.base import Counts
from care.privacy.receipts import Verdict
from care.privacy.requests import RequestState, state
from care.privacy.rules import Status
from care.privacy.tables import PrivacyRequest
from care.privacy.tracker import RasaTracker
from care.settings import settings
from care.tickets.rules import read_number
from care.tickets.service import ticket_by_number
from care.timezone import CHINA
from care.turns.dialogue import RasaDialogue
from care.turns.runner import Runner
from cli.errors import Stop
from cli.nlu.trainer import name_of
from cli.run.checkout import Checkout
from cli.run.running import connect

#: uses that are shown
_SHOWN = timedelta(days=180)
_VERDICTS = {
    Verdict.UNCHANGED: "It is ours, and as we gave it.",
    Verdict.CHANGED: "Its number is ours, but it is not what we gave.",
    Verdict.UNKNOWN: "No receipt of ours has its number.",
}


def assessed(checkout: Checkout, document: Path | None, staff: str | None) -> int:
    """The exit code: 1 where one is due."""
    connect(checkout)
    if document is not None:
        if staff is None:
            raise Stop("Say with --staff who answers for the assessment.")
        content, by = _read(document), name_of(staff)
        done = db.run(lambda session: assessments.record(session, content, by, db.utcnow()))
        typer.echo(f"Recorded: {done.day}, {done.staff}, SHA-256 {done.digest}. Keep the document for three years.")
        return 0
    found = db.run(lambda session: assessments.standing(session, db.utcnow()))
    if found.last is None:
        typer.echo("No impact assessment was recorded yet: it is due (docs/privacy-assessment.md).")
        return 1
    typer.echo(f"The last one: {found.last.day}, {found.last.staff}, SHA-256 {found.last.digest}.")
    typer.echo(f"The next one {'was' if found.is_due else 'is'} due on {found.due_on}.")
    return 1 if found.is_due else 0


def audited(checkout: Checkout) -> int:
    """The exit code: 1 where something leaked, or not everything was answered."""
    connect(checkout)
    done = asyncio.run(_audit())
    for probe, kinds in sorted(done.leaks.items()):
        typer.echo(f"LEAK  {probe}: {', '.join(kinds)}")
    leaks = len(done.leaks)
    typer.echo(f"{done.asked} of {done.probes} probes were answered; {leaks} of the answers held what they must not.")
    if done.incident is not None:
        typer.echo(f"Incident {done.incident} is open: `quanyi privacy incident list` says what has to be done.")
    if done.asked < done.probes:
        typer.echo("The rest got no answer: is Rasa running?")
    return 1 if done.leaks or done.asked < done.probes else 0


async def _audit() -> Audited:
    dialogue = RasaDialogue(settings().rasa_url, settings().gateway_secret.get_secret_value())
    runner = Runner(dialogue)
    try:
        return await auditing.audit(runner)
    finally:
        await runner.aclose()
        await dialogue.aclose()


def expired(checkout: Checkout, *, is_done: bool) -> None:
    connect(checkout)
    if is_done:
        counts: Mapping[str, Counts] = asyncio.run(_expire())
    else:
        counts = db.run(lambda session: expiring.would_expire(session, db.utcnow()))
    for place, count in counts.items():
        held = sum(each.count for each in count.held)
        typer.echo(f"{place}: {count.removed} removed, {count.anonymised} made anonymous, {held} held back")
    if not is_done:
        typer.echo("Nothing was changed; --now does it, and so does the worker each night.")


async def _expire() -> dict[str, Counts]:
    tracker = RasaTracker(settings().rasa_url, settings().gateway_secret.get_secret_value())
    try:
        return await expiring.expire_due(tracker)
    finally:
        await tracker.aclose()


def verified(checkout: Checkout, file: Path) -> int:
    """The exit code: 0 where it is ours and unchanged."""
    try:
        given: Any = json.loads(_read(file))
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise Stop(f"{file} is no JSON object; give the receipt as it was downloaded.")
    connect(checkout)
    verdict = db.run(lambda session: receipts.verify(session, given))
    typer.echo(_VERDICTS[verdict])
    return 0 if verdict is Verdict.UNCHANGED else 1


def requested(checkout: Checkout, by: str | None) -> None:
    connect(checkout)
    staff = name_of(by)
    now = db.utcnow()
    found = db.run(lambda session: _open_requests(session, staff))
    for each in found:
        due = f"{each.due_at.astimezone(CHINA):%Y-%m-%d %H:%M}" if each.due_at else "–"
        late = "  LATE" if each.due_at and each.due_at < now else ""
        phone = mask_phone(each.phone) if each.phone else "this conversation only"
        asked = f"{each.asked_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
        typer.echo(f"{each.number or '–'}  {each.kind:<8} asked {asked}  due {due}{late}  {phone}")
    typer.echo(f"{len(found)} open.")


def _open_requests(session: Session, staff: str) -> list[RequestState]:
    waiting = select(PrivacyRequest).where(PrivacyRequest.status == Status.CONFIRMED).order_by(PrivacyRequest.asked_at)
    found = [state(session, row) for row in session.scalars(waiting)]
    for phone, conversation_id in sorted({(each.phone or "", each.conversation_id) for each in found}):
        note_access(
            session,
            Reader.OPERATOR,
            Use.RIGHTS,
            "request",
            db.utcnow(),
            phone=phone or None,
            conversation_id=conversation_id,
            who=staff,
        )
    return found


def used(checkout: Checkout, number: str, by: str | None) -> None:
    """Only for the number of an open request: so it is known why, and no number stands in the shell's history."""
    connect(checkout)
    staff = name_of(by)
    rows = db.run(lambda session: _uses(session, number, staff))
    for row in rows:
        typer.echo(f"{row.day}  {row.reader:<8} {row.who or '–':<10} {row.use:<8} {row.what:<16} {row.times} times")
    typer.echo(f"{len(rows)} in the last {_SHOWN.days} days.")


def _uses(session: Session, number: str, staff: str) -> Sequence[Access]:
    ticket = ticket_by_number(session, read_number(number) or "")
    asked = (PrivacyRequest.ticket_id == ticket.id, PrivacyRequest.status == Status.CONFIRMED) if ticket else (false(),)
    phone = session.scalar(select(PrivacyRequest.phone).where(*asked))
    if phone is None:
        raise Stop(f"{number} is no open request about a telephone number.")
    now = db.utcnow()
    rows = accesses_of(session, phone, (), now - _SHOWN)
    note_access(session, Reader.OPERATOR, Use.RIGHTS, "usage", now, phone=phone, who=staff)
    return rows


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Stop(f"{file} cannot be read ({error.strerror}).") from None
