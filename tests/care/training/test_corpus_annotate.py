"""Changing the annotations of all examples at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from care.errors import Conflict, InvalidInput
from care.training import corpus
from care.training.corpus import Span
from tests.care.training.house import build

Marked = Callable[[list[str]], Sequence[str]]


def with_service(texts: list[str]) -> list[str]:
    return [text.replace("工单", "[工单](service)") for text in texts]


def test_annotations_are_written_and_what_was_annotated_stays(tmp_path: Path) -> None:
    build(tmp_path)
    assert corpus.annotate(tmp_path, with_service) == {"data/nlu/tickets.yml": 1}
    found = {each.text: each.spans for each in corpus.read(tmp_path).examples}
    assert found["我的工单到哪了"] == (Span(2, 4, "service"),)
    assert found["上个月扣了八十块"] == (Span(5, 8, "amount"),)
    assert "- 我的[工单](service)到哪了" in (tmp_path / "data/nlu/tickets.yml").read_text("utf-8")
    assert corpus.annotate(tmp_path, list) == {}


def test_only_looking_writes_nothing(tmp_path: Path) -> None:
    build(tmp_path)
    before = (tmp_path / "data/nlu/tickets.yml").read_bytes()
    assert corpus.annotate(tmp_path, with_service, check=True) == {"data/nlu/tickets.yml": 1}
    assert (tmp_path / "data/nlu/tickets.yml").read_bytes() == before


def test_examples_come_as_they_are_written(tmp_path: Path) -> None:
    build(tmp_path)
    given: list[str] = []
    corpus.annotate(tmp_path, lambda texts: given.extend(texts) or texts)  # type: ignore[func-returns-value]
    assert "上个月扣了[八十块](amount)" in given
    assert len(given) == len(corpus.read(tmp_path).examples)


WRONG: list[tuple[Marked, str]] = [
    (lambda texts: [text + "！" for text in texts], "changed its words"),
    (lambda texts: [text.replace("工单", "[工单](") for text in texts], "is not closed"),
]


@pytest.mark.parametrize(("marked", "words"), WRONG)
def test_nothing_is_written_where_an_example_came_back_otherwise(tmp_path: Path, marked: Marked, words: str) -> None:
    build(tmp_path)
    before = {file: file.read_bytes() for file in (tmp_path / "data/nlu").iterdir()}
    with pytest.raises(InvalidInput, match=words):
        corpus.annotate(tmp_path, marked)
    assert {file: file.read_bytes() for file in (tmp_path / "data/nlu").iterdir()} == before


def test_a_file_at_fault_stops_it(tmp_path: Path) -> None:
    build(tmp_path, more="nlu:\n- intent: affirm\n  examples: |\n    - [对(a)\n")
    with pytest.raises(Conflict):
        corpus.annotate(tmp_path, with_service)
