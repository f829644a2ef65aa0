"""The entity extractor of the pipeline: phone, amount, date and ticket number by rule."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.normaliser import ORIGINAL_TEXT
from bot.nlu.patterns import find

MAX_CHARACTERS = 2_000


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class RuleEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Finds entities in the customer's own words and puts those back as the message's text.

    An entity is ``{"entity", "start", "end", "value", "extractor"}``; the value is the span as written. Place it
    behind the classifier, which needs the normalised text.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "RuleEntityExtractor":
        """Create the component; see ``GraphComponent.create``."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Set entities and restore the text of incoming messages."""
        for message in messages:
            text = message.get(ORIGINAL_TEXT, message.get(TEXT)) or ""
            message.set(TEXT, text)
            # Their places are about the normalised text, and they would be stored with every turn.
            message.output_properties.discard(TEXT_TOKENS)
            if not text.startswith("/"):
                message.set(ENTITIES, message.get(ENTITIES, []) + self._entities(text), add_to_output=True)
        return messages

    def _entities(self, text: str) -> list[dict[str, Any]]:
        found = [
            {"entity": span.kind, "start": span.start, "end": span.end, "value": text[span.start : span.end]}
            for span in find(text[:MAX_CHARACTERS])
        ]
        return self.add_extractor_name(found)
