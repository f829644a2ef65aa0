"""The buttons under the answer before."""

from __future__ import annotations

from sqlalchemy.orm import Session

from care.conversations.offers import last_offered
from care.conversations.rules import Inbound, Reply
from care.conversations.service import receive, store_replies
from care.conversations.tables import Conversation
from tests.support.times import NOW


def test_the_payloads_of_the_answer_before(session: Session) -> None:
    session.add_all([Conversation(id=name, channel="rest", created_at=NOW) for name in ("c1", "c2")])
    session.flush()
    first = receive(session, Inbound("rest", "m1", "你好", "c1"), NOW).message_id
    second = receive(session, Inbound("rest", "m2", "好的", "c1"), NOW).message_id  # written before the answer came
    other = receive(session, Inbound("rest", "m3", "你好", "c2"), NOW).message_id
    a, b, c = ({"title": letter, "payload": f"/{letter}"} for letter in "abc")
    store_replies(session, first, "c1", [Reply("一", [a]), Reply("二"), Reply("三", [b])], "bot", NOW)
    store_replies(session, other, "c2", [Reply("四", [c])], "bot", NOW)
    assert last_offered(session, "c1", second) == ["/a", "/b"]
    assert last_offered(session, "c1", first) == [], "there was none before"
    store_replies(session, second, "c1", [Reply("五")], "bot", NOW)
    assert last_offered(session, "c1", second + 9) == [], "only the last answer counts"
