"""Temporary media of both platforms.

https://developers.weixin.qq.com/doc/offiaccount/Asset_Management/New_temporary_materials.html,
https://developers.weixin.qq.com/doc/offiaccount/Asset_Management/Get_temporary_materials.html,
https://developer.work.weixin.qq.com/document/path/90253, https://developer.work.weixin.qq.com/document/path/90254
"""

from __future__ import annotations

import json
import secrets
import time

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.wechat.calling import App, called, said
from tests.support.wechat.world import Json, World

_TYPES = {"official": ("jpg", "jpeg", "png", "gif", "bmp"), "kf": ("jpg", "jpeg", "png")}
#: of an image; shorter ones than six bytes are no file
MOST_BYTES, FEWEST_BYTES = 10 * 1024 * 1024, 6


def routes(world: World, app: App, counted_as: str = "") -> list[Route]:
    """`counted_as`: before their paths in counts and faults."""

    async def upload(world: World, body: Json, request: Request) -> Json:
        kind = request.query_params.get("type")
        if kind != "image":
            return said(40004, "only images are kept here")
        async with request.form() as form:
            file = form.get("media")
            if not isinstance(file, UploadFile):
                return said(41005, "media data missing")
            content, named = await file.read(), (file.filename or "").rpartition(".")[2].lower()
            media_type = file.content_type or "image/jpeg"
        if named not in _TYPES[app]:
            return said(40005, "invalid file type")
        if not FEWEST_BYTES <= len(content) <= MOST_BYTES:
            return said(40009, "invalid image size")
        media_id = f"m{secrets.token_urlsafe(40)}"
        world.media[media_id] = (content, media_type, app)
        answer: Json = {"type": kind, "media_id": media_id, "created_at": int(time.time())}
        return {**said(0), **answer, "created_at": str(answer["created_at"])} if app == "kf" else answer

    async def get(world: World, body: Json, request: Request) -> Json | Response:
        """An error comes as text, whatever the page shows."""
        found = world.media.get(request.query_params.get("media_id", ""))
        if found is None or found[2] not in ("", app):
            world.refused["40007"] += 1
            return Response(json.dumps(said(40007, "invalid media_id")), media_type="text/plain")
        headers = {"Content-Disposition": 'attachment; filename="picture.jpg"'}
        return Response(found[0], media_type=found[1], headers=headers)

    up, down = "/cgi-bin/media/upload", "/cgi-bin/media/get"
    return [
        called(world, app, up, upload, name=f"{counted_as}{up}"),
        called(world, app, down, get, method="GET", name=f"{counted_as}{down}"),
    ]
