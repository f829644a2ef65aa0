"""SMS: what sends them, and the text of a one-time code.

`sender()` chooses by the settings: the operator's gateway over signed HTTP (`QUANYI_SMS_URL`, docs/operate/sms.md), in
demo mode a file that stands for the telephone of the developer, and nothing with `QUANYI_SMS=off`.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import ssl
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import httpx
from prometheus_client import Counter

from care.accounts.rules import CODE_LIFETIME
from care.db import utcnow
from care.errors import InvalidInput, Unavailable
from care.settings import settings
from care.timezone import CHINA
from care.wording import say

#: Less than the 3 s after which Rasa gives up an action (bot/remote.py): sending a code happens inside one.
_SECONDS = 2.0

_sent = Counter("quanyi_sms_total", "SMS given to the gateway, by outcome", ["outcome"])
for _outcome in ("sent", "failed"):
    _sent.labels(_outcome)  # there from the start: a rate needs the zero before the first one


class SmsSender(Protocol):
    async def send(self, phone: str, text: str, once: str | None = None) -> None:
        """Give an SMS to whatever carries it; that it reached the telephone is not known.

        `once`: the same for every try of the same SMS, so that the gateway can drop the second; None: tried only once.
        Raises Unavailable (reason `sms`) when it was not taken, or may not have been. Never logs number or text.
        """


class ConsoleSender:
    """Demo only: appends to a file that stands for the developer's telephone, so nothing in it is masked."""

    def __init__(self, path: Path, clock: Callable[[], datetime] = utcnow) -> None:
        self._path = path
        self._clock = clock

    async def send(self, phone: str, text: str, once: str | None = None) -> None:
        line = f"{self._clock().astimezone(CHINA):%Y-%m-%d %H:%M:%S}  {phone}  {text}\n"
        try:
            await asyncio.to_thread(self._append, line.encode())
        except OSError as error:
            raise _not_sent(f"QUANYI_SMS_LOG cannot be written ({type(error).__name__})") from error
        _sent.labels("sent").inc()

    def _append(self, line: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, line)  # one call: lines of several processes do not mix
        finally:
            os.close(file)


class SignedHttpSender:
    """The operator's gateway, or a small adapter in front of it: one signed POST an SMS (docs/operate/sms.md)."""

    def __init__(self, url: str, key: str, seconds: float = _SECONDS, clock: Callable[[], datetime] = utcnow) -> None:
        self._url = url
        self._key = key.encode()
        self._seconds = seconds
        self._clock = clock

    async def send(self, phone: str, text: str, once: str | None = None) -> None:
        timestamp = int(self._clock().timestamp())
        body = json.dumps(
            {"id": once or uuid4().hex, "timestamp": timestamp, "phone": phone, "text": text}, ensure_ascii=False
        ).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Quanyi-Signature": f"t={timestamp},v1={signature(self._key, timestamp, body)}",
        }
        try:
            # Not httpx's own time-outs: each read has its own, and a gateway that drips would hold us for ever.
            async with asyncio.timeout(self._seconds), httpx.AsyncClient(verify=_tls(), timeout=None) as client:
                response = await client.post(self._url, content=body, headers=headers)
        except TimeoutError:
            raise _not_sent("the SMS gateway did not answer in time") from None
        except httpx.HTTPError as error:
            raise _not_sent(f"the SMS gateway cannot be reached ({type(error).__name__})") from None
        if not response.is_success:
            raise _not_sent(f"the SMS gateway answered {response.status_code}")
        _sent.labels("sent").inc()


class NoSender:
    """`QUANYI_SMS=off`."""

    async def send(self, phone: str, text: str, once: str | None = None) -> None:
        raise _not_sent("SMS are switched off (QUANYI_SMS=off)")


def signature(key: bytes, timestamp: int, body: bytes) -> str:
    """HMAC-SHA-256 of `timestamp.body` in hex. With the time in it, an old request is no new one."""
    return hmac.new(key, f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def sender() -> SmsSender:
    """By the settings. Raises InvalidInput (reason `settings`) in production when nothing was chosen."""
    chosen = settings()
    if chosen.sms == "off":
        return NoSender()
    if chosen.sms_url:
        return SignedHttpSender(chosen.sms_url, chosen.sms_key.get_secret_value())
    if chosen.mode == "production":
        raise InvalidInput(
            "settings",
            "in production SMS need a gateway: set QUANYI_SMS_URL and QUANYI_SMS_KEY, or QUANYI_SMS=off to go without "
            "(customers then hear nothing after they close the page); see docs/operate/sms.md",
        )
    return ConsoleSender(Path(chosen.sms_log))


def is_on() -> bool:
    """Whether customers can be offered a code or notices at all."""
    return settings().sms != "off"


def code_text(code: str, purpose: str, **values: str) -> str:
    """The SMS of a one-time code; it names its purpose, so that nobody gives it away for another.

    `purpose`: contact | account | identity | withdraw | lookup (both with `number`, the ticket's) | order (`number`: it
    in a few words) | generic; what follows a `:` is not read.
    """
    what = say(f"sms_purpose_{purpose.partition(':')[0]}", **values)
    return say("sms_code", code=code, purpose=what, minutes=str(int(CODE_LIFETIME.total_seconds() // 60)))


def _not_sent(why: str) -> Unavailable:
    _sent.labels("failed").inc()
    return Unavailable("sms", why)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Reading the certificates takes 20 ms; a client a message would pay that each time."""
    return httpx.create_ssl_context()
