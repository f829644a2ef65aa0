"""`quanyi wechat …`: the commands."""

from __future__ import annotations

from typing import Annotated

import typer

wechat = typer.Typer(help="公众号, 微信客服 and mini program.", no_args_is_help=True)


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
