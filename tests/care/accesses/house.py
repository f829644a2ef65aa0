"""The house of the log of uses: a customer who complained, and rows as the tests tell them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, text

from care.accesses.tables import Access
from care.accounts.service import phone_index
from care.attachments.rules import JPEG, CheckedFile
from care.attachments.service import store_evidence
from care.conversations.tables import Conversation
from care.db import transaction
from tests.support.accounts import open_account
from tests.support.billing import phone_of, seed
from tests.support.files import picture
from tests.support.tickets import file
from tests.support.times import NOW
from tests.support.training import Talker, small_checkout, take_in

PHONE = phone_of("bill_shock")
OTHER = "13800138001"

#: reader, who, use, what, of which number, in which conversation
Row = tuple[str | None, ...]
TICKET = ("agent", "7", "ticket", "ticket", PHONE, "c1")
OTHERS = ("agent", "7", "ticket", "ticket", PHONE, "c2")
ENTERED = ("agent", "7", "ticket", "ticket", PHONE, None)
EVIDENCE = ("agent", "7", "ticket", "evidence", None, "c1")


@dataclass(frozen=True)
class House:
    """A customer who complained and proved the number in c1, and another conversation c2."""

    number: str
    ticket_id: int
    #: a message that its customer let us learn from
    message: int
    learner: str
    root: Path


#: what it does, the rows that it leaves, and how often
Uses = dict[str, tuple[Callable[[House], None], dict[Row, int]]]


def furnish(folder: Path) -> House:
    seed(NOW, 1)
    with transaction() as session:
        session.add_all([Conversation(id=name, channel="rest", created_at=NOW) for name in ("c1", "c2")])
    number = file()
    open_account(PHONE, NOW)
    talker = Talker()
    talker.agree()
    message = talker.say("我这个话费不对劲呀")
    take_in()
    with transaction() as session:
        ticket_id = session.execute(text("SELECT id FROM tickets")).scalar_one()
        store_evidence(session, "c1", CheckedFile("账单.jpg", JPEG, picture()), "m-file", NOW)
        session.execute(text("TRUNCATE accesses"))
    return House(number, ticket_id, message, str(talker.id), small_checkout(folder))


def in_session(work: Callable[..., object]) -> Callable[[House], None]:
    """`work(session, house)` in a transaction."""

    def run(house: House) -> None:
        with transaction() as session:
            work(session, house)

    return run


def rows(house: House) -> dict[Row, int]:
    numbers = {phone_index(phone): phone for phone in (PHONE, OTHER)}
    with transaction() as session:
        return {
            (
                row.reader,
                row.who,
                row.use,
                row.what,
                numbers[row.phone_index] if row.phone_index else None,
                "learner" if row.conversation_id == house.learner else row.conversation_id,
            ): row.times
            for row in session.scalars(select(Access))
        }
