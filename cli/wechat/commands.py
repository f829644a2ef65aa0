"""`quanyi wechat …`: the commands."""

from __future__ import annotations

import base64
import contextlib
import os
from typing import Annotated

import typer

wechat = typer.Typer(help="公众号, 微信客服 and mini program.", no_args_is_help=True)

_ANY_KEY = base64.b64encode(bytes(32)).decode()
#: What every process must be told and nothing here uses: neither command touches the database or seals anything.
_UNUSED = {
    "QUANYI_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
    "QUANYI_KEYS": f"none:{_ANY_KEY}",
    "QUANYI_INDEX_KEY": _ANY_KEY,
    "QUANYI_TOKEN_KEY": "nothing is signed with it",
    "QUANYI_GATEWAY_SECRET": "nobody is called with it",
    "QUANYI_ACTIONS_SECRET": "nobody is called with it",
}


@wechat.callback()
def connected() -> None:
    """With the settings of the environment, and those of the 小益 that runs from this checkout."""
    from cli.errors import Stop
    from cli.run.checkout import here
    from cli.run.running import connect

    with contextlib.suppress(Stop):
        connect(here())
    for name, value in _UNUSED.items():
        os.environ.setdefault(name, value)


@wechat.command("check")
def check(
    offline: Annotated[bool, typer.Option(help="Only what can be seen without asking anybody.")] = False,
) -> None:
    """Try the configuration out, part by part, and name what is wrong and where to mend it (docs/operate/wechat.md)."""
    import asyncio

    from cli.wechat.checking import check_all
    from cli.wechat.findings import line

    async def try_all() -> bool:
        is_right = True
        async for finding in check_all(offline=offline):
            typer.echo(line(finding))
            is_right = is_right and not finding.is_wrong
        return is_right

    if not asyncio.run(try_all()):
        raise typer.Exit(1)


@wechat.command("menu")
def menu(
    show: Annotated[bool, typer.Option(help="Only print it.")] = False,
) -> None:
    """Put the menu of data/wechat/menu.yml under the official account's chat, in the place of the one that is there."""
    import asyncio

    from cli.wechat.menu import print_menu, put_up

    print_menu() if show else asyncio.run(put_up())
