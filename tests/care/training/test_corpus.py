"""Reading training data: what is right is read with its place, what is wrong is told with its line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from care.training import corpus
from care.training.corpus import Example, Span
from tests.care.training.house import BILLING, build

ROOT = Path(__file__).resolve().parents[3]


def test_examples_have_their_label_spans_and_place(tmp_path: Path) -> None:
    found = corpus.read(build(tmp_path))
    assert found.faults == []
    assert found.examples == [
        Example("这笔费用是什么", "billing_detail", None, (), "data/nlu/billing.yml", 6),
        Example("上个月扣了八十块", "billing_detail", None, (Span(5, 8, "amount"),), "data/nlu/billing.yml", 7),
        Example("催一下", "ticket_status", "urge", (), "data/nlu/tickets.yml", 6),
        Example("能催催师傅不", "ticket_status", "urge", (), "data/nlu/tickets.yml", 7),
        Example("我的工单到哪了", "ticket_status", None, (), "data/nlu/tickets.yml", 11),
        Example("是的", "affirm", None, (), "data/nlu/tickets.yml", 15),
    ]
    assert [example.full_label for example in found.examples[2:5:2]] == ["ticket_status/urge", "ticket_status"]


READABLE = [
    # other ways to write the same: all are read, `format` makes them one
    "nlu:\n  - intent: affirm\n    examples: |\n      - 是\n",  # indented list
    "nlu:\n- examples: |\n    - 是\n  intent: affirm\n",  # keys in another order
    'nlu:\n-\n  intent: "affirm"\n  examples: |-\n    -  是\t\n',  # quotes, spaces, no last line break
    "nlu:\n- intent: affirm # yes\n  # why\n  examples: |  # here\n   - 是\n",  # comments everywhere
    "nlu:\r\n- intent: affirm\r\n  examples: |\r\n    - 是\r\n",  # Windows
    "\ufeffnlu:\n- intent: affirm\n  examples: |\n    - 是\n",  # byte order mark
    "nlu:\n- intent: affirm\n  examples: |\n\n    - 是\n\n\nversion: '3.1'\n",  # empty lines, the version behind
    "nlu:\n- intent: affirm\n  examples:\n  - text: |\n      是\n",  # as rasa interactive writes it now and then
    "nlu:\n- synonym: 是\n  examples: |\n    - 对\n- intent: affirm\n  examples: |\n    - 是\n",  # beside other things
    "nlu:\n- intent: affirm\n  metadata: {by: 王}\n  examples: |\n    - 是\n",  # metadata of somebody else's
]


@pytest.mark.parametrize("content", READABLE)
def test_other_ways_to_write_it_are_read(tmp_path: Path, content: str) -> None:
    root = build(tmp_path)
    (root / "data" / "nlu" / "more.yml").write_bytes(content.encode())
    found = corpus.read(root)
    assert found.faults == []
    assert ("是", "affirm") in [(each.text, each.label) for each in found.examples if each.file.endswith("more.yml")]


HEAD = 'version: "3.1"\nnlu:\n'
BLOCK = HEAD + "- intent: affirm\n  examples: |\n"
FAULTS = [
    # (file, line of the fault, words of what is wrong, words of what to do)
    # broken YAML
    (HEAD + "- intent: affirm\n  examples: |\n    - 是\n  - 对\n", 6, "indented unlike", "Indent with spaces"),
    (HEAD + "- intent: affirm\n   examples: |\n    - 是\n", 4, "colon stands where none may", "Indent with spaces"),
    (HEAD + "- intent: affirm\n\texamples: |\n    - 是\n", 4, "tab", "spaces"),
    (HEAD + '- intent: "affirm\n  examples: |\n    - 是\n', 6, "quotation mark", "Close it"),
    (HEAD + "- intent affirm\n  examples: |\n    - 是\n", 4, "colon", "Indent with spaces"),
    (HEAD + "\t- intent: affirm\n", 3, "tab", "spaces"),
    (HEAD + "- intent: affirm\n  metadata: {sub: x\n  examples: |\n    - 是\n", 5, "bracket is not closed", "Close it"),
    (HEAD + "- intent: affirm\n  examples: |\n    - 是\n<<<<<<< HEAD\n", 6, "unfinished merge", "delete the marks"),
    (HEAD + "- intent: affirm\n  examples: |\n    - 是\n---\nnlu: []\n", 6, 'second "---"', "one document"),
    # signs that Rasa or YAML breaks lines at
    (BLOCK + "    - 是\u2028的\n", 5, "U+2028", "type the words anew"),
    (BLOCK + "    - 是\x0b的\n", 5, "U+000B", "type the words anew"),
    # not the structure
    ("", 1, "empty", "version"),
    ("- affirm\n", 1, "does not consist of keys", "nlu"),
    ('version: "3.1"\n', 1, 'no "nlu:"', "delete the file"),
    (HEAD + "  intent: affirm\n", 2, "not followed by a list", "- intent: LABEL"),
    (HEAD + "- affirm\n", 3, "not made of keys", "- intent: LABEL"),
    (HEAD + "- examples: |\n    - 是\n", 3, 'no "intent:"', "which label"),
    (HEAD + "- intent:\n  examples: |\n    - 是\n", 3, "label is missing", "- intent: LABEL"),
    (HEAD + "- intent: affirm\n", 3, 'no "examples:"', "examples: |"),
    (HEAD + "- intent: affirm\n  examples:\n    - 是\n", 4, "sign | is missing", "examples: |"),
    (HEAD + "- intent: affirm\n  examples: >\n    - 是\n", 4, "not a block of lines", "examples: |"),
    (HEAD + "- intent: affirm\n  examples: |\n", 4, "no examples", "delete the block"),
    (BLOCK + "    - 是\n  examples: |\n    - 对\n", 6, '"examples:" stands twice', "new block"),
    (HEAD + "- {intent: affirm, examples: a}\n", 3, "not a block of lines", "examples: |"),
    ('version: "4.0"\nnlu:\n- intent: affirm\n  examples: |\n    - 是\n', 1, "this version", '"3.1"'),
    # lines that Rasa leaves out with no more than a warning
    (BLOCK + "    - 是\n    对的\n", 6, "does not begin with", "hyphen and a space"),
    (BLOCK + "    - 是\n      - 对的\n", 6, "does not begin with", "Indent it like the line above"),
    (BLOCK + "    - 是\n    -\n", 6, "without words", "delete the line"),
    (HEAD + "- intent: affirm\n  examples:\n  - text: |\n      是\n      的\n", 6, "several lines", "one line"),
    # labels
    (HEAD + "- intent: afirm\n  examples: |\n    - 是\n", 3, "label 'afirm' is unknown", "Did you mean affirm?"),
    (HEAD + "- intent: weather\n  examples: |\n    - 晴\n", 3, "unknown", "Add it to the intents of domain.yml"),
    (
        HEAD + "- intent: ticket_status\n  metadata: {sub: urgent}\n  examples: |\n    - 催\n",
        4,
        "no sub-label 'urgent'",
        "Did you mean urge?",
    ),
    (
        HEAD + "- intent: affirm\n  metadata:\n    sub: x\n  examples: |\n    - 催\n",
        5,
        "no sub-label",
        "data/labels.yml",
    ),
    (HEAD + "- intent: affirm\n  metadata: urge\n  examples: |\n    - 催\n", 4, "no keys", "{sub: NAME}"),
    (HEAD + "- intent: ticket_status/urge\n  examples: |\n    - 催\n", 3, "retrieval intent", "metadata: {sub: urge}"),
    # annotations: more of them in test_corpus_annotations
    (BLOCK + "    - 扣了[八十块](amout)\n", 5, "entity 'amout' is unknown", "Did you mean amount?"),
    (BLOCK + "    - 扣了[八十块(amount)\n", 5, "A [ is not closed", "[八十块](amount)"),
    (BLOCK + "    - 气死了[怒][怒]\n", 5, "drops the second", "[怒] [怒]"),
]


@pytest.mark.parametrize(("content", "line", "what", "todo"), FAULTS)
def test_a_fault_names_file_line_and_what_to_do(tmp_path: Path, content: str, line: int, what: str, todo: str) -> None:
    found = corpus.read(build(tmp_path, worse=content))
    assert [(fault.file, fault.line) for fault in found.faults] == [("data/nlu/worse.yml", line)], found.faults
    assert what in found.faults[0].what
    assert todo in found.faults[0].todo
    # a broken file takes no other with it
    assert len([example for example in found.examples if not example.file.endswith("worse.yml")]) == 6


def test_what_is_no_text_is_told_with_its_line(tmp_path: Path) -> None:
    root = build(tmp_path)
    (root / "data" / "nlu" / "old.yml").write_bytes(BLOCK.encode() + "    - 是的\n".encode("gb18030"))
    [fault] = corpus.read(root).faults
    assert str(fault) == "data/nlu/old.yml:5: The file is not UTF-8. Save it as UTF-8 in your editor."


def test_files_that_only_rasa_would_read_are_told(tmp_path: Path) -> None:
    root = build(tmp_path)
    (root / "data" / "nlu" / "old.json").write_text("{}")
    (root / "data" / "nlu" / ".billing.yml.swp").write_text("an editor's")
    [fault] = corpus.read(root).faults
    assert (fault.file, fault.todo) == ("data/nlu/old.json", "Write it as YAML.")


def test_without_a_domain_that_is_the_only_fault(tmp_path: Path) -> None:
    root = build(tmp_path)
    (root / "domain.yml").unlink()
    assert [(fault.file, fault.line) for fault in corpus.read(root).faults] == [("domain.yml", 1)]
    (root / "domain.yml").write_text("intents:\n  - greet\n - bye\n")
    assert [(fault.file, fault.line) for fault in corpus.read(root).faults] == [("domain.yml", 3)]


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        ("sub_labels:\n  weather: [sun]\n", 2, "'weather' is unknown"),
        ("sub_labels:\n  ticket_status: [urge]\n  affirm: sure\n", 3, "not followed by a list"),
        ("sub_labels:\n  ticket_status: [urge]\nleast_examples:\n  affirm: many\n", 4, "not followed by a number"),
    ],
)
def test_the_list_of_sub_labels_is_checked(tmp_path: Path, content: str, line: int, what: str) -> None:
    root = build(tmp_path)
    (root / "data" / "labels.yml").write_text(content)
    [fault] = [fault for fault in corpus.read(root).faults if fault.file == "data/labels.yml"]
    assert fault.line == line
    assert what in fault.what


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    root = build(tmp_path)
    for path in (root / "data" / "nlu").iterdir():
        path.unlink()
    assert [fault.what for fault in corpus.read(root).faults] == ["There are no training examples."]


def test_our_own_data_is_read_whole() -> None:
    found = corpus.read(ROOT)
    lines = sum(
        line.startswith(("    - ", "   - "))
        for path in (ROOT / "data" / "nlu").rglob("*.yml")
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    assert found.faults == []
    assert len(found.examples) == lines


def test_25_000_examples_are_read_in_a_second(tmp_path: Path) -> None:
    many = "".join(
        f"    - 这是第{number}条，" + "家里的宽带又断了，打了三次电话都没有人来修" * 2 + "\n" for number in range(5000)
    )
    root = build(tmp_path, **{f"big{number}": BILLING + many for number in range(5)})
    started = time.process_time()
    found = corpus.read(root)
    assert time.process_time() - started < 2.0  # 0.2 s on an idle core
    assert len(found.examples) == 5 * 5002 + 6
