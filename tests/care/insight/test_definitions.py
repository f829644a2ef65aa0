"""The file of figures: each is counted somewhere, once, and what it promises is what the promise says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from care.errors import InvalidInput
from care.files import read_yaml
from care.handoff.metrics import DROP_RATE, PICK_UP_RATE
from care.insight.board import SAME_AS
from care.insight.definitions import FILE, Dimension, Group, Words, figures
from care.insight.sources import sources
from care.sla.policy import policy

#: worked out elsewhere and kept by the hour (care/insight/counting.py)
STATES = {"callback_coverage", "accuracy"}


@pytest.mark.usefixtures("postgres")
def test_every_figure_is_counted_in_one_place() -> None:
    counted = Counter(key for source in sources() for key in source.figures)
    told = {key for key, each in figures().items() if each.group is Group.TOLD}
    assert set(counted.values()) == {1}
    assert set(counted) | STATES | set(SAME_AS) | told == set(figures())
    assert not set(counted) & (STATES | set(SAME_AS) | told)


@pytest.mark.usefixtures("postgres")
def test_what_it_can_be_split_by_is_counted() -> None:
    for source in sources():
        for key in source.figures:
            split = set(figures()[key].by)
            assert split <= set(map(Dimension, source.dimensions)), key


@pytest.mark.parametrize(
    ("key", "target", "why"),
    [
        ("first_feedback", 1, "24小时内反馈: promised to everybody"),
        ("solved_in_time", 0.9, "90%以上的投诉在规定时间内得到解决"),
        ("mean_wait", 30, "平均等待时间不超过30秒"),
        ("connect_rate", 0.9, "10000号人工接通率90%以上"),
        ("cut_off", 0.005, "电话中断率低于0.5%"),
        ("timeliness", 1, "及时率100%"),
        ("satisfied", 0.85, "达到85%以上的用户满意度"),
        ("satisfied_busy", 0.95, "高峰期的使用体验不低于95%的满意度"),
        ("accuracy", 0.98, "咨询处理准确度98%以上"),
        ("callback_coverage", 1, "每季度对所有商客完成一次回访"),
        ("security_incidents", 100, "1%以下 is 100 of 10,000"),
        ("coverage", 0.99, "99%以上的网络覆盖率"),
        ("new_plans", 3, "每年推出至少三款新服务或套餐"),
        ("trainings", 1, "一年内组织一到二次"),
        ("handling_time", None, "counted, not promised"),
        ("containment", None, "counted, not promised"),
    ],
)
@pytest.mark.usefixtures("postgres")
def test_targets_are_those_of_the_promises(key: str, target: float | None, why: str) -> None:
    assert figures()[key].target == target, why


@pytest.mark.usefixtures("postgres")
def test_a_target_stands_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    stricter = policy().targets.model_copy(update={"in_time_percent": 95, "wait_seconds": 20})
    rules = policy().model_copy(update={"targets": stricter})
    monkeypatch.setattr("care.insight.definitions.policy", lambda: rules)
    found = figures()
    assert (found["solved_in_time"].target, found["mean_wait"].target) == (0.95, 20)
    assert (found["connect_rate"].target, found["cut_off"].target) == (PICK_UP_RATE, DROP_RATE)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"by": ["region"]}, "what the operator tells is told whole"),
        ({"better": "sideways"}, "up or down"),
        ({"target": "somewhere"}, "no place of a target"),
        ({"by": ["mood"]}, "no dimension"),
    ],
)
def test_a_mistake_is_refused(change: dict[str, object], why: str) -> None:
    written = read_yaml(FILE, "figures")
    written["figures"]["coverage"] |= change
    with pytest.raises(ValidationError):
        Words.model_validate(written)


def test_a_mistake_is_named_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from care.insight import definitions

    broken = tmp_path / "figures.yml"
    broken.write_text(FILE.read_text(encoding="utf-8").replace("better: up", "better: sideways", 1), encoding="utf-8")
    monkeypatch.setattr(definitions, "FILE", broken)
    definitions.words.cache_clear()
    try:
        with pytest.raises(InvalidInput, match=r"figures\.yml:\d+: figures\.first_feedback\.better"):
            definitions.words()
    finally:
        definitions.words.cache_clear()
