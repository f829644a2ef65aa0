"""The encoder reads beside the event loop, and what it read is there when Rasa asks."""

import threading
from typing import Any

import pytest

from bot import encoding
from bot.nlu import encoder
from bot.nlu.encoder import terms_of


def test_what_the_classifier_will_ask_is_ready(agent: Any, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa.core.channels.channel import UserMessage

    [classifier] = encoding.readers(agent.processor)
    assert classifier is not None
    assert classifier._model is not None
    monkeypatch.setattr(classifier._model, "sure", 1.1)  # the toy model leaves the encoder out
    threads: list[str] = []
    read = encoder._terms
    monkeypatch.setattr(encoder, "_terms", lambda text: threads.append(threading.current_thread().name) or read(text))
    terms_of.cache_clear()
    text = "前天起家裡的網路就怪怪的，一下子有一下子沒有，請問是怎麼了"
    run(encoding.read_ahead(agent.processor, text))
    run(agent.processor.parse_message(UserMessage(text)))
    assert [name.partition("_")[0] for name in threads] == ["encoder"]  # once, and not in the loop's thread


@pytest.mark.parametrize("text", ["/affirm", "😀", "13800138000"])
def test_not_for_what_is_no_sentence(agent: Any, run: Any, text: str) -> None:
    terms_of.cache_clear()
    run(encoding.read_ahead(agent.processor, text))
    assert terms_of.cache_info().misses == 0
