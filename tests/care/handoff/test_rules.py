"""Which signals of a message are a concern, and which reason for a person the desk is told."""

from __future__ import annotations

import pytest

from care.handoff import policy
from care.handoff.rules import CONCERNS, Reason, concerns_in, reason_for
from care.training.signals import SIGNALS

THRESHOLDS = {"distress": 0.1, "fraud": 0.1, "leak": 0.3, "threat": 0.4, "anger": 0.6, "elderly": 0.3}

CONCERNS_OF = [
    # signals                                      concerns, most pressing first
    ({}, ()),
    ({"anger": 0.59}, ()),  # not sure enough to tell somebody that they are angry
    ({"anger": 0.6}, (Reason.ANGER,)),  # the threshold itself counts
    ({"distress": 0.1}, (Reason.DISTRESS,)),  # a life: rather once too often
    ({"fraud": 0.12, "leak": 0.12}, (Reason.FRAUD,)),  # each has a threshold of its own
    ({"elderly": 0.9, "anger": 0.9, "threat": 0.9}, (Reason.THREAT, Reason.ANGER, Reason.ELDERLY)),
    ({"anger": 1.0, "distress": 0.2, "fraud": 1.0}, (Reason.DISTRESS, Reason.FRAUD, Reason.ANGER)),
    ({"joy": 1.0}, ()),  # a model of another day may know more
]


@pytest.mark.parametrize(("signals", "concerns"), CONCERNS_OF)
def test_concerns_of_a_message(signals: dict[str, float], concerns: tuple[Reason, ...]) -> None:
    assert concerns_in(signals, THRESHOLDS) == concerns


REASONS = [
    # asked for because     raised in the conversation    the desk is told
    (Reason.ASKED, [], Reason.ASKED),
    (Reason.ASKED, ["elderly"], Reason.ELDERLY),
    (Reason.ASKED, ["anger", "fraud", "elderly"], Reason.FRAUD),  # money on its way before bad temper
    (Reason.NOT_UNDERSTOOD, ["threat"], Reason.THREAT),
    (Reason.DISTRESS, ["fraud"], Reason.DISTRESS),
    (Reason.BOT_FAILURE, ["fraud"], Reason.BOT_FAILURE),  # the bot's answer must be able to withdraw it
]


@pytest.mark.parametrize(("reason", "concerns", "told"), REASONS)
def test_the_reason_that_the_desk_is_told(reason: Reason, concerns: list[str], told: Reason) -> None:
    assert reason_for(reason, concerns) is told


def test_every_signal_has_its_concern_and_threshold() -> None:
    assert set(CONCERNS) == set(SIGNALS) == set(policy.thresholds())
