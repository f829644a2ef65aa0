"""From the answers of TMF677 to our values, case by case."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.billing.tmf import consumption
from care.billing.tmf.reading import Unusable
from care.billing.values import Allowance
from tests.care.billing.tmf.answers import ANYTHING, GONE, Json, changed, read
from tests.care.billing.tmf.example import OTHER, PHONE
from tests.support.times import china

BUCKET: Json = {
    "id": "u1",
    "name": "国内流量",
    "usageType": "data",
    "product": [{"publicIdentifier": PHONE}],
    "bucketCounter": [{"counterType": "used", "value": {"amount": 10, "units": "GB"}}],
    "bucketBalance": [
        {"remainingValue": {"amount": 30, "units": "GB"}, "validFor": {"endDateTime": "2026-12-01T00:00:00+08:00"}}
    ],
}


def the_allowances(*buckets: Json) -> list[Allowance]:
    report = {"effectiveDate": "2026-11-21T15:20:00+08:00", "bucket": [changed(BUCKET, each) for each in buckets]}
    return list(consumption.usage(read(report), PHONE, []).allowances)


def counted(amount: float, units: str, level: str | None = None) -> Json:
    return {"counterType": "used", "value": {"amount": amount, "units": units}} | ({"level": level} if level else {})


def left(amount: float, units: str, end: str = "2026-12-01T00:00:00+08:00") -> Json:
    return {"remainingValue": {"amount": amount, "units": units}, "validFor": {"endDateTime": end}}


UNLIMITED = {"remainingValueName": "Unlimited", "validFor": {"endDateTime": "2026-12-01T00:00:00+08:00"}}

# change; used, in all, unit; why
BUCKETS: list[tuple[Json, tuple[str, str | None, str], str]] = [
    ({}, ("10.00", "40.00", "GB"), "as it is"),
    (
        {"bucketCounter": [counted(10240, "MB")], "bucketBalance": [left(30, "GB")]},
        ("10.00", "40.00", "GB"),
        "1024 MB are a GB, and units may differ",
    ),
    (
        {"bucketCounter": [counted(12636.16, "MB")], "bucketBalance": [left(28323.84, "MB")]},
        ("12.34", "40.00", "GB"),
        "added before they are rounded: 40 stay 40",
    ),
    ({"bucketBalance": [UNLIMITED]}, ("10.00", None, "GB"), "without limit, said in words"),
    (
        {"usageType": "Voice", "bucketCounter": [counted(90, "seconds")], "bucketBalance": [left(8.5, "minutes")]},
        ("1.50", "10.00", "minute"),
        "calls in seconds and minutes",
    ),
    (
        {"usageType": "sms", "bucketCounter": [counted(3, "SMS")], "bucketBalance": [left(97, "messages")]},
        ("3.00", "100.00", "message"),
        "messages",
    ),
    (
        {"bucketCounter": [counted(10, "GB", "global"), counted(4, "GB", "user"), counted(6, "GB", "product")]},
        ("10.00", "40.00", "GB"),
        "who of a family used how much is not asked here",
    ),
    (
        {"bucketBalance": [left(10, "GB", "2026-11-30T00:00:00+08:00"), left(20, "GB")]},
        ("10.00", "40.00", "GB"),
        "two parts of what is left",
    ),
]


@pytest.mark.parametrize(("changes", "expected", "why"), BUCKETS, ids=[case[-1] for case in BUCKETS])
def test_buckets(changes: Json, expected: tuple[str, str | None, str], why: str) -> None:
    (allowance,) = the_allowances(changes)
    total = None if allowance.total is None else str(allowance.total)
    assert (str(allowance.used), total, allowance.unit) == expected


def test_what_is_left_is_told_until_its_first_part_ends() -> None:
    (allowance,) = the_allowances({"bucketBalance": [left(10, "GB"), left(1, "GB", "2026-11-25T00:00:00+08:00")]})
    assert allowance.resets_at == china("2026-11-25 00:00")


def test_buckets_of_other_numbers_and_of_other_things_are_passed_over() -> None:
    others: list[Json] = [{"product": [{"publicIdentifier": OTHER}]}, {"usageType": "television"}]
    assert the_allowances(*others) == []
    shared = {"product": [{"publicIdentifier": OTHER}, {"publicIdentifier": PHONE}], "isShared": True}
    assert len(the_allowances(shared)) == 1, "a family's bucket is this number's too"


# change; the field that is named; why
WRONG_BUCKETS: list[tuple[Json, str, str]] = [
    ({"product": GONE}, "product is missing", "whose bucket"),
    ({"product": [{"id": "p"}]}, "publicIdentifier is missing", "the same"),
    ({"bucketBalance": GONE}, "bucketBalance is missing", "nothing said is not without limit"),
    ({"bucketBalance": [{"validFor": left(1, "GB")["validFor"]}]}, "remainingValueName is missing", "the same"),
    ({"bucketBalance": [left(1, "GB") | {"validFor": {}}]}, "endDateTime is missing", "until when"),
    ({"bucketCounter": []}, "bucketCounter has not one", "how much was used"),
    ({"bucketCounter": [counted(1, "GB"), counted(2, "GB")]}, "bucketCounter has not one", "which of the two"),
    ({"bucketCounter": [counted(1, "pages")]}, "units is unknown", "a unit of tomorrow"),
    ({"bucketCounter": [counted(1, "minutes")]}, "units is unknown", "minutes of data"),
    ({"bucketCounter": [counted(-1, "GB")]}, "amount is below zero", "less than nothing was used"),
    ({"usageType": GONE}, "usageType is missing", "of what"),
    ({"name": GONE}, "name is missing", "called what"),
]


@pytest.mark.parametrize(("changes", "named", "why"), WRONG_BUCKETS, ids=[case[-1] for case in WRONG_BUCKETS])
def test_what_is_wrong_in_a_bucket_is_named(changes: Json, named: str, why: str) -> None:
    with pytest.raises(Unusable) as refused:
        the_allowances(changes)
    assert named in str(refused.value)
    assert PHONE not in str(refused.value)


@settings(deadline=None)
@given(field=st.sampled_from([*BUCKET]), value=ANYTHING)
def test_whatever_stands_in_a_report_it_is_read_or_refused(field: str, value: Any) -> None:
    """Never another error: that would be a bug, with the value in its traceback."""
    with contextlib.suppress(Unusable):
        assert len(the_allowances({field: value})) <= 1
