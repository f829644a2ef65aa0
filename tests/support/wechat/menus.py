"""The menu under the chat: https://developers.weixin.qq.com/doc/offiaccount/Custom_Menus/Creating_Custom-Defined_Menu.html,
https://developers.weixin.qq.com/doc/offiaccount/Custom_Menus/Querying_Custom_Menus.html"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from tests.support.wechat.calling import said
from tests.support.wechat.world import Json, World

#: what a button of a type must have, and how many bytes of it at most
_NEEDS = {"click": ("key", 128), "view": ("url", 1024)}
_KEY_CODES = {("key", False): 40019, ("key", True): 40026, ("url", False): 40020, ("url", True): 40027}


async def create(world: World, body: Json, request: Request) -> Json:
    columns = body.get("button")
    if not isinstance(columns, list) or not 1 <= len(columns) <= 3:
        return said(40016, "invalid button size")
    for column in columns:
        entries = column.get("sub_button") or []
        if len(entries) > 5:
            return said(40023, "invalid sub button size")
        code = _fault(column, is_sub=False, has_entries=bool(entries))
        for entry in entries:
            code = code or _fault(entry, is_sub=True, has_entries=False)
        if code:
            return said(code)
    world.menu = body
    return said(0)


def _fault(button: Any, *, is_sub: bool, has_entries: bool) -> int:
    if not 1 <= len(str(button.get("name") or "").encode()) <= (60 if is_sub else 16):
        return 40025 if is_sub else 40018
    if has_entries:
        return 0
    if button.get("type") not in _NEEDS:
        return 40024 if is_sub else 40017
    name, most = _NEEDS[button["type"]]
    return 0 if 1 <= len(str(button.get(name) or "").encode()) <= most else _KEY_CODES[(name, is_sub)]


async def current(world: World, body: Json, request: Request) -> Json:
    """As it is shown: what was made by the API too has its entries in a `list`."""
    if world.menu is None:
        return {"is_menu_open": 0}
    columns = [
        {**column, "sub_button": {"list": column["sub_button"]}} if column.get("sub_button") else column
        for column in world.menu["button"]
    ]
    return {"is_menu_open": 1, "selfmenu_info": {"button": columns}}
