"""Reading what only measures: the evaluation set and the ways to ask for a human."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.errors import Stop
from cli.nlu.real_set import PHRASINGS, phrasings, real_rows
from tests.cli.toy import ROOT

HEAD = "text,label,alt_label,source\n"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("QUANYI_EVALUATION", raising=False)
    (tmp_path / "checkout").mkdir()
    return tmp_path / "checkout"


def test_rows(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = checkout / "set.csv"
    file.write_text(
        HEAD + '"宽带断了,没人修",complaint_broadband,ticket_status,a\n你好,greet_chitchat,,b\n', "utf-8-sig"
    )
    monkeypatch.setenv("QUANYI_EVALUATION", str(file))
    assert real_rows(checkout) == [
        {"text": "宽带断了,没人修", "label": "complaint_broadband", "alt": "ticket_status", "source": "a"},
        {"text": "你好", "label": "greet_chitchat", "alt": "", "source": "b"},
    ]


def test_the_set_beside_the_checkout_is_found_and_may_be_missing(checkout: Path) -> None:
    assert real_rows(checkout) is None
    beside = checkout.parent / "shared" / "eval" / "real_dev.csv"
    beside.parent.mkdir(parents=True)
    beside.write_text(HEAD + "你好,greet_chitchat,,b\n", "utf-8")
    rows = real_rows(checkout)
    assert rows is not None
    assert len(rows) == 1


WRONG = [
    # (content, words of the answer)
    (b"", "cannot be read|has no rows"),
    (HEAD.encode(), "has no rows"),
    (b"text,label\na,b\n", "columns text, label, alt_label, source"),
    (HEAD.encode() + b"\xff\xfe,a,,\n", "must be a CSV in UTF-8"),
]


@pytest.mark.parametrize(("content", "words"), WRONG)
def test_a_set_that_is_none(checkout: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, words: str) -> None:
    (checkout / "set.csv").write_bytes(content)
    monkeypatch.setenv("QUANYI_EVALUATION", str(checkout / "set.csv"))
    with pytest.raises(Stop, match=words):
        real_rows(checkout)


def test_our_own_phrasings() -> None:
    found = phrasings(ROOT)
    assert len(found.wanted) == len({text for _, text in found.wanted}) == 200
    assert len(found.not_wanted) == 60
    assert all(row["label"] != "handoff" and row["alt"] != "handoff" for row in found.not_wanted)
    assert len(set(found.texts)) == len(found.texts) == 260


BROKEN = [
    # (content, words of the answer)
    ("wanted: {short: [找人工]}", "not_wanted"),
    ("wanted: [找人工]\nnot_wanted: []", "must have wanted"),
    ("wanted: {short: [1]}\nnot_wanted: []", "1 is no text"),
    ("wanted: {}\nnot_wanted: [{text: 人工费}]", "label"),
    ("wanted: {", "cannot be read"),
]


@pytest.mark.parametrize(("content", "words"), BROKEN)
def test_phrasings_that_are_none(checkout: Path, content: str, words: str) -> None:
    (checkout / PHRASINGS).parent.mkdir(parents=True)
    (checkout / PHRASINGS).write_text(content, "utf-8")
    with pytest.raises(Stop, match=words):
        phrasings(checkout)
