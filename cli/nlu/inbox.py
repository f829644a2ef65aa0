"""`quanyi nlu inbox`: what 小益 understood badly, masked; a trainer rewords it into training data."""

from __future__ import annotations

from typing import Annotated

import typer

inbox = typer.Typer(
    help="Learn from what 小益 understood badly, of customers who agreed to it; without a command: one by one.",
    invoke_without_command=True,
)

_Id = Annotated[int, typer.Argument(help="Number of the message, as listed.", min=1)]
_By = Annotated[str | None, typer.Option(help="Who decides; without it the user of the system.")]
_Below = Annotated[
    float | None,
    typer.Option(
        help="Also what was understood with less confidence; without it the threshold of config.yml.",
        min=0.0,
        max=1.0,
        envvar="QUANYI_INBOX_BELOW",
    ),
]
_Grouped = Annotated[bool, typer.Option("--group/--no-group", help="Put like messages together (asks the model).")]
_Label = Annotated[str | None, typer.Option(help="label or label/sub; without it what the message is taken for.")]


@inbox.callback()
def session(context: typer.Context, by: _By = None, below: _Below = None, group: _Grouped = True) -> None:
    """Go through the inbox, one message after the other."""
    if context.invoked_subcommand is None:
        from cli.nlu.inbox_session import go_through
        from cli.run.checkout import here

        go_through(here(), by=by, below=below, group=group)


@inbox.command("list")
def show_list(
    below: _Below = None,
    group: _Grouped = True,
    json: Annotated[bool, typer.Option("--json", help="One JSON object, for scripts.")] = False,
) -> None:
    """List the messages, masked, what says much the same together."""
    from cli.nlu.inbox_steps import listed
    from cli.run.checkout import here

    listed(here(), below=below, group=group, as_json=json)


@inbox.command()
def show(message: _Id) -> None:
    """Show one message, masked: what it was taken for, what it was corrected to, a draft."""
    from cli.nlu.inbox_steps import shown
    from cli.run.checkout import here

    shown(here(), message)


@inbox.command()
def accept(
    message: _Id,
    text: Annotated[
        str | None,
        typer.Option(help="Your own sentence, entities as [八十块](amount); without it the draft."),
    ] = None,
    label: _Label = None,
    by: _By = None,
) -> None:
    """Write your rewording of a message into the training data. The customer's words are refused."""
    from cli.nlu.inbox_steps import accepted
    from cli.run.checkout import here

    accepted(here(), message, text=text, label=label, by=by)


@inbox.command()
def relabel(message: _Id, label: Annotated[str, typer.Argument(help="label or label/sub.")], by: _By = None) -> None:
    """Say what a message of the inbox means; it stays there until it is accepted or rejected."""
    from cli.nlu.inbox_steps import corrected
    from cli.run.checkout import here

    corrected(here(), message, label, by=by, listed=True)


@inbox.command()
def correct(message: _Id, label: Annotated[str, typer.Argument(help="label or label/sub.")], by: _By = None) -> None:
    """Say what any message means, as an agent does at the desk; it enters the inbox if its customer agreed."""
    from cli.nlu.inbox_steps import corrected
    from cli.run.checkout import here

    corrected(here(), message, label, by=by, listed=False)


@inbox.command()
def entities(
    message: _Id,
    text: Annotated[str | None, typer.Option(help="Your own sentence; without it the draft.")] = None,
    mark: Annotated[list[str] | None, typer.Option(help="WORDS=ENTITY or WORDS=ENTITY:VALUE.")] = None,
    split: Annotated[list[str] | None, typer.Option(help="NUMBER=WORDS: cut an entity behind its first words.")] = None,
    unmark: Annotated[list[int] | None, typer.Option(help="NUMBER of an entity that is none.")] = None,
    by: _By = None,
) -> None:
    """Annotate a rewording; it is kept as a draft for `accept`. Done in this order: unmark, split, mark."""
    from cli.nlu.inbox_steps import annotated
    from cli.run.checkout import here

    annotated(here(), message, text, unmark=unmark or [], split=split or [], mark=mark or [], by=by)


@inbox.command()
def reject(
    message: _Id, reason: Annotated[str, typer.Option(help="Why nothing is learnt from it.")], by: _By = None
) -> None:
    """Take a message out of the inbox for good."""
    from cli.nlu.inbox_steps import rejected
    from cli.run.checkout import here

    rejected(here(), message, reason, by=by)


@inbox.command()
def log(most: Annotated[int, typer.Option(help="How many to show.", min=1, max=1000)] = 50) -> None:
    """Show who did what, newest first."""
    from cli.nlu.inbox_steps import logged
    from cli.run.checkout import here

    logged(here(), most)


@inbox.command()
def withdraw(
    ticket: Annotated[str, typer.Argument(help="Number of a ticket that the customer filed.")], by: _By = None
) -> None:
    """Withdraw the consent of a customer who asks a person for it; nothing of that conversation is shown any more."""
    from cli.nlu.inbox_steps import withdrawn
    from cli.run.checkout import here

    withdrawn(here(), ticket, by=by)
