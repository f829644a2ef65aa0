"""How long data stay, and what keeps them longer: the file, read and checked. `expiring.py` carries it out.

Six months are the least for SMS records (《通信短信息服务管理规定》（工业和信息化部令第74号）第十三条、第二十条) and
for network logs (《网络安全法》第二十三条第三项); for the rest no law names days, so those are the operator's own.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from care.files import read_model
from care.privacy.rules import Hold

DEFAULT = Path(__file__).with_name("retention.yml")
#: every one has its period: the retention keys of places/*.yml, and what is no place of the data map
PERIODS = frozenset(
    {
        "conversations",
        "minors",
        "files",
        "tickets",
        "orders",
        "notices",
        "training",
        "choices",
        "lessons",
        "surveys",
        "appeals",
        "accesses",
        "staff",
        "account",
        "requests",
        "copies",
        "trackers",
        "logs",
    }
)

#: days that are six calendar months in every year
_SIX_MONTHS = 184
_SIX_MONTHS_PERIODS = ("notices", "accesses", "staff", "logs")
_SIX_MONTHS_HOLDS = (Hold.SMS_RECORD, Hold.USE_LOG)

_Days = Annotated[int, Field(ge=1, le=3650)]
_Words = Annotated[str, Field(min_length=1, max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Period(_Strict):
    days: _Days
    #: customers read both
    why: _Words
    source: _Words

    def before(self, now: datetime) -> datetime:
        """What is older than this is over."""
        return now - timedelta(days=self.days)


class HoldWords(_Strict):
    """What customers read about something that stays."""

    title: _Words
    why: _Words
    source: _Words
    #: None: until its reason is gone
    days: _Days | None = None

    def since(self, now: datetime) -> datetime:
        """What is younger than this stays. Only of a hold that names days."""
        assert self.days is not None
        return now - timedelta(days=self.days)

    def until(self, since: datetime) -> datetime | None:
        """When something of `since` may go, as far as a day can be named."""
        return since + timedelta(days=self.days) if self.days is not None else None


class Retention(_Strict):
    version: Annotated[str, Field(min_length=1, max_length=32)]
    periods: dict[str, Period]
    # Not strict here: YAML has words, and Hold is their list.
    holds: dict[Annotated[Hold, Field(strict=False)], HoldWords]
    unknown_holder_days: _Days

    @model_validator(mode="after")
    def _is_whole(self) -> Retention:
        for name in sorted(PERIODS - self.periods.keys()):
            raise ValueError(f"periods: {name} is missing")
        for name in sorted(self.periods.keys() - PERIODS):
            raise ValueError(f"periods: {name} is none of {', '.join(sorted(PERIODS))}")
        for hold in Hold:
            if hold not in self.holds:
                raise ValueError(f"holds: {hold} is missing")
        for name in _SIX_MONTHS_PERIODS:
            if self.periods[name].days < _SIX_MONTHS:
                raise ValueError(f"periods.{name}.days: the law asks for six months at least, {_SIX_MONTHS}")
        for hold in _SIX_MONTHS_HOLDS:
            if (self.holds[hold].days or 0) < _SIX_MONTHS:
                raise ValueError(f"holds.{hold}.days: the law asks for six months at least, {_SIX_MONTHS}")
        if self.holds[Hold.ORDER_EVIDENCE].days is None:
            raise ValueError(f"holds.{Hold.ORDER_EVIDENCE}.days: give days; nothing stays for ever")
        return self


def load_retention(path: Path) -> Retention:
    """Raises InvalidInput (reason `retention`) naming file, line and place."""
    return read_model(path, Retention, "retention", "QUANYI_RETENTION")


@lru_cache(maxsize=1)
def retention() -> Retention:
    return load_retention(Path(os.environ.get("QUANYI_RETENTION") or DEFAULT))
