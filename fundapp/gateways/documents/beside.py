"""The code beside the words, for things that are broader than high: a card on a table, a label round a tin.

They say what a poster says, in its order: message, code, place, short address, who (Code of Fundraising Practice 7.5.1), how to check.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from math import sqrt
from urllib.parse import urlsplit

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from fundapp.core.language import gettext as _
from fundapp.gateways import qr
from fundapp.gateways.documents import drawing, fonts, palette
from fundapp.gateways.documents.poster import MESSAGE, Facts
from fundapp.gateways.documents.setting import fit


@dataclass(frozen=True, slots=True)
class Panel:
    """Where things stand, in points."""

    size: tuple[float, float]
    # How broad the petrol ground with the coin is, on the left; the radius of the keyhole's head, and how high its middle is.
    ground: float
    head: float
    head_y: float
    margin: float
    message: float
    second: float
    lead: float
    address: float
    small: float
    place_steps: tuple[tuple[float, int], ...]


CARD = Panel(
    size=(148 * mm, 105 * mm),
    ground=208,
    head=84,
    head_y=166,
    margin=15,
    message=21.5,
    second=10.2,
    lead=10.4,
    address=9.4,
    small=7.6,
    place_steps=((19, 2), (17, 2), (15, 3), (13, 3), (11.5, 4), (10, 4), (8.6, 5), (7.4, 6)),
)
LABEL = Panel(
    size=(210 * mm, 74 * mm),
    ground=196,
    head=76,
    head_y=118,
    margin=14,
    message=24,
    second=10.2,
    lead=10.4,
    address=10.5,
    small=7.6,
    place_steps=((18, 1), (16, 1), (14, 1), (12, 2), (10, 2), (8.6, 3), (7.4, 3)),
)
# The poster's own keyhole (poster.py), by the radius of its head.
COIN, COIN_BELOW, RING = 336 / 222, 74 / 222, 318 / 222
NECK, NECK_BELOW, FOOT, FOOT_BELOW = 128 / 222, 181.4 / 222, 216 / 222, 366 / 222


def draw_card(canvas: Canvas, facts: Facts) -> None:
    """A card for a table: one sheet of A5, folded in the middle, so that it stands and is read from both sides."""
    width, height = CARD.size
    draw_panel(canvas, CARD, facts)
    canvas.saveState()
    canvas.translate(width, 2 * height)
    canvas.rotate(180)
    draw_panel(canvas, CARD, facts)
    canvas.restoreState()
    canvas.setStrokeColor(palette.RULE)
    canvas.setLineWidth(0.5)
    canvas.setDash(3, 3)
    canvas.line(0, height, width, height)
    canvas.setDash()


def draw_label(canvas: Canvas, facts: Facts) -> None:
    """A label to be glued round a tin."""
    draw_panel(canvas, LABEL, facts)


def draw_panel(canvas: Canvas, panel: Panel, facts: Facts) -> None:
    """The code on its coin, and the words beside it."""
    width, height = panel.size
    canvas.setFillColor(palette.PAPER)
    canvas.rect(0, 0, width, height, stroke=0, fill=1)
    _draw_coin(canvas, panel, facts)
    left, top = panel.ground + panel.margin, height - panel.margin
    room = width - left - panel.margin
    top = _draw_message(canvas, panel, facts, left, top, room)
    foot = _draw_small_print(canvas, panel, facts, left, room)
    _draw_place(canvas, panel, facts, left, top, foot, room)


def _draw_coin(canvas: Canvas, panel: Panel, facts: Facts) -> None:
    """The coin, cropped by its ground, and the keyhole that opens to the sheet's foot: the way out."""
    middle, head = panel.ground / 2, panel.head
    canvas.saveState()
    ground = canvas.beginPath()
    ground.rect(0, 0, panel.ground, panel.size[1])
    canvas.clipPath(ground, stroke=0, fill=0)
    canvas.setFillColor(palette.PETROL)
    canvas.rect(0, 0, panel.ground, panel.size[1], stroke=0, fill=1)
    canvas.setFillColor(palette.MARIGOLD)
    coin_y = panel.head_y - COIN_BELOW * head
    canvas.circle(middle, coin_y, COIN * head, stroke=0, fill=1)
    canvas.setStrokeColor(palette.PETROL)
    canvas.setLineWidth(1.2)
    canvas.circle(middle, coin_y, RING * head, stroke=1, fill=0)
    canvas.setFillColor(palette.PAPER)
    canvas.circle(middle, panel.head_y, head, stroke=0, fill=1)
    canvas.drawPath(_skirt(canvas, panel), stroke=0, fill=1)
    canvas.restoreState()
    # The quiet zone's corners touch the head's edge, as on a poster.
    squares = len(qr.matrix(facts.url))
    side = head * sqrt(2) * squares / (squares + 2 * qr.QUIET_ZONE)
    drawing.draw_code(canvas, facts.url, centre=(middle, panel.head_y), side=side, colour=palette.DEEP_PETROL)


