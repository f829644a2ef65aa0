"""The component as Rasa's pipeline calls it."""

import json
from datetime import date
from pathlib import Path

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.entities import RuleEntityExtractor, today
from bot.nlu.lexicon import Lexicon
from bot.nlu.normaliser import ORIGINAL_TEXT

ROOT = Path(__file__).resolve().parents[2]
WEDNESDAY = date(2026, 11, 18)
CONFIG = {"lexicon_path": str(ROOT / "data" / "entities")}


@pytest.fixture(scope="module")
def extractor() -> RuleEntityExtractor:
    return RuleEntityExtractor(Lexicon.read(ROOT / "data" / "entities"), clock=lambda: WEDNESDAY)


def test_places_and_values_are_about_the_words_as_written(extractor: RuleEntityExtractor) -> None:
    written = "我　要投訴！！昨天扣了３８塊彩鈴費"
    message = Message({TEXT: "我 要投诉!昨天扣了38块彩铃费", ORIGINAL_TEXT: written})
    (message,) = extractor.process([message])
    assert message.get(TEXT) == written
    assert message.get(ENTITIES) == [
        {
            "entity": "date",
            "start": 7,
            "end": 9,
            "value": "昨天",
            "normal": {"from": "2026-11-17", "to": "2026-11-17", "grain": "day"},
            "extractor": "RuleEntityExtractor",
        },
        {
            "entity": "amount",
            "start": 11,
            "end": 14,
            "value": "３８塊",
            "normal": {"amount": "38.00", "currency": "CNY"},
            "extractor": "RuleEntityExtractor",
        },
        {
            "entity": "service",
            "start": 14,
            "end": 16,
            "value": "彩鈴",
            "normal": {"name": "彩铃"},
            "extractor": "RuleEntityExtractor",
        },
    ]
    for entity in message.get(ENTITIES):
        assert written[entity["start"] : entity["end"]] == entity["value"]
    json.dumps(message.get(ENTITIES))


def test_what_another_component_found_stays(extractor: RuleEntityExtractor) -> None:
    other = {"entity": "matter", "start": 0, "end": 2, "value": "complaint_network"}
    (message,) = extractor.process([Message({TEXT: "昨天断网", ENTITIES: [other]})])
    assert [entity["entity"] for entity in message.get(ENTITIES)] == ["matter", "date"]


def test_payloads_have_no_entities_of_ours(extractor: RuleEntityExtractor) -> None:
    (message,) = extractor.process([Message({TEXT: '/say{"topic": "13800138001"}'})])
    assert message.get(ENTITIES) is None


def test_the_model_keeps_the_names(tmp_path: Path) -> None:
    """A model works without the files that it was trained with."""
    storage, resource = LocalModelStorage(tmp_path), Resource("entities")
    trainer = RuleEntityExtractor.create(CONFIG, storage, resource, None)  # type: ignore[arg-type]
    assert trainer.train(TrainingData()) == resource
    loaded = RuleEntityExtractor.load({"lexicon_path": "nowhere"}, storage, resource, None)  # type: ignore[arg-type]
    (message,) = loaded.process([Message({TEXT: "取消彩铃"})])
    assert [entity["normal"] for entity in message.get(ENTITIES)] == [{"name": "彩铃"}]


def test_a_changed_lexicon_is_trained_again(tmp_path: Path) -> None:
    before = RuleEntityExtractor.fingerprint_addon({"lexicon_path": str(tmp_path)})
    (tmp_path / "plans.yml").write_text("plans: []", encoding="utf-8")
    assert RuleEntityExtractor.fingerprint_addon({"lexicon_path": str(tmp_path)}) != before


def test_what_rasa_restores_from_its_cache_has_no_config_of_its_own() -> None:
    """The node then holds its cached output alone, and training must not end there."""
    assert RuleEntityExtractor.fingerprint_addon({"output": None}) == RuleEntityExtractor.fingerprint_addon(CONFIG)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati", "UTC"])
def test_today_is_the_day_in_china(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the machine is."""
    import time
    from datetime import datetime, timedelta, timezone

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert today() == (datetime.now(timezone.utc) + timedelta(hours=8)).date()
    finally:
        monkeypatch.undo()
        time.tzset()
