"""A collection point's poster, A4 for the window and A6 for the counter, in full colour or with little ink; and a sticker for glass.

In this order, readable at 3 m, 1 m and 30 cm: message, QR code, place, short address, who, how to check.
What stands at each point by the Code of Fundraising Practice 7.5.1: the charity's name, number and contact.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from math import asin, degrees, sqrt
from typing import Literal
from urllib.parse import urlsplit

from reportlab.lib.pagesizes import A4, A6
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject
from reportlab.platypus import Paragraph

from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.gateways import qr
from fundapp.gateways.documents import drawing, fonts, palette
from fundapp.gateways.documents.palette import Inks
from fundapp.gateways.documents.setting import fit

Size = Literal["A4", "A6", "sticker"]

# In two lines, as the sheet is drawn.
MESSAGE = (marked("A small thing"), marked("can unlock a life"))


@dataclass(frozen=True, slots=True)
class Facts:
    """What a poster says, besides the message."""

    place: str
    address_words: str
    url: str
    code: str
    charity_name: str
    charity_number: str
    town: str
    contact: str
    # "Ledger checkpoint 5,020 · 14 Nov 2026 · AbCdEfGhIjKlMnOp", or nothing before there is one.
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where things stand, in points. The picture is drawn on a ground 794 wide, scaled by `scale`; the floor is set by itself."""

    page: tuple[float, float]
    scale: float
    # From the sheet's lower edge to the floor's.
    floor: float
    margin: float
    # Sizes of the second words, the line above the place, the address, and the small print with its leading.
    second: float
    lead: float
    address: float
    small: float
    small_leading: float
    # The ledger's line, at the very foot.
    least: float
    # Largest first, with the most lines at each.
    place_steps: tuple[tuple[float, int], ...]
    # How far the picture is moved up, on its ground: the coin comes first then, and the message is left to larger sheets.
    lift: float = 0


SHEETS: dict[Size, Sheet] = {
    "A4": Sheet(
        page=A4,
        scale=0.75,
        floor=152,
        margin=42,
        second=19.5,
        lead=17,
        address=17,
        small=12.6,
        small_leading=16.6,
        least=8.2,
        place_steps=((29, 2), (26, 2), (23, 2), (20, 2), (18, 3), (16, 3), (14, 4), (12, 5)),
    ),
    "A6": Sheet(
        page=A6,
        scale=0.35,
        floor=95,
        margin=18,
        second=9.6,
        lead=9,
        address=9.6,
        small=7.4,
        small_leading=9.2,
        least=5.6,
        place_steps=((13.5, 2), (12.5, 2), (11, 2), (9.6, 2), (8.6, 3), (7.6, 4), (6.6, 5)),
    ),
    # For the glass of a door, on self-adhesive sheets.
    "sticker": Sheet(
        page=(120 * mm, 136 * mm),
        scale=0.446,
        floor=92,
        margin=16,
        second=9.6,
        lead=10.5,
        address=11,
        small=8.2,
        small_leading=10.2,
        least=5.6,
        place_steps=((16.5, 2), (15, 2), (13, 2), (11, 2), (10, 3), (8.6, 4), (7.4, 5)),
        lift=262,
    ),
}

# The picture, on its ground of 794: y counts down from the top.
CENTRE = 397.0
COIN_Y, COIN_RADIUS, RING_RADIUS = 628.0, 336.0, 318.0
HEAD_Y, HEAD_RADIUS = 554.0, 222.0
NECK_HALF, NECK_Y = 128.0, 735.4
FOOT_HALF = 216.0


def poster_pdf(
    *,
    size: Size,
    place: str,
    address_words: str,
    url: str,
    code: str,
    charity_name: str,
    charity_number: str,
    town: str,
    contact: str,
    checkpoint: str = "",
) -> bytes:
    """A poster in full colour. `url` is what the QR code says, `address_words` the same as people type it.

    `checkpoint` names a checkpoint of the ledger and how its seal begins: what hangs in a window nobody can take back.
    """
    return _alone(size, palette.FULL, Facts(place, address_words, url, code, charity_name, charity_number, town, contact, checkpoint))


