"""First component of the pipeline: brings a message's text into one form and keeps the customer's words beside it."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import fingerprint
from bot.nlu.text import normalise

ORIGINAL_TEXT = "original_text"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class Normaliser(GraphComponent):
    """Replaces a message's text by its normal form (``bot.nlu.text.normalise``), cut at ``max_characters``.

    The text as written is under ``ORIGINAL_TEXT``; ``RuleEntityExtractor``, later in the pipeline, puts it back, so
    that positions of entities and ``latest_message["text"]`` are about the customer's own words. Button payloads
    ("/…") stay as they are.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._max_characters = int(config["max_characters"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Normaliser":
        """Create the component; see ``GraphComponent.create``."""
        return cls(config)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``max_characters``: what lies behind is not understood (jieba alone takes 25 ms for 10,000 characters)."""
        return {"max_characters": 512}

    @staticmethod
    def required_packages() -> list[str]:
        """OpenCC converts traditional characters."""
        return ["opencc"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """See ``bot.nlu.fingerprint``."""
        return fingerprint.of_code()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Normalise all training examples in place."""
        for example in training_data.training_examples:
            if example.get(TEXT):
                self._normalise(example)
                # their positions are about the text as written; entities come from rules, none is learnt
                example.data.pop(ENTITIES, None)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Normalise incoming messages in place."""
        for message in messages:
            self._normalise(message)
        return messages

    def _normalise(self, message: Message) -> None:
        text = message.get(TEXT) or ""
        message.set(ORIGINAL_TEXT, text)
        if not text.startswith("/"):
            message.set(TEXT, normalise(text)[: self._max_characters])
