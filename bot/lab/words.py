"""jieba with the project's dictionary, as the pipeline's tokenizer has it."""

import logging
from pathlib import Path

import jieba

from bot.lab.payload import BadInput

jieba.setLogLevel(logging.WARNING)


def tokenizer(folder: Path | None) -> jieba.Tokenizer:
    """A tokenizer of its own that knows every dictionary in `folder`."""
    made = jieba.Tokenizer()
    made.initialize()
    if folder is not None:
        if not folder.is_dir():
            raise BadInput(f"There is no folder of dictionaries {folder}.")
        for dictionary in sorted(folder.glob("*")):
            made.load_userdict(str(dictionary))
    return made
