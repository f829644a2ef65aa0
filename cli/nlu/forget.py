"""`quanyi nlu forget`: what came of messages that were deleted goes out of this checkout's training data."""

from __future__ import annotations

import typer

import care.migrations.models  # noqa: F401  # every table that a step refers to
from care import db
from care.privacy.places.training import forget_examples
from cli.run.checkout import Checkout
from cli.run.running import connect


def forget(checkout: Checkout) -> None:
    connect(checkout)
    places = db.run(lambda session: forget_examples(session, checkout.root, db.utcnow()))
    for place in places:
        typer.echo(f"{place}: taken out.")
    typer.echo("Train again: the model learnt from it." if places else "Nothing to forget.")
