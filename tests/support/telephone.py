"""The customers' telephones: what the demo sender wrote instead of sending it (`QUANYI_SMS_LOG`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.support.environment import SMS_LOG


@dataclass(frozen=True)
class Telephone:
    phone: str
    #: `var/log/sms.log` of a running product; without one, that of this process
    log: Path = SMS_LOG

    def received(self) -> list[str]:
        """Texts, the oldest first."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        fields = [line.split("  ", 2) for line in lines]
        return [text for _, phone, text in fields if phone == self.phone]

    def code(self) -> str:
        """The newest code."""
        codes = [found[1] for text in self.received() if (found := re.search(r"验证码(\d{6})", text))]
        assert codes, f"no code came; there are {len(self.received())} SMS"
        return codes[-1]
