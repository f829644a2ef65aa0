"""The sentence encoder beside the event loop: a message that takes it 80 ms must not hold up all the others."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

from rasa.core.processor import MessageProcessor
from rasa.engine.runner.dask import DaskGraphRunner

from bot.nlu.encoder import terms_of
from bot.nlu.intents import CascadeIntentClassifier
from bot.nlu.numerals import number

# The encoder is C and lets go of the interpreter, so that each core can read a message of its own.
_THREADS = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="encoder")


async def read_ahead(processor: MessageProcessor, text: str) -> None:
    """Have what the classifier will ask of the encoder ready before Rasa runs the message on the event loop."""
    classifier = _classifier(processor)
    if classifier is not None and not text.startswith("/"):
        await asyncio.get_running_loop().run_in_executor(_THREADS, classifier.read_ahead, text)


def forget() -> None:
    """Drop the texts and numerals that this process remembers of running conversations, to read them only once."""
    terms_of.cache_clear()
    number.cache_clear()


def _classifier(processor: MessageProcessor) -> CascadeIntentClassifier | None:
    if not isinstance(processor.graph_runner, DaskGraphRunner):
        return None
    components = (node._component for node in processor.graph_runner._instantiated_nodes.values())
    return next((found for found in components if isinstance(found, CascadeIntentClassifier)), None)
