"""Kinds of requests, how far one has come, and why data stay. Pure."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What is asked for; each has its clock under `privacy` of the policy file."""

    VIEW = "view"  # what is held (个保法第四十五条)
    USAGE = "usage"  # who used it, when, what for (个保法第四十四条)
    COPY = "copy"  # a file of all of it (个保法第四十五条)
    CORRECT = "correct"  # 个保法第四十六条
    DELETE = "delete"  # 个保法第四十七条
    WITHDRAW = "withdraw"  # consent or a use is switched off (个保法第十五条、第二十四条)
    LEAK = "leak"  # something leaked, or is misused (个保法第五十七条)


class Status(StrEnum):
    SHOWN = "shown"  # told what would be done; waits for a yes
    CONFIRMED = "confirmed"  # it has a number and a clock; a worker or a person does it
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"


#: a worker does these; the others are done in the conversation, or by a person
BY_WORKER = (Kind.COPY, Kind.DELETE)


class Hold(StrEnum):
    """Why something stays although it was asked to go, or is old: each has its words and source in retention.yml."""

    OPEN_TICKET = "open_ticket"  # a complaint or appeal that is not closed: its ticket, words, files, consent proofs
    DISPUTE = "dispute"  # a charge that is disputed: its orders, consent proofs, notices
    ORDER_EVIDENCE = "order_evidence"  # how something that costs money was ordered
    SMS_RECORD = "sms_record"  # what was sent to which number when
    USE_LOG = "use_log"  # who used personal data: a network log
    OPT_OUT = "opt_out"  # that somebody does not want something: without it they would get it again
    RECEIPT = "receipt"  # proof that a request was carried out; with a masked number
    OTHERS = "others"  # what other people said in their own conversations
    OPERATOR = "operator"  # real-name papers, bills, call records: in the operator's own systems


class Switch(StrEnum):
    """Uses that a customer can switch off for a number, beside the reminders (care.billing.reminders.Kind)."""

    PERSONALISATION = "personalisation"  # offers chosen by how the number is used (个保法第二十四条)
    MARKETING_CALLS = "marketing_calls"  # 消费者权益保护法第二十九条
