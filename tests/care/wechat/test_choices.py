"""A number, or the words, for one of the choices that were sent last."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation, Message
from care.errors import InvalidInput
from care.wechat import menu
from care.wechat.choices import number_in, payload_in, payload_of_menu
from tests.support.times import NOW

OFFERED = [
    {"title": "确认提交", "payload": "/affirm"},
    {"title": "修改", "payload": "/deny"},
    {"title": "不等了，回到小益", "payload": "/stop_waiting"},
]


@pytest.mark.parametrize(
    ("text", "number", "why"),
    [
        ("2", 2, "as it was asked for"),
        ("２", 2, "full width, from a Chinese keyboard"),
        (" 2 ", 2, "with spaces"),
        ("2.", 2, "copied from the list"),
        ("2、", 2, ""),
        ("二", 2, ""),
        ("两", 2, ""),
        ("第二个", 2, ""),
        ("选2", 2, ""),
        ("我选第2个吧", 2, ""),
        ("十", 10, "the most that are spoken"),
        ("12", 12, "two digits; whether there are so many is another matter"),
        ("123", None, "three digits are no place in a list"),
        ("2兆", None, "a measurement"),
        ("第二天就坏了", None, "a story"),
        ("138001", None, "a code"),
        ("2个月了还没修好", None, "a story"),
        ("", None, "nothing"),
    ],
)
def test_numbers(text: str, number: int | None, why: str) -> None:
    assert number_in(text) == number, why


@pytest.mark.parametrize(
    ("text", "payload", "why"),
    [
        ("1", "/affirm", ""),
        ("3", "/stop_waiting", "one that our side offered, which the bot does not know"),
        ("4", None, "there are only three: it is said as it is"),
        ("0", None, ""),
        ("修改", "/deny", "its words"),
        ("【修改】。", "/deny", "with marks around them"),
        ("我要修改地址", None, "more than its words: the bot reads it"),
        ("/affirm", None, "a payload is typed by nobody; it stays words"),
    ],
)
def test_choices(text: str, payload: str | None, why: str) -> None:
    assert payload_in(OFFERED, text) == payload, why


def test_without_choices_a_number_is_a_number() -> None:
    """The bot has asked for a month, or an amount."""
    assert payload_in(None, "2") is None
    assert payload_in([], "2") is None


def test_a_touch_on_a_msgmenu(session: Session) -> None:
    """Also on an older one; never on another conversation's."""
    for name in ("c1", "c2"):
        session.add(Conversation(id=name, channel="wechat", created_at=NOW))
    session.flush()
    asked = Message(conversation_id="c1", author="bot", text="可以吗", buttons=OFFERED, created_at=NOW)
    session.add(asked)
    session.flush()
    assert payload_of_menu(session, "c1", f"{asked.id}.2") == "/deny"
    for wrong in (f"{asked.id}.4", f"{asked.id}.0", f"{asked.id + 1}.1", "x.1", ""):
        assert payload_of_menu(session, "c1", wrong) is None
    assert payload_of_menu(session, "c2", f"{asked.id}.1") is None


def test_the_menu_that_is_shipped() -> None:
    """Every entry says something, and comes back by the title that the platform tells us."""
    shipped = menu.menu()
    body = shipped.as_platform()["button"]
    assert [len(column["sub_button"]) for column in body] == [3, 3, 3]
    for column in body:
        for entry in column["sub_button"]:
            assert shipped.words_of(entry["key"])
    assert shipped.words_of("gone from the menu") is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("columns: []", "no column"),
        ("columns: [{title: 一, entries: []}]", "an empty column"),
        ("columns: [{title: 一二三四五六, entries: [{title: 甲, says: 乙}]}]", "a title that is cut off"),
        ("columns: [{title: 一, entries: [{title: 甲, says: 乙}, {title: 甲, says: 丙}]}]", "two of one title"),
        ("columns: [{title: 一, entries: [{title: 甲}]}]", "it says nothing"),
    ],
)
def test_faults_of_the_menu(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "menu.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        menu.read(file)
    assert refused.value.reason == "wechat_menu", why
    assert "menu.yml" in str(refused.value)
