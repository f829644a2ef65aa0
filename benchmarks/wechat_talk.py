"""WeChat's side of a crowd: encrypted messages sent when their time has come, and how long until each is acknowledged.

Signatures and encryption are wechatpy's; every request is ready before the first one is sent, so that making them costs
nothing while it is measured. The platform (tests/support/wechat) is told of each tenth of a second who writes in it,
because it counts what may be sent to them.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from benchmarks.http import Connection
from benchmarks.talk import Lost, OurCustomer
from benchmarks.texts import GREETINGS

if TYPE_CHECKING:
    from benchmarks.client import Measured

Json = dict[str, Any]

WECHAT, REST = 0, 1
SUCCESS = b"success"
#: asked by REST meanwhile, a second
_REST_RATE = 2
_TOLD_EVERY = 0.1
#: what a follower writes first, and then
_WORDS = ("你好", "怎么查话费", "你们营业厅几点开门", "谢谢")


def requests(platform: Json, messages: int, customers: int) -> list[tuple[str, str, bytes]]:
    """Who writes, path with query, and body of each."""
    crypto = WeChatCrypto(platform["token"], platform["aes_key"], platform["app_id"])
    run = secrets.token_hex(4)
    made = []
    for number in range(messages):
        openid, timestamp, nonce = f"o-{run}-{number % customers}", str(int(time.time())), secrets.token_hex(4)
        plain = (
            f"<xml><ToUserName><![CDATA[{platform['account']}]]></ToUserName>"
            f"<FromUserName><![CDATA[{openid}]]></FromUserName><CreateTime>{timestamp}</CreateTime>"
            f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{_WORDS[number // customers % len(_WORDS)]}]]>"
            f"</Content><MsgId>{secrets.randbelow(10**18)}</MsgId></xml>"
        )
        sealed = crypto.encrypt_message(plain, nonce, timestamp)
        signer = WeChatSigner()
        signer.add_data(platform["token"], timestamp, nonce)
        query = {"signature": signer.signature, "timestamp": timestamp, "nonce": nonce, "openid": openid}
        query |= {"encrypt_type": "aes", "msg_signature": _between(sealed, "MsgSignature")}
        body = (
            f"<xml><ToUserName><![CDATA[{platform['account']}]]></ToUserName>"
            f"<Encrypt><![CDATA[{_between(sealed, 'Encrypt')}]]></Encrypt></xml>"
        )
        made.append((openid, f"/channels/wechat?{urlencode(query)}", body.encode()))
    return made


def _between(xml: str, name: str) -> str:
    return xml.partition(f"<{name}><![CDATA[")[2].partition("]]>")[0]


async def talk(task: Json, measured: Measured, say: Callable[[str], None]) -> None:
    """`rate` messages a second for `seconds`, from `customers`; `messages` has (WECHAT or REST, seconds)."""
    number_of = int(task["rate"] * task["seconds"])
    prepared = requests(task["platform"], number_of, task["customers"])
    idle: list[Connection] = []
    counts = {"sent": 0, "not_200": 0, "connections": 0, "late_ms": 0}

    async def send(path: str, body: bytes, due: float) -> None:
        if idle:
            connection = idle.pop()
        else:
            counts["connections"] += 1
            connection = Connection(task["port"])
        counts["late_ms"] = max(counts["late_ms"], round((time.perf_counter() - due) * 1e3))
        sent = time.perf_counter()
        status, content = await connection.post(path, body)
        measured.messages.append((WECHAT, time.perf_counter() - sent))
        idle.append(connection)
        if status != 200 or content != SUCCESS:
            counts["not_200"] += 1
            measured.failures.append(f"{status} {content[:100].decode(errors='replace')}")

    async def asks_by_rest(until: float) -> None:
        connection = Connection(task["port"])
        while time.perf_counter() < until:
            began = time.perf_counter()
            try:
                answer = await OurCustomer().say(GREETINGS[0], connection)
            except Lost as error:
                measured.failures.append(f"by REST: {error}")
                continue
            measured.messages.append((REST, answer.seconds))
            await asyncio.sleep(max(0.0, began + 1 / _REST_RATE - time.perf_counter()))
        connection.close()

    async def tell_platform(began: float) -> None:
        connection = Connection(task["platform_port"])
        at_once = max(int(task["rate"] * _TOLD_EVERY), 1)
        for first in range(0, number_of, at_once):
            await asyncio.sleep(max(0.0, began + first / task["rate"] - _TOLD_EVERY - time.perf_counter()))
            writers = [openid for openid, _, _ in prepared[first : first + at_once]]
            await connection.post("/control/wrote", json.dumps({"openids": writers}).encode())
        connection.close()

    say("begin")
    began, cpu = time.perf_counter() + 2 * _TOLD_EVERY, time.process_time()
    beside = [asyncio.create_task(tell_platform(began))]
    if task["rest"]:
        beside.append(asyncio.create_task(asks_by_rest(began + task["seconds"])))
    under_way: set[asyncio.Task[None]] = set()
    for number, (_, path, body) in enumerate(prepared):
        due = began + number / task["rate"]
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        under_way.add(asyncio.create_task(send(path, body, due)))
        under_way = {each for each in under_way if not each.done()}
        counts["sent"] += 1
    measured.seconds, measured.cpu = time.perf_counter() - began, time.process_time() - cpu
    say("end")
    await asyncio.gather(*under_way, *beside)
    for connection in idle:
        connection.close()
    measured.conversations = task["customers"]
    measured.counts = counts
    measured.failures = measured.failures[:5]
