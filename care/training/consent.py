"""A customer's consent that trainers read their masked words: asked for, recorded, withdrawn.

For every channel: `wording` says what to show, `record` what was chosen, `standing` how it stands. No answer of 小益
depends on it (PIPL art. 14 to 16; docs/decisions/0012-training-consent.md).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, Subquery, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from care.conversations.tables import Conversation
from care.errors import Conflict, NotAllowed
from care.logs import get_logger
from care.settings import settings
from care.training.rules import CONSENT_VERSION, Consent
from care.training.tables import TrainingConsent
from care.wording import say

_log = get_logger("care.training")


@dataclass(frozen=True)
class Wording:
    """What a customer reads before choosing."""

    version: str
    title: str
    text: str


def wording() -> Wording:
    days = str(settings().inbox_days)
    return Wording(CONSENT_VERSION, say("training_consent_title"), say("training_consent", days=days))


def standing(session: Session, conversation_id: str) -> Consent:
    """Of a conversation that does not exist, too: nobody agreed."""
    newest = _newest(session, conversation_id)
    return Consent(False) if newest is None else Consent.of(newest.agreed, newest.version, newest.at)


def record(session: Session, conversation_id: str, agreed: bool, version: str, channel: str, now: datetime) -> Consent:
    """Write down what the customer chose; the same again writes nothing.

    `version`: of the text that the customer was shown. Withdrawing is possible from any.

    Raises Conflict (reason `consent_version`) for agreeing to a text that has changed, NotAllowed (reason
    `conversation`) for a conversation that does not exist.
    """
    if agreed and version != CONSENT_VERSION:
        raise Conflict("consent_version", "the text has changed; read it again, show it, and ask again")
    # Two choices at once: one after the other, and the last one counts.
    known = session.scalar(select(Conversation.id).where(Conversation.id == conversation_id).with_for_update())
    if known is None:
        raise NotAllowed("conversation", "this conversation does not exist (any more); begin a new one")
    newest = _newest(session, conversation_id)
    if newest is None and not agreed:
        return Consent(False)
    if newest is None or newest.agreed != agreed or (agreed and newest.version != version):
        newest = TrainingConsent(
            conversation_id=conversation_id, agreed=agreed, version=CONSENT_VERSION, channel=channel, at=now
        )
        session.add(newest)
        session.flush()
        _log.info("training_consent", agreed=agreed, version=CONSENT_VERSION, channel=channel)
    return Consent.of(newest.agreed, newest.version, newest.at)


def agreeing(conversations: Collection[str]) -> Subquery:
    """Columns `conversation_id`, `since`: where of these consent stands. What was said before it does not count."""
    newest = (
        select(func.max(TrainingConsent.id))
        .where(TrainingConsent.conversation_id.in_(conversations))
        .group_by(TrainingConsent.conversation_id)
    )
    return (
        select(TrainingConsent.conversation_id, TrainingConsent.at.label("since"))
        .where(TrainingConsent.id.in_(newest), TrainingConsent.agreed, TrainingConsent.version == CONSENT_VERSION)
        .subquery()
    )


def agreed_since(conversation_id: InstrumentedAttribute[str]) -> ScalarSelect[datetime | None]:
    """The same for the conversation of each row of a query; null where none stands.

    One look into an index a row: the cost does not grow with the customers who agreed.
    """
    stands = and_(TrainingConsent.agreed, TrainingConsent.version == CONSENT_VERSION)
    return (
        select(case((stands, TrainingConsent.at)))
        .where(TrainingConsent.conversation_id == conversation_id)
        .order_by(TrainingConsent.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _newest(session: Session, conversation_id: str) -> TrainingConsent | None:
    return session.scalars(
        select(TrainingConsent)
        .where(TrainingConsent.conversation_id == conversation_id)
        .order_by(TrainingConsent.id.desc())
        .limit(1)
    ).first()
