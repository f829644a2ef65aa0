"""`quanyi staff …`: the commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

staff = typer.Typer(help="Who may sign in to the desk.", no_args_is_help=True)

_Number = Annotated[str, typer.Argument(help="工号: what they sign in with.")]


@staff.command("list")
def list_() -> None:
    """Show everybody: number, role, skills, state."""
    from cli.staff import people

    people.show(_say())


@staff.command("add")
def add(
    number: _Number,
    name: Annotated[str, typer.Option(help="Their name, as colleagues see it.")],
    role: Annotated[str, typer.Option(help="agent, supervisor, trainer, auditor or admin.")],
    skill: Annotated[list[str] | None, typer.Option(help="One of care/handoff/handoff.yml; may be repeated.")] = None,
    load_limit: Annotated[int, typer.Option(help="Customers at the same time.")] = 3,
    department: Annotated[str | None, typer.Option(help="One of care/sla/policy.yml: its tickets are theirs.")] = None,
    head: Annotated[bool, typer.Option("--head", help="Head of that department.")] = False,
) -> None:
    """Make an account, and print its first password once."""
    from cli.staff import people

    people.add(number, name, role, skill or [], load_limit, _say(), department=department, is_head=head)


@staff.command("set")
def set_(
    number: _Number,
    department: Annotated[str | None, typer.Option(help="One of care/sla/policy.yml; none: of no department.")] = None,
    head: Annotated[bool | None, typer.Option("--head/--no-head", help="Head of that department.")] = None,
) -> None:
    """Give somebody another department, whose new tickets are then given to them."""
    from cli.staff import people

    people.set_department(number, department, head, _say())


@staff.command("password")
def password(number: _Number) -> None:
    """Print a new password once; the old one and everywhere they are signed in end."""
    from cli.staff import people

    people.reset_password(number, _say())


@staff.command("leave")
def leave(number: _Number) -> None:
    """They do not work here any more: nothing opens with their account, and their customers wait for somebody else."""
    from cli.staff import people

    people.leave(number, _say())


@staff.command("unlock")
def unlock(number: _Number) -> None:
    """Let somebody try again at once after too many wrong passwords."""
    from cli.staff import people

    people.unlock(number, _say())


@staff.command("first", hidden=True)
def first() -> None:
    """Make the first admin if there is nobody at all, and print number and password (`quanyi run` does this)."""
    from cli.staff import people

    people.first(typer.echo)


def _say() -> Callable[[str], None]:
    """Connected to the database that this checkout runs with."""
    from cli.run.checkout import here
    from cli.run.running import connect

    connect(here())
    return typer.echo
