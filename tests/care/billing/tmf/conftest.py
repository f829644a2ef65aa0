"""The operator of the tests, and our side of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from care.billing.tmf.adapter import TmfBilling
from care.billing.tmf.client import Api
from tests.care.billing.tmf.example import ACCOUNT, OTHER, OTHER_ACCOUNT, PHONE
from tests.support.times import NOW
from tests.support.tmf import KEY, Operator, operator


@pytest.fixture(scope="package")
def running() -> Iterator[Operator]:
    with operator() as there:
        yield there


@pytest.fixture
def there(running: Operator) -> Iterator[Operator]:
    """It and we keep to the official definitions in every test."""
    running.reset()
    running.accounts = {PHONE: ACCOUNT, OTHER: OTHER_ACCOUNT}
    yield running
    assert running.violations == []


@pytest.fixture
async def system(there: Operator) -> AsyncIterator[TmfBilling]:
    system = TmfBilling(Api("tmf678", there.bills_url, KEY), Api("tmf677", there.usage_url, KEY), clock=lambda: NOW)
    yield system
    await system.close()
