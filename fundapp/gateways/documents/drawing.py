"""What posters and receipts both draw: the mark, a QR code, a paragraph; and how a file says what it is."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from io import BytesIO
from threading import Lock

from reportlab.lib.colors import Color
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject
from reportlab.platypus import Paragraph

from fundapp.gateways import qr
from fundapp.gateways.documents import fonts, palette

LANGUAGE = "en-GB"

# reportlab has one object a font, which reads its file by a place it keeps: two threads that write their letters at once take each
# other's place (reportlab, ttfonts.TTFontParser).
_ONE_AT_A_TIME = Lock()


def begin(page_size: tuple[float, float], *, title: str, author: str, subject: str, language: str = LANGUAGE) -> tuple[Canvas, BytesIO]:
    """A page to draw on, and where it is written. The same words give the same bytes: no clock and no chance in the file."""
    fonts.register()
    written = BytesIO()
    canvas = Canvas(written, pagesize=page_size, lang=language, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.setSubject(subject)
    canvas.setCreator("Changing Lives Fund")
    # A reader's window then says the title, not the file's name.
    canvas.setViewerPreference("DisplayDocTitle", "true")
    return canvas, written


def finish(canvas: Canvas, written: BytesIO) -> bytes:
    """The file."""
    canvas.showPage()
    with _ONE_AT_A_TIME:
        canvas.save()
    return written.getvalue()


def draw_code(canvas: Canvas, url: str, *, centre: tuple[float, float], side: float, colour: Color) -> None:
    """Draw a code of this side, quiet zone not counted, as one path: separate squares would show hairlines when printed."""
    squares = qr.matrix(url)
    unit = side / len(squares)
    left, top = centre[0] - side / 2, centre[1] + side / 2
    path = canvas.beginPath()
    for run in qr.runs(squares):
        path.rect(left + run.column * unit, top - (run.row + 1) * unit, run.length * unit, unit)
    canvas.setFillColor(colour)
    canvas.drawPath(path, stroke=0, fill=1, fillMode=1)
    canvas.linkURL(url, (left, top - side, left + side, top), relative=0)


def draw_mark(canvas: Canvas, *, centre: tuple[float, float], radius: float) -> None:
    """The coin that is a keyhole, unlit: petrol with a paper keyhole (design/brief, "The mark")."""
    _draw_coin(canvas, centre, radius, coin=palette.PETROL, key=palette.PAPER)


def draw_lit_mark(canvas: Canvas, *, centre: tuple[float, float], radius: float) -> None:
    """The same coin lit: only where somebody gives, or gave."""
    _draw_coin(canvas, centre, radius, coin=palette.MARIGOLD, key=palette.PETROL)


def _draw_coin(canvas: Canvas, centre: tuple[float, float], radius: float, *, coin: Color, key: Color) -> None:
    canvas.saveState()
    canvas.translate(*centre)
    # The drawing's own 64 units, its y pointing down.
    canvas.scale(radius / 31, -radius / 31)
    canvas.setFillColor(coin)
    canvas.circle(0, 0, 31, stroke=0, fill=1)
    canvas.setStrokeColor(key, alpha=0.55)
    canvas.setLineWidth(1.3)
    canvas.circle(0, 0, 27, stroke=1, fill=0)
    canvas.translate(-32, -32)
    canvas.setFillColor(key)
    # Head and skirt by themselves: where two parts of one path overlap, it would be left open.
    canvas.circle(32, 23, 11, stroke=0, fill=1)
    canvas.drawPath(_skirt(canvas), stroke=0, fill=1)
    canvas.restoreState()


def _skirt(canvas: Canvas) -> PDFPathObject:
    path = canvas.beginPath()
    path.moveTo(37.6, 32.5)
    path.curveTo(38.2, 38.5, 40, 43.5, 42.9, 48.3)
    path.curveTo(43.6, 49.5, 42.7, 51, 41.3, 51)
    path.lineTo(22.7, 51)
    path.curveTo(21.3, 51, 20.4, 49.5, 21.1, 48.3)
    path.curveTo(24, 43.5, 25.8, 38.5, 26.4, 32.5)
    path.close()
    return path


def strong(text: str) -> str:
    """Words for a paragraph, safe and semibold."""
    return f'<font name="{fonts.STRONG}">{escape(text)}</font>'


def paragraph(markup: str, *, size: float, leading: float, colour: Color = palette.INK, font: str = fonts.BODY) -> Paragraph:
    """A paragraph that wraps by itself. `markup` is ours; what people wrote in it is escaped."""
    return Paragraph(markup, ParagraphStyle("words", fontName=font, fontSize=size, leading=leading, textColor=colour))


def draw_paragraph(canvas: Canvas, words: Paragraph, *, left: float, top: float, width: float) -> float:
    """Draw a paragraph below `top`, and answer where it ends."""
    _, height = words.wrapOn(canvas, width, 10_000)
    words.drawOn(canvas, left, top - height)
    return float(top - height)


def draw_facts(canvas: Canvas, below: float, facts: Sequence[tuple[str, str]], *, left: float, width: float, indent: float) -> float:
    """Names with what they say beside them, one below the other; where the last of them ends."""
    for name, value in facts:
        canvas.setFillColor(palette.SECOND_INK)
        canvas.setFont(fonts.BODY, 11.5)
        canvas.drawString(left, below, name)
        words = paragraph(escape(value), size=11.5, leading=15.5)
        end = draw_paragraph(canvas, words, left=left + indent, top=below + 11.6, width=width - indent)
        below = min(below - 20, end - 13)
    return below
