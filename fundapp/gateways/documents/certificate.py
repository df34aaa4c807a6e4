"""A host's thank-you, one A4 sheet to hang up: who, since when, and what was given there as far as it may be told."""

from __future__ import annotations

from html import escape

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from fundapp.core.language import gettext as _
from fundapp.gateways.documents import drawing, fonts, palette
from fundapp.gateways.documents.setting import fit

WIDTH, HEIGHT = landscape(A4)
MARGIN = 40.0
MIDDLE = WIDTH / 2


def certificate_pdf(
    *, business: str, since: str, given: str, until: str, town: str, charity_name: str, charity_number: str, contact: str, printed_on: str
) -> bytes:
    """A certificate. `since`, `until` and `printed_on` are days in words; without `given`, a sum in words, it tells no sum."""
    canvas, written = drawing.begin(
        (WIDTH, HEIGHT),
        title=_("Thank you, %(business)s: Changing Lives Fund") % {"business": business},
        author=charity_name,
        subject=_("A thank-you to a host of the Changing Lives Fund"),
    )
    _draw_frame(canvas)
    canvas.setFillColor(palette.INK)
    canvas.setFont(fonts.HEADING, 54)
    canvas.drawCentredString(MIDDLE, HEIGHT - 208, _("Thank you"), charSpace=-0.6)
    below = _draw_name(canvas, business, HEIGHT - 262)
    below = _draw_words(canvas, below, since=since, given=given, until=until, town=town)
    _draw_foot(canvas, charity_name, charity_number, contact, printed_on)
    return drawing.finish(canvas, written)


def _draw_frame(canvas: Canvas) -> None:
    canvas.setFillColor(palette.PAPER)
    canvas.rect(0, 0, WIDTH, HEIGHT, stroke=0, fill=1)
    canvas.setFillColor(palette.PETROL)
    canvas.rect(0, HEIGHT - 82, WIDTH, 82, stroke=0, fill=1)
    drawing.draw_lit_mark(canvas, centre=(MIDDLE, HEIGHT - 84), radius=44)
    canvas.setFillColor(palette.PAPER)
    canvas.setFont(fonts.HEADING, 17)
    canvas.drawString(MARGIN, HEIGHT - 47, _("Changing Lives Fund"))
    canvas.setFont(fonts.BODY, 13)
    canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 46, _("A small thing can unlock a life"))


def _draw_name(canvas: Canvas, business: str, top: float) -> float:
    name = fit(business, fonts.HEADING, width=WIDTH - 4 * MARGIN, steps=((36, 1), (30, 2), (24, 2), (18, 3), (13, 4)))
    canvas.setFillColor(palette.PETROL)
    canvas.setFont(name.font, name.size)
    for number, line in enumerate(name.lines):
        canvas.drawCentredString(MIDDLE, top - number * name.leading, line)
    return top - name.height - 40


def _draw_words(canvas: Canvas, below: float, *, since: str, given: str, until: str, town: str) -> float:
    said = [
        _("has had a place for our poster since %(since)s. Whoever stops there and gives helps somebody in %(town)s take the next step.")
        % {"since": since, "town": town}
    ]
    if given:
        said.append(_("%(given)s was given there up to the end of %(until)s.") % {"given": given, "until": until})
    for words in said:
        lines = fit(words, fonts.WORDS, width=WIDTH - 5 * MARGIN, steps=((17, 2), (15, 3)), leading=1.35)
        canvas.setFillColor(palette.INK)
        canvas.setFont(lines.font, lines.size)
        for number, line in enumerate(lines.lines):
            canvas.drawCentredString(MIDDLE, below - number * lines.leading, line)
        below -= lines.height + 32
    return below


def _draw_foot(canvas: Canvas, name: str, number: str, contact: str, printed_on: str) -> None:
    canvas.setStrokeColor(palette.RULE)
    canvas.setLineWidth(0.8)
    canvas.line(MARGIN, 92, WIDTH - MARGIN, 92)
    who = escape(_("%(name)s, registered charity %(number)s")) % {"name": drawing.strong(name), "number": escape(number)}
    words = drawing.paragraph(f"{who}<br/>{escape(contact)}", size=11, leading=15, colour=palette.SECOND_INK)
    drawing.draw_paragraph(canvas, words, left=MARGIN, top=80, width=WIDTH / 2)
    canvas.setFillColor(palette.SECOND_INK)
    canvas.setFont(fonts.BODY, 11)
    canvas.drawRightString(WIDTH - MARGIN, 68, printed_on)
