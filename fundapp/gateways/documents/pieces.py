"""What can be printed for a collection point, by name, for one point or for many in one file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas

from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.gateways.documents import beside, drawing, palette
from fundapp.gateways.documents.palette import Inks
from fundapp.gateways.documents.poster import SHEETS, Facts, Size, draw_poster

__all__ = ["PIECES", "Facts", "Piece", "pieces_pdf"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing to print. `page` in points."""

    words: str
    page: tuple[float, float]
    draw: Callable[[Canvas, Facts], None]


def _poster(words: str, size: Size, inks: Inks) -> Piece:
    return Piece(words, SHEETS[size].page, lambda canvas, facts: draw_poster(canvas, size, inks, facts))


PIECES: Mapping[str, Piece] = {
    "poster-a4": _poster(marked("A4, for the window"), "A4", palette.FULL),
    "poster-a6": _poster(marked("A6, for the counter"), "A6", palette.FULL),
    "poster-a4-low-ink": _poster(marked("A4 with little ink"), "A4", palette.LOW),
    "poster-a6-low-ink": _poster(marked("A6 with little ink"), "A6", palette.LOW),
    "window-sticker": _poster(marked("Sticker, for the door"), "sticker", palette.FULL),
    "table-card": Piece(marked("Card, to be folded, for tables"), (beside.CARD.size[0], 2 * beside.CARD.size[1]), beside.draw_card),
    "tin-label": Piece(marked("Label, for a tin"), beside.LABEL.size, beside.draw_label),
}


def pieces_pdf(name: str, facts: Sequence[Facts]) -> bytes:
    """One page for each point, in this order. Raises KeyError for what is not among PIECES, and ValueError for no point.

    A page takes some ten kilobytes until the file is done: whoever asks for many asks for them in parts.
    """
    piece = PIECES[name]
    if not facts:
        raise ValueError("there is no point to print for")
    about = {"place": facts[0].place, "code": facts[0].code, "url": facts[0].url, "count": len(facts)}
    alone = len(facts) == 1
    canvas, written = drawing.begin(
        piece.page,
        title=(_("Give at %(place)s: Changing Lives Fund") if alone else _("Changing Lives Fund: %(count)s places")) % about,
        author=facts[0].charity_name,
        subject=(_("Poster for collection point %(code)s: %(url)s") if alone else _("Posters for collection points")) % about,
    )
    for number, one in enumerate(facts):
        if number:
            canvas.showPage()
        piece.draw(canvas, one)
    return drawing.finish(canvas, written)