def low_ink_poster_pdf(
    *,
    size: Size,
    place: str,
    address_words: str,
    url: str,
    code: str,
    charity_name: str,
    charity_number: str,
    town: str,
    contact: str,
    checkpoint: str = "",
) -> bytes:
    """The same poster in lines on the bare sheet, for an office printer."""
    return _alone(size, palette.LOW, Facts(place, address_words, url, code, charity_name, charity_number, town, contact, checkpoint))


def _alone(size: Size, inks: Inks, facts: Facts) -> bytes:
    canvas, written = drawing.begin(
        SHEETS[size].page,
        title=_("Give at %(place)s: Changing Lives Fund") % {"place": facts.place},
        author=facts.charity_name,
        subject=_("Poster for collection point %(code)s: %(url)s") % {"code": facts.code, "url": facts.url},
    )
    draw_poster(canvas, size, inks, facts)
    return drawing.finish(canvas, written)


def draw_poster(canvas: Canvas, size: Size, inks: Inks, facts: Facts) -> None:
    """Draw a poster on a page of its size."""
    sheet = SHEETS[size]
    _draw_picture(canvas, sheet, inks)
    if not sheet.lift:
        _draw_message(canvas, sheet, inks, facts)
    _draw_code(canvas, sheet, inks, facts)
    _draw_place(canvas, sheet, facts)
    _draw_address(canvas, sheet, facts)
    _draw_small_print(canvas, sheet, facts)
    _draw_checkpoint(canvas, sheet, facts)


def _at(sheet: Sheet, x: float, y: float) -> tuple[float, float]:
    """A point of the picture's ground on the sheet."""
    width, height = sheet.page
    return width / 2 + (x - CENTRE) * sheet.scale, height - (y - sheet.lift) * sheet.scale


def _draw_picture(canvas: Canvas, sheet: Sheet, inks: Inks) -> None:
    width, height = sheet.page
    if inks.ground:
        canvas.setFillColor(inks.ground)
        canvas.rect(0, 0, width, height, stroke=0, fill=1)
    coin = _at(sheet, CENTRE, COIN_Y)
    if inks.coin:
        canvas.setFillColor(inks.coin)
        canvas.circle(*coin, COIN_RADIUS * sheet.scale, stroke=0, fill=1)
    canvas.setStrokeColor(inks.ring)
    canvas.setLineWidth(inks.ring_width * sheet.scale / 0.75)
    canvas.circle(*coin, RING_RADIUS * sheet.scale, stroke=1, fill=0)
    if inks.outline:
        canvas.setLineWidth(inks.outline_width * sheet.scale / 0.75)
        canvas.circle(*coin, COIN_RADIUS * sheet.scale, stroke=1, fill=0)
    canvas.setFillColor(inks.light)
    canvas.rect(0, 0, width, sheet.floor, stroke=0, fill=1)
    canvas.drawPath(_keyhole(canvas, sheet), stroke=0, fill=1)
    if inks.outline:
        canvas.setStrokeColor(inks.outline)
        canvas.setLineJoin(1)
        canvas.drawPath(_keyhole(canvas, sheet), stroke=1, fill=0)


def _keyhole(canvas: Canvas, sheet: Sheet) -> PDFPathObject:
    """The way out: floor, skirt, head, skirt, floor. Open below, where the light falls on the floor."""
    width, _ = sheet.page
    head = _at(sheet, CENTRE, HEAD_Y)
    radius = HEAD_RADIUS * sheet.scale
    foot_left, foot_right = (width / 2 - FOOT_HALF * sheet.scale, width / 2 + FOOT_HALF * sheet.scale)
    neck_left, neck_right = _at(sheet, CENTRE - NECK_HALF, NECK_Y), _at(sheet, CENTRE + NECK_HALF, NECK_Y)
    rise = neck_left[1] - sheet.floor
    # The head's arc begins and ends at the neck, so many degrees either side of straight down.
    turn = degrees(asin(NECK_HALF / HEAD_RADIUS))
    path = canvas.beginPath()
    path.moveTo(0, sheet.floor)
    path.lineTo(foot_left, sheet.floor)
    path.curveTo(*_bend(foot_left, neck_left[0], sheet.floor, rise), *neck_left)
    box = (head[0] - radius, head[1] - radius, head[0] + radius, head[1] + radius)
    # The library's types say whole degrees; its code takes any.
    path.arcTo(*box, 270 - turn, -(360 - 2 * turn))  # type: ignore[arg-type]
    path.curveTo(*_bend_back(foot_right, neck_right[0], sheet.floor, rise), foot_right, sheet.floor)
    path.lineTo(width, sheet.floor)
    return path


