"""The articles about rights: `quanyi rights …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

rights = typer.Typer(help="The articles about customers' rights (data/rights).", no_args_is_help=True)


@rights.callback()
def _commands() -> None:
    """What `lint` checks is told in docs/rights.md."""


@rights.command("lint")
def rights_lint() -> None:
    """What is wrong in the wording of the articles, and how plainly they are written."""
    from cli.rights.lint import lint

    lint()


@rights.command("report")
def rights_report(
    dev: Annotated[bool, typer.Option("--dev", help="The questions to tune on, with those that are misread.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit code 1 where a floor of data/floors.yml is missed.")
    ] = False,
    model: Annotated[Path | None, typer.Option(help="Another model than the one that fits the training data.")] = None,
) -> None:
    """Measure how well the search finds the right article; writes reports/rights."""
    from cli.rights.report import report
    from cli.run.checkout import here

    raise typer.Exit(report(here(), model=model, dev=dev, check=check))
