"""Whose data a request is about: numbers change hands, people help each other, browsers and logins are shared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from care.accounts.proofs import close_line, forget_user, know_user, open_lines, prove
from care.accounts.rules import Level, Purpose
from care.accounts.service import phone_index
from care.accounts.tables import SmsCode
from care.complaints.rules import Draft
from care.complaints.service import file_complaint
from care.conversations.tables import Conversation, Message
from care.db import transaction
from care.followup.service import prove_contact
from care.once import OnceKey
from care.privacy.retention import retention
from care.privacy.subject import Subject, find_subject
from care.sla.policy import policy
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")

#: the asker's, and somebody else's
MINE, OTHER = "13800138000", "13800138001"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
UNKNOWN = retention().unknown_holder_days * DAY
#: the billing system says that the asker has the number since then
SINCE = NOW - 30 * DAY


@dataclass
class World:
    """What happened before; every step is a transaction of its own."""

    made: set[str] = field(default_factory=set)

    def conversation(self, name: str) -> None:
        if name not in self.made:
            self.made.add(name)
            with transaction() as session:
                session.add(Conversation(id=name, channel="socketio", created_at=NOW))

    def proves(self, name: str, phone: str = MINE, ago: timedelta = DAY, **how: object) -> World:
        self.conversation(name)
        with transaction() as session:
            prove(session, name, phone, NOW - ago, **how)  # type: ignore[arg-type]
        return self

    def answers_code(self, name: str, phone: str = MINE, ago: timedelta = DAY) -> World:
        """Hears of a ticket by SMS from then on."""
        self.conversation(name)
        with transaction() as session:
            number, at = phone_index(phone), NOW - ago
            session.add(
                SmsCode(
                    phone_index=number, conversation_id=name, message_id=1, purpose="contact:1", code_hash=b"",
                    sent_at=at, expires_at=at, used_at=at,
                )
            )  # fmt: skip
        return self

    def logs_in(self, name: str, user: str = "zhang", ago: timedelta = DAY, until: timedelta = DAY) -> World:
        self.conversation(name)
        with transaction() as session:
            know_user(session, name, "page", user, NOW + until, NOW - ago)
        return self

    def logs_out(self, name: str) -> World:
        with transaction() as session:
            forget_user(session, name, NOW - MINUTE)
        return self

    def loses_number(self, name: str, ago: timedelta) -> World:
        """The billing system told, when it was used here, that it has another holder now."""
        with transaction() as session:
            for line in open_lines(session, name, NOW - ago, Level.KNOWN):
                close_line(session, name, line, NOW - ago)
        return self


def _find(**how: object) -> Subject:
    asked = {"conversation_id": "here", "phone": MINE, "holder_since": SINCE, "now": NOW, **how}
    with transaction() as session:
        return find_subject(session, **asked)  # type: ignore[arg-type]


Story = Callable[[World], World]
#: story, conversations beside `here` that are theirs, those that are doubtful, why
CONVERSATIONS: list[tuple[Story, set[str], set[str], str]] = [
    (lambda w: w, set(), set(), "the one in which they sit is theirs, whatever is known of it"),
    (lambda w: w.proves("a").proves("b", ago=29 * DAY), {"a", "b"}, set(), "proved there as one's own since"),
    (lambda w: w.proves("a", ago=30 * DAY), {"a"}, set(), "on the very day"),
    (lambda w: w.proves("a", ago=31 * DAY), set(), set(), "recycled: whoever had the number before stays closed"),
    (
        lambda w: w.proves("a", ago=31 * DAY).proves("a", ago=DAY),
        set(),
        {"a"},
        "one browser, before and after the number changed hands",
    ),
    (lambda w: w.proves("a", method="agent", staff="7"), {"a"}, set(), "an agent saw the papers"),
    (
        lambda w: w.proves("a", method="holder", staff="7"),
        set(),
        set(),
        "the holder allowed somebody to look: not them",
    ),
    (
        lambda w: w.proves("a", binds=False),
        set(),
        set(),
        "somebody helped: the helper's conversation",
    ),
    (
        lambda w: w.proves("a", binds=False).proves("a"),
        set(),
        set(),
        "a number that was somebody else's once in a conversation stays so",
    ),
    (
        lambda w: w.proves("a", ago=2 * DAY).proves("a", binds=False),
        set(),
        {"a"},
        "first one's own, then somebody else's: who wrote?",
    ),
    (lambda w: w.proves("a", OTHER), set(), set(), "another number's"),
    (lambda w: w.proves("a").proves("a", OTHER), set(), {"a"}, "a shared browser: two numbers in one conversation"),
    (lambda w: w.proves("a").proves("a", OTHER, binds=False), {"a"}, set(), "they helped somebody there: still theirs"),
    (
        lambda w: w.proves("a").proves("a", OTHER).proves("here", OTHER, ago=MINUTE, purpose=Purpose.IDENTITY),
        {"a"},
        set(),
        "both numbers are theirs: they prove the other one too",
    ),
    (
        lambda w: w.proves("a").proves("a", OTHER).proves("here", OTHER, ago=6 * MINUTE, purpose=Purpose.IDENTITY),
        set(),
        {"a", "here"},
        "proved the other one, but its time is over: it may have been somebody else who did",
    ),
    (
        lambda w: w.proves("here", OTHER, ago=200 * DAY).proves("here"),
        set(),
        {"here"},
        "whoever sits down at another one's browser proves only their own number",
    ),
    (
        lambda w: w.proves("here", OTHER, ago=200 * DAY).proves("here").proves("a"),
        {"a"},
        {"here"},
        "what they did elsewhere is theirs all the same",
    ),
    (
        lambda w: w.proves("here", OTHER).proves("here", OTHER, ago=MINUTE, purpose=Purpose.IDENTITY),
        set(),
        set(),
        "one person with two numbers proves the other one as well",
    ),
    (
        lambda w: w.proves("here", OTHER, binds=False),
        set(),
        set(),
        "they helped somebody here: it is still theirs",
    ),
    (
        lambda w: w.proves("here", OTHER, method="holder", staff="7"),
        set(),
        set(),
        "a holder let them look: it is still theirs",
    ),
    (lambda w: w.answers_code("a"), {"a"}, set(), "a code for SMS about a ticket: they had the telephone"),
    (lambda w: w.answers_code("a", ago=31 * DAY), set(), set(), "whoever had the number before"),
    (lambda w: w.answers_code("a").answers_code("a", OTHER), set(), {"a"}, "two numbers by codes alone"),
    (lambda w: w.answers_code("here", OTHER), set(), {"here"}, "somebody else's code in this browser"),
    (
        lambda w: w.answers_code("a").proves("a", binds=False),
        set(),
        set(),
        "it was said to be somebody else's: the code was its holder's",
    ),
    (
        lambda w: w.logs_in("here").logs_in("a").proves("here", OTHER, purpose=Purpose.IDENTITY, ago=DAY),
        set(),
        {"a", "here"},
        "the login is shared as well",
    ),
    (
        lambda w: (
            w.proves("a").proves("a", OTHER).proves("here", OTHER, ago=MINUTE, purpose=Purpose.IDENTITY, binds=False)
        ),
        set(),
        {"a"},
        "the other one is somebody else's: they only helped",
    ),
    (lambda w: w.logs_in("here").logs_in("a"), {"a"}, set(), "two conversations of one login"),
    (lambda w: w.logs_in("here").logs_in("a", "li"), set(), set(), "another login"),
    (
        lambda w: w.logs_in("here").logs_in("a").logs_out("here"),
        set(),
        set(),
        "logged out: nobody vouches for who writes here now",
    ),
    (
        lambda w: w.logs_in("here").logs_in("a").proves("a", OTHER),
        set(),
        {"a"},
        "a login left open: whose number was proved there must not be given away with another one",
    ),
    (
        lambda w: w.logs_in("here").logs_in("a").logs_in("b").proves("b", OTHER),
        set(),
        {"a", "b"},
        "the login has somebody else's number: all that was said in it may be theirs",
    ),
    (
        lambda w: w.logs_in("here").logs_in("a").logs_in("b").proves("b", OTHER).proves("a"),
        {"a"},
        {"b"},
        "in one of them their own number was proved",
    ),
    (
        lambda w: w.logs_in("here").logs_in("a").proves("here", binds=False),
        set(),
        set(),
        "they said that the number is somebody else's: their own login is not its holder's",
    ),
    (
        lambda w: w.logs_in("a").proves("a").logs_in("b"),
        {"a", "b"},
        set(),
        "the number is bound to a login, asked from elsewhere: what was said with that login is theirs",
    ),
    (
        lambda w: w.logs_in("a", ago=40 * DAY).proves("a", ago=40 * DAY).logs_in("b", ago=40 * DAY),
        set(),
        set(),
        "bound by whoever had the number before",
    ),
    (
        lambda w: w.logs_in("a").proves("a").logs_in("b").loses_number("b", timedelta(hours=1)),
        {"a"},
        set(),
        "the binding was ended: that login has the number no more",
    ),
]


@pytest.mark.parametrize(("story", "own", "doubtful", "reason"), CONVERSATIONS)
def test_whose_conversations(story: Story, own: set[str], doubtful: set[str], reason: str) -> None:
    world = World()
    world.conversation("here")
    story(world)
    found = _find()
    here = {"here"} - doubtful
    assert (set(found.conversations), set(found.doubtful)) == (own | here, doubtful), reason


#: story, theirs beside `here`, doubtful, why
UNKNOWN_HOLDER: list[tuple[Story, set[str], set[str], str]] = [
    (lambda w: w.proves("a", ago=UNKNOWN), {"a"}, set(), "nobody gives a number out again so soon"),
    (lambda w: w.proves("a", ago=UNKNOWN + MINUTE), set(), {"a"}, "somebody may have had it before"),
    (
        lambda w: w.proves("a", ago=UNKNOWN + DAY).proves("a"),
        {"a"},
        set(),
        "an old customer, who proved it again in the same conversation",
    ),
    (
        lambda w: w.logs_in("a", ago=UNKNOWN + DAY).proves("a", ago=UNKNOWN + DAY).logs_in("b"),
        set(),
        {"a", "b"},
        "bound so long ago that the login may be another holder's",
    ),
]


@pytest.mark.parametrize(("story", "own", "doubtful", "reason"), UNKNOWN_HOLDER)
def test_when_nobody_knows_since_when(story: Story, own: set[str], doubtful: set[str], reason: str) -> None:
    world = World()
    world.conversation("here")
    story(world)
    found = _find(holder_since=None)
    assert (set(found.conversations), set(found.doubtful)) == (own | {"here"}, doubtful), reason
    assert (found.since, found.number_from) == (None, NOW - UNKNOWN)


def test_without_a_number_only_the_words_of_this_conversation() -> None:
    World().proves("here").logs_in("here").logs_in("a").proves("b")
    _file("here", MINE)
    _file("b", MINE)
    found = _find(phone=None)
    assert found == Subject(None, None, ("here",), (), (), 0, is_words_only=True)


def test_in_a_shared_browser_the_own_number_is_found_and_nothing_else() -> None:
    """Somebody complained here before, about their own line; then the next one did."""
    World().proves("here", OTHER).proves("here")
    _file("here", OTHER)
    own = _file("here", MINE, message_id=2)
    found = _find()
    assert (found.conversations, found.tickets, found.mentions, found.doubtful) == ((), (), (own,), ("here",))


def test_who_is_complained_about_does_not_hear_of_it() -> None:
    World().proves("strange", OTHER).conversation("here")
    with transaction() as session:
        key = OnceKey("strange", 3, "action_file_complaint")
        draft = Draft("complaint_spam_fraud", "这个号一直骚扰我", line=MINE)
        against = file_complaint(session, draft, key, policy(), NOW - DAY).ticket_id
    assert against not in _find().mentions


def _file(conversation: str, line: str | None, ago: timedelta = DAY, message_id: int = 1) -> int:
    with transaction() as session:
        key = OnceKey(conversation, message_id, "action_file_complaint")
        draft = Draft("complaint_broadband", "断网三天了", line=line)
        return file_complaint(session, draft, key, policy(), NOW - ago).ticket_id


def _hears(session: Session, conversation: str, number: str, phone: str) -> None:
    prove_contact(session, conversation, number, phone, NOW - DAY)


def test_tickets_and_mentions() -> None:
    world = World().proves("a").proves("strange", OTHER).proves("old", ago=40 * DAY)
    world.conversation("here")
    theirs = [
        _file("a", MINE),
        _file("a", OTHER, message_id=2),  # about somebody else's line, told by them
        _file("here", None),
    ]
    mention = _file("strange", MINE)  # a neighbour complained about their line
    _file("strange", OTHER, message_id=2)
    _file("old", MINE, ago=40 * DAY)  # of whoever had the number before
    with transaction() as session:
        key = OnceKey("strange", 3, "action_file_complaint")
        filed = file_complaint(session, Draft("complaint_broadband", "断网"), key, policy(), NOW - DAY)
        _hears(session, "strange", filed.number, MINE)
    found = _find()
    assert list(found.tickets) == theirs
    # Every open ticket of the conversation hears of it: the number stands on all three.
    assert set(found.mentions) >= {mention, filed.ticket_id}
    assert not set(found.mentions) & set(theirs)


def test_a_ticket_of_a_doubtful_conversation_is_a_mention() -> None:
    world = World().proves("a").proves("a", OTHER)
    world.conversation("here")
    ticket = _file("a", MINE)
    found = _find()
    assert (found.tickets, found.mentions) == ((), (ticket,))


def test_until_is_the_newest_message_of_this_conversation() -> None:
    World().proves("here").conversation("a")
    with transaction() as session:
        for name in ("here", "here", "a"):
            session.add(Message(conversation_id=name, author="customer", text="你好", created_at=NOW))
            session.flush()
    assert (_find().until, _find(until=1).until) == (2, 1)


def test_it_is_kept_and_read_back() -> None:
    World().proves("here").proves("a").proves("b", OTHER)
    for found in (_find(), _find(phone=None), _find(holder_since=None)):
        assert Subject.from_json(found.as_json()) == found
