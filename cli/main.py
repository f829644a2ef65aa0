"""`quanyi …`: the commands. What each one does is imported when it is called: `quanyi --help` is fast."""

from __future__ import annotations

import errno
import sys
from typing import Annotated, Any

import typer

from care.errors import CareError
from cli.errors import Stop
from cli.nlu.commands import nlu
from cli.privacy.commands import privacy
from cli.rights.commands import rights
from cli.staff.commands import staff
from cli.wechat.commands import wechat


class _Commands(typer.Typer):
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """A reason to stop is one sentence, not a traceback."""
        try:
            return super().__call__(*args, **kwargs)
        except (Stop, CareError) as reason:
            sentence = str(reason)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            sentence = "The disk is full; make room and start again."
        print(f"quanyi: {sentence}", file=sys.stderr)
        sys.exit(1)


app = _Commands(
    name="quanyi",
    help="权益通: a telecom customer-care assistant. 小益 answers, keeps promises and brings in a human.",
    no_args_is_help=True,
    add_completion=False,
    # A traceback with local variables would show secrets.
    pretty_exceptions_enable=False,
)


@app.command()
def run() -> None:
    """Start everything, watch it, stop it with Ctrl-C."""
    from cli.run.checkout import here
    from cli.run.command import run as run_everything

    raise typer.Exit(run_everything(here()))


@app.command()
def train(
    force: Annotated[bool, typer.Option(help="Train even when a model fits the training data.")] = False,
) -> None:
    """Train the model that fits the training data, if there is none."""
    from cli.run.checkout import here
    from cli.train import train as train_model

    train_model(here(), force=force)


@app.command()
def migrate(
    check: Annotated[bool, typer.Option(help="Only compare models and migrations, in a throwaway database.")] = False,
    new: Annotated[str | None, typer.Option(help="Write a migration for what changed in the models.")] = None,
) -> None:
    """Bring the care database up to date."""
    from care.startup import check_policy_version
    from cli import migrate as migrations
    from cli.scratch import scratch_database

    if check or new:
        with scratch_database():
            migrations.new(new) if new else migrations.check()
    else:
        migrations.migrate()
        check_policy_version()


@app.command()
def worker() -> None:
    """Do background jobs: messages left behind, clocks."""
    import asyncio

    from cli.worker import serve

    asyncio.run(serve())


@app.command()
def chat(
    url: Annotated[str, typer.Option(help="Where the web process is.", envvar="QUANYI_URL")] = "http://127.0.0.1:8000",
) -> None:
    """Talk to 小益 in the terminal."""
    from cli.chat import talk

    talk(url)


@app.command()
def widget(
    check: Annotated[bool, typer.Option(help="Check the types of their sources instead.")] = False,
) -> None:
    """Build the chat window and the desk, each if its sources changed."""
    from cli import widget as pages
    from cli.run.checkout import here

    pages.check_types(here()) if check else pages.build(here())


app.add_typer(nlu, name="nlu")
app.add_typer(privacy, name="privacy")
app.add_typer(rights, name="rights")
app.add_typer(staff, name="staff")
app.add_typer(wechat, name="wechat")

audit = typer.Typer(help="Who saw or changed what in the desk.", no_args_is_help=True)
app.add_typer(audit, name="audit")


@audit.callback()
def audit_commands() -> None:
    """Without this, `verify` would be no word of its own: it is the only command."""


@audit.command("verify")
def audit_verify(
    known: Annotated[str | None, typer.Option(help="What an earlier run said to keep: 123:9f86…")] = None,
) -> None:
    """Walk along the chain of the audit and name the first entry that was changed or removed."""
    from cli.audit import verify
    from cli.run.checkout import here
    from cli.run.running import connect

    connect(here())
    verify(known, typer.echo)


keys = typer.Typer(help="Keys that seal personal data.", no_args_is_help=True)
app.add_typer(keys, name="keys")


@keys.command("new")
def keys_new() -> None:
    """Print a new key; put it first in QUANYI_KEYS."""
    from cli.keys import new_key

    typer.echo(new_key())


@keys.command("rotate")
def keys_rotate() -> None:
    """Seal everything with the first keys of QUANYI_KEYS and QUANYI_TRACKER_KEYS; afterwards the older ones can go."""
    from cli.keys import rotate_all

    rotate_all(typer.echo)


demo = typer.Typer(help="The made-up operator of the demo mode.", no_args_is_help=True)
app.add_typer(demo, name="demo")


@demo.command("customers")
def demo_customers() -> None:
    """Show the telephone numbers that have a story, and what each is for."""
    from cli.demo import customers

    customers()


@demo.command("staff")
def demo_staff() -> None:
    """Make somebody of every role and print their passwords once, to try the desk with two browsers."""
    from cli.demo import staff as make_staff
    from cli.run.checkout import here
    from cli.run.running import connect

    connect(here())
    make_staff()


@demo.command("seed")
def demo_seed() -> None:
    """Make the customers that are missing, up to the running month (`quanyi run` does this)."""
    from cli.demo import seed
    from cli.run.checkout import here
    from cli.run.running import connect

    connect(here())
    seed()


@demo.command("reset")
def demo_reset() -> None:
    """Make all customers anew, told from today; what was ordered for them is gone."""
    from cli.demo import reset
    from cli.run.checkout import here
    from cli.run.running import connect

    connect(here())
    reset()
