"""A person's paper slip: a third of an A4 page, to be cut off and kept like a key. The code is on this paper and nowhere else.

It names nobody, and says nothing of homelessness, need or help: whoever finds it learns an address and a code.
"""

from __future__ import annotations

from html import escape

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from fundapp.core.language import TAGS, language
from fundapp.core.language import gettext as _
from fundapp.gateways.documents import drawing, fonts, palette

WIDTH, HEIGHT = A4
SLIP = 297.0
LEFT, RIGHT = 42.0, WIDTH - 42.0
SIDE = 132.0


def slip_pdf(*, code: str, url: str, address_words: str, contact: str, charity_name: str) -> bytes:
    """One slip. `code` as it is read aloud, `url` what the QR code says, `address_words` what people type."""
    title = _("Your slip")
    canvas, written = drawing.begin(A4, title=title, author=charity_name, subject=_("A code that only you have"), language=TAGS[language()])
    _draw_text(canvas, code, address_words, contact, charity_name)
    middle = (RIGHT - SIDE / 2, HEIGHT - 40 - SIDE / 2)
    drawing.draw_code(canvas, url, centre=middle, side=SIDE, colour=palette.BLACK)
    said = drawing.paragraph(escape(_("Or point a phone’s camera here.")), size=9.0, leading=12.0, colour=palette.SECOND_INK)
    drawing.draw_paragraph(canvas, said, left=RIGHT - SIDE, top=HEIGHT - 40 - SIDE - 8, width=SIDE)
    _draw_cut(canvas)
    return drawing.finish(canvas, written)


def _draw_text(canvas: Canvas, code: str, address_words: str, contact: str, charity_name: str) -> None:
    drawing.draw_mark(canvas, centre=(LEFT + 15, HEIGHT - 52), radius=15)
    canvas.setFillColor(palette.INK)
    canvas.setFont(fonts.HEADING, 20)
    canvas.drawString(LEFT + 42, HEIGHT - 59, _("Your slip"))
    width = RIGHT - LEFT - SIDE - 34
    said = (
        _("What was asked in your name, and how it stands:"),
        escape(_("Open %(address)s and type:")) % {"address": drawing.strong(address_words)},
    )
    below = HEIGHT - 84
    for words in said:
        below = _paragraph(canvas, words, below, width) - 2
    canvas.setFillColor(palette.INK)
    canvas.setFont(fonts.BOLD, 23)
    canvas.drawString(LEFT, below - 26, code, charSpace=1.2)
    below -= 42
    for words in (
        _("You can pause it, answer, complain, and stop stories about you."),
        _("Keep it like a key: whoever has it sees that page."),
        _("If it is lost or somebody saw it, ask for a new one. The old one is void at once."),
        _("Nobody may ask you for it. No office, no shop and no helper needs it."),
    ):
        below = _paragraph(canvas, escape(words), below, RIGHT - LEFT if below < HEIGHT - 64 - SIDE else width) - 4
    ends = ", ".join(part for part in (charity_name, contact) if part)
    _paragraph(canvas, escape(ends), HEIGHT - SLIP + 26, RIGHT - LEFT, small=True)


def _paragraph(canvas: Canvas, markup: str, below: float, width: float, *, small: bool = False) -> float:
    size, colour = (9.0, palette.SECOND_INK) if small else (11.0, palette.INK)
    words = drawing.paragraph(markup, size=size, leading=size * 1.35, colour=colour)
    return drawing.draw_paragraph(canvas, words, left=LEFT, top=below, width=width)


def _draw_cut(canvas: Canvas) -> None:
    canvas.setStrokeColor(palette.SECOND_INK)
    canvas.setLineWidth(0.6)
    canvas.setDash(4, 4)
    canvas.line(0, HEIGHT - SLIP, WIDTH, HEIGHT - SLIP)
    canvas.setDash()
    canvas.setFillColor(palette.SECOND_INK)
    canvas.setFont(fonts.BODY, 9)
    canvas.drawString(LEFT, HEIGHT - SLIP - 14, _("Cut here."))
