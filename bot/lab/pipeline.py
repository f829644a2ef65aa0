"""The trained model as it runs: messages through the whole Rasa pipeline, one at a time."""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot import lean, logs
from bot.bodies import as_words
from bot.encoding import read_ahead, readers
from bot.lab.payload import BadInput
from bot.nlu.articles import ArticleFinder
from bot.nlu.encoder import mean_of, terms_of
from bot.nlu.intents import CascadeIntentClassifier
from bot.nlu.text import normalise

T = TypeVar("T")

logs.install()  # Rasa's own would print every message that is read


@dataclass(frozen=True)
class Understood:
    """What the pipeline made of one message.

    ``ranking``: labels and probabilities, best first; ``label`` is the first of it, and what the bot acts on unless
    ``asked_back``, where it says that it has not understood. ``stage``: ``ngrams`` or ``encoder``; ``seconds``: of
    the whole pipeline by the clock; ``core_seconds``: what one core worked for it, also on a busy machine.
    """

    label: str
    sub: str | None
    confidence: float
    ranking: list[tuple[str, float]]
    asked_back: bool
    stage: str
    seconds: float
    core_seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self)


class Pipeline:
    """A model loaded as ``rasa run`` loads it, without a dialogue around it."""

    def __init__(self, model: Path) -> None:
        """See ``load``."""
        lean.install()
        try:
            agent = Agent.load(str(model))
        except Exception as error:  # whatever a component of another day may raise
            raise BadInput(
                f"The model {model} cannot be loaded by the code of this checkout ({type(error).__name__}: {error}); "
                "give one that it has trained (make train)."
            ) from error
        if agent.processor is None:
            raise BadInput(f"{model} is no model of Rasa's; make train makes one.")
        self.processor: MessageProcessor = agent.processor
        self._loop = asyncio.new_event_loop()
        schema = self.processor.model_metadata.predict_schema
        self._classifier = next(
            (name for name, node in schema.nodes.items() if issubclass(node.uses, CascadeIntentClassifier)), None
        )

    @property
    def domain(self) -> Domain:
        """Its labels, slots and responses."""
        return self.processor.domain

    def wait(self, work: Awaitable[T]) -> T:
        """Run to its end what a process that serves would run on its event loop."""
        return self._loop.run_until_complete(work)

    def read(self, text: str) -> Understood:
        """A message that nobody has sent before: what the encoder remembers of running conversations is forgotten."""
        return self.parse(text)[0]

    def parse(self, text: str) -> tuple[Understood, dict[str, Any]]:
        """The same, and Rasa's own answer: ``text``, ``intent``, ``intent_ranking``, ``entities``, …"""
        terms_of.cache_clear()
        mean_of.cache_clear()
        started, worked = time.perf_counter(), time.process_time()
        parsed: dict[str, Any] = self._loop.run_until_complete(self.processor.parse_message(_message(text)))
        seconds, core_seconds = time.perf_counter() - started, time.process_time() - worked
        intent = parsed[INTENT]
        ranking = [
            (entry[INTENT_NAME_KEY], float(entry["confidence"]))
            for entry in parsed.get(INTENT_RANKING_KEY, [])
            if entry[INTENT_NAME_KEY] != DEFAULT_NLU_FALLBACK_INTENT_NAME
        ]
        label, confidence = ranking[0] if ranking else (intent[INTENT_NAME_KEY], float(intent["confidence"]))
        own = intent if "stage" in intent else self._classified(text)
        understood = Understood(
            label=label,
            sub=own.get("sub") if own.get(INTENT_NAME_KEY) == label else None,
            confidence=confidence,
            ranking=ranking,
            asked_back=intent[INTENT_NAME_KEY] == DEFAULT_NLU_FALLBACK_INTENT_NAME,
            stage=own.get("stage", "ngrams"),
            seconds=seconds,
            core_seconds=core_seconds,
        )
        return understood, parsed

    def search_again(self, text: str) -> None:
        """The article finder alone; of the message that was read last, the encoder reads again only what it adds."""
        mean_of.cache_clear()
        for reader in readers(self.processor):
            if isinstance(reader, ArticleFinder):
                reader.process([Message({TEXT: normalise(text)})])

    def beside(self, long: str, short: str) -> float:
        """Seconds until ``short`` is read that comes in together with ``long``, behind it."""

        async def both() -> float:
            started = time.perf_counter()
            slow = asyncio.ensure_future(self._turn(long))
            await asyncio.ensure_future(self._turn(short))
            seconds = time.perf_counter() - started
            await slow
            return seconds

        terms_of.cache_clear()
        mean_of.cache_clear()
        return self._loop.run_until_complete(both())

    async def _turn(self, text: str) -> None:
        # as bot.turn does it: the encoder beside the loop, the rest on it
        await read_ahead(self.processor, text)
        await self.processor.parse_message(_message(text))

    def _classified(self, text: str) -> dict[str, Any]:
        # FallbackClassifier and MatterFinder replace the intent, and with it what the classifier told beside the label.
        if self._classifier is None:
            return {}
        inputs = {"__message__": [_message(text)], "__tracker__": DialogueStateTracker.from_events("lab", [])}
        done = self.processor.graph_runner.run(inputs=inputs, targets=[self._classifier])
        told: dict[str, Any] = done[self._classifier][0].get(INTENT) or {}
        return told


def _message(text: str) -> UserMessage:
    return UserMessage(as_words(text))
