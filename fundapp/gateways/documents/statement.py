"""What somebody gave in a tax year, on A4: each line on its day, what went back in the year in which it did."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.gateways.documents import drawing, fonts, palette
from fundapp.gateways.documents.receipt import LEFT, RIGHT, draw_foot, draw_head, draw_words, hairline, row

WIDTH, HEIGHT = A4
_LINE = 22.0
# Where each cell begins, and the amount ends.
_WHAT, _AID = LEFT + 118, RIGHT - 96
# Above the foot.
_LOWEST = 150.0
_BELOW_HEAD = HEIGHT - 104 - 56


def statement_pdf(
    *,
    charity_name: str,
    charity_number: str,
    charity_address: str,
    contact: str,
    whose: str,
    year: str,
    span: str,
    told_on: str,
    lines: Sequence[tuple[str, str, str, str]],
    given_pence: int,
    back_pence: int,
    net_pence: int,
    aided_pence: int,
    page_url: str,
) -> bytes:
    """A tax year. Each line is the day, what it was, the amount and a mark where Gift Aid was declared, all in words.

    `whose` is how the donor is known, since we know no names; `told_on` the day of the statement.
    """
    title = _("Gifts in the tax year %(year)s") % {"year": year}
    canvas, written = drawing.begin(A4, title=title, author=charity_name, subject=span)
    foot = (charity_name, charity_number, charity_address, contact)
    draw_head(canvas, whose, told_on)
    below = _draw_title(canvas, title, span)
    for on, what, amount, mark in lines:
        if below < _LOWEST:
            draw_foot(canvas, *foot)
            canvas.showPage()
            draw_head(canvas, whose, told_on)
            below = _draw_heads(canvas, _BELOW_HEAD)
        _draw_line(canvas, below, on, what, amount, mark)
        below -= _LINE
    if below < _LOWEST + 170:
        draw_foot(canvas, *foot)
        canvas.showPage()
        draw_head(canvas, whose, told_on)
        below = _BELOW_HEAD
    below = _draw_sums(canvas, below - 24, given_pence, back_pence, net_pence)
    aided = _("Of this, %(amount)s under Gift Aid: the sum that a tax return asks for.") % {"amount": pounds(aided_pence)}
    below = draw_words(canvas, below, escape(aided))
    link = f'<link href="{escape(page_url)}">{drawing.strong(page_url)}</link>'
    draw_words(canvas, below, escape(_("Every figure comes from the ledger. All years, as they stand today:")) + f" {link}")
    draw_foot(canvas, *foot)
    return drawing.finish(canvas, written)


def _draw_title(canvas: Canvas, title: str, span: str) -> float:
    canvas.setFillColor(palette.INK)
    canvas.setFont(fonts.HEADING, 24)
    canvas.drawString(LEFT, _BELOW_HEAD, title)
    canvas.setFillColor(palette.SECOND_INK)
    canvas.setFont(fonts.BODY, 11.5)
    canvas.drawString(LEFT, _BELOW_HEAD - 20, span)
    return _draw_heads(canvas, _BELOW_HEAD - 56)


def _draw_heads(canvas: Canvas, y: float) -> float:
    canvas.setFillColor(palette.SECOND_INK)
    canvas.setFont(fonts.BODY, 10.5)
    canvas.drawString(LEFT, y, _("Day"))
    canvas.drawString(_WHAT, y, _("What"))
    canvas.drawRightString(_AID, y, _("Gift Aid"))
    canvas.drawRightString(RIGHT, y, _("Amount"))
    return y - _LINE


def _draw_line(canvas: Canvas, y: float, on: str, what: str, amount: str, mark: str) -> None:
    hairline(canvas, y + 15)
    canvas.setFillColor(palette.INK)
    canvas.setFont(fonts.BODY, 11)
    canvas.drawString(LEFT, y, on)
    canvas.drawString(_WHAT, y, what)
    canvas.drawRightString(_AID, y, mark)
    canvas.drawRightString(RIGHT, y, amount)


def _draw_sums(canvas: Canvas, below: float, given_pence: int, back_pence: int, net_pence: int) -> float:
    for name, pence in ((_("You gave"), given_pence), (_("Went back"), -back_pence)):
        hairline(canvas, below + 19)
        row(canvas, below, name, pounds(pence), fonts.BODY)
        below -= 30
    hairline(canvas, below + 19)
    row(canvas, below, _("In the year"), pounds(net_pence), fonts.BOLD)
    return below - 44
