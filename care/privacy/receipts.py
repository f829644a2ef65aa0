"""Receipts: what was asked, when, by when, and what came of it; with a hash by which anybody can check one.

The body is canonical JSON (sorted keys, UTF-8, no spaces) and holds no personal data but the masked number, so that it
may stay when everything else of a person was deleted.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from care.accounts.rules import mask_phone
from care.errors import InvalidInput
from care.privacy.rules import Kind
from care.privacy.tables import PrivacyReceipt, PrivacyRequest
from care.sla.policy import policy
from care.sla.sections import PRIVACY
from care.templates import templates
from care.tickets.rules import read_number
from care.timezone import CHINA
from care.wording import say

# Of what somebody gives us: half a character is no error of ours.
_ANY = "surrogatepass"
_TEMPLATES = Path(__file__).with_name("templates")


class Outcome(StrEnum):
    """What came of a request; `outcome` of a receipt."""

    DONE = "done"
    REFUSED = "refused"


class Verdict(StrEnum):
    UNCHANGED = "unchanged"  # ours, as we gave it
    CHANGED = "changed"  # ours by its number, but not what we wrote
    UNKNOWN = "unknown"  # no receipt of ours has that number


@dataclass(frozen=True)
class Receipt:
    #: the ticket's
    number: str
    kind: Kind
    #: number, kind, title, outcome, operator, asked_at, due_at, done_at (ISO 8601 in China), phone (masked or None),
    #: result (sentences), stays ({what, why, source, until}), complain
    body: dict[str, Any]
    #: SHA-256 of the canonical body, hexadecimal
    digest: str

    def as_json(self) -> dict[str, Any]:
        """The file that a customer keeps; `verify` takes it as it is."""
        return {"receipt": self.body, "digest": self.digest, "verify": say("privacy_receipt_verify")}


def write_receipt(
    session: Session,
    request: PrivacyRequest,
    number: str,
    outcome: Outcome,
    result: list[str],
    stays: list[dict[str, Any]],
    due_at: datetime | None,
    now: datetime,
) -> Receipt:
    """The receipt of a request; the one that there is already stays. `request.phone` is still there."""
    body = {
        "number": number,
        "kind": request.kind,
        "title": policy().title_of(PRIVACY + request.kind),
        "outcome": outcome.value,
        "operator": policy().operator.title,
        "asked_at": _moment(request.asked_at),
        "due_at": _moment(due_at) if due_at else None,
        "done_at": _moment(now),
        "phone": mask_phone(request.phone) if request.phone else None,
        "result": result,
        "stays": stays,
        "complain": say("privacy_receipt_complain", hotline=policy().operator.hotline),
    }
    session.execute(
        insert(PrivacyReceipt)
        .values(number=number, request_id=request.id, body=body, digest=digest_of(body), made_at=now)
        .on_conflict_do_nothing()
    )
    receipt = receipt_of(session, number)
    assert receipt is not None  # inserted above, or before
    return receipt


def receipt_of(session: Session, number: str) -> Receipt | None:
    row = session.get(PrivacyReceipt, number)
    return None if row is None else Receipt(row.number, Kind(row.body["kind"]), row.body, row.digest)


def may_read(session: Session, conversation_id: str, number: str) -> bool:
    """Only the conversation that asked."""
    asked_here = (PrivacyReceipt.number == number, PrivacyRequest.conversation_id == conversation_id)
    joined = select(PrivacyReceipt.number).join(PrivacyRequest, PrivacyRequest.id == PrivacyReceipt.request_id)
    return session.scalar(joined.where(*asked_here)) is not None


def canonical(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", _ANY)


def digest_of(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(body)).hexdigest()


def verify(session: Session, given: Mapping[str, Any]) -> Verdict:
    """Whether it is ours and as we wrote it. `given`: the file of `as_json`, its `receipt` alone, or number and digest.

    Raises InvalidInput (reason `receipt`) for anything else.
    """
    body = given.get("receipt", given if "kind" in given else None)
    said = given.get("digest")
    number = body.get("number") if isinstance(body, dict) else given.get("number")
    if not isinstance(number, str) or not (isinstance(body, dict) or isinstance(said, str)):
        raise InvalidInput("receipt", "give the receipt's JSON as it was downloaded, or its number and digest")
    # Whatever is no number of ours may hold signs that the database does not take.
    receipt = receipt_of(session, number) if number.isascii() and read_number(number) == number else None
    if receipt is None:
        return Verdict.UNKNOWN
    digests = [digest_of(body)] if isinstance(body, dict) else []
    digests += [str(said).strip().lower()] if said is not None else []
    is_ours = all(hmac.compare_digest(each.encode("utf-8", _ANY), receipt.digest.encode()) for each in digests)
    return Verdict.UNCHANGED if is_ours else Verdict.CHANGED


def as_html(receipt: Receipt) -> str:
    """A page to print or keep, without scripts and without anything from elsewhere."""
    body = receipt.body
    times = {name: _readable(body[name]) for name in ("asked_at", "due_at", "done_at")}
    stays = [each | {"until": _readable_day(each["until"])} for each in body["stays"]]
    values = body | times | {"stays": stays, "digest": receipt.digest}
    return templates(_TEMPLATES).get_template("receipt.html").render(values, say=say)


def _moment(at: datetime) -> str:
    return at.astimezone(CHINA).isoformat(timespec="seconds")


def _readable(moment: str | None) -> str | None:
    return None if moment is None else datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M")


def _readable_day(moment: str | None) -> str | None:
    return None if moment is None else moment[:10]
