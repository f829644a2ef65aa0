"""`quanyi nlu apply`: what trainers changed in the browser, and every wording that is told now, into this checkout."""

from __future__ import annotations

import typer
from sqlalchemy.orm import Session

import care.migrations.models  # noqa: F401  # every table that a change refers to
from care import db
from care.approval import writing
from care.dataset.applying import apply as apply_examples
from cli.run.checkout import Checkout
from cli.run.running import connect


def apply(checkout: Checkout) -> None:
    connect(checkout)

    def write(session: Session) -> list[str]:
        now = db.utcnow()
        return sorted({*apply_examples(session, checkout.root), *writing.apply(session, checkout.root, now)})

    files = db.run(write)
    for file in files:
        typer.echo(f"{file}: brought up to date.")
    if not files:
        typer.echo("The files have every change already.")
