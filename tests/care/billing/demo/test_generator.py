"""The made-up customers are the same every time, and their bills are bills."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.billing.demo.customers import MONTHS, Customer, customer
from care.billing.demo.generator import bill, due_of, items, top_ups
from care.billing.demo.meter import allowances, crossings, used
from care.billing.demo.seeding import SEED
from care.billing.demo.stories import CUSTOMERS, STORIES, TRIALS, phone_at, phone_of, story_of
from care.billing.values import CENT, ItemKind, Month, TopUp, TopUpStatus
from tests.support.times import NOW, china

MONTH = Month.of(NOW)
EVERYBODY = range(CUSTOMERS)
#: any moment of some years, so that stories hold on the first of a month, on 29 February and at New Year
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31)).map(lambda at: china(at.isoformat()))  # noqa: DTZ001
INDEXES = st.integers(0, CUSTOMERS - 1)


@cache
def _who(n: int) -> Customer:
    return customer(SEED, n, NOW)


def _months(who: Customer) -> list[Month]:
    """Those that are over."""
    return [month for back in range(MONTHS, 0, -1) if (month := MONTH.plus(-back)) >= who.first_month]


def test_the_same_again_and_another_seed_another_operator() -> None:
    assert [customer(SEED, n, NOW) for n in EVERYBODY] == [_who(n) for n in EVERYBODY]
    assert [bill(SEED, _who(n), MONTH.plus(-1)) for n in EVERYBODY] == [
        bill(SEED, customer(SEED, n, NOW), MONTH.plus(-1)) for n in EVERYBODY
    ]
    assert customer(SEED + 1, 50, NOW) != _who(50)


def test_every_bill_of_everybody() -> None:
    """All 200 for 12 months: money in cents, an id for each item, nothing free that is not given back."""
    count = 0
    for n in EVERYBODY:
        who = _who(n)
        for month in _months(who):
            made = bill(SEED, who, month)
            assert made is not None, f"{n} {month}"
            count += 1
            assert made.total == sum(item.amount for item in made.items)
            assert made.total > 0, f"{n} {month}: nobody is paid for having a telephone"
            assert made.paid in (made.total, Decimal(0))
            assert made.due == due_of(month) > month.last_day
            assert len({item.id for item in made.items}) == len(made.items)
            for item in made.items:
                assert item.amount.as_tuple().exponent == CENT.as_tuple().exponent, f"{n} {month} {item}"
                assert (item.amount < 0) == (item.kind in (ItemKind.DISCOUNT, ItemKind.ADJUSTMENT)), item
                assert (item.quantity is None) == (item.unit is None)
    assert count == (CUSTOMERS - 1) * MONTHS, "all but the one who is new"


def test_bills_are_of_many_kinds() -> None:
    """What can be asked about is there: without it the demo would show nothing."""
    found = {
        item.kind for n in EVERYBODY for month in _months(_who(n)) for item in items(SEED, _who(n), month, month.end)
    }
    assert found == set(ItemKind) - {ItemKind.OTHER}


def test_use_grows_through_a_month_and_is_never_below_nothing() -> None:
    for n in EVERYBODY:
        moments = [MONTH.start + timedelta(hours=12 * step) for step in range(62)]
        for earlier, later in pairwise(used(SEED, _who(n), MONTH, at) for at in moments):
            for name in ("data", "video", "voice", "family", "sms"):
                assert 0 <= getattr(earlier, name) <= getattr(later, name), f"{n} {name}"


@given(INDEXES, MOMENTS, st.integers(0, 12), st.floats(0, 1), st.floats(0, 1))
def test_charges_only_grow_while_the_month_runs(n: int, began: datetime, back: int, some: float, other: float) -> None:
    """And at its end they are the bill: what was told of the running month was never too much."""
    who, month = customer(SEED, n, began), Month.of(began).plus(-back)
    length = month.end - month.start
    charged = [
        sum(item.amount for item in items(SEED, who, month, month.start + part * length))
        for part in (min(some, other), max(some, other), 1.0)
    ]
    assert charged == sorted(charged)


@given(INDEXES, MOMENTS)
def test_nobody_but_the_one_in_arrears_owes_anything(n: int, began: datetime) -> None:
    """Walking through the months, what is paid in always covers what is taken."""
    who = customer(SEED, n, began)
    account, month = who.opening, who.first_month
    while month <= Month.of(began):
        coming: tuple[TopUp, ...] = top_ups(SEED, who, month, account)
        assert all(each.amount > 0 for each in coming)
        assert all(Month.of(each.at) == month or each.at == month.end for each in coming)
        account += sum((each.amount for each in coming if each.status is TopUpStatus.CREDITED), Decimal(0))
        made = bill(SEED, who, month)
        if made is not None:
            account -= made.paid
        # What was suspended is paid two days ago, for months that are over.
        assert account >= 0 or who.paid_at is not None, f"{month}: {account}"
        month = month.plus(1)
    assert account >= 0


@given(MOMENTS, st.integers(0, len(STORIES) - 1))
def test_a_story_is_told_on_any_day(began: datetime, n: int) -> None:
    """Nothing in it lies in the future, and it has its bills, on the first of a month as well."""
    who = customer(SEED, n, began)
    month = Month.of(began)
    assert who.holder_since <= began
    for moment in (who.suspended_at, who.paid_at):
        assert moment is None or moment <= began
    last = bill(SEED, who, month.plus(-1))
    assert (last is None) == (who.story == "new_line")
    if who.story == "bill_shock":
        before = bill(SEED, who, month.plus(-2))
        assert before is not None
        assert last is not None
        assert (before.total, last.total) == (Decimal("39.00"), Decimal("166.00"))
    if who.story == "nearly_used_up":
        (data, _) = allowances(SEED, who, month, began)
        assert data.total is not None
        assert Decimal("0.91") < data.used / data.total <= Decimal("0.92")


def test_when_an_allowance_is_used_up() -> None:
    """The moments are those at which the meter says so: the hour before it has not."""
    share = Decimal("0.8")
    seen = 0
    for n in EVERYBODY:
        who = _who(n)
        for at in crossings(SEED, who, MONTH, (share,)):
            seen += 1
            now, before = (allowances(SEED, who, MONTH, moment) for moment in (at, at - timedelta(hours=1)))
            assert any(
                one.total and one.used >= one.total * share > other.used for one, other in zip(now, before, strict=True)
            ), f"{n} {at}"
    assert seen > 50, "half of them come that far in one of their allowances"


def test_numbers_of_stories() -> None:
    assert phone_of("bill_shock") == "13800138000"
    assert phone_at(CUSTOMERS - 1) == "13800138199"
    assert story_of(len(STORIES)) == "ordinary"
    with pytest.raises(StopIteration):
        phone_of("ordinary")


def test_what_the_demo_page_offers() -> None:
    stories = {phone_of(story.name) for story in STORIES}
    for trial in TRIALS:
        assert trial.phone in stories
        assert len(trial.title) <= 10, "one line on a button"
