"""Papers as PDF on A4: text that can be selected, with the Chinese font inside, so that it prints alike everywhere."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Iterator
from typing import cast

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, WrapMode, XPos, YPos
from fpdf.fonts import FontFace, TTFFont
from pylopdf_fonts_zh_cn import sans_path

from care.rights import packet_lines
from care.rights.packet_blocks import Blank, Block, Fields, Heading, Items, Papers, Paragraph, Section, Table
from care.wording import say

# Signs that the font has not (emoji) are left out with a warning that would hold what the customer wrote.
logging.getLogger("fpdf").setLevel(logging.ERROR)
# A hundred lines for each font that is cut down.
logging.getLogger("fontTools").setLevel(logging.WARNING)

_FONT = "quanyi"
#: mm
_MARGIN, _LINE, _SMALL_LINE, _WRITING = 18, 6.4, 5.2, 9
#: points
_TITLE, _SECTION, _HEADING, _BODY, _SMALL = 20, 15, 11.5, 11, 9
_LABEL = 38
#: mm inside a box, inside a cell, and left over so that a line never is broken twice
_PADDING, _CELL, _SPARE = 2, 1.2, 0.3
_GREY, _BLACK, _BLUE = (90, 90, 90), (20, 20, 20), (11, 87, 183)


def as_pdf(papers: Papers) -> bytes:
    pdf = _Sheet(papers)
    pdf.add_page()
    pdf.say(papers.title, _TITLE)
    for note in papers.notes:
        pdf.say(note, _SMALL, _GREY)
    if not pdf.has_signs_of(papers):
        pdf.say(say("appeal_paper_no_sign"), _SMALL, _GREY)
    for section in papers.sections:
        pdf.show(section)
    return bytes(pdf.output())


class _Sheet(FPDF):
    def __init__(self, papers: Papers) -> None:
        super().__init__(format="A4")
        self._papers = papers
        #: mm of a sign, by the size of the font
        self._widths: dict[float, dict[str, float]] = {}
        self.add_font(_FONT, fname=sans_path())
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(True, margin=_MARGIN + 4)
        self.set_title(papers.title)
        self.set_lang("zh-CN")
        self.set_font(_FONT, size=_BODY)

    def has_signs_of(self, papers: Papers) -> bool:
        """Has the font all that is to be printed? Marks and spaces are not looked at: nobody misses one."""
        known = cast(TTFFont, self.fonts[_FONT]).cmap
        signs = {sign for text in _texts(papers) for sign in text}
        return all(ord(sign) in known or unicodedata.category(sign)[0] in "MZC" for sign in signs)

    def footer(self) -> None:
        self.set_y(-_MARGIN + 2)
        self.set_font(_FONT, size=_SMALL)
        self.set_text_color(*_GREY)
        number = self._papers.number or ""
        page = say("appeal_paper_page", title=self._papers.title, number=number, n=str(self.page_no()))
        self.cell(0, _SMALL_LINE, page, align="C")

    def show(self, section: Section) -> None:
        if section.is_apart:
            self.add_page()
        else:
            self.ln(4)
            self._keep(30)
        self.say(section.title, _SECTION, _BLUE)
        self.ln(1)
        for block in section.blocks:
            self._block(block)

    def say(self, text: str, size: float, colour: tuple[int, int, int] = _BLACK, *, indent: float = 0) -> None:
        self.set_font(_FONT, size=size)
        self.set_text_color(*colour)
        self.set_x(_MARGIN + indent)
        height = _LINE * size / _BODY if size > _BODY else (_LINE if size == _BODY else _SMALL_LINE)
        wrapped = self._wrapped(text, self.epw - indent)
        self.multi_cell(0, height, wrapped, align="L", wrapmode=WrapMode.CHAR, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _wrapped(self, text: str, width: float) -> str:
        """Broken into lines for the font that is set; `width` in mm."""
        room = width - 2 * self.c_margin - _SPARE
        return "\n".join(packet_lines.lines(text, room, self._width_of))

    def _width_of(self, text: str) -> float:
        """mm, in the font that is set; as fpdf measures, which looks at every sign anew."""
        known = self._widths.setdefault(self.font_size_pt, {})
        for sign in text:
            if sign not in known:
                known[sign] = self.get_string_width(sign)
        return sum(known[sign] for sign in text)

    def _block(self, block: Block) -> None:
        match block:
            case Heading(text):
                self._keep(22)
                self.ln(2.5)
                self.say(text, _HEADING, _BLUE)
            case Paragraph(text, is_strong):
                self._paragraph(text, is_strong=is_strong)
            case Fields(rows):
                self._fields(rows)
            case Table():
                self._table(block)
            case Items(given, is_numbered):
                for place, line in enumerate(given, 1):
                    self._item(f"{place}." if is_numbered else "·", line)
            case Blank(lines):
                self._blank(lines)

    def _paragraph(self, text: str, *, is_strong: bool) -> None:
        if not is_strong:
            self.say(text, _BODY)
            self.ln(1)
            return
        self.set_fill_color(238, 243, 250)
        self.set_font(_FONT, size=_BODY)
        self.set_text_color(*_BLACK)
        self.multi_cell(
            0,
            _LINE,
            self._wrapped(text, self.epw - 2 * _PADDING),
            align="L",
            wrapmode=WrapMode.CHAR,
            fill=True,
            padding=(1, _PADDING),
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )
        self.ln(1.5)

    def _item(self, mark: str, line: str) -> None:
        self._keep(_LINE * 2)
        top = self.get_y()
        self.say(mark, _BODY)
        self.set_y(top)
        self.say(line, _BODY, indent=6)

    def _fields(self, rows: tuple[tuple[str, str], ...]) -> None:
        for label, value in rows:
            self._keep(_WRITING)
            top = self.get_y()
            self.say(label, _BODY, _GREY)
            self.set_y(top)
            if value:
                self.say(value, _BODY, indent=_LABEL)
            else:
                self._rule(_MARGIN + _LABEL, top + _WRITING - 2.5)
                self.set_y(top + _WRITING)

    def _blank(self, lines: int) -> None:
        for _ in range(lines):
            self._keep(_WRITING)
            self._rule(_MARGIN, self.get_y() + _WRITING - 2.5)
            self.set_y(self.get_y() + _WRITING)

    def _rule(self, left: float, top: float) -> None:
        self.set_draw_color(120, 120, 120)
        self.line(left, top, self.w - _MARGIN, top)

    def _table(self, table: Table) -> None:
        self.set_font(_FONT, size=_SMALL + 0.5)
        self.set_text_color(*_BLACK)
        self.set_draw_color(190, 190, 190)
        self.set_fill_color(255, 255, 255)
        with self.table(
            col_widths=table.widths,
            wrapmode=WrapMode.CHAR,
            text_align="LEFT",
            v_align="TOP",
            line_height=_SMALL_LINE,
            padding=_CELL,
            borders_layout=TableBordersLayout.ALL,
            headings_style=FontFace(fill_color=(238, 243, 250)),
        ) as shown:
            for row in (table.head, *table.rows):
                rooms = [self.epw * share / sum(table.widths) - 2 * _CELL for share in table.widths]
                shown.row([self._wrapped(cell, room) for cell, room in zip(row, rooms, strict=True)])
        self.ln(2)

    def _keep(self, height: float) -> None:
        """On the next page, where so much (mm) has no place on this one."""
        if self.get_y() + height > self.h - self.b_margin:
            self.add_page()


def _texts(papers: Papers) -> Iterator[str]:
    """What was written by people, and the rest."""
    for section in papers.sections:
        yield section.title
        for block in section.blocks:
            match block:
                case Heading(text) | Paragraph(text):
                    yield text
                case Fields(rows):
                    yield from (each for row in rows for each in row)
                case Table():
                    yield from (cell for row in (block.head, *block.rows) for cell in row)
                case Items(lines):
                    yield from lines