def _bend(foot_x: float, neck_x: float, floor: float, rise: float) -> tuple[float, float, float, float]:
    """The skirt's soft curve, from the foot up: never straight, so that it is a person as well."""
    across = neck_x - foot_x
    return foot_x + across * 0.59, floor + rise * 0.30, foot_x + across * 0.89, floor + rise * 0.636


def _bend_back(foot_x: float, neck_x: float, floor: float, rise: float) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = _bend(foot_x, neck_x, floor, rise)
    return x2, y2, x1, y1


def _draw_message(canvas: Canvas, sheet: Sheet, inks: Inks, facts: Facts) -> None:
    middle = sheet.page[0] / 2
    size = 84 * sheet.scale
    canvas.setFillColor(inks.message)
    canvas.setFont(fonts.HEADING, size)
    for line, y in zip(MESSAGE, (106.0, 191.0), strict=True):
        canvas.drawCentredString(middle, _at(sheet, 0, y)[1], _(line), charSpace=-0.012 * size)
    second = fit(
        _("Gifts here buy a phone, a birth certificate, a bed for people in %(town)s. Every penny is shown.") % {"town": facts.town},
        fonts.BODY,
        width=sheet.page[0] - 2 * sheet.margin,
        steps=((sheet.second, 2), (sheet.second * 0.9, 2), (sheet.second * 0.8, 2)),
        leading=1.24,
    )
    canvas.setFont(second.font, second.size)
    for number, line in enumerate(second.lines):
        canvas.drawCentredString(middle, _at(sheet, 0, 240)[1] - number * second.leading, line)


def _draw_code(canvas: Canvas, sheet: Sheet, inks: Inks, facts: Facts) -> None:
    # The quiet zone's corners touch the head's edge: the light around the code is the scanner's as well.
    squares = len(qr.matrix(facts.url))
    side = HEAD_RADIUS * sheet.scale * sqrt(2) * squares / (squares + 2 * qr.QUIET_ZONE)
    drawing.draw_code(canvas, facts.url, centre=_at(sheet, CENTRE, HEAD_Y), side=side, colour=inks.code)


def _draw_place(canvas: Canvas, sheet: Sheet, facts: Facts) -> None:
    middle = sheet.page[0] / 2
    top = _at(sheet, 0, 783)[1]
    canvas.setFillColor(palette.INK)
    canvas.setFont(fonts.STRONG, sheet.lead)
    canvas.drawCentredString(middle, top, _("Scan to give at"))
    place = fit(facts.place, fonts.HEADING, width=2 * 136 * sheet.scale, steps=sheet.place_steps)
    # A little above the middle between the line above and the floor, so that one line and five both stand well.
    room = top - sheet.lead * 0.3 - sheet.floor
    first = top - sheet.lead * 0.3 - (room - place.height - place.size * 0.7) * 0.38 - place.size * 0.7
    canvas.setFillColor(palette.PETROL)
    canvas.setFont(place.font, place.size)
    for number, line in enumerate(place.lines):
        canvas.drawCentredString(middle, first - number * place.leading, line)


def _draw_address(canvas: Canvas, sheet: Sheet, facts: Facts) -> None:
    """The address as people type it, on the floor, where the longest has room."""
    lead, size = _("or type") + " ", sheet.address
    room = sheet.page[0] - 2 * sheet.margin

    def width(size: float) -> float:
        return fonts.width(lead, fonts.BODY, size) + fonts.width(facts.address_words, fonts.BOLD, size)

    size = min(size, size * room / width(size))
    x, y = (sheet.page[0] - width(size)) / 2, sheet.floor - sheet.address * 1.2
    canvas.setFillColor(palette.INK)
    canvas.setFont(fonts.BODY, size)
    canvas.drawString(x, y, lead)
    canvas.setFont(fonts.BOLD, size)
    canvas.drawString(x + fonts.width(lead, fonts.BODY, size), y, facts.address_words)


