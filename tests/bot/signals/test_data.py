"""Files of data/signals that cannot be learnt from stop the training, with file and line."""

from pathlib import Path

import pytest

from bot.nlu.signal_data import SIGNALS, SignalDataFault, SignalExample, read, read_file


def test_blocks_and_their_texts(tmp_path: Path) -> None:
    file = tmp_path / "anger.yml"
    file.write_text(
        "# why\nexamples:\n- signals: [anger, threat]\n  texts: |\n    - 滚: 工信部见 # 真的\n\n"
        "- signals: []\n  texts: |\n    - 你好\n    - - 是\n",
        encoding="utf-8",
    )
    assert read_file(file) == [
        SignalExample("滚: 工信部见 # 真的", frozenset({"anger", "threat"})),
        SignalExample("你好", frozenset()),
        SignalExample("- 是", frozenset()),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("examples:\n- signals: [anger\n  texts: |\n", ":3: the YAML is broken"),
        ("", ":1: must be a list"),
        ("nlu: []\n", ":1: must be a list"),
        ("examples:\n- 滚\n", ":2: a block is"),
        ("examples:\n- signals: [anger]\n  texts: [滚]\n", ":2: a block is"),
        ("examples:\n- signals: [rage]\n  texts: |\n    - 滚\n", ":2: no signal 'rage'"),
        ("examples:\n- signals: [anger]\n  texts: |\n    - 滚\n    滚\n", ":5: every line"),
    ],
)
def test_a_fault_stops(tmp_path: Path, content: str, told: str) -> None:
    file = tmp_path / "anger.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SignalDataFault, match=told) as fault:
        read_file(file)
    assert str(file) in str(fault.value)


def test_every_signal_has_a_file(tmp_path: Path) -> None:
    with pytest.raises(SignalDataFault, match=f"{SIGNALS[0]}.yml: cannot be read"):
        read(tmp_path)
