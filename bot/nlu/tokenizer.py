"""Rasa's jieba tokenizer with the telecom dictionary: trained again when that changes, ready at the first message."""

import logging
from pathlib import Path
from typing import Any

import jieba
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.jieba_tokenizer import JiebaTokenizer

from bot.nlu import fingerprint

# It announces on stderr that it builds its dictionary.
jieba.setLogLevel(logging.WARNING)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class TelecomTokenizer(JiebaTokenizer):
    """``JiebaTokenizer``; config ``dictionary_path`` is a folder of jieba user dictionaries and nothing else."""

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Content of the dictionaries: Rasa would take the old ones from its cache when only they change."""
        path = config.get("dictionary_path")
        return fingerprint.of_files(Path(path).glob("*")) if path else None

    @staticmethod
    def _load_custom_dictionary(path: str) -> None:
        # Loading builds jieba's own dictionary first (0.6 s): at the start, not in the first customer's turn.
        jieba.initialize()
        JiebaTokenizer._load_custom_dictionary(path)
