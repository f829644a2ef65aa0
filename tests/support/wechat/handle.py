"""The simulator for tests: started as a process, spoken to over its control address."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Received:
    """What a customer's WeChat showed. `way`: passive | push | template | subscription, or platform: the platform's own
    word that the account's service failed."""

    way: str
    kind: str
    text: str
    at: float
    choices: list[dict[str, Any]] | None = None
    media_id: str | None = None
    #: of a template message
    template: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Delivery:
    """A message of a customer's, and what our server said to each try.

    `attempts`: `status` (0: no answer in time, `why`), `seconds`, `raw` (the answer's beginning), `kind` and `text` of
    a passive reply, `wrong`: why the platform does not understand the answer.
    """

    id: str
    attempts: list[dict[str, Any]]

    @property
    def status(self) -> int:
        """Of the last try; 0: no answer in time."""
        return int(self.attempts[-1]["status"])

    @property
    def passive(self) -> str | None:
        return next((each["text"] for each in self.attempts if each["text"] is not None), None)

    @property
    def wrong(self) -> str | None:
        return next((each["wrong"] for each in self.attempts if each["wrong"] is not None), None)

    @property
    def seconds(self) -> float:
        """That the first try took to be answered."""
        return float(self.attempts[0]["seconds"])


class Simulator:
    """May be used by several threads at once; blocks, so not from an event loop that serves what is called."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._http = httpx.Client(base_url=self.url, timeout=60, limits=httpx.Limits(max_connections=None))

    def close(self) -> None:
        self._http.close()

    def _control(self, name: str, /, *, _timeout: float = 60.0, **given: Any) -> Any:
        answer = self._http.post(f"/control/{name}", json=given, timeout=_timeout)
        assert answer.status_code == 200, (name, answer.status_code, answer.text[:200])
        return answer.json()

    def _delivered(self, **said: Any) -> Delivery:
        delivery = Delivery(**self._control("say", **said))
        assert delivery.wrong is None, f"the platform does not understand our answer: {delivery.wrong}"
        return delivery

    def configure(self, **changes: Any) -> dict[str, Any]:
        """Fields of tests.support.wechat.world.Config; the whole of it."""
        config: dict[str, Any] = self._control("configure", **changes)
        return config

    def environment(self) -> dict[str, str]:
        """The variables of a server that is configured as this platform knows it."""
        given = self.configure()
        return {
            "QUANYI_WECHAT_APP_ID": given["app_id"],
            "QUANYI_WECHAT_SECRET": given["secret"],
            "QUANYI_WECHAT_TOKEN": given["token"],
            "QUANYI_WECHAT_AES_KEY": given["aes_key"],
            "QUANYI_WECHAT_API": self.url,
            "QUANYI_WECOM_CORP_ID": given["corp_id"],
            "QUANYI_WECOM_SECRET": given["corp_secret"],
            "QUANYI_WECOM_TOKEN": given["kf_token"],
            "QUANYI_WECOM_AES_KEY": given["kf_aes_key"],
            "QUANYI_WECOM_API": f"{self.url}/wecom",
            "QUANYI_MINI_APP_ID": given["mini_app_id"],
            "QUANYI_MINI_SECRET": given["mini_secret"],
        }

    def serves(self, url: str) -> None:
        """Where our server is."""
        self.configure(callback=f"{url}/channels/wechat", kf_callback=f"{url}/channels/wechat/kf")

    def check_url(self, *, kf: bool = False) -> bool:
        """What the console does when an address is saved: is our server's answer right?"""
        return bool(self._control("check_url", kf=kf)["is_right"])

    def say(self, openid: str, text: str = "", kind: str = "text", **more: Any) -> Delivery:
        """`kind`: text | voice | image | location | link | video | shortvideo. `media_id`, `menu_id`, `x`, `y`, `url`;
        `text` of a voice is its recognition; `repeat`, `again`: duplicates at once, and one after the other; `id`: the
        platform's MsgId; `created`: CreateTime; `more`: further fields. Fails when the platform cannot read an answer.
        """
        return self._delivered(openid=openid, text=text, kind=kind, **more)

    def say_many(self, messages: Sequence[Mapping[str, Any]], per_second: float) -> list[Delivery]:
        """As `say` with these arguments each (`openid`, `text`, …), so many a second whatever the answers take."""
        said = [{"kind": "text", "text": "", **each} for each in messages]
        patience = 60 + len(said) / per_second
        return [
            Delivery(**each)
            for each in self._control("say_many", _timeout=patience, messages=said, per_second=per_second)
        ]

    def event(self, openid: str, event: str, key: str = "", **more: Any) -> Delivery:
        """subscribe, unsubscribe, SCAN, CLICK, VIEW, …"""
        return self._delivered(openid=openid, kind="event", event=event, key=key, **more)

    def kf_say(self, user: str, text: str = "", kind: str = "text", **more: Any) -> dict[str, Any]:
        """As `say`, into what sync_msg gives; `silent`: the call-back got lost; `origin`: 5 for a servicer;
        `hours_ago`: they wrote it then."""
        answer: dict[str, Any] = self._control("kf_say", openid=user, text=text, kind=kind, **more)
        return answer

    def kf_event(self, user: str, event: str, silent: bool = False, **more: Any) -> dict[str, Any]:
        """enter_session (gives a welcome code where the platform does), session_status_change (`change_type`, changes
        the session too), msg_send_fail (`fail_msgid`, `fail_type`), user_recall_msg (`recall_msgid`)."""
        answer: dict[str, Any] = self._control(
            "kf_say", openid=user, kind="event", event=event, silent=silent, more=more
        )
        return answer

    def kf_call(self) -> int:
        """The call-back alone; its status (0: no answer in time)."""
        return int(self._control("kf_call")["status"])

    def received(self, openid: str, *, kf: bool = False) -> list[Received]:
        return [
            Received(**{name: each[name] for name in _RECEIVED if name in each})
            for each in self._control("received", openid=openid, kf=kf)
        ]

    def wait_for(
        self, openid: str, is_it: Callable[[list[Received]], bool], seconds: float = 15.0, *, kf: bool = False
    ) -> list[Received]:
        """What they have received, once it is what was waited for."""
        deadline = time.monotonic() + seconds
        while not is_it(got := self.received(openid, kf=kf)):
            assert time.monotonic() < deadline, f"after {seconds:.0f} s: {[each.text[:60] for each in got]}"
            time.sleep(0.05)
        return got

    def customer(self, openid: str, *, kf: bool = False, hours_ago: float = 0, **changes: Any) -> dict[str, Any]:
        """Change what the platform knows of them (fields of tests.support.wechat.world.Customer: `follows`, `state`,
        `servicer`, `subscriptions`, …); `hours_ago`: what they did last was so much earlier. What it knows then."""
        known: dict[str, Any] = self._control("customer", openid=openid, kf=kf, hours_ago=hours_ago, set=changes)
        return known

    def wrote(self, openids: Sequence[str]) -> None:
        """These wrote something just now; our server is not told."""
        self._control("wrote", openids=list(openids))

    def fault(
        self,
        path: str,
        times: int = 1,
        errcode: int = 0,
        status: int = 200,
        seconds: float = 0.0,
        *,
        done: bool = False,
    ) -> None:
        """The next calls of a path end so: `/cgi-bin/message/custom/send`; WeCom's media are `/wecom/cgi-bin/media/…`.
        `done`: what was asked is done all the same, only the answer is lost."""
        self._control("fault", path=path, times=times, errcode=errcode, status=status, seconds=seconds, done=done)

    def revoke(self, app: str = "official") -> None:
        """`official` or `kf`: its token is good no more."""
        self._control("revoke", app=app)

    def expire(self, app: str = "official", seconds: float = 7200.0) -> None:
        """Its tokens are so much older at once: by default over."""
        self._control("expire", app=app, seconds=seconds)

    def plant(self, media_id: str, content: bytes, media_type: str = "image/jpeg") -> None:
        """A picture on the platform's side."""
        encoded = base64.b64encode(content).decode()
        self._control("plant", media_id=media_id, content=encoded, media_type=media_type)

    def code(
        self, code: str, openid: str, *, unionid: str | None = None, age: float = 0.0, blocked: bool = False
    ) -> None:
        """What wx.login gave a mini program `age` seconds ago. `unionid`: by default u-<openid>; empty: none."""
        known_as = f"u-{openid}" if unionid is None else unionid
        self._control("code", code=code, openid=openid, unionid=known_as, age=age, blocked=blocked)

    def counts(self) -> dict[str, dict[str, int]]:
        """`calls` by path, `refused` by errcode, `fetched` tokens by app, `doubled` answers (passive: two different
        ones to one message; push: the same words twice though nothing was said in between), `delivered` messages,
        attempts and failures (the customer was told that the service failed)."""
        counted: dict[str, dict[str, int]] = self._control("counts")
        return counted

    def menu(self) -> Any:
        return self._control("menu")

    def reset(self) -> None:
        self._control("reset")


_RECEIVED = tuple(each.name for each in fields(Received))


@contextmanager
def simulator() -> Iterator[Simulator]:
    """A process of its own."""
    command = [sys.executable, "-m", "tests.support.wechat"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        platform = Simulator(json.loads(process.stdout.readline())["port"])
        yield platform
        platform.close()
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()
