"""What came of a request about personal data, in sentences: out of counts and words of closed lists, so that a receipt
holds nothing personal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from care.billing.reminders import Kind as Reminder
from care.privacy.retention import retention
from care.privacy.rules import Hold, Kind, Switch
from care.timezone import CHINA
from care.wording import say

#: beside the switches of a number: what a conversation agreed to (care.training.consent)
TRAINING = "training"
#: before a word of care.billing.reminders.Kind
REMINDER = "reminder:"


class Refusal(StrEnum):
    """Why a request is not carried out (个保法第五十条: the reason has to be given)."""

    NOT_THEIRS = "not_theirs"  # somebody else's data (电信条例第六十五条)
    NO_PAPERS = "no_papers"  # who asks could not be found out
    NOTHING = "nothing"  # we hold nothing of it
    KEPT = "kept"  # everything that was meant has to stay
    FAILED = "failed"  # it could not be done by us; a person takes it up
    BY_PERSON = "by_person"  # staff decided, and wrote why on the ticket


def sentences(kind: Kind, result: Mapping[str, Any]) -> list[str]:
    """Of a request that is done. `result`: `places` ({name: Counts.as_json()}) of a deletion, `records` of a copy,
    `fields` ({word: rows}) of a correction, `on` and `off` ([word of a switch]) of a withdrawal, `by_person`."""
    if result.get("by_person"):
        return [say("privacy_receipt_by_person")]
    if kind is Kind.DELETE:
        return list(_deleted(result.get("places", {})))
    if kind is Kind.CORRECT:
        fields = [say(f"privacy_field_{field}", n=str(rows)) for field, rows in result.get("fields", {}).items()]
        return [say("privacy_receipt_corrected", fields="、".join(fields))]
    if kind is Kind.WITHDRAW:
        return list(_switched(result))
    if kind is Kind.COPY:
        return [say("privacy_receipt_copied", records=str(result.get("records", 0)))]
    return [say(f"privacy_receipt_{kind}")]


def _deleted(places: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Each kind of thing that went, and each that names nobody any more."""
    removed = [
        say(f"privacy_of_{name}", n=str(counts["removed"])) for name, counts in places.items() if counts["removed"]
    ]
    nameless = [
        say(f"privacy_of_{name}", n=str(counts["anonymised"]))
        for name, counts in places.items()
        if counts["anonymised"]
    ]
    if removed:
        yield say("privacy_receipt_removed", what="、".join(removed))
    if nameless:
        yield say("privacy_receipt_anonymised", what="、".join(nameless))
    if not removed and not nameless:
        yield say("privacy_receipt_nothing_removed")


def _switched(result: Mapping[str, Any]) -> Iterator[str]:
    if off := result.get("off"):
        yield say("privacy_receipt_switched_off", what="、".join(map(switch_name, off)))
    if on := result.get("on"):
        yield say("privacy_receipt_switched_on", what="、".join(map(switch_name, on)))


def switch_name(switch: str) -> str:
    """What customers call it: a word of `care.privacy.tables.Choice.switch`, or TRAINING."""
    if switch.startswith(REMINDER):
        return say("privacy_switch_reminder", kind=say(f"reminder_kind_{Reminder(switch.removeprefix(REMINDER))}"))
    return say(f"privacy_switch_{TRAINING if switch == TRAINING else Switch(switch)}")


def what_stays(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """`[{what, why, source, until}]`, one for each reason that something stayed for; `until`: a day, or None where its
    end is not a matter of days."""
    counts: dict[Hold, int] = {}
    ends: dict[Hold, list[datetime | None]] = {}
    for place in result.get("places", {}).values():
        for held in place["held"]:
            hold = Hold(held["hold"])
            counts[hold] = counts.get(hold, 0) + held["count"]
            ends.setdefault(hold, []).append(datetime.fromisoformat(held["until"]) if held["until"] else None)
    return [_stay(hold, count, ends[hold]) for hold, count in counts.items() if count]


def _stay(hold: Hold, count: int, ends: list[datetime | None]) -> dict[str, Any]:
    words = retention().holds[hold]
    known = [end for end in ends if end is not None]
    until = max(known).astimezone(CHINA).date().isoformat() if len(known) == len(ends) else None
    # How much there is in the operator's own systems nobody knows here.
    is_counted = hold is not Hold.OPERATOR
    what = say("privacy_receipt_stays", what=words.title, n=str(count)) if is_counted else words.title
    return {"what": what, "why": words.why, "source": words.source, "until": until}
