"""What supervisors are told of."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """`alarms.kind`; titles are in care/handoff/handoff.yml."""

    QUEUE_LATE = "queue_late"  # somebody waits longer than was promised: `handoff:<id>`
    NOBODY_READY = "nobody_ready"  # somebody waits in an open queue that nobody serves: `queue:<name>`
    AGENT_GONE = "agent_gone"  # an agent's browser is gone, and had customers: `staff:<number>`
    SIGN_IN_LOCKED = "sign_in_locked"  # too many wrong passwords: `staff:<number>`
    URGENT = "urgent"  # somebody waits for a reason with `alarm: true`, as of a life: `handoff:<id>`
    PROMISE_MISSED = "promise_missed"  # a promise or the law's time is over: `ticket:<number>`
    PROMISE_OWED = "promise_owed"  # and still is, long after: for the head of the department: `ticket:<number>`
    NOT_REACHED = "not_reached"  # an answer has not reached its customer: `ticket:<number>`
    REPORT_TO_SIGN = "report_to_sign"  # a report was made and waits for a name: `report:<id>`
    REPORT_MISSING = "report_missing"  # the joint meeting has no pack on day 5: `report:monthly:<period>`
    SURGE = "surge"  # many report the same: `surge:<id>`
    WECHAT_STOPPED = "wechat_stopped"  # a platform takes nothing from us any more: `wechat:<official | kf>`
    WECHAT_REFUSED = "wechat_refused"  # it did not take one message, and will not: `wechat:<official | kf>:<code>`


#: of something that happened and does not last: over as soon as somebody saw it
MOMENTS = frozenset({Kind.SIGN_IN_LOCKED, Kind.WECHAT_REFUSED})
