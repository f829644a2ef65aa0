"""The signals through a real Rasa pipeline: trained, packed, loaded and emitted beside the intent."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import rasa
import yaml
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.exceptions import InvalidConfigException
from servers import HERE, ROOT

from bot.nlu.signal_data import SIGNALS
from bot.nlu.signals import SignalReader


def _train(home: Path, examples: str) -> Agent:
    toy = HERE / "toy"
    config: dict[str, Any] = yaml.safe_load((toy / "config.yml").read_text(encoding="utf-8"))
    places = [each["name"] for each in config["pipeline"]]
    place = places.index("bot.nlu.entities.RuleEntityExtractor")
    config["pipeline"].insert(place, {"name": "bot.nlu.signals.SignalReader", "examples_path": examples})
    file = home / "config.yml"
    file.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)  # config names data/jieba
        patch.setenv("RASA_CACHE_DIRECTORY", str(home / "cache"))
        result = rasa.train(str(toy / "domain.yml"), str(file), [str(toy / "data")], str(home / "models"))
    return Agent.load(str(result.model))


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Agent:
    return _train(tmp_path_factory.mktemp("signals"), "data/signals")


def parse(agent: Agent, text: str) -> dict[str, Any]:
    assert agent.processor is not None
    return asyncio.new_event_loop().run_until_complete(agent.processor.parse_message(UserMessage(text)))


SAID = [
    ("他妈的，你们就是一群骗子", "anger"),
    ("他媽的，你們就是一群騙子！！！", "anger"),  # traditional
    ("我现在就去工信部投诉你们", "threat"),
    ("你们把我的个人信息泄露了", "leak"),
    ("我刚给骗子转了两万", "fraud"),
    ("我不想活了", "distress"),
    ("我今年八十岁了，不会用手机", "elderly"),
]


@pytest.mark.parametrize(("text", "signal"), SAID)
def test_signals_stand_beside_the_intent(agent: Agent, text: str, signal: str) -> None:
    parsed = parse(agent, text)
    signals = parsed["signals"]
    assert next(iter(signals)) == signal
    assert signals[signal] > 0.6
    assert list(signals.values()) == sorted(signals.values(), reverse=True)
    assert all(0.05 <= each <= 1 for each in signals.values())
    assert parsed["text"] == text
    assert parsed["intent"]["name"]


@pytest.mark.parametrize("text", ["宽带断了", "谢谢", "13800138000", "？"])
def test_what_has_none_has_none(agent: Agent, text: str) -> None:
    assert parse(agent, text)["signals"] == {}


def test_a_button_has_no_signals(agent: Agent) -> None:
    assert "signals" not in parse(agent, "/greet")


def test_bad_examples_stop_the_training(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    for signal in SIGNALS:
        (folder / f"{signal}.yml").write_text("examples:\n- signals: [rage]\n  texts: |\n    - 滚\n", encoding="utf-8")
    with pytest.raises(InvalidConfigException, match=r"distress\.yml:2: no signal 'rage'"):
        _train(tmp_path, str(folder))


def test_another_example_is_another_training(tmp_path: Path) -> None:
    """Rasa would take the old component from its cache."""
    (tmp_path / "anger.yml").write_text("one", encoding="utf-8")
    before = SignalReader.fingerprint_addon({"examples_path": str(tmp_path)})
    (tmp_path / "anger.yml").write_text("another", encoding="utf-8")
    assert SignalReader.fingerprint_addon({"examples_path": str(tmp_path)}) != before
