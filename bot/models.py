"""Another model for this process while it goes on answering: loaded in a thread, swapped in when it is whole.

``POST /webhooks/quanyi/model {"model", "threshold"}``: have it serve this model of the folder that the present one came
from; 200 where it does, 202 where it is being loaded, 404 where there is none, 409 while another one is loaded.
``threshold``: confidence below which a message counts as not understood, null: as the model's configuration says.
``GET model``: ``{"serving", "threshold", "staged", "loading", "error", "wording"}``.

A turn that runs ends with the model that it began with. Loading inline would freeze every conversation for up to
half a minute; in a thread the worst turn took 0.95 s. One model more may be staged, for rehearsals (`bot.rehearsal`);
publishing that one swaps it in without loading it again.
"""

import asyncio
import gc
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig

from bot import wording
from bot.bodies import Invalid
from bot.turn import NotReady

#: seconds after which a model that nobody rehearses with is let go
IDLE = 600.0
_NAME = re.compile(r"quanyi-[0-9a-f]{12}\.tar\.gz")
_CONFIGURED = "quanyi_configured_threshold"
_WARM = "你好，帮我查一下这个月的话费"

log = structlog.get_logger("bot.models")

# One model at a time: two at once would need the memory of three.
_THREAD = ThreadPoolExecutor(1, thread_name_prefix="model")


@dataclass(frozen=True)
class Wanted:
    """What this process shall serve."""

    model: str
    threshold: float | None


def wanted_of(body: dict[str, Any]) -> Wanted:
    """Check a request's body.

    Raises:
        Invalid: see there.
    """
    threshold = body.get("threshold")
    if threshold is not None and (
        isinstance(threshold, bool) or not isinstance(threshold, (int, float)) or not 0 <= threshold < 1
    ):
        raise Invalid("threshold must be a number from 0 to 1, or null")
    return Wanted(name_of(body), None if threshold is None else float(threshold))


def name_of(body: dict[str, Any]) -> str:
    """The name of a model: never a path.

    Raises:
        Invalid: see there.
    """
    name = body.get("model")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Invalid("model must be the name of a trained model, quanyi-….tar.gz")
    return name


