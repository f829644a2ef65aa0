"""Patches for speed in Rasa 3.6.21: each takes more than 5 % off a turn and changes no result (tests/bot/test_lean.py).

Figures: share of this process's CPU time that a turn takes less by the patch, around turn 20 of a session of
complaint forms (22 slots, 35 rules, one or two action calls a turn), everything else being in place. Rasa replays
all events of a session about ten times a turn; with the patches a turn's cost is nearly flat over a session.
"""

import copy
import dataclasses
import json
from collections import deque
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.constants import USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, Event
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT

_resolve_by_type = Event.resolve_by_type
_prediction_states = RulePolicy._prediction_states
_get_possible_keys = RulePolicy._get_possible_keys
_is_empty = Domain.is_empty

#: Situations whose fitting rules are remembered: some thousand bytes each.
_MOST_REMEMBERED = 5_000


def install() -> None:
    """Put the patches in place; calling it again changes nothing."""
    Event.resolve_by_type = staticmethod(_event_class)  # type: ignore[method-assign,assignment]
    DialogueStateTracker.copy = _copy  # type: ignore[method-assign]
    RulePolicy._prediction_states = _recent_states  # type: ignore[method-assign,assignment]
    RulePolicy._get_possible_keys = _fitting_rules  # type: ignore[method-assign]
    Domain.is_empty = _is_empty_once  # type: ignore[method-assign]
    Slot.__copy__ = _copy_slot  # type: ignore[attr-defined]
    DaskGraphRunner.run = _run_graph  # type: ignore[method-assign]


@cache
def _event_class(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    # 50 %: Rasa walks all subclasses of Event for every event that it reads. All are defined once Rasa is imported.
    return _resolve_by_type(type_name, default)


def _copy(self: DialogueStateTracker) -> DialogueStateTracker:
    # 20 %: Rasa replays all events to copy a tracker, for every action that runs. Here the state itself is copied.
    tracker = object.__new__(DialogueStateTracker)
    tracker.__dict__.update({name: value for name, value in self.__dict__.items() if not name.startswith("quanyi_")})
    tracker.slots = type(self.slots)({name: copy.copy(slot) for name, slot in self.slots.items()})
    tracker.events = deque(self.events, self._max_event_history)
    tracker.active_loop = dataclasses.replace(self.active_loop) if self.active_loop else None
    tracker.sender_source = tracker.model_id = tracker.assistant_id = None  # not passed on by Rasa either
    return tracker


def _recent_states(
    self: RulePolicy,
    tracker: DialogueStateTracker,
    domain: Domain,
    use_text_for_last_user_input: bool = False,
    rule_only_data: dict[str, Any] | None = None,
) -> list[State]:
    # 7 to 16 %: rules look back as far as the longest of them has steps; Rasa builds the states since the session
    # began, twice for every prediction. Training needs them all.
    if isinstance(tracker, TrackerWithCachedStates):
        return _prediction_states(self, tracker, domain, use_text_for_last_user_input, rule_only_data)
    known = getattr(tracker, "quanyi_states", None)
    key = (len(tracker.events), id(domain), _horizon(self))
    if known is None or known[0] != key:
        known = (key, _states(tracker, domain, _horizon(self)))
        tracker.quanyi_states = known  # type: ignore[attr-defined]
    states = [
        {name: dict(part) if isinstance(part, dict) else part for name, part in state.items()} for state in known[1]
    ]
    self.featurizer._choose_last_user_input([states], use_text_for_last_user_input)
    return states


def _horizon(policy: RulePolicy) -> int:
    lookup = policy.lookup
    size = len(lookup[RULES]) + len(lookup[RULES_FOR_LOOP_UNHAPPY_PATH])
    known: tuple[int, int] | None = getattr(policy, "quanyi_horizon", None)
    if known is None or known[0] != size:
        keys = [*lookup[RULES], *lookup[RULES_FOR_LOOP_UNHAPPY_PATH]]
        # one more than the longest: what lies further back cannot rule a rule out any more
        known = (size, max((len(policy._rule_key_to_state(key)) for key in keys), default=0) + 1)
        policy.quanyi_horizon = known  # type: ignore[attr-defined]
    return known[1]


def _states(tracker: DialogueStateTracker, domain: Domain, horizon: int) -> list[State]:
    # As Domain.states_for_tracker_history: the state before each executed action and the one now, but only the last
    # ones.
    applied = tracker.applied_events()
    actions = [index for index, event in enumerate(applied) if isinstance(event, ActionExecuted)]
    first = actions[-(horizon - 1)] if len(actions) >= horizon else 0
    then = tracker.init_copy()
    states = []
    for index, event in enumerate(applied):
        if index >= first and isinstance(event, ActionExecuted):
            states.append(domain.get_active_state(then))
        event.apply_to(then)
    states.append(domain.get_active_state(then))
    return states


def _fitting_rules(self: RulePolicy, lookup: dict[str, str], states: list[State]) -> set[str]:
    # With the next two 20 %: each prediction compares every rule with every state, and dialogues are much alike.
    if any(f'"{TEXT}"' in rule for rule in lookup):
        return _get_possible_keys(self, lookup, states)  # end-to-end rules: the words themselves matter
    known: dict[tuple[int, int, str], set[str]] = self.__dict__.setdefault("quanyi_fitting", {})
    key = (id(lookup), len(lookup), json.dumps([_without_words(state) for state in states], sort_keys=True))
    found = known.get(key)
    if found is None:
        if len(known) >= _MOST_REMEMBERED:
            known.clear()
        found = known[key] = _get_possible_keys(self, lookup, states)
    return set(found)


def _without_words(state: State) -> State:
    user = state.get(USER)
    return {**state, USER: {**user, TEXT: ""}} if user and TEXT in user else state


def _is_empty_once(self: Domain) -> bool:
    known: bool | None = self.__dict__.get("quanyi_empty")
    if known is None:
        known = self.__dict__["quanyi_empty"] = _is_empty(self)
    return known


def _copy_slot(self: Slot) -> Slot:
    # Without it `copy.copy` goes the long way of pickling.
    slot = object.__new__(type(self))
    slot.__dict__.update(self.__dict__)
    return slot


def _run_graph(
    self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
) -> dict[str, Any]:
    # 20 %: for every run Rasa prunes and builds the graph anew, dask orders it and asks a scheduler made for
    # threads, and all inputs are written out for a debug line. The order of the nodes is known after the first run.
    names = targets or self._graph_schema.target_names
    plans = self.__dict__.setdefault("quanyi_plans", {})
    plan = plans.get(tuple(names))
    if plan is None:
        plan = plans[tuple(names)] = _order(self._graph_schema.minimal_graph_schema(names), inputs or {})
    done: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
    try:
        for name, needs in plan:
            done[name] = self._instantiated_nodes[name](*[done.get(need, need) for need in needs])
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return {name: done[name][1] for name in names}


def _order(schema: GraphSchema, inputs: dict[str, Any]) -> list[tuple[str, list[str]]]:
    needs = {name: list(node.needs.values()) for name, node in schema.nodes.items() if name not in inputs}
    sorter = TopologicalSorter({name: [need for need in of if need in needs] for name, of in needs.items()})
    return [(name, needs[name]) for name in sorter.static_order()]