def _draw_checkpoint(canvas: Canvas, sheet: Sheet, facts: Facts) -> None:
    """The ledger's line, at the very foot."""
    top = _foot(sheet, facts)
    for words in _checkpoint(sheet, facts):
        drawing.draw_paragraph(canvas, words, left=sheet.margin, top=top, width=sheet.page[0] - 2 * sheet.margin)


def _foot(sheet: Sheet, facts: Facts) -> float:
    """Where the ledger's line begins; without one, how far down anything may come."""
    lines = (words.wrap(sheet.page[0] - 2 * sheet.margin, sheet.page[1])[1] for words in _checkpoint(sheet, facts))
    return sheet.margin * 0.45 + float(sum(lines))


def _checkpoint(sheet: Sheet, facts: Facts) -> list[Paragraph]:
    if not facts.checkpoint:
        return []
    which, _space, mark = facts.checkpoint.rpartition(" ")
    # Its letters have serifs, which tell I, l and 1 apart.
    letters = f'<font name="{fonts.WORDS}">{escape(mark)}</font>'
    where = drawing.strong(urlsplit(facts.url).netloc + "/open/ledger")
    told = _("%(checkpoint)s %(seal)s, printed where we cannot change it. Compare it at %(address)s")
    said = told % {"checkpoint": drawing.strong(which), "seal": letters, "address": where}
    return [drawing.paragraph(said, size=sheet.least, leading=sheet.least * 1.25, colour=palette.SECOND_INK)]


def _draw_small_print(canvas: Canvas, sheet: Sheet, facts: Facts) -> None:
    floor = _foot(sheet, facts) + (sheet.least * 0.5 if facts.checkpoint else 0)
    width = sheet.page[0]
    gap = sheet.margin * 0.7
    mark = sheet.small * 2.05
    column = (width - 2 * sheet.margin - gap - 2 * mark - mark * 0.45) / 2
    top = sheet.floor - sheet.address * 1.3 - sheet.small * 2.1
    drawing.draw_mark(canvas, centre=(sheet.margin + mark, top - mark * 1.02), radius=mark)
    run_by = {"town": facts.town, "name": facts.charity_name, "number": facts.charity_number}
    who = (
        escape(_("%(town)s. Run by %(name)s, registered charity %(number)s.") % run_by),
        drawing.strong(facts.contact),
    )
    _column(
        canvas, sheet, _("Changing Lives Fund"), fonts.HEADING, who, left=sheet.margin + 2.45 * mark, top=top, width=column, floor=floor
    )
    host = urlsplit(facts.url).netloc
    check = (
        _("Your phone should show %(address)s and name this place. If not, don’t pay: tell the shop, or tell us.")
        % {"address": drawing.strong(host)},
    )
    _column(
        canvas, sheet, _("Is this poster real?"), fonts.BOLD, check, left=width - sheet.margin - column, top=top, width=column, floor=floor
    )


def _column(
    canvas: Canvas, sheet: Sheet, heading: str, font: str, words: tuple[str, ...], *, left: float, top: float, width: float, floor: float
) -> None:
    """A heading and what belongs below, smaller where there is much to say: never below `floor`, no address broken."""
    size = sheet.small
    while True:
        leading = size * sheet.small_leading / sheet.small
        paragraphs = [drawing.paragraph(one, size=size, leading=leading) for one in words]
        height = sum(one.wrap(width, sheet.page[1])[1] for one in paragraphs) + sheet.small * 1.42
        whole = all(one.minWidth() <= width for one in paragraphs)
        if (whole and top - height >= floor) or size < sheet.small * 0.65:
            break
        size *= 0.96
    canvas.setFillColor(palette.INK)
    canvas.setFont(font, sheet.small * 1.28)
    canvas.drawString(left, top - sheet.small, heading)
    below = top - sheet.small * 1.42
    for one in paragraphs:
        below = drawing.draw_paragraph(canvas, one, left=left, top=below, width=width)
