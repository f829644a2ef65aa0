"""`quanyi wechat menu`: the menu under the official account's chat."""

from __future__ import annotations

import json

import typer

from care.settings import settings
from care.wechat.api import OfficialApi
from care.wechat.menu import menu
from cli.errors import Stop


def print_menu() -> None:
    typer.echo(json.dumps(menu().as_platform(), ensure_ascii=False, indent=1))


async def put_up() -> None:
    """Raises Stop without an app id and secret; WeChatError when the platform refuses it."""
    if not (settings().wechat_app_id and settings().wechat_secret.get_secret_value()):
        raise Stop("Set QUANYI_WECHAT_APP_ID and QUANYI_WECHAT_SECRET: the menu is put up with them.")
    api = OfficialApi(despite_stop=True)
    try:
        await api.create_menu(menu().as_platform())
    finally:
        await api.aclose()
    typer.echo("The menu is up; WeChat shows it to followers within a day, at once to who follows anew.")
