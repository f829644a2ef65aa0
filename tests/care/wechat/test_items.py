"""What sync_msg tells, by the examples of its page; what is not as the page says is left out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from care.wechat.items import Origin, read

TEXT: dict[str, Any] = {
    "msgid": "from_msgid_4622416642169452483",
    "open_kfid": "wkAJ2GCAAASSm4_FhToWMFea0xAFfd3Q",
    "external_userid": "wmAJ2GCAAAme1XQRC-NI-q0_ZM9ukoAw",
    "send_time": 1615478585,
    "origin": 3,
    "msgtype": "text",
    "text": {"content": "hello world", "menu_id": "101"},
}
EVENT: dict[str, Any] = {
    "msgid": "7",
    "send_time": 1615478585,
    "origin": 4,
    "msgtype": "event",
    "event": {
        "event_type": "session_status_change",
        "open_kfid": TEXT["open_kfid"],
        "external_userid": TEXT["external_userid"],
        "change_type": 1,
    },
}


def test_a_message_names_its_customer_outside() -> None:
    item = read(TEXT, TEXT["open_kfid"])
    assert item is not None
    assert (item.kind, item.origin, item.user) == ("text", Origin.CUSTOMER, TEXT["external_userid"])
    assert (item.text("content"), item.text("menu_id"), item.text("other")) == ("hello world", "101", "")
    assert item.at == datetime(2021, 3, 11, 16, 3, 5, tzinfo=UTC)


def test_an_event_names_its_customer_inside() -> None:
    item = read(EVENT, TEXT["open_kfid"])
    assert item is not None
    assert (item.kind, item.user, item.number("change_type")) == (
        "session_status_change",
        TEXT["external_userid"],
        1,
    )


@pytest.mark.parametrize(
    "told",
    [
        {},
        TEXT | {"origin": 6},  # a source that the page does not name
        TEXT | {"origin": "3"},
        TEXT | {"msgid": "x" * 101},
        TEXT | {"msgid": "two words"},
        TEXT | {"send_time": "soon"},
        TEXT | {"send_time": 10**30},
        TEXT | {"external_userid": None},
        TEXT | {"open_kfid": "another account"},
        EVENT | {"event": {"event_type": "servicer_status_change", "servicer_userid": "zhangsan", "status": 2}},
        EVENT | {"event": "text"},
    ],
)
def test_what_is_left_out(told: dict[str, Any]) -> None:
    assert read(told, TEXT["open_kfid"]) is None
