"""`quanyi nlu format`, and that Rasa reads the same before and after."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from care.training import corpus
from tests.cli.nlu.trainer import Trainer
from tests.cli.toy import ROOT

UNTIDY = "nlu:\n- intent: affirm\n  examples: |\n    - 没错没错\n    - 没错\n"


def test_format(trainer: Trainer) -> None:
    trainer.write("more", UNTIDY)
    path = trainer.root / "data" / "nlu" / "more.yml"
    check = trainer.run("nlu", "format", "--check")
    assert (check.code, check.out) == (1, "data/nlu/more.yml: is not formatted\nRun quanyi nlu format.\n")
    assert path.read_text(encoding="utf-8") == UNTIDY
    done = trainer.run("nlu", "format")
    assert (done.code, done.out) == (0, "data/nlu/more.yml: formatted\n")
    assert path.read_text(encoding="utf-8").endswith("    - 没错\n    - 没错没错\n")
    assert trainer.run("nlu", "format", "--check").out == "All files are formatted.\n"


def test_a_file_at_fault_is_left_as_it_is(trainer: Trainer) -> None:
    trainer.write("more", UNTIDY + "  - 嗯\n")
    done = trainer.run("nlu", "format")
    assert done.code == 1
    assert "data/nlu/more.yml:6: The YAML is broken." in done.err


RASA = """
import json, sys
from rasa.shared.nlu.training_data.loading import load_data
examples = load_data(sys.argv[1]).training_examples
json.dump([[e.get("text"), e.get("intent"), ((e.get("metadata") or {}).get("intent") or {}).get("sub"),
            [[x["start"], x["end"], x["entity"], x["value"]] for x in e.get("entities") or []]]
           for e in examples], sys.stdout)
"""
ANNOTATED = """nlu:
- intent: billing_detail
  examples: |
    - 扣了[八十块](amount)啊
    - '[80]{"entity": "amount", "value": "八十"}元和[六块](amount:6)，[微笑]'
    - [怒] [怒]无语😀[六块](amount)
"""


@pytest.mark.rasa
@pytest.mark.slow
def test_rasa_reads_what_we_read_before_and_after(tmp_path: Path) -> None:
    """On all of our own data, and on annotations of every kind."""
    root = tmp_path / "copy"
    shutil.copytree(ROOT / "data" / "nlu", root / "data" / "nlu")
    shutil.copy(ROOT / "data" / "labels.yml", root / "data" / "labels.yml")
    shutil.copy(ROOT / "domain.yml", root / "domain.yml")
    (root / "data" / "nlu" / "annotated.yml").write_text(ANNOTATED, encoding="utf-8")
    ours = _ours(root)
    assert _rasas(root) == ours
    corpus.format_all(root)
    assert _ours(root) == ours
    assert _rasas(root) == ours


def _ours(root: Path) -> set[str]:
    found = corpus.read(root)
    assert found.faults == []
    return {
        json.dumps(
            [
                example.text,
                example.label,
                example.sub,
                [
                    [span.start, span.end, span.entity, span.value or example.text[span.start : span.end]]
                    for span in example.spans
                ],
            ]
        )
        for example in found.examples
    }


def _rasas(root: Path) -> set[str]:
    done = subprocess.run(
        [ROOT / ".venv" / "bot" / "bin" / "python", "-W", "ignore", "-c", RASA, root / "data" / "nlu"],
        capture_output=True,
        check=True,
        timeout=120,
        env={"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    return {json.dumps(each) for each in json.loads(done.stdout)}
