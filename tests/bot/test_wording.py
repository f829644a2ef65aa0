"""Approved wording over everything that 小益 says: Rasa's own domain, its own generator."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.channels import CollectingOutputChannel
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot import wording

ROOT = Path(__file__).resolve().parents[2]
MARK = "〈改〉"


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load([str(ROOT / "domain.yml"), str(ROOT / "data/responses")])


@pytest.fixture
def agent(domain: Domain) -> Agent:
    return _agent(domain)


def _agent(domain: Domain) -> Agent:
    return Agent(domain=domain, generator=TemplatedNaturalLanguageGenerator(domain.responses))


def _says(agent: Agent, name: str, **values: str) -> Any:
    tracker = DialogueStateTracker.from_events("c", [])
    said = agent.nlg.generate(name, tracker, CollectingOutputChannel().name(), **values)
    return asyncio.run(said)


def test_every_text_of_every_response_can_be_laid_over(agent: Agent, domain: Domain) -> None:
    """Nothing but the texts is another: buttons, conditions and the model's own domain stay."""
    texts = {name: [MARK + each["text"] for each in said] for name, said in domain.responses.items()}
    wording.lay(agent, "1", texts)
    for name, said in domain.responses.items():
        laid = agent.nlg.responses[name]
        assert [each["text"] for each in laid] == texts[name]
        assert [{**each, "text": ""} for each in laid] == [{**each, "text": ""} for each in said]
        assert not any(each["text"].startswith(MARK) for each in said), "the domain is the model's"


def test_values_are_filled_in(agent: Agent) -> None:
    wording.lay(agent, "1", {"utter_article_basis_line": ["出自：{sources}。"]})
    assert _says(agent, "utter_article_basis_line", sources="《电信条例》")["text"] == "出自：《电信条例》。"


def test_what_is_not_named_any_more_is_as_the_model_says_it(agent: Agent) -> None:
    own = _says(agent, "utter_article_more")["text"]
    wording.lay(agent, "1", {"utter_article_more": ["多说一点"]})
    wording.lay(agent, "1", {})
    assert _says(agent, "utter_article_more")["text"] == "多说一点", "the same version again does nothing"
    wording.lay(agent, "", {})
    assert _says(agent, "utter_article_more")["text"] == own
    assert wording.laid(agent) == ""


def test_it_is_carried_over_to_another_model(agent: Agent, domain: Domain) -> None:
    other = _agent(domain)
    wording.lay(agent, "7", {"utter_article_more": ["多说一点"], "utter_gone": ["没有这句"]})
    wording.carry(agent, other)
    assert (wording.laid(other), _says(other, "utter_article_more")["text"]) == ("7", "多说一点")
    assert "utter_gone" not in other.nlg.responses


REFUSED = [
    ("no version", {"responses": {}}),
    ("a version that is no name", {"version": "v" * 65, "responses": {}}),
    ("no responses", {"version": "1"}),
    ("a text alone", {"version": "1", "responses": {"utter_a": "x"}}),
    ("no text", {"version": "1", "responses": {"utter_a": [1]}}),
    ("a novel", {"version": "1", "responses": {"utter_a": ["x" * 4001]}}),
]


@pytest.mark.parametrize(("why", "body"), REFUSED)
def test_refused(why: str, body: dict[str, Any]) -> None:
    with pytest.raises(wording.Invalid):
        wording.wording_of(body)
