"""What the report, the comparison and the reading of one message say where something is missing."""

from __future__ import annotations

import json
from pathlib import Path

from cli.nlu.report import last_values
from cli.nlu.report_page import table
from tests.cli.nlu.trainer import Trainer


def test_a_model_that_is_none(trainer: Trainer) -> None:
    (trainer.root / "models").mkdir()
    (trainer.root / "models" / "cut.tar.gz").write_bytes(b"\x1f\x8b")
    for arguments in (
        ("parse", "你好", "--model", "models/cut.tar.gz"),
        ("report", "--model", "nowhere.tar.gz"),
    ):
        done = trainer.run("nlu", *arguments)
        assert done.code == 1, done
        assert f"quanyi: {arguments[-1]} is no trained model" in done.err


def test_an_unknown_floor_stops_before_anything_is_measured(trainer: Trainer) -> None:
    done = trainer.run("nlu", "report", "--floor", "acuracy=1")
    assert done.code == 1
    assert "quanyi: --floor: there is no measure 'acuracy'" in done.err


def test_compare_needs_the_evaluation_set(trainer: Trainer) -> None:
    done = trainer.run("nlu", "compare", "a.tar.gz", "b.tar.gz")
    assert done.code == 1
    assert "name the evaluation set with QUANYI_EVALUATION" in done.err


def test_parse_needs_words(trainer: Trainer) -> None:
    done = trainer.run("nlu", "parse", " ")
    assert done.code == 1
    assert "quanyi: Give a message" in done.err


def test_the_last_value_of_each_measure(tmp_path: Path) -> None:
    for name, content in {
        "2026-11-20T100000": json.dumps({"measures": {"accuracy": 0.7, "own_accuracy": 0.8}}),
        "2026-11-21T100000": json.dumps({"measures": {"accuracy": 0.75, "own_accuracy": None}}),
        "2026-11-22T100000": '{"measures": {"accu',  # cut off
    }.items():
        (tmp_path / f"{name}.json").write_text(content, "utf-8")
    found = last_values(tmp_path)
    assert (found["accuracy"], found["own_accuracy"], found["memory"]) == (0.75, 0.8, None)
    assert last_values(tmp_path / "nowhere")["accuracy"] is None


def test_a_table_holds_any_text() -> None:
    assert table(("a", "b"), [("x|y\n z", None)]) == "| a | b |\n| --- | --- |\n| x\\|y z | – |"
