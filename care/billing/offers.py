"""What an offer and a roaming tariff must say, checked when the catalogue is read: truthful, clear, with its limits.

Sources: 电管函〔2012〕27号 (price, what over-use costs, what happens after); 工信部 2018-08-23 (customers who are there
already may choose what new ones may); seeds E8–E12 (no exaggeration, limited stock said, nominal speeds with their
condition, bundles only beside their parts, no exclusive deals with schools). Grade B: 工信部要求, no article of a law.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from care.billing.values import CENT

#: words that no offer can keep
_EXAGGERATED = re.compile("史上|全网最|最低价|最优惠|最划算|绝对|永久|终身|免费送|无限量|不限量|国家级|第一品牌")
#: the same offers for customers who are there already, and for whoever goes to whatever school
_EXCLUSIVE = re.compile(
    "(?:仅限?|只限?|限|专享)新(?:用户|客户|入网)|新(?:用户|客户)(?:专享|专属)|独家|老(?:用户|客户)(?:不能|不可|除外)"
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


Words = Annotated[str, Field(min_length=2, max_length=120)]
Money = Annotated[
    Decimal, Field(ge=0, max_digits=8, decimal_places=2), AfterValidator(lambda amount: amount.quantize(CENT))
]
Volume = Annotated[Decimal, Field(gt=0, max_digits=8)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)+$", max_length=64)]


class Period(_Strict):
    """Both days are in it, in China."""

    begins: date = Field(alias="from")
    ends: date = Field(alias="until")

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.begins > self.ends:
            raise ValueError("from is after until")
        return self

    def has(self, day: date) -> bool:
        return self.begins <= day <= self.ends


class Stock(_Strict):
    """限量: how many there were, and how many are left."""

    limit: int = Field(gt=0)
    left: int = Field(ge=0)

    @model_validator(mode="after")
    def _not_more_left(self) -> Stock:
        if self.left > self.limit:
            raise ValueError("left is more than limit")
        return self


class Directed(_Strict):
    """定向流量: data for named apps only."""

    gb: Volume
    used_for: Words = Field(alias="for")


class Allowances(_Strict):
    """What a month of it holds; for broadband the nominal speed."""

    data_gb: Volume | None = None
    data_only: Directed | None = None
    #: data that is left goes into the next month
    carries_over: bool = False
    voice_minutes: int | None = Field(default=None, gt=0)
    #: calls to named numbers of the family cost nothing
    family_calls: bool = False
    sms: int | None = Field(default=None, gt=0)
    broadband_mbps: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _something(self) -> Allowances:
        if not (self.data_gb or self.voice_minutes or self.sms or self.broadband_mbps):
            raise ValueError("says nothing of what is in it")
        return self


class Introductory(_Strict):
    """A lower price in the first months."""

    price: Money
    months: int = Field(gt=0, le=36)


class Offer(_Strict):
    id: Identifier
    kind: Literal["plan", "addon", "broadband", "bundle"]
    name: Annotated[str, Field(min_length=2, max_length=20)]
    #: a month; with a promotion, the one after it
    price: Money
    promotion: Introductory | None = None
    allowances: Allowances
    sale: Period
    #: None: as many as want it
    stock: Stock | None = None
    who: Words
    #: whom it is made for, beside everybody who may take it
    audience: tuple[Literal["senior", "disabled"], ...] = ()
    conditions: tuple[Words, ...] = Field(min_length=1)
    #: what is used beyond the allowances costs this
    beyond: Words
    #: what happens when contract or promotion are over, or nobody wants it any more
    after: Words
    contract_months: int = Field(default=0, ge=0, le=36)
    #: what leaving before costs
    leaving: Words | None = None
    #: nominal speed of mobile data
    mobile_mbps: int | None = Field(default=None, gt=0)
    #: under which conditions a nominal speed is reached
    speed_note: Words | None = None
    #: of a bundle: offers that give the same, one by one
    unbundled: tuple[Identifier, ...] = ()

    @model_validator(mode="after")
    def _honest(self) -> Offer:
        if faults := list(self._faults()):
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> Iterator[str]:
        said = "\n".join((self.name, self.who, *self.conditions, self.beyond, self.after, self.speed_note or ""))
        if found := _EXAGGERATED.search(said):
            yield f"「{found[0]}」 cannot be kept; say what it is"
        if found := _EXCLUSIVE.search(said):
            yield f"「{found[0]}」: customers who are there already, and of every school, may choose it as well"
        if self.stock is None and "限量" in said:
            yield "says 限量 without stock: how many there are"
        if (self.allowances.broadband_mbps or self.mobile_mbps) and not self.speed_note:
            yield "a nominal speed needs speed_note: its conditions"
        if self.contract_months and not self.leaving:
            yield "a contract needs leaving: what it costs to leave before"
        if self.promotion and self.promotion.price >= self.price:
            yield "promotion.price is not below price"
        if (self.kind == "bundle") != bool(self.unbundled):
            yield "a bundle, and only a bundle, names under unbundled what can be taken instead"


class Calls(_Strict):
    """A minute of a call while roaming."""

    #: within the place
    local: Money
    #: to the mainland
    home: Money
    incoming: Money
    #: to anywhere else
    elsewhere: Money


class DayPackage(_Strict):
    price: Money
    gb: Volume
    after: Words


class Group(_Strict):
    """Places with the same tariff."""

    name: Words
    #: by name: what it is called otherwise
    places: dict[Words, tuple[Words, ...]] = Field(min_length=1)
    calls: Calls
    sms: Money
    #: a MB without the package
    data_mb: Money
    day_package: DayPackage


class Roaming(_Strict):
    valid: Period
    #: where data charges stop
    cap: Words
    incoming_sms: Words
    groups: tuple[Group, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_place_once(self) -> Roaming:
        names = [name for group in self.groups for place, also in group.places.items() for name in (place, *also)]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"in more than one place: {', '.join(twice)}")
        return self
