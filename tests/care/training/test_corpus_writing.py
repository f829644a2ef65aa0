"""Adding, removing and relabelling: into the right file, sorted, and never what would break or contradict it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from care.errors import Conflict, InvalidInput
from care.training import corpus
from care.training.corpus import Example, Span
from tests.care.training.house import build


def lines(root: Path, name: str) -> list[str]:
    return (root / "data" / "nlu" / f"{name}.yml").read_text(encoding="utf-8").split("\n")


def example(root: Path, text: str) -> Example:
    return next(each for each in corpus.read(root).examples if each.text == text)


def test_an_example_goes_to_its_block_in_order(tmp_path: Path) -> None:
    root = build(tmp_path)
    place = corpus.add(root, "ticket_status", "urge", "快点催催")
    assert place == ("data/nlu/tickets.yml", 7)
    assert lines(root, "tickets")[4:8] == ["  examples: |", "    - 催一下", "    - 快点催催", "    - 能催催师傅不"]


def test_annotations_are_written_as_rasa_reads_them(tmp_path: Path) -> None:
    root = build(tmp_path)
    spans = (Span(1, 3, "service"), Span(4, 7, "amount", "80.00"))
    file, line = corpus.add(root, "billing_detail", None, "这彩铃扣八十块", spans)
    assert lines(root, "billing")[line - 1] == '    - 这[彩铃](service)扣[八十块]{"entity": "amount", "value": "80.00"}'
    found = example(root, "这彩铃扣八十块")
    assert (found.file, found.line, found.spans) == (file, line, spans)
    assert lines(root, "billing")[2] == "# asked, not disputed"


HOMES = [
    # (label, sub, file): most of its own, else most of its label, else of its group, else a file of its own
    ("ticket_status", "urge", "tickets"),
    ("ticket_status", "add", "tickets"),
    ("billing_invoice", None, "billing"),
    ("handoff", None, "handoff"),
]


@pytest.mark.parametrize(("label", "sub", "file"), HOMES)
def test_where_an_example_goes(tmp_path: Path, label: str, sub: str | None, file: str) -> None:
    root = build(tmp_path)
    domain = (root / "domain.yml").read_text(encoding="utf-8")
    (root / "domain.yml").write_text(domain.replace("intents:\n", "intents:\n  - billing_invoice\n  - handoff\n"))
    assert corpus.add(root, label, sub, "开发票")[0] == f"data/nlu/{file}.yml"
    found = example(root, "开发票")
    assert (found.label, found.sub) == (label, sub)
    assert corpus.read(root).faults == []
    assert corpus.format_all(root) == []


def test_what_is_there_already_stays(tmp_path: Path) -> None:
    root = build(tmp_path)
    before = lines(root, "tickets")
    assert corpus.add(root, "ticket_status", "urge", "催一下") == ("data/nlu/tickets.yml", 6)
    assert lines(root, "tickets") == before


REFUSED = [
    ("weather", None, "晴", (), "unknown"),
    ("ticket_status", "urgent", "催", (), "Did you mean urge"),
    ("affirm", None, "对", (Span(0, 1, "amout"),), "Did you mean amount"),
    ("affirm", None, "对", (Span(0, 5, "amount"),), "out of the text"),
    ("affirm", None, "对\n的", (), "one line"),
    ("affirm", None, "对\u2028的", (), "one line"),
    ("affirm", None, " 对", (), "one line"),
    ("affirm", None, "", (), "one line"),
    ("affirm", None, "对[怒][怒]", (), "drops the second"),
    ("affirm", None, "催一下", (), r"data/nlu/tickets.yml:6 has the same text under ticket_status/urge"),
    ("ticket_status", None, "催一下", (), "same text under ticket_status/urge"),
]


@pytest.mark.parametrize(("label", "sub", "text", "spans", "what"), REFUSED)
def test_what_is_refused(
    tmp_path: Path, label: str, sub: str | None, text: str, spans: tuple[Span, ...], what: str
) -> None:
    root = build(tmp_path)
    before = corpus.read(root)
    with pytest.raises(InvalidInput, match=what):
        corpus.add(root, label, sub, text, spans)
    assert corpus.read(root) == before


def test_remove_finds_the_example_wherever_it_stands_now(tmp_path: Path) -> None:
    root = build(tmp_path)
    old = example(root, "催一下")
    corpus.add(root, "ticket_status", "urge", "催")
    corpus.remove(root, old)
    assert lines(root, "tickets")[4:7] == ["  examples: |", "    - 催", "    - 能催催师傅不"]
    with pytest.raises(Conflict, match=r"data/nlu/tickets.yml no longer has this example under ticket_status/urge"):
        corpus.remove(root, old)


def test_with_its_last_example_a_block_goes(tmp_path: Path) -> None:
    root = build(tmp_path)
    corpus.remove(root, example(root, "是的"))
    assert "- intent: affirm" not in lines(root, "tickets")
    assert corpus.read(root).faults == []


def test_relabel(tmp_path: Path) -> None:
    root = build(tmp_path)
    text = "上个月扣了八十块"
    assert corpus.relabel(root, example(root, text), "ticket_status", "add")[0] == "data/nlu/tickets.yml"
    moved = example(root, text)
    assert (moved.full_label, moved.spans) == ("ticket_status/add", (Span(5, 8, "amount"),))
    assert len(corpus.read(root).examples) == 6
    with pytest.raises(InvalidInput, match="unknown"):
        corpus.relabel(root, moved, "weather", None)
    assert example(root, text) == moved


def test_a_block_that_is_not_in_the_regular_form_is_left_to_a_person(tmp_path: Path) -> None:
    root = build(tmp_path, hand="nlu:\n- intent: affirm\n  metadata: {by: 王}\n  examples: |\n    - 嗯\n")
    with pytest.raises(Conflict, match="delete the example by hand"):
        corpus.remove(root, example(root, "嗯"))


def test_nothing_is_written_beside_a_file_at_fault(tmp_path: Path) -> None:
    root = build(tmp_path, worse="nlu: 1\n")
    before = lines(root, "tickets")
    with pytest.raises(Conflict, match=r"data/nlu/worse.yml:1"):
        corpus.add(root, "affirm", None, "对")
    assert lines(root, "tickets") == before


def test_two_trainers_at_once_lose_nothing(tmp_path: Path) -> None:
    root = build(tmp_path)
    texts = [f"第{number}次催了" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda text: corpus.add(root, "ticket_status", "urge", text), texts))
    assert {example.text for example in corpus.read(root).examples} >= set(texts)
    assert len(corpus.read(root).examples) == 46
