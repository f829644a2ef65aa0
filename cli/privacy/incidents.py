"""The register of incidents at the terminal."""

from __future__ import annotations

from datetime import datetime

import typer
from sqlalchemy.orm import Session

import care.migrations.models  # noqa: F401  # every table that an incident refers to
from care import db
from care.privacy import incidents
from care.privacy.incidents import Standing
from care.tickets.rules import read_number
from care.tickets.service import ticket_by_number
from care.timezone import CHINA
from cli.errors import Stop
from cli.nlu.trainer import name_of
from cli.run.checkout import Checkout
from cli.run.running import connect

_JUDGED = {None: "not judged yet", True: "confirmed", False: "no incident"}


def opened(checkout: Checkout, words: str, *, affected: int | None, ticket: str | None) -> None:
    connect(checkout)

    def write(session: Session) -> Standing:
        found = ticket_by_number(session, read_number(ticket) or "") if ticket else None
        if ticket and found is None:
            raise Stop(f"There is no ticket {ticket}.")
        ticket_id = found.id if found else None
        incident = incidents.open_incident(session, "staff", words, db.utcnow(), ticket_id, affected)
        return incidents.standing_of(session, incident.number)

    standing = db.run(write)
    typer.echo(f"{standing.incident.number} is open. Begin with the first step; the others follow:")
    _show_missing(standing)


def stepped(
    checkout: Checkout,
    number: str,
    step: str,
    *,
    by: str | None,
    note: str | None,
    is_confirmed: bool | None,
    affected: int | None,
) -> None:
    connect(checkout)
    staff = name_of(by)

    def write(session: Session) -> Standing:
        incidents.add_step(
            session, number, step, staff, db.utcnow(), note, is_confirmed=is_confirmed, affected=affected
        )
        return incidents.standing_of(session, number)

    standing = db.run(write)
    typer.echo(f"{number}: {step} is recorded, by {staff}.")
    _show_missing(standing)


def closed(checkout: Checkout, number: str, *, by: str | None) -> None:
    connect(checkout)
    staff = name_of(by)
    db.run(lambda session: incidents.close(session, number, staff, db.utcnow()))
    typer.echo(f"{number} is closed.")


def listed(checkout: Checkout, *, with_closed: bool) -> None:
    connect(checkout)
    found = db.run(lambda session: incidents.standings(session, with_closed=with_closed))
    for standing in found:
        _show(standing)
    if not found:
        typer.echo("The register is empty." if with_closed else "No incident is open.")


def rated(checkout: Checkout, year: int | None) -> None:
    connect(checkout)
    of = year or db.utcnow().astimezone(CHINA).year
    rate = db.run(lambda session: incidents.rate(session, of))
    typer.echo(
        f"{of}: {rate.incidents} confirmed, {rate.undecided} not judged yet; "
        f"{rate.customers} customers by number, {rate.conversations} conversations."
    )
    share = rate.per_10000_customers
    typer.echo("No customer, no rate." if share is None else f"{share:.2f} per 10 000 customers ({share / 100:.4f} %).")
    typer.echo("Customers: different numbers that were proved or complained about, as far as they are still kept.")


def _show(standing: Standing) -> None:
    incident = standing.incident
    affected = "unknown" if incident.affected is None else str(incident.affected)
    typer.echo(
        f"{incident.number}  {_day(incident.found_at)}  {incident.source}  {_JUDGED[incident.is_confirmed]}  "
        f"people: {affected}{f'  closed {_day(incident.closed_at)}' if incident.closed_at else ''}"
    )
    typer.echo(f"    {incident.description}")
    for step in standing.done:
        typer.echo(f"    {_day(step.at)}  {step.step}  {step.staff}  {step.note or ''}".rstrip())
    _show_missing(standing)


def _show_missing(standing: Standing) -> None:
    for step in standing.missing:
        due = _day(standing.incident.found_at + step.target)
        typer.echo(f"    needed: {step.name} ({step.title}; our own target: {due}; {step.law})")


def _day(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
