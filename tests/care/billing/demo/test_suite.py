"""The demo operator does what every billing system does."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from care.billing.demo.adapter import DemoBilling
from care.billing.demo.stories import STORIES, phone_at
from care.billing.values import Month, OrderKind, OrderRequest
from tests.care.billing.suite import BillingSuite, Facts
from tests.support.billing import phone_of, seed
from tests.support.times import NOW

MONTH = Month.of(NOW)


class TestDemo(BillingSuite):
    @pytest.fixture
    def system(self, database: object) -> DemoBilling:
        seed(NOW, len(STORIES))
        return DemoBilling(clock=lambda: NOW)

    @pytest.fixture
    def facts(self) -> Facts:
        """roaming_month, who was in Japan for three days of the last month."""
        return Facts(
            now=NOW,
            phone=phone_of("roaming_month"),
            stranger=phone_at(len(STORIES)),  # the operator's, and not made here
            month=MONTH.plus(-1),
            amounts={
                "畅享 99 月费": Decimal("99.00"),
                "日本漫游流量（3 天）": Decimal("75.00"),
                "日本漫游通话": Decimal("11.88"),
            },
            paid=Decimal("185.88"),
            due=date(2026, 11, 20),
            first=MONTH.plus(-12),
            running=Decimal("99.00"),
            allowances={
                "国内流量": (Decimal("19.65"), Decimal("134.85")),
                "定向流量": (Decimal("10.32"), Decimal(30)),
                "国内通话": (Decimal(173), Decimal(700)),
            },
            owed=Decimal("0.00"),
            late_fee=Decimal("0.00"),
            owed_months=(),
            spendable=Decimal("157.62"),
            top_ups=(Decimal("100.00"), Decimal("200.00"), Decimal("100.00")),
            plan="畅享 99",
            invoiceable=MONTH.plus(-3),
            not_invoiceable=MONTH,
            order=OrderRequest(OrderKind.CHANGE_PLAN, "changxiang-129"),
        )
