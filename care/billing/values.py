"""What a billing system tells about a number. Money is `Decimal` in CNY with two digits, times are aware."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from care.timezone import CHINA

#: what money is rounded to
CENT = Decimal("0.01")


@dataclass(frozen=True, order=True)
class Month:
    """A month of the calendar, which is what is billed."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 12:
            raise ValueError(f"a year has months 1 to 12, not {self.number}")

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @classmethod
    def read(cls, text: str) -> Month:
        """`2026-10`. Raises ValueError."""
        year, _, number = text.partition("-")
        return cls(int(year), int(number))

    @classmethod
    def of(cls, moment: datetime) -> Month:
        """The month that it is in China."""
        local = moment.astimezone(CHINA)
        return cls(local.year, local.month)

    def plus(self, months: int) -> Month:
        year, index = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year, index + 1)

    @property
    def start(self) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=CHINA)

    @property
    def end(self) -> datetime:
        """The first moment that is no longer in it."""
        return self.plus(1).start

    @property
    def last_day(self) -> date:
        return (self.end - timedelta(days=1)).date()


class LineStatus(StrEnum):
    ACTIVE = "active"
    #: for unpaid bills
    ARREARS = "arrears"
    #: at the holder's wish, or reported lost
    PAUSED = "paused"
    #: real-name or fraud check (反电信网络诈骗法 32)
    RESTRICTED = "restricted"
    CLOSED = "closed"


@dataclass(frozen=True)
class Line:
    phone: str
    status: LineStatus
    #: since when the number belongs to who has it now: what was proved before proves nothing
    holder_since: datetime
    is_prepaid: bool


@dataclass(frozen=True)
class Balance:
    #: what can be spent; below zero is owed
    amount: Decimal
    #: part of it that was given by a campaign and cannot be paid out
    given: Decimal
    #: of the running month, not billed yet
    unbilled: Decimal
    as_of: datetime


class TopUpStatus(StrEnum):
    CREDITED = "credited"
    #: paid, and on its way
    PENDING = "pending"
    #: not credited; the money goes back the way it came
    FAILED = "failed"


@dataclass(frozen=True)
class TopUp:
    id: str
    at: datetime
    amount: Decimal
    #: where it was paid, as customers say it: 微信, 支付宝, 营业厅
    channel: str
    status: TopUpStatus
    credited_at: datetime | None


class ItemKind(StrEnum):
    """What a line of a bill is for; its words for customers are in care/billing/items.yml."""

    PLAN = "plan"
    ADDON = "addon"
    DATA_OVER = "data_over"
    VOICE_OVER = "voice_over"
    SMS = "sms"
    VAS = "vas"
    ROAMING_DATA = "roaming_data"
    ROAMING_VOICE = "roaming_voice"
    BROADBAND = "broadband"
    TERMINAL = "terminal"
    LATE_FEE = "late_fee"
    #: below zero
    DISCOUNT = "discount"
    #: below zero: money given back, or above: charged afterwards
    ADJUSTMENT = "adjustment"
    #: of a kind that this version does not know
    OTHER = "other"


@dataclass(frozen=True)
class BillItem:
    #: unique within the bill
    id: str
    kind: ItemKind
    name: str
    #: below zero for what is given back
    amount: Decimal
    #: what was used, where it is charged by use
    quantity: Decimal | None = None
    #: GB | minute | message
    unit: str | None = None
    #: the same in every month for the same thing (a plan, a subscription): by it two months are compared
    subject: str | None = None


@dataclass(frozen=True)
class Bill:
    """`total` is the sum of its items."""

    month: Month
    items: tuple[BillItem, ...]
    paid: Decimal
    #: None while the month runs
    issued_at: datetime | None
    due: date | None

    @property
    def total(self) -> Decimal:
        return sum((item.amount for item in self.items), Decimal("0.00"))

    @property
    def is_final(self) -> bool:
        return self.issued_at is not None


class AllowanceKind(StrEnum):
    DATA = "data"
    VOICE = "voice"
    SMS = "sms"


@dataclass(frozen=True)
class Allowance:
    id: str
    kind: AllowanceKind
    name: str
    #: GB | minute | message
    unit: str
    #: None: without limit
    total: Decimal | None
    used: Decimal
    #: what is not used then is gone, or carried over as the plan says
    resets_at: datetime
    #: part of `total` that came over from the month before
    carried_over: Decimal = Decimal(0)
    #: what it can be used for, where not for all: 定向流量 of named apps
    only_for: str | None = None


