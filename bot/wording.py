"""Approved wording laid over the texts that a model came with, while it serves.

``POST /webhooks/quanyi/wording {"version", "responses": {"utter_…": [text, …]}}``: the texts of the variations, in
their order; what is not named says what the model says. The same version again does nothing. It is kept over a swap
of models (`bot.models`) and gone with the process: who publishes wording asks (``GET model``) and lays it again.
"""

import copy
from typing import Any

from rasa.core.agent import Agent
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator

from bot.bodies import Invalid

_LAID = "quanyi_wording"
MOST = 2_000
MOST_TEXT = 4_000  # characters


def wording_of(body: dict[str, Any]) -> tuple[str, dict[str, list[str]]]:
    """Version and texts of a request.

    Raises:
        Invalid: see there.
    """
    version, responses = body.get("version"), body.get("responses")
    if not isinstance(version, str) or len(version) > 64:
        raise Invalid("version must be a string of at most 64 characters")
    if not isinstance(responses, dict) or len(responses) > MOST:
        raise Invalid(f"responses must be an object of at most {MOST} names")
    for texts in responses.values():
        if not isinstance(texts, list) or not all(isinstance(text, str) and len(text) <= MOST_TEXT for text in texts):
            raise Invalid("each of responses must be a list of texts")
    return version, responses


def lay(agent: Agent, version: str, responses: dict[str, list[str]]) -> None:
    """Have it say these texts; names and variations that the model does not have are passed over."""
    nlg = agent.nlg
    if not isinstance(nlg, TemplatedNaturalLanguageGenerator) or laid(agent) == version:
        return
    own = agent.domain.responses if agent.domain is not None else {}
    told = dict(own)
    for name, texts in responses.items():
        if name in own:
            variations = copy.deepcopy(own[name])
            for variation, text in zip(variations, texts, strict=False):
                variation["text"] = text
            told[name] = variations
    # A new mapping, in one step: an answer that is being put together keeps the old one.
    nlg.responses = told
    setattr(agent, _LAID, (version, responses))


def laid(agent: Agent | None) -> str:
    """The version that was laid; empty: none."""
    version: str = getattr(agent, _LAID, ("", {}))[0]
    return version


def carry(old: Agent, new: Agent) -> None:
    """The same wording over another model."""
    version, responses = getattr(old, _LAID, ("", {}))
    if version:
        lay(new, version, responses)
