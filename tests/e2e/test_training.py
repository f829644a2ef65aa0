"""From a customer's words to a trainer's sentence in the training data, through every part of the running product."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from care.training import corpus
from care.training.rules import CONSENT_VERSION
from tests.e2e.client import Conversation
from tests.e2e.stack import ROOT, Stack

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

WORDS = "我叫王小明，那个啥子东西整得我脑壳疼，电话13800138000，住在阳光花园小区3栋"
MASKED = "我叫〔姓名〕，那个啥子东西整得我脑壳疼，电话〔号码〕，住在〔地址〕"
OWN = "搞不懂怎么弄的，头都大了"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of what a trainer changes."""
    for name in ("domain.yml", "config.yml", "data/labels.yml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "data" / "nlu", tmp_path / "data" / "nlu")
    return tmp_path


def _inbox(stack: Stack, root: Path, *arguments: str) -> str:
    """As typed beside a running `make run`: the database is found by itself."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QUANYI_")}
    return subprocess.run(
        [sys.executable, "-m", "tests.e2e.trainer", str(root), *arguments],
        cwd=ROOT,
        env=environment | {"QUANYI_VAR": str(stack.var), "QUANYI_INBOX_BELOW": "1"},
        check=True,
        timeout=60,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def _listed(stack: Stack, root: Path) -> dict[str, dict[str, Any]]:
    groups = json.loads(_inbox(stack, root, "list", "--json", "--no-group"))["groups"]
    return {each["text"]: each for group in groups for each in group}


def _choose(conversation: Conversation, agreed: bool) -> None:
    headers = {
        "X-Quanyi-Conversation": conversation.conversation_id,
        "X-Quanyi-Token": conversation.state["token"],
    }
    body = {"agreed": agreed, "version": CONSENT_VERSION}
    answer = conversation.http.post("/api/training-consent", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["agreed"] is agreed


def test_from_a_customers_words_to_a_trainers_sentence(stack: Stack, root: Path) -> None:
    agreeing, silent = Conversation(stack.http), Conversation(stack.http)
    for conversation in (agreeing, silent):
        conversation.say("你好")
    _choose(agreeing, True)
    agreeing.say(WORDS)
    silent.say(WORDS.replace("脑壳", "脑袋"))
    listed = _listed(stack, root)
    assert MASKED in listed, "who agreed is heard, masked"
    assert not [text for text in listed if "脑袋" in text], "who did not is not"
    assert "王小明" not in json.dumps(listed, ensure_ascii=False)
    item = listed[MASKED]
    assert item["understood"]["label"]
    assert item["ranking"], "the ranking came from Rasa"

    said = _inbox(stack, root, "accept", str(item["id"]), "--text", OWN, "--label", "complaint_service", "--by", "lin")
    read = corpus.read(root)
    assert read.faults == corpus.read(ROOT).faults
    (example,) = [each for each in read.examples if each.text == OWN]
    assert example.label == "complaint_service"
    assert said.startswith(example.place)
    assert MASKED not in _listed(stack, root), "what is decided does not come again"
    for part in ("web", "rasa", "actions", "worker"):
        assert "王小明" not in stack.log(part)


def test_withdrawing_takes_it_out_at_once(stack: Stack, root: Path) -> None:
    conversation = Conversation(stack.http)
    conversation.say("你好")
    _choose(conversation, True)
    conversation.say("昨儿个那档子事儿整明白没有")
    assert "昨儿个那档子事儿整明白没有" in _listed(stack, root)
    _choose(conversation, False)
    assert "昨儿个那档子事儿整明白没有" not in _listed(stack, root)
