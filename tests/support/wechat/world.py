"""What the platforms know: accounts, tokens, customers with their budgets, and what was planted by the test."""

from __future__ import annotations

import secrets
import time
from collections import Counter, defaultdict, deque
from dataclasses import asdict, dataclass, field
from typing import Any

Json = dict[str, Any]

#: 客服消息 (https://developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage.html): how many
#: messages, and for how many seconds, after what a customer did
HOURS_48 = 48 * 3600
BUDGETS = {"message": (5, HOURS_48), "click": (3, 60), "subscribe": (3, 60)}
#: 获取稳定版接口调用凭据 (https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html): seconds
#: that a token is good for, that two are good beside each other, and between two that are forced; forced ones a day
TOKEN_SECONDS, OVERLAP_SECONDS, FORCED_APART, FORCED_A_DAY = 7200, 300, 30, 20


@dataclass
class Config:
    """Of one test; `Simulator.configure` changes it."""

    app_id: str = "wx0123456789abcdef"
    secret: str = "app-secret"
    token: str = "callbacktoken"
    aes_key: str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    #: plain | compatible | safe
    mode: str = "safe"
    callback: str = ""
    #: the account's own name, ToUserName of its messages
    account: str = "gh_0123456789ab"
    corp_id: str = "ww0123456789abcdef"
    corp_secret: str = "corp-secret"
    kf_token: str = "kfcallbacktoken"
    kf_aes_key: str = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
    kf_callback: str = ""
    open_kfid: str = "wk0123456789"
    #: who may serve customers in WeCom
    servicers: list[str] = field(default_factory=lambda: ["zhangsan", "lisi"])
    mini_app_id: str = "wxfedcba9876543210"
    mini_secret: str = "mini-secret"
    #: how long an answer is waited for, how often a message is sent in all, and how long after a failure
    patience: float = 5.0
    tries: int = 3
    pause: float = 0.0
    #: the account may send customer-service messages, and template messages
    may_push: bool = True
    may_template: bool = True
    #: the caller's address is on the console's list
    whitelisted: bool = True
    #: calls of one path of 公众号 a day; 0: as many as one likes
    quota: int = 0
    #: template id → its fields; none: every template is there
    templates: dict[str, list[str]] = field(default_factory=dict)
    #: messages with one of these words are refused
    risky: list[str] = field(default_factory=list)
    #: messages a page of sync_msg at most
    page: int = 1000
    #: calls of sync_msg a minute without a call-back's token; 0: as many as one likes
    sync_without_token: int = 0


@dataclass
class Customer:
    follows: bool = True
    opened_by: str = ""
    opened_at: float = 0.0
    sent: int = 0
    #: what they have read, in order
    received: list[Json] = field(default_factory=list)
    #: pushed to them since they last did something
    pushed: list[tuple[str, str]] = field(default_factory=list)
    #: when a typing sign was last shown; a message ends it
    typing_at: float = 0.0
    #: 订阅通知: template id → how often they said yes
    subscriptions: dict[str, int] = field(default_factory=dict)
    #: 微信客服
    state: int = 0
    servicer: str | None = None
    welcomed_at: float = 0.0

    def did(self, what: str, at: float | None = None) -> None:
        """Opens a window. The page does not say whether an older, longer one lives on: here it does not."""
        self.opened_by, self.opened_at, self.sent = what, at or time.time(), 0
        self.pushed.clear()

    @property
    def is_open(self) -> bool:
        return bool(self.opened_by) and time.time() - self.opened_at <= BUDGETS[self.opened_by][1]

    def refusal(self, closed: int, spent: int) -> int:
        """0, or why nothing may be sent to them now."""
        if not self.is_open:
            return closed
        return spent if self.sent >= BUDGETS[self.opened_by][0] else 0

    def reads(self, way: str, kind: str, text: str, **more: Any) -> None:
        self.received.append({"way": way, "kind": kind, "text": text, "at": time.time(), **more})

    def shift(self, hours: float) -> None:
        """As if what they did last had been so long ago."""
        self.opened_at -= hours * 3600
        self.welcomed_at -= hours * 3600


@dataclass
class Fault:
    """The next `times` calls of a path end so. `done`: what was asked is done all the same."""

    path: str
    times: int
    errcode: int = 0
    status: int = 200
    seconds: float = 0.0
    done: bool = False


@dataclass
class Tokens:
    """Of one app, by one way of fetching them."""

    #: token → when it ends
    ends: dict[str, float] = field(default_factory=dict)
    newest: str | None = None
    forced: list[float] = field(default_factory=list)

    def fresh(self) -> str:
        self.newest = secrets.token_hex(32)
        self.ends[self.newest] = time.time() + TOKEN_SECONDS
        return self.newest

    def left(self) -> float:
        return self.ends.get(self.newest or "", 0.0) - time.time()

    def fault(self, token: str) -> str | None:
        """`unknown` or `expired`."""
        if token not in self.ends:
            return "unknown"
        return "expired" if self.ends[token] <= time.time() else None

    def revoke(self) -> None:
        self.ends.pop(self.newest or "", None)
        self.newest = None

    def age(self, seconds: float) -> None:
        """As if they had been fetched so much earlier."""
        self.ends = {token: end - seconds for token, end in self.ends.items()}
        self.forced = [at - seconds for at in self.forced]


@dataclass
class Code:
    """What wx.login gave, or an event of 微信客服 that allows one message."""

    owner: str
    until: float
    unionid: str = ""
    blocked: bool = False
    used: bool = False
    #: good in this state of the session only
    state: int | None = None


@dataclass
class World:
    config: Config = field(default_factory=Config)
    customers: dict[str, Customer] = field(default_factory=lambda: defaultdict(Customer))
    kf_customers: dict[str, Customer] = field(default_factory=lambda: defaultdict(Customer))
    #: official: stable_token; plain: token, which is apart from it; kf
    tokens: dict[str, Tokens] = field(default_factory=lambda: defaultdict(Tokens))
    #: calls of a path on this day, which clear_quota forgets ten times a month
    used: Counter[str] = field(default_factory=Counter)
    cleared: int = 0
    #: told by `counts`
    calls: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    fetched: Counter[str] = field(default_factory=Counter)
    doubled: Counter[str] = field(default_factory=Counter)
    delivered: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    #: every path, as counts and faults name it
    paths: set[str] = field(default_factory=set)
    #: media id → bytes, type, and the app that uploaded it (empty: both may use it)
    media: dict[str, tuple[bytes, str, str]] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    menu: Json | None = None
    #: what sync_msg gives, in order; the tokens of call-backs; calls without one
    kf_messages: list[Json] = field(default_factory=list)
    kf_called: dict[str, float] = field(default_factory=dict)
    kf_uncalled: list[float] = field(default_factory=list)
    kf_codes: dict[str, Code] = field(default_factory=dict)
    kf_ids: deque[str] = field(default_factory=lambda: deque(maxlen=100_000))

    def fault_of(self, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.path == path and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def as_json(self) -> Json:
        return {name: dict(getattr(self, name)) for name in ("calls", "refused", "fetched", "doubled", "delivered")}

    def reset(self) -> None:
        fresh = World(paths=self.paths)
        for name in vars(fresh):
            setattr(self, name, getattr(fresh, name))

    def configure(self, changes: Json) -> Json:
        for name, value in changes.items():
            if not hasattr(self.config, name):
                raise KeyError(name)
            setattr(self.config, name, value)
        return asdict(self.config)
