"""A list of tickets to take away: CSV or XLSX, with what a list shows and nothing that a customer said.

CSV is UTF-8 with a byte order mark, because Excel takes it for another encoding without. A cell that a spreadsheet
would read as a formula has an apostrophe before it (OWASP, CSV Injection).
"""

from __future__ import annotations

import csv
import io
from datetime import datetime
from itertools import islice

from openpyxl import Workbook
from sqlalchemy.orm import Session

from care.accounts.rules import mask_phone
from care.audit.service import note
from care.desk.masking_text import masked
from care.desk.titles import titles
from care.followup.filters import Filters
from care.followup.listing import all_tickets
from care.sla.policy import policy
from care.sla.service import clocks_of
from care.sla.tables import Clock
from care.tickets.rules import Channel, Kind, Status
from care.tickets.tables import Ticket
from care.timezone import CHINA

#: more are asked for in parts
MOST = 10_000
_AT_ONCE = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Rows = list[list[str]]


def read_rows(session: Session, filters: Filters, words: dict[str, str], number: str, now: datetime) -> Rows:
    """The heads of the columns, then a row a ticket, up to MOST. That the agent of `number` took them is noted, with
    the filters but without what was looked for."""
    tickets = list(all_tickets(session, filters, MOST))
    rows = [list(titles().columns.values())]
    left = iter(tickets)
    while some := list(islice(left, _AT_ONCE)):
        clocks = clocks_of(session, [ticket.id for ticket in some])
        rows += [_row(ticket, clocks[ticket.id], now) for ticket in some]
    kept = {name: value for name, value in words.items() if name not in ("q", "partner")}
    note(session, f"staff:{number}", "ticket_export", detail={"filters": kept, "tickets": len(tickets)})
    return rows


def as_csv(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(rows: Rows) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([guarded(cell) for cell in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def guarded(cell: str) -> str:
    """No program that opens it calculates it."""
    return f"'{cell}" if cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA) else cell


def _row(ticket: Ticket, clocks: list[Clock], now: datetime) -> list[str]:
    ours, words = policy(), titles()
    owed = [clock for clock in clocks if clock.met_at is None and clock.ended_at is None]
    is_missed = any(clock.missed_at is not None for clock in clocks) or any(
        clock.due_at <= now and clock.paused_at is None for clock in owed
    )
    cells = {
        "number": ticket.number,
        "kind": words.kinds[Kind(ticket.kind)],
        "status": words.statuses[Status(ticket.status)],
        "category": ours.title_of(ticket.category),
        "department": ours.title_of_department(ticket.department),
        "priority": str(ticket.priority),
        "assignee": ticket.assignee or "",
        "channel": words.channels[Channel(ticket.channel)],
        "partner": masked(ticket.partner) if ticket.partner else "",
        "line": mask_phone(ticket.line) if ticket.line else "",
        "created_at": _time(ticket.created_at),
        "next_due": _time(min(clock.due_at for clock in owed)) if owed else "",
        "clocks": "；".join(f"{ours.title_of_clock(each.name)} {_time(each.due_at)} {_mark(each)}" for each in clocks),
        "missed": words.answers["yes" if is_missed else "no"],
        "repeat": words.answers["yes" if ticket.repeat_of is not None else "no"],
        "merged": words.answers["yes" if ticket.merged_into is not None else "no"],
    }
    return [cells[name] for name in words.columns]


def _mark(clock: Clock) -> str:
    marks = titles().marks
    if clock.missed_at is not None:
        return marks["missed"]
    if clock.met_at is not None:
        return marks["met"]
    return marks["ended" if clock.ended_at is not None else "running"]


def _time(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
