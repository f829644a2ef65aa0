"""What several pages of trainers are told in the same words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Annotated, Any

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.dataset import service as dataset
from care.dataset.nearest import Near
from care.dataset.rules import Meaning
from care.dataset.tables import DatasetCommit, ExampleChange
from care.errors import Unavailable
from care.models.processes import RasaProcess
from care.settings import settings
from care.staff.accounts import names_of
from care.staff.rules import Permission
from care.staff.sessions import Signed
from care.surges.encoder import RasaEncoder
from care.surges.vectors import Vector, centred
from web.desk.access import Allowed

Json = dict[str, Any]

Trains = Annotated[Signed, Depends(Allowed(Permission.TRAIN))]
Overrides = Annotated[Signed, Depends(Allowed(Permission.OVERRIDE))]
Id = Annotated[int, Field(ge=1, le=2**53)]
Label = Annotated[str, Field(min_length=1, max_length=64)]
Sub = Annotated[str | None, Field(max_length=64)]
Words = Annotated[str, Field(min_length=1, max_length=1000)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LabelIn(Strict):
    label: Label
    sub: Sub = None


class SentenceIn(LabelIn):
    words: Words

    @property
    def meaning(self) -> Meaning:
        return Meaning(self.words, self.label, self.sub or None)


def changes_json(session: Session, changes: Collection[ExampleChange]) -> list[Json]:
    names = names_of(session, {each.staff for each in changes})
    undone = dataset.undone(session, [each.id for each in changes])
    commits = session.execute(select(DatasetCommit.up_to, DatasetCommit.commit).order_by(DatasetCommit.id)).all()
    return [
        {
            "id": each.id,
            "kind": each.kind,
            "before": _side(each.before_words, each.before_label, each.before_sub),
            "after": _side(each.after_words, each.after_label, each.after_sub),
            "by": each.staff,
            "by_name": names[each.staff],
            "at": each.at,
            "undone": each.id in undone,
            "exported": next((commit for up_to, commit in commits if up_to >= each.id), None),
        }
        for each in changes
    ]


def _side(words: str | None, label: str | None, sub: str | None) -> Json | None:
    return None if words is None else {"words": words, "label": label, "sub": sub}


def near_json(near: Iterable[Near]) -> list[Json]:
    return [
        {
            "key": each.known.key,
            "text": each.known.text,
            "label": each.known.meaning.label,
            "sub": each.known.meaning.sub,
            "similarity": each.similarity,
        }
        for each in near
    ]


def rasa() -> RasaProcess:
    """The one that answers, wherever a balancer leads."""
    return RasaProcess(settings().rasa_url, settings().gateway_secret.get_secret_value())


async def read_words(text: str) -> Json:
    """Tokens and entities, what it is taken for and what else is in it; empty while Rasa is away."""
    try:
        return await rasa().parse(text)
    except Unavailable:
        return {}


async def vector_of(text: str) -> Vector | None:
    """As it is stored; None while Rasa is away, or where there is nothing to read."""
    encoder = RasaEncoder(settings().rasa_url, settings().gateway_secret.get_secret_value())
    try:
        [vector] = await encoder.vectors([text])
    except Unavailable:
        return None
    return None if vector is None else centred(vector)


def number_of(cursor: str | None) -> int | None:
    return int(cursor) if cursor and cursor.isdecimal() else None


Cursor = Annotated[str | None, Field(max_length=40)]
Limit = Annotated[int, Field(ge=1, le=200)]
Found = Annotated[str | None, Field(max_length=100)]
