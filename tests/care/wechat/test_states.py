"""会话状态 of 微信客服: who serves, and whether we may send."""

from __future__ import annotations

import pytest

from care.wechat.states import AFTER_CHANGE, State, is_settled, may_send, serves_outside

# state, we may send, somebody in WeCom serves, known for certain when the customer writes
STATES = [
    (None, True, False, False),  # never asked: trying tells
    (State.NEW, True, False, False),  # nobody yet: we make it ours first
    (State.ASSISTANT, True, False, True),  # ours; its end changes nothing for us
    (State.POOL, False, True, False),  # waits there; after 48 hours it is over, and nobody tells us
    (State.PERSON, False, True, False),  # the same
    (State.ENDED, False, False, False),  # the customer's next message begins a new one
]


@pytest.mark.parametrize(("state", "sends", "is_theirs", "is_known"), STATES)
def test_what_a_state_means(state: int | None, sends: bool, is_theirs: bool, is_known: bool) -> None:
    assert (may_send(state), serves_outside(state), is_settled(state)) == (sends, is_theirs, is_known)


@pytest.mark.parametrize(
    ("change_type", "state"),
    [
        (1, State.PERSON),  # took it from the pool
        (2, State.PERSON),  # handed it on: to a colleague there
        (3, State.ENDED),
        (4, State.PERSON),  # took it again
        (5, None),  # what the page does not name changes nothing
    ],
)
def test_what_people_in_wecom_did(change_type: int, state: State | None) -> None:
    assert AFTER_CHANGE.get(change_type) == state
