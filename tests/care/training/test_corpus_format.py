"""The regular form: sorted, merged, nothing twice, comments above their blocks, and nothing lost."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.errors import Conflict
from care.training import corpus
from care.training.corpus import Example
from tests.care.training.house import BILLING, build

UNTIDY = """# the whole file
version: "3.1"
nlu:


# asks
- intent: affirm   # yes
  examples: |

    - 是的是的
    - 是

    - 是的是的
    - 好
  # of the next block

  # and more of it
- intent:  ticket_status
  metadata:
    sub: urge
  examples: |
      -   催一下工单
      - 催一下
- intent: affirm
  # why here
  examples: |
    - 对 # not a comment
- synonym: 八十
  # stays
  examples: |
    - 80
    - 08
     # an example's text
 # the end

# of it
"""
TIDY = """# the whole file
version: "3.1"
nlu:
# asks
# yes
# why here
- intent: affirm
  examples: |
    - 好
    - 是
    - 是的是的
    - 对 # not a comment

# of the next block

# and more of it
- intent: ticket_status
  metadata: {sub: urge}
  examples: |
    - 催一下
    - 催一下工单

- synonym: 八十
  # stays
  examples: |
    - 80
    - 08
     # an example's text

# the end

# of it
"""


def test_an_untidy_file(tmp_path: Path) -> None:
    root = build(tmp_path, untidy=UNTIDY)
    path = root / "data" / "nlu" / "untidy.yml"
    assert corpus.format_all(root, check=True) == ["data/nlu/untidy.yml"]
    assert path.read_text(encoding="utf-8") == UNTIDY
    assert corpus.format_all(root) == ["data/nlu/untidy.yml"]
    assert path.read_text(encoding="utf-8") == TIDY
    assert corpus.format_all(root) == []


OTHER_FORMS = [
    # (as it stands, in the regular form)
    (
        "nlu:\n  - intent: affirm\n    examples:\n    - text: |\n        是的\n    - text: 是\nversion: '3.1'\n",
        "nlu:\n- intent: affirm\n  examples: |\n    - 是\n    - 是的\n\nversion: '3.1'\n",
    ),
    # more than the regular form can say: only its place in the list changes
    (
        "nlu:\n  - intent: affirm\n    examples:\n    - text: |\n        是的\n      metadata: {by: 王}\n",
        "nlu:\n- intent: affirm\n  examples:\n  - text: |\n      是的\n    metadata: {by: 王}\n",
    ),
    (
        "nlu:\n  - intent: affirm\n    metadata: {by: 王}\n    examples: |\n      - 是的\n      - 是\n",
        "nlu:\n- intent: affirm\n  metadata: {by: 王}\n  examples: |\n    - 是的\n    - 是\n",
    ),
    # comments that our own indentation would make examples of
    (
        "nlu:\n- intent: affirm\n  examples: |\n            - 是\n        # over\n",
        "nlu:\n- intent: affirm\n  examples: |\n    - 是\n\n# over\n",
    ),
    (
        "\ufeffnlu:\r\n- intent: affirm\r\n  examples: |\r\n    - 是",
        "nlu:\n- intent: affirm\n  examples: |\n    - 是\n",
    ),
    ("version: '3.1'\nnlu: []\n", "version: '3.1'\nnlu: []\n"),
]


@pytest.mark.parametrize(("before", "after"), OTHER_FORMS)
def test_other_forms(tmp_path: Path, before: str, after: str) -> None:
    root = build(tmp_path)
    path = root / "data" / "nlu" / "form.yml"
    path.write_bytes(before.encode())
    corpus.format_all(root)
    assert path.read_bytes().decode() == after
    assert corpus.format_all(root) == []


def test_nothing_is_written_where_something_would_be_lost(tmp_path: Path) -> None:
    root = build(tmp_path, worse="nlu:\n- intent: affirm\n  examples: |\n    - 是\n    对的\n")
    with pytest.raises(Conflict, match=r"data/nlu/worse.yml:5: This line does not begin"):
        corpus.format_all(root)
    assert (root / "data" / "nlu" / "billing.yml").read_text(encoding="utf-8") == BILLING


LINES = st.text(st.sampled_from("宽带断了对ab #-|:>\"'[]&*!%@`{}?,，😀\t"), max_size=8)
BLOCKS = st.lists(
    st.tuples(
        st.sampled_from(
            [("affirm", None), ("billing_detail", None), ("ticket_status", None), ("ticket_status", "urge")]
        ),
        st.lists(LINES, min_size=1, max_size=5),
        st.lists(st.text(st.sampled_from("ab中 #-:"), max_size=5), max_size=2),  # comments above
        st.integers(0, 3),  # indentation of the list
        st.integers(1, 4),  # and of the examples in it
        st.integers(0, 2),  # empty lines behind
    ),
    min_size=1,
    max_size=5,
)


@settings(deadline=None)
@given(BLOCKS, st.integers(0, 3))
def test_format_is_stable_and_loses_neither_example_nor_comment(
    blocks: list[tuple[tuple[str, str | None], list[str], list[str], int, int, int]], outer: int
) -> None:
    lines = ["nlu:"]
    for (label, sub), examples, comments, _, inner, empty in blocks:
        pad = " " * outer
        lines += [f"{pad}# {comment}" for comment in comments]
        lines += [f"{pad}- intent: {label}"]
        lines += [f"{pad}  metadata: {{sub: {sub}}}"] if sub else []
        lines += [f"{pad}  examples: |", *(f"{pad}  {' ' * inner}- {example}" for example in examples), *[""] * empty]
    with tempfile.TemporaryDirectory() as folder:
        root = build(Path(folder), made="\n".join(lines))
        before = corpus.read(root)
        if before.faults:
            # What cannot be read is not touched.
            assert corpus.read(root).faults == before.faults
            return
        corpus.format_all(root)
        after = corpus.read(root)
        assert after.faults == []
        assert _told(after.examples) == _told(before.examples)
        assert corpus.format_all(root, check=True) == []
        content = (root / "data" / "nlu" / "made.yml").read_text(encoding="utf-8").split("\n")
        for _, _, comments, *_ in blocks:
            for comment in comments:
                assert f"# {comment}".rstrip() in content
        heads = [line for line in content if line.startswith("- intent:")]
        assert len(heads) == len({label for label, *_ in blocks})


def _told(examples: Iterable[Example]) -> set[tuple[object, ...]]:
    return {(example.text, example.full_label, example.spans, example.file) for example in examples}
