"""`quanyi nlu suggest`, with the real model."""

from __future__ import annotations

import pytest

from tests.cli.nlu.trainer import Trainer

INVOICE = ["发票怎么开", "给我开个发票", "电子发票在哪下载", "开票要多久", "发票抬头写错了", "要一张增值税发票"]
BROADBAND = ["宽带断了", "家里没网了", "光猫亮红灯", "宽带太慢了", "宽带三天没人修", "宽带又掉线了"]
WRONG = "发票什么时候寄，发票抬头能改吗，我要发票"


def block(label: str, texts: list[str]) -> str:
    return f"- intent: {label}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts)


@pytest.mark.rasa
@pytest.mark.slow
def test_suggest_shows_place_given_and_suggested_label(trainer: Trainer) -> None:
    trainer.with_the_model()
    trainer.write("more", "nlu:\n" + block("billing_detail", INVOICE) + block("affirm", [*BROADBAND, WRONG]))
    done = trainer.run("nlu", "suggest")
    assert done.code == 0, done
    errors, pairs = done.out.split("Labels that are taken for each other")
    [row] = [line for line in errors.splitlines() if WRONG in line]
    assert "data/nlu/more.yml:18" in row
    assert row.index("affirm 0.") < row.index("billing_detail")
    assert "affirm" in pairs
    assert "likely errors." in pairs


def test_suggest_wants_sound_data(trainer: Trainer) -> None:
    trainer.write("more", "nlu:\n" + block("afirm", ["对"]))
    done = trainer.run("nlu", "suggest")
    assert done.code == 1
    assert done.err.startswith("quanyi: The training data has a fault")
    assert "data/nlu/more.yml:2: The label 'afirm' is unknown. Did you mean affirm?" in done.err