def _skirt(canvas: Canvas, panel: Panel) -> PDFPathObject:
    """From the neck in a soft curve to the foot, never straight."""
    middle, head = panel.ground / 2, panel.head
    neck_y, foot_y = panel.head_y - NECK_BELOW * head, min(0.0, panel.head_y - FOOT_BELOW * head)
    rise, across = neck_y - foot_y, (FOOT - NECK) * head
    path = canvas.beginPath()
    path.moveTo(middle - NECK * head, neck_y)
    path.curveTo(
        middle - NECK * head - across * 0.11,
        foot_y + rise * 0.636,
        middle - FOOT * head + across * 0.59,
        foot_y + rise * 0.3,
        middle - FOOT * head,
        foot_y,
    )
    path.lineTo(middle + FOOT * head, foot_y)
    path.curveTo(
        middle + FOOT * head - across * 0.59,
        foot_y + rise * 0.3,
        middle + NECK * head + across * 0.11,
        foot_y + rise * 0.636,
        middle + NECK * head,
        neck_y,
    )
    path.close()
    return path


def _draw_message(canvas: Canvas, panel: Panel, facts: Facts, left: float, top: float, room: float) -> float:
    words = fit(
        " ".join(_(line) for line in MESSAGE), fonts.HEADING, width=room, steps=((panel.message, 2), (panel.message * 0.8, 3)), leading=1.1
    )
    canvas.setFillColor(palette.INK)
    canvas.setFont(words.font, words.size)
    for number, line in enumerate(words.lines):
        canvas.drawString(left, top - words.size * 0.8 - number * words.leading, line)
    top -= words.size * 0.8 + words.height + words.size * 0.38
    gifts = _("Gifts here buy a phone, a birth certificate, a bed for people in %(town)s. Every penny is shown.") % {"town": facts.town}
    second = fit(gifts, fonts.BODY, width=room, steps=((panel.second, 1), (panel.second * 0.94, 3), (panel.second * 0.8, 4)), leading=1.25)
    canvas.setFont(second.font, second.size)
    for number, line in enumerate(second.lines):
        canvas.drawString(left, top - second.size - number * second.leading, line)
    return top - second.size - second.height - panel.second


def _draw_place(canvas: Canvas, panel: Panel, facts: Facts, left: float, top: float, foot: float, room: float) -> None:
    """The place and the address as people type it, in what is left between the message and the small print."""
    address = drawing.paragraph(
        f"{escape(_('or type'))} {drawing.strong(facts.address_words)}", size=panel.address, leading=panel.address * 1.2
    )
    size = panel.address
    while address.minWidth() > room and size > 4:
        size *= 0.95
        address = drawing.paragraph(f"{escape(_('or type'))} {drawing.strong(facts.address_words)}", size=size, leading=size * 1.2)
    high = address.wrap(room, panel.size[1])[1]
    free = top - foot - high - panel.lead * 1.9
    place = fit(facts.place, fonts.HEADING, width=room, steps=panel.place_steps)
    for step in range(len(panel.place_steps)):
        place = fit(facts.place, fonts.HEADING, width=room, steps=panel.place_steps[step:])
        if place.height + place.size <= free:
            break
    canvas.setFillColor(palette.INK)
    canvas.setFont(fonts.STRONG, panel.lead)
    canvas.drawString(left, top - panel.lead, _("Scan to give at"))
    below = top - panel.lead * 1.5 - place.size * 0.85
    canvas.setFillColor(palette.PETROL)
    canvas.setFont(place.font, place.size)
    for number, line in enumerate(place.lines):
        canvas.drawString(left, below - number * place.leading, line)
    drawing.draw_paragraph(canvas, address, left=left, top=below - place.height - place.size * 0.4, width=room)


def _draw_small_print(canvas: Canvas, panel: Panel, facts: Facts, left: float, room: float) -> float:
    """Who, and how to check: at the foot. Answers where it begins."""
    run_by = {"town": facts.town, "name": facts.charity_name, "number": facts.charity_number}
    host = drawing.strong(urlsplit(facts.url).netloc)
    check = _("Is this real? Your phone should show %(address)s and name this place. If not, don’t pay: tell us.") % {"address": host}
    who = escape(_("%(town)s. Run by %(name)s, registered charity %(number)s.") % run_by)
    said = [f"{drawing.strong(_('Changing Lives Fund'))}, {who} {drawing.strong(facts.contact)}", check]
    size = panel.small
    while True:
        paragraphs = [drawing.paragraph(one, size=size, leading=size * 1.22) for one in said]
        heights = [one.wrap(room, panel.size[1])[1] for one in paragraphs]
        if (sum(heights) <= panel.size[1] * 0.36 and all(one.minWidth() <= room for one in paragraphs)) or size < panel.small * 0.65:
            break
        size *= 0.96
    top = foot = panel.margin + sum(heights) + panel.small * 0.4
    for one in paragraphs:
        top = drawing.draw_paragraph(canvas, one, left=left, top=top, width=room) - panel.small * 0.4
    canvas.setStrokeColor(palette.RULE)
    canvas.setLineWidth(0.7)
    canvas.line(left, foot + 4, left + room, foot + 4)
    return foot + 8
