"""`/api/desk/trainer/labels`, `…/tokens`: what messages may mean; labels that are missed; a sentence cut into words."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from pydantic import Field
from sqlalchemy.orm import Session

from care.audit.service import note
from care.dataset.current import state
from care.db import utcnow
from care.inbox import proposals
from care.inbox.tables import LabelProposal
from care.staff.accounts import names_of
from web.desk.access import in_database
from web.desk.access import router as desk_router
from web.trainer.common import Id, Json, Label, Overrides, Strict, Trains, read_words

router = desk_router("trainer", "/trainer")

_Sentence = Annotated[str, Field(min_length=1, max_length=300)]


class TextIn(Strict):
    text: Annotated[str, Field(min_length=1, max_length=500)]


class ProposalIn(Strict):
    label: Label
    about: Annotated[str, Field(min_length=1, max_length=proposals.LONGEST_ABOUT)]
    examples: Annotated[list[_Sentence], Field(min_length=1, max_length=proposals.MOST_EXAMPLES)]


class DecisionIn(Strict):
    accept: Annotated[bool, Field(strict=True)]
    reason: Annotated[str, Field(min_length=1, max_length=proposals.LONGEST_ABOUT)]


@router.get("/labels")
async def labels(request: Request, signed: Trains) -> Json:
    def read(session: Session) -> Json:
        known = state(session)
        return {
            "labels": [
                {
                    "label": label,
                    "subs": list(known.labels.subs.get(label, ())),
                    "count": known.counts.get(label, 0),
                    "least": known.labels.least(label),
                    "second_opinion": known.labels.needs_two(label),
                }
                for label in known.labels.intents
            ],
            "entities": sorted(known.labels.entities),
        }

    return await in_database(request, read)


@router.post("/tokens")
async def tokens(given: TextIn, request: Request, signed: Trains) -> Json:
    """A trainer's own sentence as the pipeline cuts it; empty while Rasa is away."""
    read = await read_words(given.text)
    return {"tokens": read.get("tokens", []), "entities": read.get("entities", [])}


@router.get("/labels/proposals")
async def proposed(request: Request, signed: Trains) -> Json:
    return await in_database(
        request, lambda session: {"items": [_proposal(session, each) for each in proposals.proposals(session)]}
    )


@router.post("/labels/proposals")
async def propose(given: ProposalIn, request: Request, signed: Trains) -> Json:
    def work(session: Session) -> Json:
        proposal = proposals.propose(session, given.label, given.about, given.examples, signed.number, utcnow())
        note(session, f"staff:{signed.number}", "label_propose", detail={"label": given.label})
        return _proposal(session, proposal)

    return await in_database(request, work)


@router.post("/labels/proposals/{proposal_id}/decide")
async def decide(proposal_id: Id, given: DecisionIn, request: Request, signed: Overrides) -> Json:
    def work(session: Session) -> Json:
        proposal = proposals.decide(session, proposal_id, given.accept, given.reason, signed.number, utcnow())
        detail = {"label": proposal.label, "accepted": given.accept}
        note(session, f"staff:{signed.number}", "label_decide", detail=detail)
        return _proposal(session, proposal)

    return await in_database(request, work)


def _proposal(session: Session, proposal: LabelProposal) -> Json:
    return {
        "id": proposal.id,
        "label": proposal.label,
        "about": proposal.about,
        "examples": proposal.examples,
        "by": proposal.staff,
        "by_name": names_of(session, [proposal.staff])[proposal.staff],
        "at": proposal.at,
        "state": proposal.state,
        "reason": proposal.reason,
    }
