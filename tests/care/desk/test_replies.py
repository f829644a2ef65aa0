"""Every canned reply may be sent as it stands: polite, short, promises nothing; and its variables are filled."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from care.desk.promises import warnings_in
from care.desk.replies import MOST, REPLIES, VARIABLES, CannedReply, read, replies
from care.errors import InvalidInput

_ALL = replies()
_RUDE = re.compile("亲[，,~～]|你(?!们)|必须|不归我管|没办法|[\U0001f300-\U0001faff]")
#: as long as they may be filled
_VALUES = {
    "staff": "1007", "ticket": "TS261121-4K7Q2X", "due": "11月22日 15:20", "operator": "示例电信", "hotline": "10000",
    "name": "王先生/女士",
}  # fmt: skip


@pytest.mark.parametrize("reply", _ALL, ids=[each.id for each in _ALL])
def test_it_may_be_sent(reply: CannedReply) -> None:
    text = reply.text.format(**_VALUES)
    assert warnings_in(text) == []
    assert len(text) <= MOST
    assert not _RUDE.search(text)
    assert text[-1] in "。？！"


def test_there_are_enough_for_a_day_and_each_variable_is_used() -> None:
    assert 25 <= len(_ALL) <= 40
    assert {key for each in _ALL for key in each.keys} == VARIABLES
    assert len({each.title for each in _ALL}) == len(_ALL)


BROKEN = [
    ("address: '{surname}'\nreplies:\n  - {id: hs, title: 问候, text: '您好{phone}'}\n", "phone"),
    ("address: '{surname}'\nreplies:\n  - &a {id: hs, title: 问候, text: 您好您好}\n  - *a\n", "twice"),
    ("address: '{surname}'\nreplies:\n  - {id: HS, title: 问候, text: 您好您好}\n", "id"),
    ("address: 您\nreplies: []\n", "address"),
]


@pytest.mark.parametrize(("written", "named"), BROKEN)
def test_a_broken_file_is_named_with_the_place(tmp_path: Path, written: str, named: str) -> None:
    file = tmp_path / "replies.yml"
    file.write_text(written, encoding="utf-8")
    with pytest.raises(InvalidInput, match=named) as refused:
        read(file)
    assert refused.value.reason == "replies"
    assert read(REPLIES).replies
