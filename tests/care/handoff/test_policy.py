"""The file of queues and reasons: ours is whole, and a mistake in an operator's is named with its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from care.alarms.rules import Kind
from care.errors import InvalidInput
from care.handoff.policy import DEFAULT, handoff_policy, load_policy, threshold, thresholds
from care.handoff.rules import CONCERNS, Reason
from tests.support.environment import forget_settings

File = dict[str, Any]

DOMAIN = Path(__file__).resolve().parents[3] / "domain.yml"


def test_ours_names_labels_that_there_are() -> None:
    known = {
        next(iter(each)) if isinstance(each, dict) else each
        for each in yaml.safe_load(DOMAIN.read_text(encoding="utf-8"))["intents"]
    }
    assert {label for queue in load_policy(DEFAULT).queues.values() for label in queue.labels} <= known


def test_titles() -> None:
    policy = load_policy(DEFAULT)
    assert policy.title_of_reason("asked") == policy.reasons[Reason.ASKED].title
    assert policy.title_of_reason("of another year") == "of another year"
    assert policy.title_of_queue("gone") == "gone"
    assert policy.alarms.keys() == set(Kind)


def test_thresholds() -> None:
    assert set(thresholds()) == set(CONCERNS)
    assert threshold(Reason.ELDERLY, "age") == 65
    assert threshold(Reason.REPEATED, "complaints") == 2
    with pytest.raises(KeyError):
        threshold(Reason.ASKED, "age")


def _at(path: str, value: object) -> Callable[[File], None]:
    """Put a value at `queues.service.title`; None takes away."""

    def change(file: File) -> None:
        *before, last = path.split(".")
        for part in before:
            file = file[part]
        if value is None:
            del file[last]
        else:
            file[last] = value

    return change


BAD = [
    # what is changed, what is told
    (_at("queues.service", None), "queues: service is missing"),
    (_at("duty", "service"), "duty: service is no queue that is open always"),
    (_at("duty", "night"), "duty: night is no queue"),
    (_at("queues.network.skill", "fibre"), "queues.network.skill: fibre is not under skills"),
    (_at("queues.network.labels", ["billing_detail"]), "billing_detail belongs to network already"),
    (_at("queues.network.hours", "mornings"), "queues.network.hours: give always"),
    (_at("queues.network.hours", {"mon": "09:00-18:00"}), "queues.network.hours: missing: tue, wed"),
    (_at("queues.network.hours.mon", "9-18"), "queues.network.hours: '9-18' is not like"),
    (_at("queues.network.hours.someday", "closed"), "queues.network.hours: no kind of day: someday"),
    (_at("queues.Network", {}), "queues.Network"),
    (_at("reasons.asked", None), "reasons: missing: asked"),
    (_at("reasons.asked.queue", "front"), "reasons.asked.queue: front is not under queues"),
    (_at("reasons.asked.priority", 0), "reasons.asked.priority"),
    (_at("reasons.asked.priority", 6), "reasons.asked.priority"),
    (_at("reasons.bored", {"queue": "service", "priority": 1, "title": "x"}), "reasons.bored"),
    (_at("reasons.anger.thresholds", {}), "reasons.anger.thresholds: must be exactly these: probability"),
    (_at("reasons.elderly.thresholds", {"probability": 0.3}), "must be exactly these: age, probability"),
    (_at("reasons.asked.thresholds", {"probability": 0.3}), "reasons.asked.thresholds: must be exactly these: none"),
    (_at("reasons.anger.thresholds.probability", 60), "reasons.anger.thresholds.probability: must be up to 1"),
    (_at("reasons.anger.thresholds.probability", 0), "reasons.anger.thresholds.probability"),
    (_at("reasons.anger.thresholds.probability", "much"), "reasons.anger.thresholds.probability"),
    (_at("reasons.anger.thresholds.probability", True), "reasons.anger.thresholds.probability"),
    (_at("alarms.queue_late", None), "alarms: missing: queue_late"),
    (_at("visitor", "somebody"), "visitor"),
    (_at("music", "Mozart"), "music"),
]


@pytest.mark.parametrize(("change", "told"), BAD)
def test_a_mistake_is_told_with_file_and_place(tmp_path: Path, change: Callable[[File], None], told: str) -> None:
    file = json.loads(json.dumps(yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))))  # shared hours apart
    change(file)
    path = tmp_path / "ours.yml"
    path.write_text(yaml.safe_dump(file, allow_unicode=True, sort_keys=False), encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        load_policy(path)
    assert refused.value.reason == "handoff"
    assert str(refused.value).startswith(f"{path}:")
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("content", "told"), [(None, "see QUANYI_HANDOFF"), ("anger: [", "not YAML"), ("- 1", "valid dictionary")]
)
def test_what_is_no_such_file(tmp_path: Path, content: str | None, told: str) -> None:
    path = tmp_path / "ours.yml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInput, match=told):
        load_policy(path)


def test_an_operator_s_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "ours.yml"
    own.write_text(
        DEFAULT.read_text(encoding="utf-8").replace('version: "2026', 'version: "our 2026'), encoding="utf-8"
    )
    with monkeypatch.context() as changed:
        changed.setenv("QUANYI_HANDOFF", str(own))
        forget_settings()
        assert handoff_policy().version.startswith("our ")
    forget_settings()
