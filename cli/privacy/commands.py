"""What the operator answers for with personal data: `quanyi privacy …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

privacy = typer.Typer(help="What the operator answers for with personal data.", no_args_is_help=True)
incident = typer.Typer(help="The register of incidents (docs/operate/incidents.md).", no_args_is_help=True)
receipt = typer.Typer(help="Receipts of requests about personal data.", no_args_is_help=True)
privacy.add_typer(incident, name="incident")
privacy.add_typer(receipt, name="receipt")

_Number = Annotated[str, typer.Argument(help="Number of the incident, for example SJ261121-1.")]
_By = Annotated[str | None, typer.Option(help="Who does it; without it the user of the system.")]
_People = Annotated[int | None, typer.Option(help="People whose data it concerns, as far as known.", min=0)]


@incident.command("open")
def incident_open(
    words: Annotated[str, typer.Argument(help="What happened, without anybody's personal data.")],
    affected: _People = None,
    ticket: Annotated[str | None, typer.Option(help="Number of the ticket that reports it.")] = None,
) -> None:
    """Put an incident into the register, and show what has to be done."""
    from cli.privacy.incidents import opened
    from cli.run.checkout import here

    opened(here(), words, affected=affected, ticket=ticket)


@incident.command("step")
def incident_step(
    number: _Number,
    step: Annotated[str, typer.Argument(help="A step of the playbook.")],
    by: _By = None,
    note: Annotated[str | None, typer.Option(help="What was found or done, or why it is left out.")] = None,
    confirmed: Annotated[
        bool | None, typer.Option("--confirmed/--no-incident", help="The judgement, with the step assess.")
    ] = None,
    affected: _People = None,
) -> None:
    """Record that a step of the playbook was taken, or why it is left out."""
    from cli.privacy.incidents import stepped
    from cli.run.checkout import here

    stepped(here(), number, step, by=by, note=note, is_confirmed=confirmed, affected=affected)


@incident.command("close")
def incident_close(number: _Number, by: _By = None) -> None:
    """Close an incident whose steps are all recorded."""
    from cli.privacy.incidents import closed
    from cli.run.checkout import here

    closed(here(), number, by=by)


@incident.command("list")
def incident_list(
    with_closed: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
) -> None:
    """Show the register: what happened, what was done, what is still needed and by when."""
    from cli.privacy.incidents import listed
    from cli.run.checkout import here

    listed(here(), with_closed=with_closed)


@incident.command("rate")
def incident_rate(
    year: Annotated[int | None, typer.Option(help="In China; without it the running one.", min=2020, max=2100)] = None,
) -> None:
    """Compare the confirmed incidents of a year with the customers served in it."""
    from cli.privacy.incidents import rated
    from cli.run.checkout import here

    rated(here(), year)


@privacy.command()
def assessment(
    record: Annotated[Path | None, typer.Option(help="The document of the assessment that was done today.")] = None,
    staff: Annotated[str | None, typer.Option(help="Who answers for it.")] = None,
) -> None:
    """Say when the last impact assessment was and whether the next is due (exit code 1); or record one."""
    from cli.privacy.duties import assessed
    from cli.run.checkout import here

    raise typer.Exit(assessed(here(), record, staff))


@privacy.command()
def audit() -> None:
    """Ask 小益 what it must not tell, now (the worker does it each week). Exit code 1 where something leaked."""
    from cli.privacy.duties import audited
    from cli.run.checkout import here

    raise typer.Exit(audited(here()))


@privacy.command()
def retention(
    now: Annotated[bool, typer.Option("--now", help="Do it, instead of only showing it.")] = False,
) -> None:
    """Show what is older than its period and would go tonight; with --now it goes."""
    from cli.privacy.duties import expired
    from cli.run.checkout import here

    expired(here(), is_done=now)


@receipt.command("verify")
def receipt_verify(
    file: Annotated[Path, typer.Argument(help="The receipt as JSON, as a customer downloaded it.")],
) -> None:
    """Say whether a receipt is ours and unchanged (exit code 0) or not (1)."""
    from cli.privacy.duties import verified
    from cli.run.checkout import here

    raise typer.Exit(verified(here(), file))


@privacy.command()
def requests(by: _By = None) -> None:
    """Show the open requests of customers about their data and when they are due; numbers are masked."""
    from cli.privacy.duties import requested
    from cli.run.checkout import here

    requested(here(), by)


@privacy.command()
def uses(
    request: Annotated[str, typer.Argument(help="Number of the request that a person answers (YS…).")],
    by: _By = None,
) -> None:
    """Show who used the data of the number that a request is about. This look is written down too."""
    from cli.privacy.duties import used
    from cli.run.checkout import here

    used(here(), request, by)
