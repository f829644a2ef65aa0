"""Whether the number can be taken to another operator: each condition on the account, and what to do for those not met.

工信部《携号转网服务办理条件》 (F104); how it is done: F108. No reason to stay is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from actions.billing.asked import Asked, Events
from actions.billing.cards import Row, figures
from actions.billing.money import yuan
from actions.billing.spoken import Button, choice, day, number_of, person, tell
from actions.billing.ticked import contract_told, how_to_ask, sms_number, ticked, to_status
from care.billing.leaving import Condition, days_full_on, is_restricted, term_of, unmet
from care.billing.values import Leaving, LineStatus
from care.rights.facts import facts
from care.sla.policy import policy
from care.timezone import CHINA
from care.wording import buttons, say

_CONDITIONS = "F104"


async def answer(asked: Asked) -> Events:
    leaving, today = await asked.system.leaving(asked.phone), asked.now.astimezone(CHINA).date()
    phone = number_of(asked)
    if leaving.status is LineStatus.CLOSED:
        tell(asked, [say("porting_closed", phone=phone)], [person(), *buttons("porting_objection")])
        return []
    missing = unmet(leaving, today)
    rows = _rows(asked, leaving, missing, today)
    first = (
        say("porting_missing", phone=phone, count=str(len(missing))) if missing else say("porting_all_met", phone=phone)
    )
    under_way = say("porting_under_way") if leaving.is_porting else ""
    after = [say("porting_again", how=how_to_ask())] if missing else _next_steps(leaving)
    basis = say("article_basis_line", sources=facts()[_CONDITIONS].cite[0].line)
    ways = _ways(asked, leaving, missing) if missing else buttons("porting_ways")
    tell(
        asked,
        [first + under_way, *(row.line for row in rows), *after, basis],
        [*ways, person()],
        figures(say("porting_title"), rows),
    )
    return []


def _rows(asked: Asked, leaving: Leaving, missing: Sequence[Condition], today: date) -> list[Row]:
    term = term_of(leaving, today)
    since, full = day(leaving.joined_on, asked.now), day(days_full_on(leaving), asked.now)
    rows = (
        (
            Condition.REAL_NAME,
            say("porting_real_name"),
            say("porting_real_name_met") if leaving.is_real_name else say("porting_real_name_unmet"),
        ),
        (Condition.IN_USE, say("porting_in_use"), _state(leaving)),
        (Condition.PAID, say("porting_paid"), _paid(leaving)),
        (
            Condition.NO_TERM,
            say("porting_term"),
            say("porting_term_met") if term is None else contract_told(term, asked.now),
        ),
        (
            Condition.DAYS,
            say("porting_days"),
            say("porting_days_unmet", since=since, until=full)
            if Condition.DAYS in missing
            else say("porting_days_met", since=since),
        ),
    )
    return [ticked(label, told, is_met=condition not in missing) for condition, label, told in rows]


def _state(leaving: Leaving) -> str:
    match leaving.status:
        case LineStatus.ARREARS:
            return say("porting_arrears") if leaving.owed > 0 else say("porting_not_restored")
        case LineStatus.PAUSED:
            return say("porting_paused")
        case LineStatus.RESTRICTED:
            return say("porting_restricted")
        case _:
            return say("porting_in_use_met")


def _paid(leaving: Leaving) -> str:
    if leaving.owed > 0:
        return say("porting_paid_unmet", amount=yuan(leaving.owed))
    if leaving.unbilled > 0:
        return say("porting_paid_met_unbilled", amount=yuan(leaving.unbilled))
    return say("porting_paid_met")


def _next_steps(leaving: Leaving) -> list[str]:
    number = sms_number()
    by_sms = say("porting_next_sms", number=number) if number else ""
    first = by_sms or say("porting_next_hotline", hotline=policy().operator.hotline)
    attached = say("porting_attached", names=say("and").join(leaving.attached)) if leaving.attached else ""
    stays = say("porting_stays", balance=yuan(leaving.balance), attached=attached)
    return [first, say("porting_then"), stays]


def _ways(asked: Asked, leaving: Leaving, missing: Sequence[Condition]) -> list[Button]:
    """To what is not met, and to a complaint about it."""
    is_off = leaving.status is LineStatus.ARREARS
    ways = [to_status(asked, leaving)] if is_off or Condition.PAID in missing or is_restricted(leaving) else []
    ways += [choice(asked, "contract")] if Condition.NO_TERM in missing else []
    ways += buttons("porting_papers") if Condition.REAL_NAME in missing else []
    return [*ways, *buttons("porting_objection")]
