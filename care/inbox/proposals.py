"""Labels that trainers miss: proposed with their own sentences, decided by a supervisor, added by a developer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from care.dataset.current import ROOT, state
from care.errors import Conflict, InvalidInput, NotAllowed
from care.inbox.tables import LabelProposal
from care.training import rewording
from care.training.masking import kinds_in

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*(/[a-z][a-z0-9_]*)?")
MOST_EXAMPLES = 10
LONGEST_ABOUT = 200


def propose(
    session: Session,
    label: str,
    about: str,
    examples: Sequence[str],
    staff: str,
    now: datetime,
    root: Path = ROOT,
) -> LabelProposal:
    """`label`: `group_matter`, or `label/sub`. Raises InvalidInput (`label`: its form, or there is one; `about`;
    `examples`; `personal_data`, `mark`), Conflict (`proposed` already)."""
    if len(label) > 64 or not _NAME.fullmatch(label):
        raise InvalidInput("label", "a label is English words in small letters, group_matter, or label/sub")
    labels = state(session, root).labels
    name, _, sub = label.partition("/")
    if (labels.unknown_label(name) is None and not sub) or (sub and labels.unknown_sub(name, sub) is None):
        raise InvalidInput("label", f"there is a label {label} already")
    about = " ".join(about.split())
    if not 4 <= len(about) <= LONGEST_ABOUT:
        raise InvalidInput("about", f"say in 4 to {LONGEST_ABOUT} characters what is meant by it")
    if kinds_in(about):
        raise InvalidInput("personal_data", "what it is for seems to hold personal data; say it without")
    sentences = list(dict.fromkeys(" ".join(each.split()) for each in examples))
    if not 1 <= len(sentences) <= MOST_EXAMPLES or not all(sentences):
        raise InvalidInput("examples", f"write 1 to {MOST_EXAMPLES} sentences of your own for it")
    for sentence in sentences:
        rewording.check(sentence, "")
    proposal = LabelProposal(label=label, about=about, examples=sentences, staff=staff, at=now, state="open")
    try:
        with session.begin_nested():
            session.add(proposal)
            session.flush()
    except IntegrityError:
        raise Conflict("proposed", f"{label} was proposed already") from None
    return proposal


def decide(
    session: Session, proposal_id: int, is_accepted: bool, reason: str, staff: str, now: datetime
) -> LabelProposal:
    """Raises NotAllowed (`proposal`), Conflict (`decided`), InvalidInput (`reason`)."""
    proposal = session.get(LabelProposal, proposal_id, with_for_update=True)
    if proposal is None:
        raise NotAllowed("proposal", f"there is no proposal {proposal_id}")
    if proposal.state != "open":
        raise Conflict("decided", f"proposal {proposal_id} was {proposal.state} already")
    reason = " ".join(reason.split())
    if not 2 <= len(reason) <= LONGEST_ABOUT or kinds_in(reason):
        raise InvalidInput("reason", f"say in 2 to {LONGEST_ABOUT} characters why, without personal data")
    proposal.state = "accepted" if is_accepted else "rejected"
    proposal.decided_by, proposal.decided_at, proposal.reason = staff, now, reason
    return proposal


def proposals(session: Session, limit: int = 100) -> Sequence[LabelProposal]:
    """What is open first, then the newest."""
    query = select(LabelProposal).order_by(LabelProposal.state != "open", LabelProposal.id.desc()).limit(limit)
    return session.scalars(query).all()
