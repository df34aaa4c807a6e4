"""A gift's receipt, one A4 page: who got how much, what the card company kept, and where the rest went.

A second page holds the proof, once the gift is sealed: whoever does not care need not print it.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.core.money import pounds, pounds_short
from fundapp.gateways.documents import drawing, fonts, palette
from fundapp.gateways.documents.checking import Checking, attach_proof, draw_checking
from fundapp.gateways.documents.setting import fit

WIDTH, HEIGHT = A4
LEFT, RIGHT = 64.0, WIDTH - 64.0
LINE = 30.0
WAITING = lazy("The card company tells its fee within the hour. This receipt then shows what reached the Fund.")


def receipt_pdf(
    *,
    charity_name: str,
    charity_number: str,
    charity_address: str,
    contact: str,
    reference: str,
    given_at: str,
    place: str | None,
    fund: str,
    gross_pence: int,
    fee_pence: int | None,
    net_pence: int | None,
    wording: Sequence[str],
    page_url: str,
    back: Sequence[tuple[str, int]] = (),
    heading: str = "",
    checking: Checking | None = None,
) -> bytes:
    """A receipt. `given_at` is the moment in words; fee and net are None until the card company says; `page_url` is the gift's page.

    `back` is what went back, each by its name and in pence; `heading` stands in place of the thanks where all of it did.
    `wording` is what the charity says below the sum, a paragraph each. Without `checking` the gift is not sealed yet.
    """
    canvas, written = drawing.begin(
        A4,
        title=_("Receipt %(number)s: %(amount)s to the Changing Lives Fund") % {"number": reference, "amount": pounds(gross_pence)},
        author=charity_name,
        subject=_("A gift of %(amount)s") % {"amount": pounds(gross_pence)},
    )
    draw_head(canvas, _receipt(reference), given_at)
    below = _draw_thanks(canvas, heading or _("Thank you. Your %(amount)s is here.") % {"amount": pounds_short(gross_pence)})
    facts = [(_("Given"), given_at), (_("Where"), place or _("on the Fund’s own page")), (_("For"), fund)]
    below = drawing.draw_facts(canvas, below, facts, left=LEFT, width=RIGHT - LEFT, indent=84) - 26
    below = _draw_sum(canvas, below, gross_pence, fee_pence, back, net_pence)
    for words in wording:
        below = draw_words(canvas, below, escape(words))
    link = f'<link href="{escape(page_url)}">{drawing.strong(page_url)}</link>'
    draw_words(canvas, below, f"{_in_ledger(checking)} {link}")
    draw_foot(canvas, charity_name, charity_number, charity_address, contact)
    if checking:
        canvas.showPage()
        draw_checking(canvas, checking, heading=_receipt(reference), page_url=page_url)
        attach_proof(canvas, checking)
    return drawing.finish(canvas, written)


def _receipt(reference: str) -> str:
    return _("Receipt %(number)s") % {"number": reference}


def _in_ledger(checking: Checking | None) -> str:
    if checking is None:
        waits = _("Your gift is being written into the ledger. Its place there, and the proof of it, come with your gift’s own page:")
        return escape(waits)
    proved = _("The next page proves it, without us. Your gift’s own page:")
    return escape(f"{checking.sentence} {proved}")


def draw_head(canvas: Canvas, what: str, when: str) -> None:
    """The band on top: the Fund’s name, what this is, and of when."""
    canvas.setFillColor(palette.PETROL)
    canvas.rect(0, HEIGHT - 104, WIDTH, 104, stroke=0, fill=1)
    drawing.draw_lit_mark(canvas, centre=(LEFT + 24, HEIGHT - 52), radius=24)
    canvas.setFillColor(palette.PAPER)
    canvas.setFont(fonts.HEADING, 19)
    canvas.drawString(LEFT + 62, HEIGHT - 58, "Changing Lives Fund")
    canvas.setFont(fonts.STRONG, 11)
    canvas.drawRightString(RIGHT, HEIGHT - 48, what)
    canvas.setFont(fonts.BODY, 11)
    canvas.drawRightString(RIGHT, HEIGHT - 64, when)


def _draw_thanks(canvas: Canvas, words: str) -> float:
    thanks = fit(words, fonts.HEADING, width=RIGHT - LEFT, steps=((30, 1), (24, 2)))
    canvas.setFillColor(palette.INK)
    canvas.setFont(thanks.font, thanks.size)
    top = HEIGHT - 104 - 58
    for number, line in enumerate(thanks.lines):
        canvas.drawString(LEFT, top - number * thanks.leading, line, charSpace=-0.01 * thanks.size)
    return top - thanks.height - 40


def _draw_sum(
    canvas: Canvas, below: float, gross_pence: int, fee_pence: int | None, back: Sequence[tuple[str, int]], net_pence: int | None
) -> float:
    fee = _("not told yet") if fee_pence is None else pounds(-fee_pence)
    gone = [(name, pounds(-pence)) for name, pence in back]
    # A gift by cheque or bank has no fee to tell of.
    kept = [(_("The card company kept"), fee)] if fee_pence != 0 else []
    for name, amount in ((_("You gave"), pounds(gross_pence)), *kept, *gone):
        hairline(canvas, below + 19)
        row(canvas, below, name, amount, fonts.BODY)
        below -= LINE
    if net_pence is None:
        hairline(canvas, below + 19)
        return draw_words(canvas, below - 4, str(WAITING))
    canvas.setStrokeColor(palette.INK)
    canvas.setLineWidth(1.2)
    canvas.line(LEFT, below + 19, RIGHT, below + 19)
    row(canvas, below, _("Left with the Fund") if back else _("To the Fund"), pounds(net_pence), fonts.BOLD)
    # A double rule: the ledger proves this total.
    canvas.setStrokeColor(palette.INK)
    canvas.setLineWidth(1.2)
    for offset in (10.0, 13.2):
        canvas.line(LEFT, below - offset, RIGHT, below - offset)
    return below - 48


def row(canvas: Canvas, y: float, name: str, amount: str, font: str) -> None:
    """A line of a sum."""
    canvas.setFillColor(palette.INK)
    canvas.setFont(font, 14)
    canvas.drawString(LEFT, y, name)
    canvas.drawRightString(RIGHT, y, amount)


def hairline(canvas: Canvas, y: float) -> None:
    """A thin rule above a line."""
    canvas.setStrokeColor(palette.RULE)
    canvas.setLineWidth(0.8)
    canvas.line(LEFT, y, RIGHT, y)


def draw_words(canvas: Canvas, below: float, markup: str) -> float:
    """A paragraph below a height; answers where the next begins."""
    words = drawing.paragraph(markup, size=11.5, leading=16.5)
    return drawing.draw_paragraph(canvas, words, left=LEFT, top=below + 9, width=min(RIGHT - LEFT, 420)) - 16


def draw_foot(canvas: Canvas, name: str, number: str, address: str, contact: str) -> None:
    """Who runs the Fund, at the page’s end."""
    charity = escape(_("%(name)s, registered charity %(number)s")) % {"name": drawing.strong(name), "number": escape(number)}
    lines = [
        charity,
        escape(", ".join(line.strip(" ,") for line in address.splitlines() if line.strip())),
        escape(contact),
    ]
    words = drawing.paragraph("<br/>".join(line for line in lines if line), size=10.5, leading=14.5, colour=palette.SECOND_INK)
    height = words.wrap(RIGHT - LEFT, HEIGHT)[1]
    hairline(canvas, 48 + height + 12)
    drawing.draw_paragraph(canvas, words, left=LEFT, top=48 + height, width=RIGHT - LEFT)
