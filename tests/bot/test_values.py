"""What finds mean: tables of worked examples."""

from typing import Any

import pytest

from bot.nlu import values
from bot.nlu.numerals import number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十八", "18"),
        ("一百二", "120"),  # the spoken short form
        ("三千五", "3500"),
        ("一万二", "12000"),
        ("一百零五", "105"),
        ("两万", "20000"),
        ("廿五", "25"),
        ("半", "0.5"),
        ("俩", "2"),
        ("三点五", "3.5"),
        ("二零二五", "2025"),  # read out
        ("1,280.50", "1280.50"),
        ("1万2", "12000"),
        ("三四十", "30"),  # the smaller end
        ("三四", "3"),
        ("几百", None),
        ("块", None),
        ("", None),
    ],
)
def test_numbers(text: str, value: str | None) -> None:
    found = number(text)
    assert (None if found is None else found.normalize()) == (
        None if value is None else values.Decimal(value).normalize()
    )


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("八十块", "80.00"),
        ("80元", "80.00"),
        ("18.8", "18.80"),
        ("三十八块五", "38.50"),
        ("38块5毛", "38.50"),
        ("四十六块七毛八", "46.78"),
        ("一百二十块零五毛", "120.50"),
        ("两毛", "0.20"),
        ("一毛二", "0.12"),
        ("三分钱", "0.03"),
        ("半块钱", "0.50"),
        ("一百二", "120.00"),
        ("1.2万元", "12000.00"),
        ("￥1,280.50", "1280.50"),
        ("三十蚊", "30.00"),
        ("两百多块", "~200.00"),
        ("十几块", "~10.00"),
        ("三四十块", "~30.00"),
        ("50块钱左右", "~50.00"),
        ("几十块钱", None),  # names no number
        ("百把块", None),
    ],
)
def test_amounts(text: str, amount: str | None) -> None:
    found = values.amount(text)
    about = "~" if found and found.get("approximate") else ""
    assert (found and about + found["amount"]) == amount
    assert found is None or found["currency"] == "CNY"


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("三个G", {"value": "3", "unit": "GB"}),
        ("500兆", {"value": "500", "unit": "MB"}),
        ("1.5GB", {"value": "1.5", "unit": "GB"}),
        ("半个G", {"value": "0.5", "unit": "GB"}),
        ("一个半G", {"value": "1.5", "unit": "GB"}),
        ("三 G", {"value": "3", "unit": "GB"}),
        ("三百五十兆", {"value": "350", "unit": "MB"}),
        ("一个多G", {"value": "1", "unit": "GB", "approximate": True}),
        ("100kb", {"value": "100", "unit": "KB"}),
        ("1T", {"value": "1", "unit": "TB"}),
        ("几百兆", None),
    ],
)
def test_data_volumes(text: str, normal: dict[str, Any] | None) -> None:
    assert values.data_volume(text) == normal


@pytest.mark.parametrize(("value", "unit", "size"), [("1", "GB", 1024), ("0.5", "GB", 512), ("2048", "KB", 2)])
def test_a_gigabyte_has_1024_megabytes(value: str, unit: str, size: int) -> None:
    assert values.megabytes({"value": value, "unit": unit}) == size


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("五百分钟", "500"), ("半小时", "30"), ("一个半小时", "90"), ("24小时", "1440"), ("半个多小时", "~30")],
)
def test_durations(text: str, minutes: str) -> None:
    found = values.duration(text)
    assert found is not None
    assert ("~" if found.get("approximate") else "") + found["value"] == minutes
    assert found["unit"] == "minute"


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("138 0013 8000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("0086-13800138000", "13800138000"),
        ("幺三八零零幺三八零零零", "13800138000"),
        ("幺三八，零零幺三，八零零零", "13800138000"),
        ("(021)62345678", "02162345678"),
        ("010-62345678", "01062345678"),
    ],
)
def test_phones(text: str, phone: str) -> None:
    assert values.phone(text) == phone


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("ts202611-3f7k2a", "TS202611-3F7K2A"),
        ("bz261117 9ab3cd", "BZ261117-9AB3CD"),
        ("TS2611024K7Q2X", "TS261102-4K7Q2X"),
        ("TS26IIO2-4K7QOX", "TS261102-4K7Q0X"),  # misread signs
    ],
)
def test_ticket_numbers(text: str, number: str) -> None:
    assert values.ticket_number(text) == number


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("十八块的套餐", "18.00"),
        ("9块9的套餐", "9.90"),
        ("129", "129.00"),
        ("一百五十九的", "159.00"),
        ("的套餐", None),
    ],
)
def test_prices_of_plans(text: str, price: str | None) -> None:
    assert values.price(text) == price
