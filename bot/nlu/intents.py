"""The intent classifier of the pipeline: ``bot.nlu.ngrams`` as a Rasa component."""

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

from bot.nlu import fingerprint, ngrams
from bot.nlu.ngrams import Example, NgramModel
from bot.nlu.text import normalise

#: Under this key a message carries what reads a part of it as the whole was read, for ``bot.nlu.matters``.
READER = "reader"

_NOTHING: dict[str, Any] = {"name": None, "confidence": 0.0}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NgramIntentClassifier(GraphComponent, IntentClassifier):
    """Predicts the intent, and the sub-label where an intent has some.

    A sub-label is metadata of a block of examples::

        - intent: billing_arrears_suspension
          metadata: {sub: restriction}
          examples: |

    (``label/sub`` as the intent's name is learnt as well, but Rasa takes such a name for a retrieval intent: it warns
    about every example and adds an action to the domain.)

    The full labels are learnt. Emitted is ``intent = {"name": label, "confidence": of the label, "sub": sub or None}``;
    ``intent_ranking`` holds all labels, best first, with their summed confidence. Button payloads ("/…") are left to
    Rasa.
    """

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: NgramModel | None
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
    ) -> "NgramIntentClassifier":
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
    ) -> "NgramIntentClassifier":
        """Load a trained classifier; see ``GraphComponent.load``."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, NgramModel.load(Path(folder)))

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``regularisation``: see ``ngrams.train``. ``ranking_length``: labels in intent_ranking, 0 for all."""
        return {"regularisation": 10.0, "ranking_length": 0}

    @staticmethod
    def required_packages() -> list[str]:
        """Training uses scikit-learn."""
        return ["sklearn"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """See ``bot.nlu.fingerprint``."""
        return fingerprint.of_code()

    def train(self, training_data: TrainingData) -> Resource:
        """Train on all examples with an intent, and persist."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        labels = [_full_label(example) for example in examples]
        self._model = ngrams.train([_example(message) for message in examples], labels, self._config["regularisation"])
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
        """Labels of a text as written and their probabilities, best first; empty before training."""
        normal = normalise(text)
        return self._ranked(Example(normal, jieba.lcut(normal)))[0]

    def _predict(self, message: Message) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        if (message.get(TEXT) or "").startswith("/"):
            return dict(_NOTHING), []
        ranked, best_sub = self._ranked(_example(message))
        if not ranked:
            return dict(_NOTHING), []
        # four digits: the ranking is stored with every turn
        ranking = [{"name": label, "confidence": round(confidence, 4)} for label, confidence in ranked]
        intent = {**ranking[0], "sub": best_sub[ranked[0][0]][1] or None}
        return intent, ranking[: self._config["ranking_length"] or None]

    def _ranked(self, example: Example) -> tuple[list[tuple[str, float]], dict[str, tuple[float, str]]]:
        of_label: dict[str, float] = {}
        best_sub: dict[str, tuple[float, str]] = {}
        if self._model is not None:
            for name, probability in zip(self._model.labels, self._model.probabilities(example), strict=True):
                label, _, sub = name.partition("/")
                of_label[label] = of_label.get(label, 0.0) + float(probability)
                best_sub[label] = max(best_sub.get(label, (0.0, "")), (float(probability), sub))
        return sorted(of_label.items(), key=lambda entry: -entry[1]), best_sub


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
