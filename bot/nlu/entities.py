"""The entity extractor of Rasa's pipeline: what ``bot.nlu.recogniser`` finds, each with its normal value."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT, TEXT_TOKENS
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import dump_obj_as_json_to_file, read_json_file

from bot.nlu import fingerprint
from bot.nlu.lexicon import Lexicon
from bot.nlu.normaliser import ORIGINAL_TEXT
from bot.nlu.recogniser import Recogniser
from bot.nlu.tokenizer import TelecomTokenizer

NORMAL = "normal"

# Asia/Shanghai; no summer time since 1991. The machine's own zone, and whether it has zone files, does not matter.
_CHINA = timezone(timedelta(hours=8))
_STORED = "lexicon.json"


def today() -> date:
    """The day in China."""
    return datetime.now(_CHINA).date()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class RuleEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Finds entities in the customer's own words and puts those back as the message's text.

    An entity is ``{"entity", "start", "end", "value", "normal", "extractor"}``: ``value`` is the span as written,
    ``normal`` what it means (``bot.nlu.values``, ``bot.nlu.dates``) or null; days are relative to ``clock()``.

    Place it behind the classifier, which needs the normalised text, and behind ``TelecomTokenizer``, whose jieba
    dictionary it shares. Training keeps the names (config ``lexicon_path``) in the model.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        clock: Callable[[], date] = today,
        storage: tuple[ModelStorage, Resource] | None = None,
    ) -> None:
        """``storage``: where training keeps the names."""
        self._lexicon = lexicon
        self._recogniser = Recogniser(lexicon)
        self._clock = clock
        self._storage = storage

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``lexicon_path``: the folder with plans.yml, services.yml and places.yml."""
        return {"lexicon_path": "data/entities"}

    @staticmethod
    def required_packages() -> list[str]:
        """What finds and reads entities."""
        return ["spacy", "jieba", "cn2an", "chinese_calendar"]

    @classmethod
    def required_components(cls) -> list[type]:
        """Its jieba dictionary is used here too."""
        return [TelecomTokenizer]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Content of the lexicon; see ``bot.nlu.fingerprint``. What Rasa restores from its cache has no config left."""
        path = config.get("lexicon_path") or cls.get_default_config()["lexicon_path"]
        return fingerprint.of_code() + fingerprint.of_files(Path(path).glob("*.yml"))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "RuleEntityExtractor":
        """For training; see ``GraphComponent.create``. Raises ``LexiconFault``."""
        return cls(Lexicon.read(Path(config["lexicon_path"])), storage=(model_storage, resource))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "RuleEntityExtractor":
        """From a model; see ``GraphComponent.load``."""
        with model_storage.read_from(resource) as folder:
            return cls(Lexicon.from_json(read_json_file(folder / _STORED)))

    def train(self, training_data: TrainingData) -> Resource:
        """Keep the names in the model. Nothing is learnt."""
        if self._storage is None:
            raise RuntimeError("made without a place to keep the names; Rasa makes trainable ones by `create`")
        model_storage, resource = self._storage
        with model_storage.write_to(resource) as folder:
            dump_obj_as_json_to_file(folder / _STORED, self._lexicon.to_json())
        return resource

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
            {
                "entity": each.kind,
                "start": each.start,
                "end": each.end,
                "value": text[each.start : each.end],
                NORMAL: each.normal,
            }
            for each in self._recogniser.find(text, self._clock())
        ]
        return self.add_extractor_name(found)
