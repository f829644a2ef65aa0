"""The sentence encoder beside the event loop: a message that takes it 80 ms must not hold up all the others."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

from rasa.core.processor import MessageProcessor
from rasa.engine.runner.dask import DaskGraphRunner

from bot.nlu.articles import ArticleFinder
from bot.nlu.encoder import mean_of, terms_of
from bot.nlu.intents import CascadeIntentClassifier
from bot.nlu.numerals import number

# The encoder is C and lets go of the interpreter, so that each core can read a message of its own.
_THREADS = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="encoder")


async def read_ahead(processor: MessageProcessor, text: str) -> None:
    """Have what the components will ask of the encoder ready before Rasa runs the message on the event loop."""
    if text.startswith("/"):
        return
    found = readers(processor)
    sure = next((each.sure_label(text) for each in found if isinstance(each, CascadeIntentClassifier)), None)
    asks = [each for each in found if not isinstance(each, ArticleFinder) or each.is_searched(sure)]
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(loop.run_in_executor(_THREADS, each.read_ahead, text) for each in asks))


def forget() -> None:
    """Drop the texts and numerals that this process remembers of running conversations, to read them only once."""
    terms_of.cache_clear()
    mean_of.cache_clear()
    number.cache_clear()


def readers(processor: MessageProcessor) -> list[CascadeIntentClassifier | ArticleFinder]:
    """The components of a running model that ask the encoder."""
    if not isinstance(processor.graph_runner, DaskGraphRunner):
        return []
    components = (node._component for node in processor.graph_runner._instantiated_nodes.values())
    return [found for found in components if isinstance(found, (CascadeIntentClassifier, ArticleFinder))]
