"""The patches for speed change no result: each is compared with what stock Rasa computes."""

import copy
import json
from typing import Any

import pytest
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from bot import lean

DIALOGUE = [
    "/greet", "/complain", "/thanks", "13800138001", "不知道说什么", "/thanks", '/say{"topic": "宽带"}',
    "乱七八糟的话", "/reject", "/complain", "13800138002", "断了", "/greet", "/two_replies",
]  # fmt: skip


@pytest.fixture
def trackers(chat: Any) -> list[DialogueStateTracker]:
    """The tracker after each turn of a dialogue with a form, an interruption, a rejection and misunderstandings."""
    found = []
    for text in DIALOGUE:
        chat.say(text)
        found.append(chat.tracker())
    return found


def rule_policy(agent: Any) -> RulePolicy:
    nodes = agent.processor.graph_runner._instantiated_nodes.values()
    return next(node._component for node in nodes if isinstance(node._component, RulePolicy))


def test_rules_predict_the_same_from_the_recent_states(
    agent: Any, trackers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = rule_policy(agent)
    checked = 0
    for tracker in trackers:
        # at every event of the dialogue
        for upto in range(1, len(tracker.events) + 1):
            events = list(tracker.events)[:upto]
            part = DialogueStateTracker.from_events(tracker.sender_id, events, agent.domain.slots)
            recent = policy._predict(part, agent.domain)
            with monkeypatch.context() as patch:
                patch.setattr(RulePolicy, "_prediction_states", lean._prediction_states)
                stock = policy._predict(part, agent.domain)
            assert recent[0].probabilities == stock[0].probabilities
            assert recent[0].events == stock[0].events
            checked += 1
    assert checked > 300


def test_the_same_rules_fit_whether_remembered_or_not(agent: Any, trackers: Any) -> None:
    policy = rule_policy(agent)
    policy.__dict__.pop("quanyi_fitting", None)
    rules = policy.lookup["rules"]
    fitted = 0
    for tracker in trackers:
        for as_text in (True, False):
            states = policy._prediction_states(tracker, agent.domain, as_text)
            stock = lean._get_possible_keys(policy, rules, states)
            for _ in range(2):  # worked out, then remembered
                found = policy._get_possible_keys(rules, states)
                assert found == stock
                found.clear()  # what the caller does with it changes nothing
            fitted += bool(stock)
    assert fitted > 10
    assert 0 < len(policy.quanyi_fitting) < 2 * len(trackers), "the words of a message are no situation of their own"


def test_a_rule_about_words_is_never_remembered(agent: Any) -> None:
    listening = {"prev_action": {"action_name": "action_listen"}}
    rules = {json.dumps([{**listening, "user": {"text": "退钱"}}]): "action_x"}
    policy = rule_policy(agent)
    for words, fitting in (("退钱", set(rules)), ("别的", set()), ("退钱", set(rules))):
        assert policy._get_possible_keys(rules, [{**listening, "user": {"text": words}}]) == fitting


def test_a_copied_slot_is_a_slot_of_its_own(agent: Any) -> None:
    for slot in agent.domain.slots:
        twin = copy.copy(slot)
        assert type(twin) is type(slot)
        assert twin.persistence_info() == slot.persistence_info()
        assert twin.__dict__ == slot.__dict__
        twin.value = "13800138000"
        assert slot.value != "13800138000"


def test_only_an_empty_domain_is_empty(agent: Any) -> None:
    for _ in range(2):
        assert not agent.domain.is_empty()
        assert Domain.empty().is_empty()


def test_recent_states_are_the_last_ones(agent: Any, trackers: Any) -> None:
    policy = rule_policy(agent)
    for as_text in (True, False):
        recent = policy._prediction_states(trackers[-1], agent.domain, as_text)
        stock = lean._prediction_states(policy, trackers[-1], agent.domain, as_text)
        assert len(recent) == lean._horizon(policy) < len(stock)
        assert recent == stock[-len(recent) :]


def test_a_copied_tracker_equals_a_replayed_one(trackers: Any) -> None:
    for tracker in trackers:
        copied, replayed = tracker.copy(), tracker.travel_back_in_time(float("inf"))
        assert copied == replayed
        assert copied.current_state() == replayed.current_state()
        assert (copied.model_id, copied.assistant_id) == (replayed.model_id, replayed.assistant_id)
        assert vars(copied).keys() == vars(replayed).keys()
        assert all(copied.slots[name] is not slot for name, slot in tracker.slots.items())
        assert {name: vars(slot) for name, slot in copied.slots.items()} == {
            name: vars(slot) for name, slot in replayed.slots.items()
        }


def test_a_copy_does_not_change_its_original(trackers: Any) -> None:
    for tracker in trackers:
        before, length = tracker.current_state(), len(tracker.events)
        copied = tracker.copy()
        copied.interrupt_loop(True)
        copied._set_slot("topic", "anders")
        copied.events.append(copied.events[-1])
        assert tracker.current_state() == before
        assert len(tracker.events) == length


def test_event_classes_are_those_that_rasa_finds() -> None:
    for name in (
        "user",
        "bot",
        "slot",
        "action",
        "active_loop",
        "session_started",
        "action_execution_rejected",
        "form",
        "topic",
    ):
        assert lean._event_class(name) is lean._resolve_by_type(name)
    with pytest.raises(ValueError, match="Unknown event"):
        Event.resolve_by_type("no such event")


def test_the_graph_runs_every_node_once_in_order(agent: Any) -> None:
    runner = agent.processor.graph_runner
    assert DaskGraphRunner.run is lean._run_graph
    for names in ([agent.processor.model_metadata.nlu_target], [agent.processor.model_metadata.core_target]):
        needed = runner._graph_schema.minimal_graph_schema(names)
        order = lean._order(needed, {"__message__": None, "__tracker__": None})
        seen: set[str] = {"__message__", "__tracker__"}
        for name, needs in order:
            assert set(needs) <= seen
            seen.add(name)
        assert {name for name, _ in order} == set(needed.nodes) - {"__message__", "__tracker__"}
