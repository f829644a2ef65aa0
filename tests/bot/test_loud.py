"""The patches are in place, and only for the version they were made for."""

import importlib
from typing import Any

import pytest
import rasa
import rasa.core.agent
from rasa.core.actions.action import ActionExtractSlots, RemoteAction
from rasa.core.nlg import interpolator
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain

from bot import loud, remote


def test_importing_the_tracker_store_installs_the_patches() -> None:
    importlib.import_module("bot.tracker_store")
    assert RemoteAction.run is remote.run
    assert MessageProcessor._run_action is loud._run_action
    assert ActionExtractSlots._run_custom_action is loud._run_custom_action
    store = InMemoryTrackerStore(Domain.empty())
    assert rasa.core.agent.Agent._create_tracker_store(store, Domain.empty()) is store


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rasa.__version__ == loud.PATCHED_VERSION == "3.6.21"
    monkeypatch.setattr(rasa, "__version__", "3.6.22")
    with pytest.raises(ImportError, match=r"3\.6\.21 and found 3\.6\.22"):
        importlib.reload(loud)
    monkeypatch.undo()
    importlib.reload(loud).install()


def test_a_failing_tracker_store_is_not_replaced_by_memory(chat: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(chat.agent.tracker_store, "save", broken)
    assert chat.send("/greet") == (500, {"error": "internal"})


@pytest.mark.parametrize(
    ("response", "values", "filled"),
    [
        ("工单{n}", {"n": "TS1"}, "工单TS1"),
        ("扣了{n}", {"n": "20[元"}, "扣了20[元"),  # stock: the raw template
        ("{n}", {"n": "{m}", "m": "x"}, "{m}"),  # what a customer wrote is not a placeholder
        ("{{n}} {n}", {"n": 5}, "{n} 5"),  # stock: the raw template
        ("{n} {m", {"n": 5}, "5 {m"),  # stock: ValueError
        ("{n}{unknown}", {"n": 5}, "{n}{unknown}"),  # as in stock: left as it is, and logged
        ("{a.b}", {"a.b": 1}, "1"),
        ("没有", {}, "没有"),
    ],
)
def test_responses_are_filled(response: str, values: dict[str, Any], filled: str) -> None:
    assert interpolator.interpolate_text(response, values) == filled
