"""Who uses personal data, and what for: closed lists, so that a customer can be told in plain words. Pure."""

from __future__ import annotations

from enum import StrEnum


class Reader(StrEnum):
    """A role or a partner; a person's number or a partner's name stands beside it."""

    BOT = "bot"
    #: an agent or supervisor
    AGENT = "agent"
    TRAINER = "trainer"
    #: somebody with a shell on the operator's machines
    OPERATOR = "operator"
    #: another company's or department's system: billing, SMS
    PARTNER = "partner"
    #: a job of ours that runs without anybody
    SYSTEM = "system"
    #: whoever proved the number: the data were shown or given to the customer
    CUSTOMER = "customer"


class Use(StrEnum):
    """What personal data were used for."""

    ANSWER = "answer"  # to answer the customer's question
    ORDER = "order"  # to carry out what the customer ordered
    TICKET = "ticket"  # to handle a complaint, a fault, a suggestion
    VERIFY = "verify"  # to find out whether somebody may see an account
    NOTIFY = "notify"  # to send an SMS
    TRAINING = "training"  # to teach the assistant, where the customer agreed
    RIGHTS = "rights"  # to carry out a request about personal data
    QUALITY = "quality"  # to check how well customers are served
    AUDIT = "audit"  # to check that nothing leaks
