"""Emotion and risk signals of a message as a Rasa component: anger, threat, leak, fraud, distress, elderly."""

import re
from pathlib import Path
from typing import Any

import jieba
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import fingerprint, ngrams, signal_data, signal_model
from bot.nlu.ngrams import Example
from bot.nlu.signal_data import SIGNALS, SignalDataFault
from bot.nlu.signal_model import SignalModel
from bot.nlu.text import normalise

#: Under this key actions find the signals: ``tracker.latest_message["signals"]``.
KEY = "signals"

_LETTER = re.compile(r"[^\W\d_]")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SignalReader(GraphComponent, IntentClassifier):
    """Emits ``signals = {"anger": 0.93, …}``: calibrated probabilities (0 to 1) above ``floor``, most likely first.

    What is done about them is decided elsewhere (care/handoff). Learns from the files in ``examples_path`` and takes
    a part of the intents' examples for free of signals. Place it behind the tokenizer and before
    ``RuleEntityExtractor``, which puts the customer's own words back: it reads the normal form. Button payloads ("/…")
    have no signals.
    """

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: SignalModel | None
    ) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SignalReader":
        """Create an untrained reader; see ``GraphComponent.create``."""
        return cls(config, model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SignalReader":
        """Load a trained reader; see ``GraphComponent.load``."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, SignalModel.load(Path(folder)))

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``examples_path``: folder with a file for each signal; ``floor``: less likely signals are left out."""
        return {"examples_path": signal_data.FOLDER, "floor": 0.05}

    @staticmethod
    def required_packages() -> list[str]:
        """Training uses scikit-learn."""
        return ["sklearn"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """See ``bot.nlu.fingerprint``; and the examples."""
        path = config.get("examples_path") or signal_data.FOLDER
        return fingerprint.of_code() + fingerprint.of_files(Path(path).glob("*.yml"))

    def train(self, training_data: TrainingData) -> Resource:
        """Train on the signals' own examples and on those of the intents, and persist.

        Raises InvalidConfigException with file and line where the signals' examples cannot be read.
        """
        try:
            own = signal_data.read(Path(self._config["examples_path"]))
        except SignalDataFault as fault:
            raise InvalidConfigException(str(fault)) from fault
        intents = [example for example in training_data.intent_examples if example.get(TEXT)]
        self._model = signal_model.train(
            [example_of(each.text) for each in own],
            [each.signals for each in own],
            [_example(message) for message in intents],
            [message.get(INTENT) for message in intents],
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the signals."""
        for message in messages:
            text = message.get(TEXT) or ""
            if self._model is not None and not text.startswith("/"):
                # a number alone tells nothing: 12345 as an answer is no announced complaint
                found = self._read(_example(message), self._model) if _LETTER.search(text) else {}
                message.set(KEY, found, add_to_output=True)
        return messages

    def _read(self, example: Example, model: SignalModel) -> dict[str, float]:
        likely = zip(SIGNALS, model.probabilities(example), strict=True)
        found = {signal: round(float(value), 4) for signal, value in likely if value >= self._config["floor"]}
        return dict(sorted(found.items(), key=lambda each: -each[1]))


def example_of(text: str) -> Example:
    """A text as written, as the pipeline brings it here."""
    normal = normalise(text)[: signal_data.MAX_CHARACTERS]
    return Example(normal, jieba.lcut(normal[: ngrams.MAX_CHARACTERS]))


def _example(message: Message) -> Example:
    text, tokens = message.get(TEXT) or "", message.get(TEXT_TOKENS)
    words = [token.text for token in tokens] if tokens is not None else jieba.lcut(text[: ngrams.MAX_CHARACTERS])
    return Example(text, words)
