"""The trainer's commands: `quanyi nlu …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.nlu.inbox import inbox

nlu = typer.Typer(help="Teach 小益: check, format and improve the training examples.", no_args_is_help=True)
nlu.add_typer(inbox, name="inbox")


@nlu.command("format")
def format_files(
    check: Annotated[bool, typer.Option(help="Write nothing; exit code 1 where a file is not formatted.")] = False,
) -> None:
    """Bring data/nlu into the regular form: sorted, nothing twice, one block a label."""
    from cli.nlu.formatting import format_files as run
    from cli.run.checkout import here

    raise typer.Exit(run(here(), check=check))


@nlu.command()
def lint(
    fast: Annotated[bool, typer.Option(help="Leave out what needs the model.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Show every warning, not the first of each kind.")] = False,
) -> None:
    """Find what is wrong in the training examples (exit code 1) or looks so (exit code 0)."""
    from cli.nlu.lint import lint as run
    from cli.run.checkout import here

    raise typer.Exit(run(here(), fast=fast, everything=all_))


@nlu.command()
def suggest(
    most: Annotated[int, typer.Option(help="How many likely errors to show.", min=1)] = 40,
) -> None:
    """Show examples whose label is likely wrong, and labels that are hard to tell apart."""
    from cli.nlu.suggest import suggest as run
    from cli.run.checkout import here

    run(here(), most=most)


@nlu.command()
def report(
    cross_validation: Annotated[bool, typer.Option(help="Measure our own examples too: some minutes.")] = True,
    check: Annotated[
        bool, typer.Option("--check", help="Exit code 1 where a floor of data/floors.yml is missed.")
    ] = False,
    floor: Annotated[str | None, typer.Option(help="Floors of your own: accuracy=0.76,groups=0.84.")] = None,
    model: Annotated[Path | None, typer.Option(help="Another model than the one that fits the training data.")] = None,
) -> None:
    """Measure how well 小益 understands; writes reports/nlu."""
    from cli.nlu.measures import floors_in, floors_of
    from cli.nlu.report import report as run
    from cli.run.checkout import here

    checkout = here()
    floors = {**(floors_in(checkout.root) if check else {}), **(floors_of(floor) if floor else {})}
    raise typer.Exit(run(checkout, model=model, cross_validation=cross_validation, floors=floors))


@nlu.command()
def compare(
    model_a: Annotated[Path, typer.Argument(help="The model before: a file of models/.")],
    model_b: Annotated[Path, typer.Argument(help="The model after.")],
) -> None:
    """Show which real messages the second model reads better or worse than the first."""
    from cli.nlu.compare import compare as run
    from cli.run.checkout import here

    run(here(), model_a, model_b)


@nlu.command()
def parse(
    text: Annotated[str, typer.Argument(help="What a customer says.")],
    model: Annotated[Path | None, typer.Option(help="Another model than the one that fits the training data.")] = None,
    json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Show everything that 小益 makes of one message."""
    from cli.nlu.parse import parse as run
    from cli.run.checkout import here

    run(here(), text, model=model, as_json=json)


@nlu.command()
def apply() -> None:
    """Bring what trainers changed in the browser into the files of this checkout; the service must run."""
    from cli.nlu.apply import apply as run
    from cli.run.checkout import here

    run(here())


@nlu.command()
def forget() -> None:
    """Take out what trainers wrote for messages that their customers had deleted; the service must run."""
    from cli.nlu.forget import forget as run
    from cli.run.checkout import here

    run(here())


@nlu.command()
def annotate(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit code 1 where one would change.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Take off the marks that are there first.")] = False,
) -> None:
    """Mark amounts, dates, services … in the training examples."""
    from cli.nlu.annotate import annotate as run
    from cli.run.checkout import here

    raise typer.Exit(run(here(), check=check, replace=replace))
