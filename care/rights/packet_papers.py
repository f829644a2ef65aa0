"""What stands in papers for an appeal, as blocks that the page and the PDF both show; honest about what we missed.

Names, identity numbers and addresses are not asked for: their lines are left empty, to be written in by hand. Telephone
numbers are masked, since whoever has the address sees the papers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.accounts.rules import mask_phone
from care.attachments.tables import Attachment, TicketEvidence
from care.rights.appeals import Matter, Standing, Told, decision_by, result_by
from care.rights.facts import cited, facts
from care.rights.packet_blocks import Blank, Block, Fields, Heading, Items, Papers, Paragraph, Section, Table
from care.rights.packet_history import clock_table, history_table, missed_clocks
from care.rights.packet_words import one_line, readable
from care.rights.packets import open_packet, packet_standing
from care.rights.tables import AppealPacket
from care.sla.policy import policy
from care.tickets.tables import Ticket
from care.timezone import CHINA
from care.wording import say

#: rows of data/facts that the papers rest on; the later ones only where the time for an appeal is over
BASIS = ("F34", "F36", "F37", "F38", "F39", "F40a", "F42")
BASIS_WHEN_OVER = ("F45", "F46", "F48")
SUGGESTED = ("bill", "messages", "screens", "papers", "calls")


def opened(session: Session, token: str, now: datetime) -> Papers:
    """The papers of an address, as of now. Raises PacketRefused (`care.rights.packets`)."""
    packet, ticket = open_packet(session, token, now)
    return papers(session, packet, ticket, now)


def papers(session: Session, packet: AppealPacket, ticket: Ticket | None, now: datetime) -> Papers:
    told, found = Told.from_json(packet.told), packet_standing(session, packet, ticket, now)
    matter = Matter(packet.matter)
    sections = [
        _how(matter, found, ticket, now),
        _letter(matter, found, told, ticket),
        *([_history(session, ticket, now)] if ticket else []),
        _evidence(session, ticket),
        _basis(found),
    ]
    notes = (
        say("appeal_paper_note", until=_time(packet.expires_at)),
        say("appeal_paper_as_of", at=_time(now)),
    )
    return Papers(
        say("appeal_paper_title"),
        policy().operator.title,
        notes,
        tuple(sections),
        ticket.number if ticket else None,
        packet.conversation_id,
    )


def _how(matter: Matter, found: Standing, ticket: Ticket | None, now: datetime) -> Section:
    today = now.astimezone(CHINA).date()
    if found.answer_by is not None:
        answer = _long(found.answer_by)
    else:
        answer = say("appeal_paper_answered" if ticket else "appeal_paper_unknown")
    appeal = "appeal_paper_over" if found.is_over else "appeal_paper_left"
    rows = (
        (say("appeal_paper_row_answer"), say("appeal_paper_term_answer"), answer),
        (
            say("appeal_paper_row_appeal"),
            say(f"appeal_paper_term_{matter}"),
            say(appeal, day=_long(found.until), n=str(found.days_left), since=_long(found.since)),
        ),
        (
            say("appeal_paper_row_decision"),
            say("appeal_paper_term_decision"),
            say("appeal_paper_if_today", day=_long(decision_by(today))),
        ),
        (
            say("appeal_paper_row_result"),
            say("appeal_paper_term_result"),
            say("appeal_paper_if_today", day=_long(result_by(today))),
        ),
    )
    blocks: list[Block] = [
        Paragraph(say(f"appeal_paper_ground_{found.ground}"), is_strong=True),
        *([Paragraph(say("appeal_paper_when_over"), is_strong=True)] if found.is_over else []),
        Items(tuple(say(f"appeal_paper_step_{step}") for step in ("fill", "hand_in", "wait")), is_numbered=True),
        Heading(say("appeal_paper_deadlines")),
        Table(tuple(say(f"appeal_paper_head_{name}") for name in ("what", "term", "by")), (26, 38, 36), rows),
        *([] if found.is_since_told else [Paragraph(say("appeal_paper_unsure", since=_long(found.since)))]),
        Paragraph(say("appeal_paper_counted")),
    ]
    return Section(say("appeal_paper_how"), tuple(blocks))


def _letter(matter: Matter, found: Standing, told: Told, ticket: Ticket | None) -> Section:
    """申诉书, with what 35号令第十二条 asks for."""
    person = tuple((say(f"appeal_paper_person_{name}"), "") for name in ("name", "id", "address", "phone", "postcode"))
    against = (
        (say("appeal_paper_against_name"), policy().operator.title),
        (say("appeal_paper_against_address"), policy().operator.address or ""),
        (say("appeal_paper_against_phone"), policy().operator.hotline),
    )
    blocks: list[Block] = [
        Heading(say("appeal_paper_person")),
        Fields(person),
        Heading(say("appeal_paper_against")),
        Fields(against),
        Heading(say("appeal_paper_about")),
        Fields(_about(matter, found, told, ticket)),
        Heading(say("appeal_paper_facts")),
        *_facts(told, ticket),
        Heading(say("appeal_paper_answer")),
        *_answer(told, ticket),
        Heading(say("appeal_paper_wish")),
        *_written(ticket.wish if ticket else None, told.wish, lines=3),
        Heading(say("appeal_paper_signature")),
        Fields(((say("appeal_paper_signed"), ""), (say("appeal_paper_day"), ""))),
    ]
    return Section(say("appeal_paper_letter"), tuple(blocks), is_apart=True)


def _about(matter: Matter, found: Standing, told: Told, ticket: Ticket | None) -> tuple[tuple[str, str], ...]:
    complained = ticket.created_at.astimezone(CHINA).date() if ticket else told.complained_on
    rows = [
        (say("appeal_paper_about_line"), mask_phone(ticket.line) if ticket and ticket.line else ""),
        (say("appeal_paper_about_kind"), _kind(matter, ticket)),
        (say("appeal_paper_about_happened"), _long(found.since) if found.is_since_told else ""),
        (say("appeal_paper_about_complained"), _long(complained) if complained else ""),
        (say("appeal_paper_about_where"), say(f"appeal_paper_where_{told.where}")),
        (say("appeal_paper_about_number"), ticket.number if ticket else ""),
    ]
    return tuple(rows)


def _kind(matter: Matter, ticket: Ticket | None) -> str:
    kind = say(f"appeal_paper_kind_{matter}")
    return f"{kind}（{policy().title_of(ticket.category)}）" if ticket else kind


def _facts(told: Told, ticket: Ticket | None) -> list[Block]:
    if ticket is None:
        return _written(told.words, lines=6)
    # Whoever has the address of the papers sees them: where somebody lives is theirs to write in.
    address = [Fields(((say("appeal_paper_address"), ""),))] if ticket.address else []
    return [*_written(ticket.description), *address, Blank(2)]


def _answer(told: Told, ticket: Ticket | None) -> list[Block]:
    """What we answered, and why that does not satisfy."""
    if ticket is None:
        return [Paragraph(say("appeal_paper_answer_elsewhere")), Blank(3)]
    answer = ticket.outcome
    given: Block = Paragraph(
        say("appeal_paper_answer_given", outcome=readable(answer)) if answer else say("appeal_paper_answer_none")
    )
    return [given, Heading(say("appeal_paper_why")), *_written(told.words, lines=3)]


def _written(*words: str | None, lines: int = 0) -> list[Block]:
    """What was told, or empty lines."""
    given = [Paragraph(readable(each)) for each in words if each and each.strip()]
    return [*given] if given else [Blank(lines)]


def _history(session: Session, ticket: Ticket, now: datetime) -> Section:
    missed = missed_clocks(session, ticket.id, now)
    honest = say("appeal_paper_missed", what=say("appeal_paper_and").join(missed)) if missed else None
    (head, widths, rows), left_out = history_table(session, ticket)
    clock_head, clock_widths, clock_rows = clock_table(session, ticket.id, now)
    blocks: list[Block] = [
        *([Paragraph(say("appeal_paper_left_out", n=str(left_out)))] if left_out else []),
        Table(head, widths, rows),
        Heading(say("appeal_paper_clocks")),
        *([Paragraph(honest, is_strong=True)] if honest else []),
        Table(clock_head, clock_widths, clock_rows),
    ]
    return Section(say("appeal_paper_history", number=ticket.number), tuple(blocks), is_apart=True)


def _evidence(session: Session, ticket: Ticket | None) -> Section:
    files = _files(session, ticket.id) if ticket else []
    head = tuple(say(f"appeal_paper_head_{name}") for name in ("file", "size", "sent"))
    rows = tuple((one_line(file.name), readable_size(file.size), _time(file.created_at)) for file in files)
    given: Block = Table(head, (50, 20, 30), rows) if rows else Paragraph(say("appeal_paper_no_files"))
    suggested = Items(tuple(say(f"appeal_paper_bring_{name}") for name in SUGGESTED))
    return Section(say("appeal_paper_evidence"), (given, Heading(say("appeal_paper_bring")), suggested))


def _files(session: Session, ticket_id: int) -> Sequence[Attachment]:
    return session.scalars(
        select(Attachment)
        .join(TicketEvidence, TicketEvidence.attachment_id == Attachment.id)
        .where(TicketEvidence.ticket_id == ticket_id)
        .order_by(Attachment.position)
    ).all()


def _basis(found: Standing) -> Section:
    rows = []
    for id_ in (*BASIS, *(BASIS_WHEN_OVER if found.is_over else ())):
        basis = cited(facts(), id_)
        rows.append((basis.says, say("appeal_paper_and").join(each.line for each in basis.citations)))
    head = (say("appeal_paper_head_says"), say("appeal_paper_head_source"))
    return Section(say("appeal_paper_basis"), (Table(head, (60, 40), tuple(rows)),))


def readable_size(size: int) -> str:
    """Of bytes: `3.2 MB`, `12 KB`."""
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} KB"


def _long(day: date) -> str:
    return say("appeal_paper_date", year=str(day.year), month=str(day.month), day=str(day.day))


def _time(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
