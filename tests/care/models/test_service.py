"""Trainings one at a time; publishing what passed, overriding with a reason, going back; workers that die."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from care.db import run
from care.errors import CareError
from care.models import service, working
from care.models.rules import Gate, State, Step
from care.models.tables import ServingProcess, TrainingRun
from care.models.working import Lost
from tests.support.times import NOW
from tests.support.waiting import at_once

pytestmark = pytest.mark.usefixtures("database")

BASE = "quanyi-aaaaaaaaaaaa.tar.gz"
REPORT = {"labels": [{"label": "handoff", "f1": 0.9, "current": 0.8, "support": 3}], "confused": [], "gate": {}}


def _refusal(work: Callable[[], Any]) -> str:
    with pytest.raises(CareError) as refused:
        work()
    return refused.value.reason


def _start() -> int:
    return run(lambda s: service.start(s, "1001", NOW).id)


def _take(holder: str = "one", minutes: int = 0) -> TrainingRun | None:
    return run(lambda s: working.take(s, holder, NOW + timedelta(minutes=minutes)))


def _done(letter: str, gate: Gate = Gate.PASSED, base: str = BASE) -> int:
    """A training to its end, judged beside what is in use."""
    run_id, model = _start(), f"quanyi-{letter * 12}.tar.gz"
    assert _take() is not None
    run(lambda s: working.note_model(s, run_id, "one", base, model))
    report = REPORT | {"current": run(lambda s: working.in_use(s, base))}
    run(lambda s: working.done(s, run_id, "one", report, gate, NOW))
    return run_id


def _published(run_id: int) -> str:
    return _outcome(lambda: run(lambda s: service.publish(s, run_id, None, "1001", NOW)))


def _anyway(run_id: int, reason: str) -> str:
    return _outcome(lambda: run(lambda s: service.publish_anyway(s, run_id, None, reason, "9001", NOW)))


def _seen(publication: int | None) -> None:
    """A worker has looked at Rasa, and told it this publication."""
    process = ServingProcess(name="rasa:5005", state="serving", publication_id=publication, seen_at=NOW + _LATER)
    run(lambda s: s.add(process))


_LATER = timedelta(seconds=3)


def _serves() -> tuple[str, float | None] | None:
    found = run(service.current)
    return None if found is None else (found.model, found.threshold)


def test_one_training_at_a_time() -> None:
    told = at_once(*(lambda: _outcome(_start) for _ in range(3)))
    assert sorted(told) == ["done", "running", "running"]


def _outcome(work: Callable[[], Any]) -> str:
    try:
        work()
    except CareError as error:
        return error.reason
    return "done"


def test_two_workers_take_it_once_and_a_dead_ones_goes_to_the_next() -> None:
    run_id = _start()
    assert [_take("one") is not None, _take("two") is not None] == [True, False]
    again = _take("two", minutes=5)
    assert again is not None
    assert again.id == run_id
    with pytest.raises(Lost):
        run(lambda s: working.beat(s, run_id, "one", NOW, Step.TRAIN))
    lines = run(lambda s: [each.line for each in service.lines(s, run_id, 0)])
    assert "gone" in lines[0]


def test_a_training_that_ends_every_worker_is_not_begun_for_ever() -> None:
    run_id = _start()
    assert [_take(str(n), minutes=5 * n) is not None for n in range(4)] == [True, True, True, False]
    found = run(lambda s: service.run_of(s, run_id))
    assert (found.state, found.error) == (State.FAILED, "its worker died 3 times; is there memory enough?")
    assert _start() > run_id, "and another one may be started"


def test_what_it_says_is_read_from_where_one_was() -> None:
    run_id = _start()
    _take()
    run(lambda s: working.beat(s, run_id, "one", NOW, Step.TRAIN, 0.5, ["a", "b"]))
    run(lambda s: working.beat(s, run_id, "one", NOW, Step.READ, None, ["c"]))
    assert run(lambda s: [(each.n, each.line) for each in service.lines(s, run_id, 1)]) == [(2, "b"), (3, "c")]
    now = run(lambda s: service.run_of(s, run_id))
    assert (now.state, now.step, now.share) == (State.JUDGING, Step.READ, None)


def test_cancelling_what_waits_ends_it_and_what_runs_is_told() -> None:
    first = _start()
    assert run(lambda s: service.cancel(s, first, NOW)).state == State.CANCELLED
    second = _start()
    _take()
    run(lambda s: service.cancel(s, second, NOW))
    assert run(lambda s: working.beat(s, second, "one", NOW, Step.TRAIN)) is True
    run(lambda s: working.cancelled(s, second, "one", NOW))
    assert _refusal(lambda: run(lambda s: service.cancel(s, second, NOW))) == "over"


def test_what_passed_is_published_with_its_threshold() -> None:
    run_id = _done("b")
    run(lambda s: service.publish(s, run_id, 0.4, "1001", NOW))
    assert _serves() == ("quanyi-bbbbbbbbbbbb.tar.gz", 0.4)


@pytest.mark.parametrize("gate", [Gate.FAILED, Gate.NOT_JUDGED])
def test_what_did_not_pass_needs_a_reason_which_stays(gate: Gate) -> None:
    run_id = _done("b", gate)
    assert _refusal(lambda: run(lambda s: service.publish(s, run_id, None, "1001", NOW))) == "gate"
    for reason, why in (("急", "too short"), ("找13900139000确认过", "somebody's number")):
        assert _anyway(run_id, reason) == "reason", why
    run(lambda s: service.publish_anyway(s, run_id, None, " 节前先用，\n节后重训 ", "9001", NOW))
    kept = run(service.current)
    assert kept is not None
    assert (kept.override, kept.reason, kept.staff) == (True, "节前先用， 节后重训", "9001")


def test_a_judgement_holds_for_the_model_that_it_was_made_beside() -> None:
    """Both are better than the model of the files; which of the two is better nobody has judged."""
    one, other = _done("b"), _done("c")
    assert [_published(other), _published(one)] == ["done", "gate"]
    gate = run(lambda s: service.report_of(s, one))["gate"]
    assert (gate["state"], gate["reasons"][0]["reason"]) == (Gate.NOT_JUDGED, "outdated")
    assert _published(other) == "done", "itself again, say with another threshold"
    made = run(lambda s: service.publish_anyway(s, one, None, "班长看过两份报告", "9001", NOW))
    assert made.override, "though it had passed in its time"
    assert _published(_done("d")) == "done", "judged beside what is in use now"


def test_what_is_not_kept_is_not_published() -> None:
    first, *_ = (_done(letter) for letter in "bcdefg")
    assert _published(first) == "model_gone"


def test_other_files_end_what_was_published_over_the_ones_before() -> None:
    run_id = _done("b")
    assert _published(run_id) == "done"
    newest = run(service.current)
    assert newest is not None
    assert not run(lambda s: service.is_over(s, newest)), "no process was looked at since"
    _seen(None)
    assert run(lambda s: service.is_over(s, newest))
    assert _published(run_id) == "files"
    assert _refusal(lambda: run(lambda s: service.roll_back(s, "1001", NOW))) == "nothing_before"
    assert _published(_done("c", base="quanyi-ffffffffffff.tar.gz")) == "done", "learnt from the new files"


def test_what_learnt_from_files_of_before_is_not_published() -> None:
    old = _done("b")
    _done("c", base="quanyi-ffffffffffff.tar.gz")
    assert _published(old) == "files"


def test_what_is_not_done_is_not_published() -> None:
    run_id = _start()
    assert _refusal(lambda: run(lambda s: service.publish(s, run_id, None, "1001", NOW))) == "not_done"
    assert _refusal(lambda: run(lambda s: service.publish(s, 404, None, "1001", NOW))) == "run"


def test_rolling_back_goes_to_what_was_served_before_and_once_more_it_is_back() -> None:
    assert _refusal(lambda: run(lambda s: service.roll_back(s, "1001", NOW))) == "nothing_before"
    run_id = _done("b")
    run(lambda s: service.publish(s, run_id, 0.4, "1001", NOW))
    served = [_serves()]
    for _ in range(2):
        run(lambda s: service.roll_back(s, "1001", NOW))
        served.append(_serves())
    assert served == [
        ("quanyi-bbbbbbbbbbbb.tar.gz", 0.4),
        (BASE, None),
        ("quanyi-bbbbbbbbbbbb.tar.gz", 0.4),
    ], "what was served before the first publication is the model of the files"


def test_what_could_be_gone_back_to_stays_on_disk() -> None:
    for letter in "bc":
        assert _published(_done(letter)) == "done"
    assert run(working.kept_models) == {BASE, "quanyi-bbbbbbbbbbbb.tar.gz", "quanyi-cccccccccccc.tar.gz"}
    assert run(lambda s: working.in_use(s, BASE)) == "quanyi-cccccccccccc.tar.gz"
    assert run(lambda s: working.in_use(s, "quanyi-ffffffffffff.tar.gz")) == "quanyi-ffffffffffff.tar.gz", (
        "other files: the publication is over"
    )


def test_the_newest_figures_are_those_of_the_newest_report() -> None:
    assert run(service.latest_figures) is None
    _done("b")
    found = run(service.latest_figures)
    assert found is not None
    assert (found["labels"], found["model"]) == (
        {"handoff": {"f1": 0.9, "support": 3}},
        "quanyi-bbbbbbbbbbbb.tar.gz",
    )
