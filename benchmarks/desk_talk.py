"""A day at the desk: customers on widgets' sockets, agents on the desk's, who write to each other.

Open loop: messages are sent when their time has come, whatever became of those before. A customer's message counts as
delivered when the agent's browser has read it (hint, then HTTP), an agent's when the customer's socket has brought it.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import aiohttp

if TYPE_CHECKING:
    from benchmarks.client import Measured

Json = dict[str, Any]

FROM_CUSTOMER, FROM_AGENT = 0, 1
#: for what was sent last, and for what comes twice
_GRACE_SECONDS = 5.0
_OPENING_AT_ONCE = 20
_READS = ("您好，信号还是不好，编号", "您好，正在为您查询，编号")
#: Digits might be taken for a number and masked.
_LETTERS = str.maketrans("0123456789", "abcdefghij")


@dataclass
class Post:
    """What was sent and when, and how often it has arrived."""

    sent: dict[str, tuple[int, float]] = field(default_factory=dict)
    arrived: Counter[str] = field(default_factory=Counter)
    seconds: list[tuple[int, float]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def write(self, direction: int) -> str:
        """The words of a new message."""
        words = f"{_READS[direction]}{str(len(self.sent)).translate(_LETTERS)}"
        self.sent[words] = (direction, time.perf_counter())
        return words

    def take(self, words: str, direction: int) -> None:
        """A bubble is shown."""
        known = self.sent.get(words)
        if known is None or known[0] != direction:
            return  # its own, or of somebody else: neither is a delivery
        self.arrived[words] += 1
        if self.arrived[words] == 1:
            self.seconds.append((direction, time.perf_counter() - known[1]))


class Customer:
    """A widget: engine.io frames on a bare WebSocket, which costs the load a tenth of a socket.io client."""

    def __init__(self, url: str, session: str, post: Post) -> None:
        self._url = url
        self._session = session
        self._post = post
        self.is_open = asyncio.Event()
        self._socket: aiohttp.ClientWebSocketResponse

    async def run(self, http: aiohttp.ClientSession) -> None:
        address = f"{self._url}/socket.io/?EIO=4&transport=websocket"
        async with http.ws_connect(address) as self._socket:
            async for frame in self._socket:
                await self._read(frame.data)

    async def say(self) -> None:
        message = {"message": self._post.write(FROM_CUSTOMER), "message_id": str(uuid4()), "session_id": self._session}
        await self._socket.send_str(f"420{json.dumps(['user_uttered', message], ensure_ascii=False)}")

    async def _read(self, frame: str) -> None:
        if frame == "2":
            await self._socket.send_str("3")
        elif frame.startswith("0"):
            await self._socket.send_str("40")
        elif frame.startswith("40"):
            asked = ["session_request", {"session_id": self._session, "protocol": 1}]
            await self._socket.send_str(f"42{json.dumps(asked)}")
        elif frame.startswith("430"):
            (ack,) = json.loads(frame[3:])
            if not ack["ok"]:
                self._post.refused.append(ack["reason"])
        elif frame.startswith("42"):
            event, data = json.loads(frame[2:])
            if event == "bot_uttered":
                self._post.take(data["text"], FROM_AGENT)
            elif event == "owner":
                self.is_open.set()


class Agent:
    """A browser of the desk with its conversations open."""

    def __init__(self, url: str, who: Json, post: Post) -> None:
        self._url = f"{url}/api/desk"
        self.conversations: list[str] = who["conversations"]
        self._post = post
        self._headers = {"Cookie": f"quanyi_desk={who['token']}", "X-Quanyi-Csrf": who["csrf"], "Origin": url}
        self._newest = dict.fromkeys(self.conversations, 0)
        self._shown: set[int] = set()
        self._stale: dict[str, None] = {}
        self._news = asyncio.Event()
        self.is_open = asyncio.Event()

    async def run(self, http: aiohttp.ClientSession) -> None:
        async with asyncio.TaskGroup() as group, http.ws_connect(f"{self._url}/live", headers=self._headers) as socket:
            group.create_task(self._reads(http))
            group.create_task(self._lives(socket))
            await socket.send_json({"type": "watch", "ids": self.conversations})
            async for frame in socket:
                hint = json.loads(frame.data)
                if hint["type"] == "conversation":
                    self._stale[hint["id"]] = None
                    self._news.set()
        raise ConnectionError(f"the desk closed the socket: {socket.close_code}")

    async def say(self, http: aiohttp.ClientSession, conversation_id: str) -> None:
        body = {"message_id": str(uuid4()), "text": self._post.write(FROM_AGENT)}
        path = f"{self._url}/conversations/{conversation_id}/messages"
        async with http.post(path, json=body, headers=self._headers) as response:
            if response.status != 200:
                self._post.refused.append(f"{response.status} {await response.text()}")

    async def _lives(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while not socket.closed:
            await socket.send_json({"type": "alive"})
            await asyncio.sleep(20)

    async def _reads(self, http: aiohttp.ClientSession) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            stale, self._stale = self._stale, {}
            for conversation_id in stale:
                await self._reread(http, conversation_id)
            if not self._stale:
                self.is_open.set()

    async def _reread(self, http: aiohttp.ClientSession, conversation_id: str) -> None:
        path = f"{self._url}/conversations/{conversation_id}/messages?after={self._newest[conversation_id]}"
        async with http.get(path, headers=self._headers) as response:
            if response.status != 200:
                self._post.refused.append(f"{response.status} {await response.text()}")
                return
            items = (await response.json())["items"]
        for message in items:
            if message["id"] not in self._shown:
                self._shown.add(message["id"])
                self._newest[conversation_id] = max(self._newest[conversation_id], message["id"])
                self._post.take(message["text"], FROM_CUSTOMER)


async def talk(task: Json, measured: Measured, say: Callable[[str], None]) -> None:
    """`rate` messages a second in each direction for `seconds`."""
    post = Post()
    url, setup = f"http://127.0.0.1:{task['port']}", task["setup"]
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        customers = {one["conversation"]: Customer(url, one["session"], post) for one in setup["customers"]}
        agents = [Agent(url, one, post) for one in setup["agents"]]
        holders = {each: agent for agent in agents for each in agent.conversations}
        tasks = [asyncio.create_task(agent.run(http)) for agent in agents]
        everybody = list(customers.values())
        for at in range(0, len(everybody), _OPENING_AT_ONCE):
            some = everybody[at : at + _OPENING_AT_ONCE]
            tasks += [asyncio.create_task(each.run(http)) for each in some]
            await asyncio.wait_for(asyncio.gather(*(each.is_open.wait() for each in some)), 60)
        await asyncio.wait_for(asyncio.gather(*(agent.is_open.wait() for agent in agents)), 60)
        await asyncio.sleep(2)
        say("begin")
        began, cpu = time.perf_counter(), time.process_time()
        conversations = list(customers)
        pending: set[asyncio.Task[None]] = set()
        for number in range(int(task["rate"] * task["seconds"])):
            await asyncio.sleep(max(0.0, began + number / task["rate"] - time.perf_counter()))
            asks, is_told = (conversations[(number * step) % len(conversations)] for step in (617, 389))
            for work in (customers[asks].say(), holders[is_told].say(http, is_told)):
                pending.add(asyncio.create_task(work))
            for each in [each for each in pending if each.done()]:
                pending.discard(each)
                each.result()
            for each in tasks:
                if each.done():
                    each.result()
                    raise ConnectionError("a socket was closed")
        measured.seconds, measured.cpu = time.perf_counter() - began, time.process_time() - cpu
        say("end")
        await asyncio.gather(*pending)
        await asyncio.sleep(_GRACE_SECONDS)
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    measured.messages = post.seconds
    measured.conversations = len(customers)
    measured.counts = {
        "sent": len(post.sent),
        "lost": len(post.sent) - len(post.arrived),
        "doubled": sum(times - 1 for times in post.arrived.values()),
        "refused": len(post.refused),
    }
    measured.failures = post.refused[:5]
