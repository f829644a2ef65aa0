"""What a billing system raises, and months that there is no bill of, in words: always why, and a way on."""

from __future__ import annotations

from datetime import datetime

from rasa_sdk.executor import CollectingDispatcher

from actions.billing.asked import Asked, Events, Question
from actions.billing.question import WrongMonth, payload
from actions.billing.spoken import choice, day_of, month_name, person
from actions.turn import in_database
from care.accounts.origin import origin_of
from care.accounts.rules import mask_phone
from care.billing.months import OLDEST_MONTHS, MonthProblem
from care.billing.system import NotOffered
from care.billing.values import Month
from care.errors import InvalidInput, Unavailable
from care.sla.policy import policy
from care.wording import buttons, say

#: seconds for everything that is asked of the billing system in a turn: Rasa gives an action up after 3
PATIENCE = 2.4
_MONTHS = {
    MonthProblem.NO_SUCH_MONTH: "utter_billing_month_no_such_month",
    MonthProblem.FUTURE: "utter_billing_month_future",
    MonthProblem.TOO_OLD: "utter_billing_month_too_old",
}
#: months that are offered as buttons
_OFFERED_MONTHS = 3


def is_ours(error: Exception) -> bool:
    """Whether `say_failure` has words for it; anything else is a fault and must be loud."""
    is_down = isinstance(error, TimeoutError) or (isinstance(error, Unavailable) and error.reason == "billing")
    return is_down or isinstance(error, NotOffered) or _is_unknown(error)


async def say_failure(
    dispatcher: CollectingDispatcher, question: Question, error: Exception, phone: str | None
) -> bool:
    """Whether it is worth asking again later. `phone`: the number that was asked about."""
    if _is_unknown(error) and phone is not None:
        await say_unknown(dispatcher, phone)
        return False
    if isinstance(error, NotOffered):
        dispatcher.utter_message(response="utter_billing_not_offered")
        return False
    again = {"title": buttons("billing_again")[0]["title"], "payload": _again(question)}
    dispatcher.utter_message(response="utter_billing_down", buttons=[again, *buttons("billing_ways")])
    return True


async def say_unknown(dispatcher: CollectingDispatcher, phone: str) -> None:
    """The number is not this operator's, or not a number in use: where its own operator is reached."""
    origin = await in_database(lambda session: origin_of(session, phone))
    operator = policy().operator
    hotlines = {str(carrier): hotline for carrier, hotline in operator.others.items()}
    hotline = hotlines.get(str(origin.carrier))
    shown = mask_phone(phone)
    if hotline is not None and not operator.seems_ours(origin.carrier, None):
        dispatcher.utter_message(
            response="utter_billing_elsewhere", phone=shown, operator=str(origin.carrier), hotline=hotline
        )
    else:
        dispatcher.utter_message(response="utter_billing_unknown_number", phone=shown)


def say_wrong_month(dispatcher: CollectingDispatcher, wrong: WrongMonth, now: datetime) -> None:
    """13月, a month to come, one too long ago: which months there are."""
    this = Month.of(now)
    topic = "bill" if wrong.topic in ("item", "dispute") else wrong.topic
    choices = [
        {"title": month_name(month, now), "payload": payload(topic, month=month)}
        for month in (this.plus(-back) for back in range(1, _OFFERED_MONTHS + 1))
    ]
    dispatcher.utter_message(
        response=_MONTHS[wrong.problem],
        first=month_name(this.plus(-OLDEST_MONTHS), now),
        last=month_name(this, now),
        buttons=[*choices, person()],
    )


async def no_bill(asked: Asked, month: Month) -> Events:
    """Why there is no bill of this month, for the answers that read bills: a younger number, or not billed yet."""
    line = await asked.system.line(asked.phone)
    running = choice(asked, "bill", month=Month.of(asked.now), title=say("to_bill_running"))
    name = month_name(month, asked.now)
    if line.holder_since >= month.end:
        asked.dispatcher.utter_message(
            response="utter_billing_younger", month=name, since=day_of(line.holder_since, asked.now), buttons=[running]
        )
    elif month >= Month.of(asked.now).plus(-1):
        asked.dispatcher.utter_message(response="utter_billing_not_issued", month=name, buttons=[running])
    else:
        asked.dispatcher.utter_message(response="utter_billing_no_bill", month=name, buttons=[running, person()])
    return []


def _is_unknown(error: Exception) -> bool:
    return isinstance(error, InvalidInput) and error.reason == "line_unknown"


def _again(question: Question) -> str:
    """Pressed, it goes on with the words of the question that waits (actions/billing/question.py)."""
    return payload(question.topic, month=question.month, item=question.item)
