"""The letter that thanks for a gift made elsewhere, one A4 page: what came, and the gift's own page as a QR code.

The address stands where a window envelope shows it (BS 1808, DL). Its receipt and its proof lie behind the code, as any gift's do.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.gateways.documents import drawing, fonts, palette
from fundapp.gateways.documents.receipt import draw_foot
from fundapp.gateways.documents.setting import fit

WIDTH, HEIGHT = A4
LEFT, RIGHT = 64.0, WIDTH - 64.0
# The window of a DL envelope, from the top left of the sheet.
WINDOW_TOP, WINDOW_LEFT = HEIGHT - 50 * mm, 22 * mm
LONGEST_ADDRESS = 6
CODE_SIDE = 96.0
BAND = 84.0

WHAT = lazy("Gifts go into one fund, and it buys what key workers ask for next, for people in town who need it.")
PAGE = lazy(
    "Your gift has a page of its own. It holds your receipt, the proof that your gift stands in our ledger, and what it helped to do."
)
SCAN = lazy("Scan the code, or type the address. Only you have it: keep this letter.")


def gift_letter_pdf(
    *,
    charity_name: str,
    charity_number: str,
    charity_address: str,
    contact: str,
    reference: str,
    to: Sequence[str],
    thanks: str,
    facts: Sequence[tuple[str, str]],
    page_url: str,
) -> bytes:
    """A letter. `to` is the address, a line each; `facts` what came, in words; `page_url` is the gift's page."""
    # The title, which a reader's window shows, says nobody's name.
    canvas, written = drawing.begin(A4, title=_("Gift %(number)s") % {"number": reference}, author=charity_name, subject=_("Thank you"))
    _draw_head(canvas, reference)
    _draw_address(canvas, to)
    below = _draw_thanks(canvas, thanks)
    below = drawing.draw_facts(canvas, below, facts, left=LEFT, width=RIGHT - LEFT, indent=110) - 16
    below = _draw_words(canvas, below, str(WHAT))
    _draw_page(canvas, below, page_url)
    draw_foot(canvas, charity_name, charity_number, charity_address, contact)
    return drawing.finish(canvas, written)


def _draw_head(canvas: Canvas, reference: str) -> None:
    canvas.setFillColor(palette.PETROL)
    canvas.rect(0, HEIGHT - BAND, WIDTH, BAND, stroke=0, fill=1)
    drawing.draw_lit_mark(canvas, centre=(LEFT + 20, HEIGHT - BAND / 2), radius=20)
    canvas.setFillColor(palette.PAPER)
    canvas.setFont(fonts.HEADING, 18)
    canvas.drawString(LEFT + 54, HEIGHT - BAND / 2 - 6, "Changing Lives Fund")
    canvas.setFont(fonts.STRONG, 11)
    canvas.drawRightString(RIGHT, HEIGHT - BAND / 2 - 4, _("Gift %(number)s") % {"number": reference})


def _draw_address(canvas: Canvas, to: Sequence[str]) -> None:
    words = drawing.paragraph("<br/>".join(escape(line) for line in to[:LONGEST_ADDRESS]), size=11.5, leading=15)
    drawing.draw_paragraph(canvas, words, left=WINDOW_LEFT, top=WINDOW_TOP, width=85 * mm)


def _draw_thanks(canvas: Canvas, thanks: str) -> float:
    words = fit(thanks, fonts.HEADING, width=RIGHT - LEFT, steps=((28, 1), (22, 2)))
    canvas.setFillColor(palette.INK)
    canvas.setFont(words.font, words.size)
    top = HEIGHT - 112 * mm
    for number, line in enumerate(words.lines):
        canvas.drawString(LEFT, top - number * words.leading, line, charSpace=-0.01 * words.size)
    return top - words.height - 34


def _draw_words(canvas: Canvas, below: float, words: str) -> float:
    set_words = drawing.paragraph(escape(words), size=11.5, leading=16.5)
    return drawing.draw_paragraph(canvas, set_words, left=LEFT, top=below + 9, width=RIGHT - LEFT) - 26


def _draw_page(canvas: Canvas, below: float, page_url: str) -> None:
    drawing.draw_code(canvas, page_url, centre=(LEFT + CODE_SIDE / 2, below - CODE_SIDE / 2), side=CODE_SIDE, colour=palette.INK)
    words = drawing.paragraph(f"{escape(str(PAGE))}<br/>{escape(str(SCAN))}", size=11.5, leading=16.5)
    drawing.draw_paragraph(canvas, words, left=LEFT + CODE_SIDE + 28, top=below + 3, width=RIGHT - LEFT - CODE_SIDE - 28)
    # Below it, on a line of its own: an address that is broken cannot be typed.
    link = drawing.paragraph(f'<link href="{escape(page_url)}">{drawing.strong(page_url)}</link>', size=11, leading=15)
    drawing.draw_paragraph(canvas, link, left=LEFT, top=below - CODE_SIDE - 14, width=RIGHT - LEFT)