class Models:
    """The model that serves, one that may be staged beside it, and the one that is being loaded."""

    def __init__(self) -> None:
        self._staged: tuple[str, Agent] | None = None
        self._loading: str | None = None
        #: of the last load that failed: the model's name and what kind of error it was
        self._failed: tuple[str, str] | None = None
        #: what is to serve as soon as it is loaded
        self._wanted: Wanted | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def standing(self, agent: Agent | None) -> dict[str, Any]:
        """The answer of ``GET model``."""
        return {
            "serving": serving(agent),
            "threshold": _threshold(agent),
            "staged": self._staged[0] if self._staged else None,
            "loading": self._loading,
            "error": self._failed[1] if self._failed else None,
            "wording": wording.laid(agent),
        }

    async def serve(self, app: Any, wanted: Wanted) -> tuple[int, dict[str, Any]]:
        """HTTP status and body of ``POST model``."""
        agent: Agent | None = getattr(app.ctx, "agent", None)
        if serving(agent) == wanted.model:
            _set_threshold(agent, wanted.threshold)
            self._wanted = self._failed = None
            return 200, self.standing(agent)
        if self._staged is not None and self._staged[0] == wanted.model:
            self._swap(app, wanted)
            return 200, self.standing(app.ctx.agent)
        status = self._load(app, wanted.model)
        if status == 202:
            self._wanted = wanted
        return status, self.standing(agent) if status == 202 else {"error": "no_model" if status == 404 else "busy"}

    def processor(self, app: Any, name: str | None) -> tuple[MessageProcessor | None, str]:
        """That of a model to rehearse with, and its name; None while it is loaded. None for a name: the one that
        serves.

        Raises:
            NotReady: nothing serves, there is no such model, or it could not be loaded.
        """
        agent: Agent | None = getattr(app.ctx, "agent", None)
        if agent is None or agent.processor is None:
            raise NotReady("no model is loaded")
        served = serving(agent) or ""
        if name is None or name == served:
            return agent.processor, served
        if self._staged is not None and self._staged[0] == name:
            self._stay(asyncio.get_running_loop())
            return self._staged[1].processor, name
        if self._failed is not None and self._failed[0] == name:
            self._failed = None
            raise NotReady("the model could not be loaded")
        if self._load(app, name) == 404:
            raise NotReady("there is no such model")
        return None, name

    def _load(self, app: Any, name: str) -> int:
        agent: Agent | None = getattr(app.ctx, "agent", None)
        if agent is None or agent.processor is None:
            return 404
        if self._loading is not None:
            return 202 if self._loading == name else 409
        path = Path(agent.processor.model_path).parent / name
        if not path.is_file():
            return 404
        self._loading, self._failed = name, None
        self._staged = None
        self._task = asyncio.get_running_loop().create_task(self._loaded(app, path, agent.action_endpoint))
        return 202

    async def _loaded(self, app: Any, path: Path, endpoint: EndpointConfig | None) -> None:
        name, loop = path.name, asyncio.get_running_loop()
        try:
            agent = await loop.run_in_executor(_THREAD, _whole, path, endpoint)
        except Exception as error:  # whatever a component of another day may raise
            log.error("model.failed", model=name, error=type(error).__name__)
            self._failed, self._wanted = (name, type(error).__name__), None
            return
        finally:
            self._loading = None
        self._staged = (name, agent)
        if self._wanted is not None and self._wanted.model == name:
            self._swap(app, self._wanted)
        else:
            self._stay(loop)

    def _swap(self, app: Any, wanted: Wanted) -> None:
        """On the event loop, between two steps of any turn: those that run keep the processor that they have."""
        assert self._staged is not None
        new, old = self._staged[1], app.ctx.agent
        self._staged = self._wanted = self._failed = None
        self._forget_idle()
        _take_over(new, old)
        _set_threshold(new, wanted.threshold)
        wording.carry(old, new)
        app.ctx.agent = new
        log.info("model.swapped", model=wanted.model)
        # Not at once: a turn may still run with it.
        asyncio.get_running_loop().call_later(15.0, gc.collect)

    def _stay(self, loop: asyncio.AbstractEventLoop) -> None:
        self._forget_idle()
        self._idle = loop.call_later(IDLE, self._let_go)

    def _forget_idle(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _let_go(self) -> None:
        self._staged = self._idle = None
        gc.collect()


def serving(agent: Agent | None) -> str | None:
    """The file name of the model that answers, also where a link to it was named; None: none does."""
    return Path(agent.processor.model_path).resolve().name if agent is not None and agent.processor else None


def _whole(path: Path, endpoint: EndpointConfig | None) -> Agent:
    """A model that has read its first message; with a store of its own, so that nothing of ours is touched yet."""
    store = InMemoryTrackerStore(Domain.empty())
    agent = Agent.load(str(path), tracker_store=store, action_endpoint=endpoint)
    if agent.processor is None:
        raise NotReady("there is no model in it")
    asyncio.run(agent.processor.parse_message(UserMessage(_WARM)))
    return agent


def _take_over(new: Agent, old: Agent) -> None:
    """What belongs to the process and not to the model."""
    assert new.processor is not None
    new.tracker_store = new.processor.tracker_store = old.tracker_store
    new.lock_store = new.processor.lock_store = old.lock_store
    new.tracker_store.domain = new.domain  # type: ignore[assignment]
    new.action_endpoint = new.processor.action_endpoint = old.action_endpoint
    new.model_server, new.remote_storage = old.model_server, old.remote_storage


def _fallbacks(agent: Agent | None) -> list[FallbackClassifier]:
    runner = agent.processor.graph_runner if agent is not None and agent.processor is not None else None
    if not isinstance(runner, DaskGraphRunner):
        return []
    components = (node._component for node in runner._instantiated_nodes.values())
    return [each for each in components if isinstance(each, FallbackClassifier)]


def _threshold(agent: Agent | None) -> float | None:
    """What was set; None: the model's own."""
    return next((each.component_config["threshold"] for each in _fallbacks(agent) if hasattr(each, _CONFIGURED)), None)


def _set_threshold(agent: Agent | None, threshold: float | None) -> None:
    for each in _fallbacks(agent):
        own = getattr(each, _CONFIGURED, each.component_config["threshold"])
        each.component_config["threshold"] = own if threshold is None else threshold
        if threshold is None:
            if hasattr(each, _CONFIGURED):
                delattr(each, _CONFIGURED)
        else:
            setattr(each, _CONFIGURED, own)
