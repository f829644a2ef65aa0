"""The demo operator sells what its catalogue offers, at the catalogue's prices."""

from __future__ import annotations

from decimal import Decimal

import pytest

from care.billing.catalogue import DEFAULT, Availability, load_catalogue
from care.billing.demo.goods import (
    ADDON,
    ADDON_PRICE,
    BROADBAND,
    DATA_OVER,
    LATE_FEE,
    PLANS,
    ROAMING_DATA_DAY,
    ROAMING_VOICE,
    SMS_PRICE,
    VOICE_OVER,
)
from tests.support.times import NOW

CATALOGUE = load_catalogue(DEFAULT)
PLANS_OFFERED = {offer.id: offer for offer in CATALOGUE.offers if offer.kind == "plan"}


@pytest.mark.parametrize("id", [plan.id for plan in PLANS.values() if plan.is_on_sale])
def test_a_plan_is_as_the_catalogue_says(id: str) -> None:
    sold, offered = PLANS[id], PLANS_OFFERED[id]
    holds = offered.allowances
    assert (sold.name, sold.price) == (offered.name, offered.price)
    assert (sold.data, sold.voice, sold.sms) == (holds.data_gb, holds.voice_minutes or 0, holds.sms or 0)
    assert sold.video == (holds.data_only.gb if holds.data_only else 0)
    assert (sold.carries_over, sold.has_family) == (holds.carries_over, holds.family_calls)
    promotion = offered.promotion
    saves = (offered.price - promotion.price, promotion.months) if promotion else (0, 0)
    assert (sold.saves, sold.saves_months, sold.bound_months) == (*saves, offered.contract_months or 0)
    for price in (f"流量 {DATA_OVER} 元/GB", f"通话 {VOICE_OVER} 元/分钟", f"短信 {SMS_PRICE} 元/条"):
        assert price in offered.beyond


def test_every_plan_of_the_catalogue_can_be_had() -> None:
    """Now or later; what is over or sold out cannot."""
    possible = (Availability.ON_SALE, Availability.NOT_YET)
    offered = {id for id, offer in PLANS_OFFERED.items() if CATALOGUE.availability(offer, NOW) in possible}
    assert offered == {plan.id for plan in PLANS.values() if plan.is_on_sale}


def test_old_plans_are_in_no_catalogue() -> None:
    assert not {plan.id for plan in PLANS.values() if not plan.is_on_sale} & set(PLANS_OFFERED)


def test_the_rest_of_a_bill_has_the_catalogue_s_prices() -> None:
    addon, broadband = CATALOGUE.find("liuliangbao-10"), CATALOGUE.find("kuandai-300")
    assert addon is not None
    assert broadband is not None
    assert (addon.allowances.data_gb, addon.price, broadband.price) == (ADDON, ADDON_PRICE, BROADBAND)
    (group,) = [group for group in CATALOGUE.roaming.groups if "日本" in group.places]
    assert (group.day_package.price, group.calls.local) == (ROAMING_DATA_DAY, ROAMING_VOICE)


def test_the_late_fee_is_what_the_law_allows() -> None:
    assert Decimal("0.003") == LATE_FEE, "电信条例 34: 3 ‰ a day"
