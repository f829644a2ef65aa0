"""What the running product has written, opened with its own keys.

Not through `care.db`: its engine and keys belong to the process, and other tests of this process have others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.rows import dict_row

from care.attachments.tables import Attachment
from care.conversations.tables import Message
from care.crypto import Keyring
from care.db import Base, SealedType
from care.tickets.tables import Ticket, TicketEvent

Row = dict[str, Any]


class Records:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._url = environment["QUANYI_DATABASE_URL"]
        self._keyring = Keyring(environment["QUANYI_KEYS"])

    def read(self, table: type[Base], where: str, *values: Any) -> list[Row]:
        """The rows in the order of their making; what is sealed in them is opened."""
        order = "position" if table is Attachment else "id"
        sql = f"SELECT * FROM {table.__tablename__} WHERE {where} ORDER BY {order}"
        with psycopg.connect(self._url, row_factory=dict_row) as connection:
            rows = connection.execute(sql, values).fetchall()
        return [self._opened(table, row) for row in rows]

    def _opened(self, table: type[Base], row: Row) -> Row:
        for column in table.__table__.columns:
            if isinstance(column.type, SealedType) and row[column.name] is not None:
                row[column.name] = column.type.decode(self._keyring.open(bytes(row[column.name]), column.type.context))
        return row

    def tickets(self, conversation_id: str) -> list[Row]:
        return self.read(Ticket, "conversation_id = %s", conversation_id)

    def ticket(self, number: str) -> Row:
        (row,) = self.read(Ticket, "number = %s", number)
        return row

    def events(self, ticket_id: int) -> list[Row]:
        return self.read(TicketEvent, "ticket_id = %s", ticket_id)

    def messages(self, conversation_id: str) -> list[Row]:
        return self.read(Message, "conversation_id = %s", conversation_id)

    def evidence(self, ticket_id: int) -> int:
        """How many files a ticket has."""
        with psycopg.connect(self._url) as connection:
            count = connection.execute("SELECT count(*) FROM ticket_evidence WHERE ticket_id = %s", (ticket_id,))
            return int(count.fetchall()[0][0])

    def attachments(self, conversation_id: str) -> list[Row]:
        return self.read(Attachment, "conversation_id = %s", conversation_id)
