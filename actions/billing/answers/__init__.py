"""The answer to each topic of care/billing/access.py."""

from __future__ import annotations

from actions.billing.answers import (
    arrears,
    balance,
    bill,
    change,
    closing,
    consent,
    contract,
    dispute,
    invoice,
    item,
    offers,
    plan,
    porting,
    reminders,
    roaming,
    roaming_switch,
    topup,
    transactions,
    unsubscribe,
    usage,
    vas,
    why,
)
from actions.billing.asked import Answer

ANSWERS: dict[str, Answer] = {
    "arrears": arrears.answer,
    "balance": balance.answer,
    "bill": bill.answer,
    "change": change.answer,
    "closing": closing.answer,
    "consent": consent.answer,
    "contract": contract.answer,
    "dispute": dispute.answer,
    "invoice": invoice.answer,
    "item": item.answer,
    "offers": offers.answer,
    "plan": plan.answer,
    "porting": porting.answer,
    "reminders": reminders.answer,
    "roaming": roaming.answer,
    "roaming_switch": roaming_switch.answer,
    "topup": topup.answer,
    "transactions": transactions.answer,
    "unsubscribe": unsubscribe.answer,
    "usage": usage.answer,
    "vas": vas.answer,
    "why": why.answer,
}
