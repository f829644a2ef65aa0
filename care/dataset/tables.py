"""What trainers changed in the training examples, in the order in which they did it; and what was committed of it."""

from __future__ import annotations

from datetime import datetime

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base
from care.surges.vectors import SIZE, Vector


class ExampleChange(Base):
    """One change of one example; never changed itself. Undoing it is another row.

    The state is what the files say with all changes laid over it, in the order of their ids. `before` is what the
    trainer saw, `after` what they left: a change that moves an example has both.
    """

    __tablename__ = "example_changes"
    __table_args__ = (
        Index("ix_example_changes_message_id", "message_id"),
        Index("ix_example_changes_undoes", "undoes", unique=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: add | edit | delete
    kind: Mapped[str] = mapped_column(String(8))
    #: `care.dataset.rules.key_of` of what it takes away; null: nothing
    before_key: Mapped[str | None] = mapped_column(String(16))
    before_words: Mapped[str | None]
    before_label: Mapped[str | None] = mapped_column(String(64))
    before_sub: Mapped[str | None] = mapped_column(String(64))
    after_key: Mapped[str | None] = mapped_column(String(16))
    #: annotated as Rasa writes it
    after_words: Mapped[str | None]
    after_label: Mapped[str | None] = mapped_column(String(64))
    after_sub: Mapped[str | None] = mapped_column(String(64))
    #: staff number
    staff: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    #: of the inbox, which the example was written for; null when that message was deleted
    message_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("messages.id", ondelete="SET NULL"))
    #: the change that this one takes back
    undoes: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("example_changes.id"))


class DatasetCommit(Base):
    """A commit on the trainers' branch: everything up to a change."""

    __tablename__ = "dataset_commits"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    branch: Mapped[str] = mapped_column(String(100))
    #: its hash
    commit: Mapped[str] = mapped_column(String(64))
    #: the newest change that is in it
    up_to: Mapped[int] = mapped_column(BigInteger)
    #: changes that were not in the one before
    changes: Mapped[int]
    staff: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class ExampleVector(Base):
    """What an example means, for `nearest`; of its text as the classifier sees it, whatever its label."""

    __tablename__ = "example_vectors"
    __table_args__ = (
        Index(
            "ix_example_vectors_vector",
            "vector",
            postgresql_using="hnsw",
            postgresql_ops={"vector": "halfvec_cosine_ops"},
        ),
    )

    #: SHA-256 of `rewording.bare` of the text
    text_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    #: as care/surges/vectors.py stores them; null: there was nothing to read
    vector: Mapped[Vector | None] = mapped_column(HALFVEC(SIZE))
