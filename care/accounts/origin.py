"""Whose number a line is and where from, as far as that can be known before a complaint is filed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accounts.ranges import carrier_of, province_of
from care.accounts.service import phone_index
from care.accounts.tables import Customer


@dataclass(frozen=True)
class Origin:
    #: 中国移动 | 中国联通 | 中国电信 | 中国广电
    carrier: str | None
    #: 北京 | 广东 | …
    province: str | None
    #: customer: our own records, certain. range: the number's range, a hint. none: nothing is known
    source: Literal["customer", "range", "none"]


def origin_of(session: Session, line: str) -> Origin:
    """Of a normalised line (`care.accounts.rules.normalise_line`). Our own records win over the range.

    A customer whose province we know is ours; `carrier` is then None, because the range would name the operator that
    had the number first, and many of our customers brought theirs with them. Otherwise the range answers, which number
    portability (携号转网, 工信部信管〔2019〕242 号) makes a hint only: ask the customer before turning anybody away.
    """
    recorded = session.scalar(select(Customer.province).where(Customer.phone_index == phone_index(line)))
    return origin_with(recorded, line)


def origin_with(recorded: str | None, line: str) -> Origin:
    """`origin_of` for a line whose province in our own records, if they have one, was read already."""
    if recorded is not None:
        return Origin(None, recorded, "customer")
    carrier, province = carrier_of(line), province_of(line)
    return Origin(carrier, province, "range" if carrier or province else "none")
