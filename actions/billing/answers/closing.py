"""Before a number is closed: what is in the way on the account, what comes back, what to do first, where it is done.

小益 closes nothing by itself: it cannot be undone, and banks send their codes to the number. A person does it, at one
press. No reason to stay is named. Rows F97, F123, F124, F144 of data/facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from actions.billing.asked import Asked, Events
from actions.billing.cards import Row, figures
from actions.billing.form import is_for_another
from actions.billing.money import yuan
from actions.billing.spoken import Button, choice, number_of, person, tell, ticket
from actions.billing.ticked import contract_told, ticked, to_status
from care.billing.leaving import Obstacle, in_the_way, refund, term_of
from care.billing.values import Leaving, LineStatus
from care.sla.policy import policy
from care.timezone import CHINA
from care.wording import buttons, say


async def answer(asked: Asked) -> Events:
    leaving, today = await asked.system.leaving(asked.phone), asked.now.astimezone(CHINA).date()
    phone = number_of(asked)
    if leaving.status is LineStatus.CLOSED:
        tell(asked, [say("closing_closed", phone=phone)], [person(), ticket()])
        return []
    obstacles = in_the_way(leaving, today)
    rows = [*_rows(asked, leaving, obstacles, today), Row(say("closing_refund"), _refund(leaving))]
    first = (
        say("closing_missing", phone=phone, count=str(len(obstacles)))
        if obstacles
        else say("closing_clear", phone=phone)
    )
    where = say("closing_where", hotline=policy().operator.hotline)
    tell(
        asked,
        [first, *(row.line for row in rows), say("closing_before"), where],
        _ways(asked, leaving, obstacles),
        figures(say("closing_title"), rows),
    )
    return []


def _rows(asked: Asked, leaving: Leaving, obstacles: Sequence[Obstacle], today: date) -> list[Row]:
    """Money and contract always; all else where it is in the way."""
    term = term_of(leaving, today)
    owed = say("closing_paid_unmet", amount=yuan(leaving.owed)) if leaving.owed > 0 else say("closing_paid_met")
    bound = say("closing_contract_met") if term is None else contract_told(term, asked.now)
    attached = say("closing_attached_unmet", names=say("and").join(leaving.attached))
    seldom = (
        (Obstacle.PORTING, say("closing_porting"), say("closing_porting_unmet")),
        (Obstacle.RESTRICTED, say("closing_restricted"), say("closing_restricted_unmet")),
        (Obstacle.REAL_NAME, say("porting_real_name"), say("porting_real_name_unmet")),
        (Obstacle.ATTACHED, say("closing_attached"), attached),
    )
    return [
        ticked(say("closing_paid"), owed, is_met=Obstacle.OWED not in obstacles),
        ticked(say("closing_contract"), bound, is_met=term is None),
        *(ticked(label, told, is_met=False) for obstacle, label, told in seldom if obstacle in obstacles),
    ]


def _refund(leaving: Leaving) -> str:
    back = refund(leaving)
    if back <= 0:
        return say("closing_refund_none")
    given = say("closing_refund_given", amount=yuan(leaving.given)) if leaving.given > 0 else ""
    unbilled = say("closing_refund_unbilled", amount=yuan(leaving.unbilled)) if leaving.unbilled > 0 else ""
    parts = given + unbilled
    why = say("closing_refund_why", balance=yuan(leaving.balance), parts=parts) if parts else ""
    return say("closing_refund_about", refund=yuan(back), why=why)


def _ways(asked: Asked, leaving: Leaving, obstacles: Sequence[Obstacle]) -> list[Button]:
    ways = [to_status(asked, leaving)] if leaving.owed > 0 or Obstacle.RESTRICTED in obstacles else []
    ways += [choice(asked, "contract")] if Obstacle.CONTRACT in obstacles else []
    ways += buttons("porting_papers") if Obstacle.REAL_NAME in obstacles else []
    other = buttons("closing_other") if is_for_another(asked.question) else []
    return [*ways, *other, *buttons("closing_ways"), choice(asked, "bill"), person()]
