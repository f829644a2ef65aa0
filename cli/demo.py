"""`quanyi demo …`: the made-up operator, whose customers everybody may look into."""

from __future__ import annotations

import typer

from care import db
from care.billing.demo import seeding
from care.billing.demo.stories import CUSTOMERS, STORIES, phone_at
from care.settings import settings
from cli.errors import Stop
from cli.staff import people


def seed() -> None:
    """Raises Stop where the operator is a real one."""
    _check()
    db.run(lambda session: seeding.ensure(session, db.utcnow()))


def reset() -> None:
    """Raises Stop where the operator is a real one."""
    _check()
    db.run(lambda session: seeding.reset(session, db.utcnow()))


def staff() -> None:
    """Raises Stop in production."""
    if settings().mode != "demo":
        raise Stop(f"QUANYI_MODE is {settings().mode}: quanyi staff add makes people who are really there.")
    people.demo(typer.echo)


def customers() -> None:
    """Nothing is masked: these numbers belong to nobody."""
    for n, story in enumerate(STORIES):
        typer.echo(f"{phone_at(n)}  {story.name:<21} {story.what}")
    last = phone_at(CUSTOMERS - 1)
    typer.echo(f"{phone_at(len(STORIES))} to {last}: ordinary customers")
    typer.echo("M is the month in which the data was made; `quanyi demo reset` makes it anew.")


def _check() -> None:
    if settings().billing != "demo":
        raise Stop(f"QUANYI_BILLING is {settings().billing}: there is no demo operator here.")
