"""A report as PDF on A4: text that can be selected, charts drawn in, an outline, the Chinese font inside."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, WrapMode, XPos, YPos
from fpdf.fonts import FontFace, TextStyle
from pylopdf_fonts_zh_cn import sans_path

from care.reports import pictures
from care.reports.content import Chart, Content, Number, Section, Table
from care.reports.words import day_in_words, moment_in_words, word
from care.rights import packet_lines

# It says of every chart that it does not read its title; and a hundred lines for each font that is cut down.
logging.getLogger("fpdf").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.WARNING)

_FONT = "quanyi"
#: mm
_MARGIN, _LINE, _SMALL_LINE = 18, 6.2, 5
#: points
_TITLE, _SECTION, _HEADING, _BODY, _SMALL = 20, 15, 11.5, 10.5, 9
_CELL, _SPARE = 1.2, 0.3
#: mm that a figure with its definition has at least
_NUMBER_HEIGHT = 34
_Colour = tuple[int, int, int]
_GREY: _Colour = (90, 90, 90)
_BLACK: _Colour = (20, 20, 20)
_BLUE: _Colour = (11, 87, 183)
_GREEN: _Colour = (23, 102, 58)
_RED: _Colour = (163, 38, 28)


def as_pdf(content: Content, signed_name: str | None, signed_at: datetime | None) -> bytes:
    """`signed_name` None: a draft, and says so on every page."""
    is_draft = signed_name is None or signed_at is None
    pdf = _Sheet(content, is_draft=is_draft)
    pdf.add_page()
    pdf.say(content.title, _TITLE)
    pdf.ln(1)
    pdf.say(content.lead, _BODY)
    pdf.ln(1)
    since, until = day_in_words(content.since), day_in_words(content.until)
    pdf.say(word("paper_period", since=since, until=until, operator=content.operator), _SMALL, _GREY)
    if signed_name is None or signed_at is None:
        pdf.say(word("paper_draft"), _BODY, _RED)
    else:
        pdf.say(word("paper_signed", name=signed_name, day=moment_in_words(signed_at)), _SMALL, _GREY)
    for section in content.sections:
        pdf.show(section)
    return bytes(pdf.output())


class _Sheet(FPDF):
    def __init__(self, content: Content, *, is_draft: bool) -> None:
        super().__init__(format="A4")
        self._content, self._is_draft = content, is_draft
        self._widths: dict[float, dict[str, float]] = {}
        self.add_font(_FONT, fname=sans_path())
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(True, margin=_MARGIN + 4)
        self.set_title(content.title)
        self.set_author(content.operator)
        self.set_lang("zh-CN")
        self.set_creation_date(content.made_at)
        self.set_font(_FONT, size=_BODY)
        self.set_section_title_styles(
            TextStyle(font_family=_FONT, font_size_pt=_SECTION, color=_BLUE, t_margin=4, b_margin=1.5),
        )

    def footer(self) -> None:
        self.set_y(-_MARGIN + 2)
        self.set_font(_FONT, size=_SMALL)
        self.set_text_color(*_GREY)
        key = "paper_page_draft" if self._is_draft else "paper_page"
        self.cell(0, _SMALL_LINE, word(key, title=self._content.title, n=self.page_no()), align="C")

    def show(self, section: Section) -> None:
        begins_with_chart = section.charts and not (section.paragraphs or section.numbers)
        self._keep(100 if begins_with_chart else 45)
        self.start_section(section.title)
        for text in section.paragraphs:
            self.say(text, _BODY)
            self.ln(1)
        for number in section.numbers:
            self._number(number)
        for chart in section.charts:
            self._chart(chart)
        for table in section.tables:
            self._table(table)
        if not (section.paragraphs or section.numbers or section.tables):
            self.say(word("nothing"), _BODY, _GREY)

    def say(self, text: str, size: float, colour: _Colour = _BLACK) -> None:
        self.set_font(_FONT, size=size)
        self.set_text_color(*colour)
        self.set_x(_MARGIN)
        height = _LINE * size / _BODY if size >= _BODY else _SMALL_LINE
        wrapped = self._wrapped(text, self.epw)
        self.multi_cell(0, height, wrapped, align="L", wrapmode=WrapMode.CHAR, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _number(self, number: Number) -> None:
        """Title and value, target, and in small print what was counted."""
        self._keep(_NUMBER_HEIGHT)
        self.ln(1.5)
        self.say(word("paper_number", title=number.title, value=number.text), _HEADING)
        against = [each for each in (number.detail, number.before) if each]
        if number.target:
            against.insert(
                0,
                word("paper_target", target=number.target, met=number.met_text)
                if number.met_text
                else word("paper_target_alone", target=number.target),
            )
        colour = {"met": _GREEN, "missed": _RED}.get(number.met or "", _GREY)
        if against:
            self.say(word("between").join(against), _SMALL, colour)
        self.say(number.definition, _SMALL, _GREY)
        self.say(word("paper_worked_out", worked_out=number.worked_out, source=number.source), _SMALL, _GREY)

    def _chart(self, chart: Chart) -> None:
        drawn = BytesIO(pictures.svg(chart).encode())
        self._keep(70)
        self.ln(3)
        self.image(drawn, x=_MARGIN, w=self.epw, alt_text=chart.desc, title=chart.title)
        self.ln(2)

    def _table(self, table: Table) -> None:
        self._keep(30)
        self.ln(2)
        self.say(word("paper_table", title=table.title, period=self._content.period_title), _HEADING)
        self.ln(0.5)
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
                shown.row(self._cells(row, table.widths))
        if table.note:
            self.say(table.note, _SMALL, _GREY)
        self.ln(1.5)

    def _cells(self, row: Sequence[str], widths: Sequence[int]) -> list[str]:
        rooms = [self.epw * share / sum(widths) - 2 * _CELL for share in widths]
        return [self._wrapped(cell, room) for cell, room in zip(row, rooms, strict=True)]

    def _wrapped(self, text: str, width: float) -> str:
        """Broken into lines for the font that is set; `width` in mm."""
        return "\n".join(packet_lines.lines(text, width - 2 * self.c_margin - _SPARE, self._width_of))

    def _width_of(self, text: str) -> float:
        known = self._widths.setdefault(self.font_size_pt, {})
        for sign in text:
            if sign not in known:
                known[sign] = self.get_string_width(sign)
        return sum(known[sign] for sign in text)

    def _keep(self, height: float) -> None:
        """On the next page, where so much (mm) has no place on this one."""
        if self.get_y() + height > self.h - self.b_margin:
            self.add_page()
