"""WeChat's servers, as far as their documentation tells: a process that our server talks with, and that plays its
customers. Nothing in here knows our code; signatures and encryption are wechatpy's.

`python -m tests.support.wechat [--port 0]` prints its port as a line of JSON and serves until its standard input ends.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.wechat import kf, official
from tests.support.wechat.playing import Player
from tests.support.wechat.world import Code, Customer, Fault, Json, World

#: seconds that a wx.login code is good for
CODE_SECONDS = 300


class Control:
    """What a test may ask for: one method a name under /control/. Its path parameters are in JSON."""

    def __init__(self, world: World, player: Player) -> None:
        self._world, self._player = world, player

    def _customer(self, given: Json) -> Customer:
        known = self._world.kf_customers if given.get("kf") else self._world.customers
        return known[given["openid"]]

    async def say(self, given: Json) -> Any:
        return await self._player.say(given)

    async def say_many(self, given: Json) -> Any:
        return await self._player.say_many(given)

    async def check_url(self, given: Json) -> Any:
        return await self._player.check_url(is_kf=given["kf"])

    async def kf_say(self, given: Json) -> Any:
        return await self._player.kf_say(given)

    async def kf_call(self, given: Json) -> Any:
        return {"status": await self._player.kf_call()}

    async def received(self, given: Json) -> Any:
        return self._customer(given).received

    async def customer(self, given: Json) -> Any:
        customer = self._customer(given)
        for field, value in given.get("set", {}).items():
            if not hasattr(customer, field):
                raise KeyError(field)
            setattr(customer, field, value)
        customer.shift(given.get("hours_ago", 0))
        return {name: value for name, value in vars(customer).items() if name not in ("received", "pushed")}

    async def wrote(self, given: Json) -> Any:
        """Many customers at once, whose messages the test brings to our server itself."""
        for openid in given["openids"]:
            self._world.customers[openid].did("message")

    async def configure(self, given: Json) -> Any:
        return self._world.configure(given)

    async def counts(self, given: Json) -> Any:
        return self._world.as_json()

    async def menu(self, given: Json) -> Any:
        return self._world.menu

    async def fault(self, given: Json) -> Any:
        if given["path"] not in self._world.paths:
            raise KeyError(given["path"])
        self._world.faults.append(Fault(**given))

    async def revoke(self, given: Json) -> Any:
        self._world.tokens[given["app"]].revoke()

    async def expire(self, given: Json) -> Any:
        self._world.tokens[given["app"]].age(given["seconds"])

    async def plant(self, given: Json) -> Any:
        self._world.media[given["media_id"]] = (base64.b64decode(given["content"]), given["media_type"], "")

    async def code(self, given: Json) -> Any:
        until = time.time() + CODE_SECONDS - given["age"]
        self._world.codes[given["code"]] = Code(given["openid"], until, given["unionid"], given["blocked"])

    async def reset(self, given: Json) -> Any:
        self._world.reset()


def create_app() -> Starlette:
    world = World()
    held: dict[str, Control] = {}

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        player = Player(world)
        held["control"] = Control(world, player)
        yield
        await player.aclose()

    async def control(request: Request) -> Response:
        method = getattr(held["control"], request.path_params["name"], None)
        if method is None or request.path_params["name"].startswith("_"):
            return Response(status_code=404)
        try:
            return JSONResponse(await method(await request.json()))
        except (KeyError, TypeError, ValueError) as error:  # the test's mistake: let it see which
            return Response(f"{type(error).__name__}: {error}", status_code=400)

    routes = [Route("/control/{name}", control, methods=["POST"]), *official.routes(world), *kf.routes(world)]
    return Starlette(routes=routes, lifespan=lifespan)


async def serve(port: int) -> None:
    config = uvicorn.Config(create_app(), host="127.0.0.1", port=port, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # uvicorn tells it in no other way
        if serving.done():
            return serving.result()
        await asyncio.sleep(0.01)
    print(json.dumps({"port": server.servers[0].sockets[0].getsockname()[1]}), flush=True)
    # The test that started us is gone when our standard input ends.
    await asyncio.to_thread(sys.stdin.read)
    server.should_exit = True
    return await serving


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="WeChat's servers for tests.")
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(serve(parser.parse_args().port))
