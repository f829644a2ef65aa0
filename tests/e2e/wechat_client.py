"""A customer's WeChat, in front of the simulator's platform: what was written, and what came."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.support.wechat.handle import Delivery, Received, Simulator

_CHOICE = re.compile(r"^(\d{1,2})\. (.+)$", re.MULTILINE)


@dataclass
class Talk:
    """As tests.e2e.client.Conversation, for tests.e2e.customer.Customer."""

    platform: Simulator
    openid: str
    kf: bool = False
    #: how often the platform sends each message
    repeat: int = 1
    #: seconds until what was said must be answered
    patience: float = 30.0
    owner: str = "bot"
    #: what came since the last words
    news: list[Received] = field(default_factory=list)
    seen: int = 0

    @property
    def replies(self) -> list[dict[str, str]]:
        """Bubbles, without the list of choices: several of them may have come as one message."""
        texts = [part for each in self.news for part in each.text.split("\n\n")]
        return [{"text": text} for text in texts if not _CHOICE.search(text)]

    @property
    def text(self) -> str:
        return "\n\n".join(each.text for each in self.news)

    @property
    def choices(self) -> dict[str, str]:
        """Number → title of what was offered last."""
        return dict(_CHOICE.findall(self.text))

    @property
    def payloads(self) -> list[str]:
        """Nobody sees payloads in WeChat."""
        return []

    def say(self, text: str, **more: object) -> str:
        """Write, and wait for what comes."""
        self.write(text, **more)
        return self.hear()

    def write(self, text: str, **more: object) -> Delivery | None:
        if self.kf:
            self.platform.kf_say(self.openid, text, **more)
            return None
        delivery = self.platform.say(self.openid, text, repeat=self.repeat, **more)
        assert delivery.status == 200, delivery.attempts
        return delivery

    def hear_until(self, words: str) -> None:
        """Wait until it was among what came."""
        self.platform.wait_for(
            self.openid, lambda got: any(words in each.text for each in got), self.patience, kf=self.kf
        )
        self.seen = len(self.platform.received(self.openid, kf=self.kf))

    def hear(self) -> str:
        """Wait for something new."""
        got = self.platform.wait_for(self.openid, lambda got: len(got) > self.seen, self.patience, kf=self.kf)
        self.news, self.seen = got[self.seen :], len(got)
        return self.text
