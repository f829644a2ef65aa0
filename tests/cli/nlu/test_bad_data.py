"""Bad training data stops `quanyi nlu lint` and `quanyi train`, with file, line and what to do."""

from __future__ import annotations

import time

import pytest

from care.training.signals import SIGNALS
from cli.nlu.check import require_trainable
from tests.cli.nlu.trainer import Trainer
from tests.cli.toy import ROOT, Toy

BLOCK = "nlu:\n- intent: affirm\n  examples: |\n"
BAD = [
    # broken YAML
    (
        BLOCK + "    - 对\n  - 嗯\n",
        "data/nlu/bad.yml:5",
        "This line is indented unlike its neighbours.",
        "Indent with spaces",
    ),
    # unknown label
    (
        BLOCK.replace("affirm", "afirm") + "    - 对\n",
        "data/nlu/bad.yml:2",
        "'afirm' is unknown",
        "Did you mean affirm?",
    ),
    # span out of text
    (BLOCK + "    - 扣了[](amount)\n", "data/nlu/bad.yml:4", "marks no text", "Put the words"),
    (BLOCK + "    - 扣了[八十块(amount)\n", "data/nlu/bad.yml:4", "not closed", "Write [八十块](amount)"),
    # a line that Rasa would leave out
    (BLOCK + "    - 对\n    嗯\n", "data/nlu/bad.yml:5", "does not begin with", "Indent it like the line above"),
    # the same text under two labels, in another writing
    (
        BLOCK + "    - 催一下\n",
        "data/nlu/tickets.yml:6",
        "ticket_status/urge here and affirm in data/nlu/bad.yml:4",
        "delete",
    ),
    (BLOCK + "    - 這筆費用是什麼\n", "data/nlu/billing.yml:6", "billing_detail here and affirm", "delete the other"),
    # the same text under two sub-labels: they are learnt as two
    (
        BLOCK.replace("affirm", "ticket_status") + "    - 催一下\n",
        "tickets.yml:6",
        "/urge here and ticket_status in",
        "",
    ),
]


@pytest.mark.parametrize(("content", "place", "what", "todo"), BAD)
def test_bad_data_stops_lint_and_training(trainer: Trainer, content: str, place: str, what: str, todo: str) -> None:
    trainer.write("bad", content)
    lint = trainer.run("nlu", "lint", "--fast")
    assert lint.code == 1, lint
    for words in (place, what, todo):
        assert words in lint.out

    train = trainer.run("train")
    assert train.code == 1
    assert train.err.startswith("quanyi: The training data has a fault; mend it and start again.\n")
    for words in (place, what, todo):
        assert words in train.err
    assert "Traceback" not in train.err
    assert not (trainer.root / "trained").exists()


def test_bad_signals_stop_lint_and_training(trainer: Trainer) -> None:
    folder = trainer.root / "data" / "signals"
    folder.mkdir()
    for name in SIGNALS:
        content = "examples:\n- signals: [rage]\n  texts: |\n    - 滚\n" if name == "anger" else "examples: []\n"
        (folder / f"{name}.yml").write_text(content, encoding="utf-8")
    lint, train = trainer.run("nlu", "lint", "--fast"), trainer.run("train")
    assert (lint.code, train.code) == (1, 1)
    for words in ("data/signals/anger.yml:2", "There is no signal 'rage'.", "There are distress, fraud, leak"):
        assert words in lint.out
        assert words in train.err
    assert not (trainer.root / "trained").exists()


def test_good_data_is_trained(trainer: Trainer) -> None:
    done = trainer.run("train")
    assert (done.code, (trainer.root / "trained").read_text()) == (0, "x")


def test_many_faults_are_counted_and_the_first_are_shown(trainer: Trainer) -> None:
    trainer.write("bad", BLOCK + "    - 扣了[](amount)\n" * 50)
    train = trainer.run("train")
    assert train.err.startswith("quanyi: The training data has 50 faults; ")
    assert "data/nlu/bad.yml:23:" in train.err
    assert "data/nlu/bad.yml:24:" not in train.err
    assert "… and 30 more; quanyi nlu lint shows all." in train.err


@pytest.mark.slow
def test_bad_data_stops_the_training_of_make_run(open_path) -> None:
    toy = Toy.make(open_path)
    (toy.root / "data" / "nlu" / "greet.yml").write_text(BLOCK + "    - 对\n", encoding="utf-8")
    run = toy.start()
    assert run.wait_end() == 1
    assert "data/nlu/greet.yml:2: The label 'affirm' is unknown. Add it to the intents of domain.yml." in run.terminal
    assert not (toy.root / "trained").exists()


def test_the_check_costs_training_little() -> None:
    started = time.process_time()
    require_trainable(ROOT)
    assert time.process_time() - started < 2.0  # 0.2 s for 8,000 examples on an idle core
