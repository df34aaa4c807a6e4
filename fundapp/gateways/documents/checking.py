"""A receipt's second page: the proof that a gift stands in the ledger, for whoever checks it without us (decision 5).

The same proof rides in the file as an attachment. On paper it stands in letters, each line with its name, to be typed or scanned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from fundapp.core.language import gettext as _
from fundapp.gateways.documents import drawing, fonts, palette

WIDTH, HEIGHT = A4
LEFT, RIGHT = 64.0, WIDTH - 64.0
CODE_SIDE = 96.0
INSET = 14.0
# Where values begin, right of their names.
INDENT = 58.0
SIZE, LEADING = 8.4, 12.0
FOOT = 40.0
# What a reader of PDFs, or of paper, may take for the end of a word: no line breaks there.
NO_BREAK_AFTER = frozenset(" -")


@dataclass(frozen=True, slots=True)
class Checking:
    """What there is to check. `rows` say in letters what `file`, the `.tlog-proof`, says in its own form."""

    sentence: str
    rows: tuple[tuple[str, str], ...]
    file: bytes
    file_name: str


def draw_checking(canvas: Canvas, checking: Checking, *, heading: str, page_url: str) -> None:
    """Draw the page. Scanning its code leads to the gift's own page."""
    canvas.setFillColor(palette.INK)
    canvas.setFont(fonts.HEADING, 22)
    canvas.drawString(LEFT, HEIGHT - 78, _("For checking"))
    canvas.setFont(fonts.BODY, 11)
    canvas.drawRightString(RIGHT, HEIGHT - 78, heading)
    width, top = RIGHT - LEFT - CODE_SIDE - 40, HEIGHT - 98
    below = top
    for markup in _words(checking, page_url):
        words = drawing.paragraph(markup, size=10.5, leading=14.5)
        below = drawing.draw_paragraph(canvas, words, left=LEFT, top=below, width=width) - 7
    centre = (RIGHT - CODE_SIDE / 2, top - CODE_SIDE / 2 - 4)
    drawing.draw_code(canvas, page_url, centre=centre, side=CODE_SIDE, colour=palette.BLACK)
    canvas.setFillColor(palette.SECOND_INK)
    canvas.setFont(fonts.BODY, 8.5)
    canvas.drawCentredString(centre[0], top - CODE_SIDE - 20, _("Your gift’s own page"))
    _draw_box(canvas, checking, top=min(below, top - CODE_SIDE - 26) - 12)


def _words(checking: Checking, page_url: str) -> Iterator[str]:
    address = page_url.partition("/gifts/")[0] + "/open/ledger"
    alone = _("Anybody can check that, without us and without asking us, by what stands on this page.")
    yield f"{drawing.strong(checking.sentence)} {escape(alone)}"
    # The words are escaped before the names are put in, in bold.
    yield escape(
        _(
            "It is attached to this file as %(file)s. From paper, type the lines below, or have them read by a scanner; from-paper.py "
            "makes the same file of them. With it, and with verify.py, everything is checked in a moment. Both are at %(address)s: "
            "short programs, to be read first by somebody you trust."
        )
    ) % {"file": drawing.strong(checking.file_name), "address": drawing.strong(address)}
    yield escape(
        _(
            "“entry” is what the ledger says of your gift, word for word; “private” is the part of it that only you and we have. "
            "“path” leads from it to “root”, the seal over all entries, which “key” has signed. Compare root and key with ones that "
            "you have from elsewhere. Keep this page to yourself."
        )
    )


def _draw_box(canvas: Canvas, checking: Checking, *, top: float) -> None:
    width = RIGHT - LEFT - 2 * INSET - INDENT
    lines = [line for name, value in checking.rows for line in _lines(name, value, width)] + [("end", "")]
    # Smaller where there is more of it than ever yet: never below the sheet's edge.
    shrink = min(1.0, (top - 30 - INSET - FOOT) / (LEADING * len(lines)))
    height = 30 + LEADING * shrink * len(lines) + INSET
    canvas.setStrokeColor(palette.INK)
    canvas.setLineWidth(1)
    canvas.roundRect(LEFT, top - height, RIGHT - LEFT, height, 6, stroke=1, fill=0)
    canvas.setFillColor(palette.INK)
    canvas.setFont(fonts.STRONG, 10.5)
    canvas.drawString(LEFT + INSET, top - 21, _("The proof, in letters"))
    y = top - 30 - LEADING * shrink
    for name, value in lines:
        canvas.setFont(fonts.STRONG, SIZE * shrink)
        canvas.drawString(LEFT + INSET, y, name)
        canvas.setFont(fonts.WORDS, SIZE * shrink)
        canvas.drawString(LEFT + INSET + INDENT, y, value)
        y -= LEADING * shrink


def _lines(name: str, value: str, width: float) -> Iterator[tuple[str, str]]:
    """A value in lines as full as they go; only the first has the name before it. Serifs tell I, l and 1 apart."""
    while value:
        end = len(value)
        while end > 1 and fonts.width(value[:end], fonts.WORDS, SIZE) > width:
            end -= 1
        while 1 < end < len(value) and (value[end - 1] in NO_BREAK_AFTER or value[end] == " "):
            end -= 1
        yield name, value[:end]
        name, value = "", value[end:]


def attach_proof(canvas: Canvas, checking: Checking) -> None:
    """Let the proof itself ride in the file (ISO 32000-1, 7.11.4), by what reportlab writes a file's objects with."""
    # It has no other name for the document that it writes.
    document = canvas._doc  # type: ignore[attr-defined]
    kind = pdfdoc.PDFDictionary({"Type": pdfdoc.PDFName("EmbeddedFile"), "Subtype": pdfdoc.PDFName("text/plain")})
    content = document.Reference(pdfdoc.PDFStream(kind, checking.file))
    name = pdfdoc.PDFString(checking.file_name)
    told = {"Type": pdfdoc.PDFName("Filespec"), "F": name, "UF": name, "EF": pdfdoc.PDFDictionary({"F": content})}
    told["Desc"] = pdfdoc.PDFString(_("The proof that this gift stands in the ledger"))
    files = pdfdoc.PDFDictionary({"Names": pdfdoc.PDFArray([name, document.Reference(pdfdoc.PDFDictionary(told))])})
    canvas.setCatalogEntry("Names", pdfdoc.PDFDictionary({"EmbeddedFiles": files}))