@dataclass(frozen=True)
class Usage:
    as_of: datetime
    allowances: tuple[Allowance, ...]
    #: charged so far this month beyond the allowances
    over: tuple[BillItem, ...]


@dataclass(frozen=True)
class Contract:
    name: str
    since: date
    until: date
    #: for leaving on the day of asking, and how that is reckoned
    leaving: Decimal
    leaving_rule: str


@dataclass(frozen=True)
class Promotion:
    name: str
    until: date
    #: what it takes off a month
    saves: Decimal


@dataclass(frozen=True)
class Plan:
    #: the catalogue's id where it is still on sale
    id: str
    name: str
    price: Decimal
    since: date
    contract: Contract | None
    promotions: tuple[Promotion, ...]
    #: name of the plan that begins with the next month, where a change is ordered
    next_name: str | None = None


@dataclass(frozen=True)
class Leaving:
    """What is looked at when a number is taken to another operator, or closed."""

    status: LineStatus
    #: registered with the holder's real name
    is_real_name: bool
    #: the day from which the days in the network count
    joined_on: date
    #: billed and not paid, late fee included
    owed: Decimal
    #: of the running month, not billed yet
    unbilled: Decimal
    #: what can be spent; below zero is owed
    balance: Decimal
    #: part of it that was given by a campaign
    given: Decimal
    #: one that says how long the customer stays (在网期限); neither an activity nor a discount
    contract: Contract | None
    #: names of what hangs on the same account: broadband, a telephone paid by the month
    attached: tuple[str, ...]
    #: it is on its way to another operator
    is_porting: bool


class ConsentMethod(StrEnum):
    """The three ways in which an order may be confirmed: 工信部“明白办、放心用”行动 (2025-04-30)."""

    SMS_REPLY = "sms_reply"
    SMS_CODE = "sms_code"
    SIGNATURE = "signature"


@dataclass(frozen=True)
class Consent:
    at: datetime
    method: ConsentMethod
    #: what the customer was shown, or answered to
    text: str


@dataclass(frozen=True)
class Subscription:
    """A value-added service."""

    id: str
    name: str
    provider: str
    #: a month
    price: Decimal
    since: date
    #: None: no evidence is there that somebody ordered it
    consent: Consent | None
    #: from when it is off if it is ended now
    ends_on: date
    #: already ended, and runs until `ends_on`
    is_ending: bool = False


@dataclass(frozen=True)
class Arrears:
    #: owed in all, late fee included; 0 when nothing is
    amount: Decimal
    late_fee: Decimal
    #: when the oldest unpaid bill was due
    since: date | None
    months: tuple[Month, ...]
    suspended_at: datetime | None
    #: all was paid, and the line is not back yet: 48 hours run from here (电信条例 34)
    paid_at: datetime | None


@dataclass(frozen=True)
class Roaming:
    """Switches of a line. International, with 港澳台."""

    voice_on: bool
    data_on: bool
    #: where the line is now, when abroad
    place: str | None


class InvoiceStatus(StrEnum):
    CAN_BE_ISSUED = "can_be_issued"
    ISSUED = "issued"
    #: the month is not billed yet, or not paid
    NOT_YET = "not_yet"


@dataclass(frozen=True)
class Invoice:
    month: Month
    amount: Decimal
    status: InvoiceStatus
    number: str | None
    issued_at: datetime | None


class OrderKind(StrEnum):
    UNSUBSCRIBE = "unsubscribe"
    CHANGE_PLAN = "change_plan"
    ROAMING_VOICE_ON = "roaming_voice_on"
    ROAMING_VOICE_OFF = "roaming_voice_off"
    ROAMING_DATA_ON = "roaming_data_on"
    ROAMING_DATA_OFF = "roaming_data_off"


@dataclass(frozen=True)
class OrderRequest:
    kind: OrderKind
    #: id of the subscription or of the offer; None for a switch
    subject: str | None = None


@dataclass(frozen=True)
class Placed:
    #: the billing system's number for it
    reference: str
    effective_on: date


@dataclass(frozen=True)
class Changed:
    """A number whose usage, bill, contract or place may have changed."""

    phone: str
    #: where to go on from
    cursor: str
