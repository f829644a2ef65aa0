"""`quanyi nlu report`, `compare`, `parse` and `annotate` in a trainer's own checkout, with a model trained there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from cli.run.checkout import Checkout
from cli.run.model import model_path
from tests.cli.nlu.trainer import Said, Trainer
from tests.cli.toy import ROOT

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

CONFIG = """recipe: default.v1
language: zh
assistant_id: toy
pipeline:
  - name: bot.nlu.normaliser.Normaliser
  - name: bot.nlu.tokenizer.TelecomTokenizer
    dictionary_path: data/jieba
  - name: bot.nlu.intents.CascadeIntentClassifier
  - name: bot.nlu.entities.RuleEntityExtractor
  - name: FallbackClassifier
    threshold: 0.35
    ambiguity_threshold: 0.05
policies:
  - name: RulePolicy
"""
DOMAIN = "version: '3.1'\nintents: [billing_invoice, complaint_broadband, handoff]\nentities: [amount, date, service]\n"
EXAMPLES = {
    "billing_invoice": ["发票怎么开", "给我开个发票", "电子发票在哪下载", "开票要多久", "上个月的发票", "要一张专票"],
    "complaint_broadband": ["宽带断了", "家里没网了", "光猫亮红灯", "宽带太慢了", "宽带三天没人修", "宽带又掉线了"],
    "handoff": ["转人工", "找个人工客服", "我要人工服务", "叫个真人来", "人工客服在吗", "给我接人工"],
}
# The hash puts the first two into the half to look at, the others into the half to score.
REAL = """text,label,alt_label,source
宽带断了,billing_invoice,,a
發票怎麼開,billing_invoice,,a
转人工,billing_invoice,handoff,b
家里没网,handoff,,b
"""
PHRASINGS = "wanted: {short: [转人工客服, 找真人]}\nnot_wanted: [{text: 开个发票, label: billing_invoice}]\n"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    root = tmp_path_factory.mktemp("trained")
    trainer = Trainer.make(root)
    for file in (root / "data" / "nlu").iterdir():
        file.unlink()
    trainer.with_the_model()
    (root / "data" / "entities").symlink_to(ROOT / "data" / "entities")
    (root / "config.yml").write_text(CONFIG, "utf-8")
    (root / "domain.yml").write_text(DOMAIN, "utf-8")
    (root / "data" / "labels.yml").write_text("sub_labels: {}\n", "utf-8")
    blocks = (
        f"- intent: {label}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts)
        for label, texts in EXAMPLES.items()
    )
    trainer.write("all", 'version: "3.1"\nnlu:\n' + "\n".join(blocks))
    (root / "real.csv").write_text(REAL, "utf-8")
    (root / "tests" / "bot" / "lab").mkdir(parents=True)
    (root / "tests" / "bot" / "lab" / "handoff.yml").write_text(PHRASINGS, "utf-8")
    (root / "data" / "floors.yml").write_text("accuracy: 0.5\nmemory: 4000\nown_accuracy: 0.1\n", "utf-8")
    model = model_path(Checkout(root))
    command = [root / ".venv" / "bot" / "bin" / "python", "-m", "rasa", "train", "nlu", "--config", "config.yml"]
    command += ["--domain", "domain.yml", "--nlu", "data/nlu", "--out", "models"]
    command += ["--fixed-model-name", model.name.removesuffix(".tar.gz")]
    done = subprocess.run(
        command,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "RASA_TELEMETRY_ENABLED": "false"},
        capture_output=True,
        timeout=300,
        text=True,
    )
    assert model.is_file(), done.stderr
    return trainer


@pytest.fixture(scope="module")
def reported(trained: Trainer) -> Said:
    history = trained.root / "reports" / "nlu" / "history"
    history.mkdir(parents=True)
    (history / "2026-01-01T000000.json").write_text('{"measures": {"accuracy": 0.25, "groups": 0.5}}', "utf-8")
    (history.parent / "old.png").touch()
    return trained.run("nlu", "report", "--check", "--floor", "top_three=1.1", QUANYI_EVALUATION="real.csv")


def test_report(trained: Trainer, reported: Said) -> None:
    folder = trained.root / "reports" / "nlu"
    assert sorted(file.name for file in folder.iterdir()) == [
        "calibration.png",
        "confidence.png",
        "confusion-own.png",
        "confusion.png",
        "history",
        "report.json",
        "report.md",
    ]
    assert len(list((folder / "history").iterdir())) == 2
    written = json.loads((folder / "report.json").read_text("utf-8"))
    assert written["model"] == model_path(Checkout(trained.root)).name
    assert written["measures"]["accuracy"] == 0.5
    assert written["measures"]["accuracy_look"] == 0.5
    assert written["measures"]["own_accuracy"] > 0.5
    assert written["measures"]["memory"] > 100
    assert written["own"]["examples"] == 18
    assert "cross-validation of 18 examples" in reported.err
    assert "7 of 7 messages read" in reported.err
    assert "Warning" not in reported.err


def test_floors_and_the_change_since_the_last_report(reported: Said) -> None:
    assert reported.code == 1, reported
    [missed] = [line for line in reported.out.splitlines() if line.startswith("floor missed: ")]
    assert missed.startswith("floor missed: top_three is 100.0%, 10.00 points below its floor of 110.0%")
    lines = {line.split()[-1]: line.split() for line in reported.out.splitlines() if line.strip()}
    assert lines["accuracy"][-4:] == ["50.0%", "+25.0", "50.0%", "accuracy"]  # value, change, floor, name
    assert lines["groups"][-3:] == ["50.0%", "=", "groups"]
    assert lines["accuracy_look"][-2:] == ["50.0%", "accuracy_look"]


def test_the_page_shows_texts_of_the_half_to_look_at_only(trained: Trainer, reported: Said) -> None:
    page = (trained.root / "reports" / "nlu" / "report.md").read_text("utf-8")
    assert "| 宽带断了 | billing_invoice |  | complaint_broadband |" in page
    for text in ("转人工 ", "家里没网 "):
        assert text not in page
        assert text not in reported.out
    assert "家里没网" not in (trained.root / "reports" / "nlu" / "report.json").read_text("utf-8")


def test_compare(trained: Trainer) -> None:
    model = model_path(Checkout(trained.root))
    shutil.copy(model, trained.root / "models" / "other.tar.gz")
    done = trained.run("nlu", "compare", str(model), "models/other.tar.gz", QUANYI_EVALUATION="real.csv")
    assert done.code == 0, done
    assert "other.tar.gz: 50.0% of 4 real messages. 0 better, 0 worse, 0 read otherwise." in " ".join(done.out.split())
    assert "p = 1.000: the difference may be chance" in done.out


def test_parse(trained: Trainer) -> None:
    done = trained.run("nlu", "parse", "宽带断了还扣我八十块")
    assert done.code == 0, done
    assert "complaint_broadband" in done.out
    assert "八十块 = " in done.out
    assert "80.00" in done.out


def test_annotate(trained: Trainer) -> None:
    before = (trained.root / "data" / "nlu" / "all.yml").read_text("utf-8")
    checked = trained.run("nlu", "annotate", "--check")
    assert checked.code == 1
    assert "[上个月](date)的发票" in checked.out
    assert "data/nlu/all.yml: 1 to annotate" in checked.out
    assert (trained.root / "data" / "nlu" / "all.yml").read_text("utf-8") == before
    assert trained.run("nlu", "annotate").code == 0
    after = (trained.root / "data" / "nlu" / "all.yml").read_text("utf-8")
    assert sorted(after.splitlines()) == sorted(before.replace("上个月的发票", "[上个月](date)的发票").splitlines())
    again = trained.run("nlu", "annotate", "--check")
    assert (again.code, again.out) == (0, "All examples are annotated.\n")
