"""QR codes: an address as black and white squares, as SVG, as PNG, or as a matrix for a printed page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from io import BytesIO

import qrcode
from PIL import Image

# White squares around the code (ISO/IEC 18004).
QUIET_ZONE = 4
# A quarter may be scratched, stained or hidden by a reflection: behind a shop's counter, on paper, for years.
CORRECTION = qrcode.ERROR_CORRECT_Q

Matrix = tuple[tuple[bool, ...], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Dark squares side by side: `length` of them from (column, row), counted from the top left."""

    column: int
    row: int
    length: int


@lru_cache(maxsize=8)
def matrix(text: str) -> Matrix:
    """The squares of a code, True where dark, without its quiet zone. The text is kept as it is: case matters in an address."""
    code = qrcode.QRCode(error_correction=CORRECTION, border=0)
    code.add_data(text)
    code.make(fit=True)
    return tuple(tuple(bool(square) for square in row) for row in code.get_matrix())


def runs(squares: Matrix) -> Iterator[Run]:
    """The dark squares, gathered along each row: fewer and without hairlines between neighbours."""
    for row, line in enumerate(squares):
        start = None
        for column, dark in enumerate((*line, False)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                yield Run(start, row, column - start)
                start = None


def svg(text: str, *, label: str) -> str:
    """A code as one SVG element, dark on white whatever the page's colours: scanners need it so. `label` is read out."""
    squares = matrix(text)
    size = len(squares) + 2 * QUIET_ZONE
    path = "".join(f"M{QUIET_ZONE + run.column} {QUIET_ZONE + run.row}h{run.length}v1h-{run.length}z" for run in runs(squares))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" aria-label="{escape(label)}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{path}"/></svg>'
    )


def png(text: str, *, square_pixels: int = 20) -> bytes:
    """A code as a PNG in pure black and white, `square_pixels` to each square."""
    squares = matrix(text)
    size = len(squares) + 2 * QUIET_ZONE
    image = Image.new("1", (size, size), 1)
    for run in runs(squares):
        for column in range(run.column, run.column + run.length):
            image.putpixel((QUIET_ZONE + column, QUIET_ZONE + run.row), 0)
    written = BytesIO()
    image.resize((size * square_pixels, size * square_pixels), Image.Resampling.NEAREST).save(written, "PNG", optimize=True)
    return written.getvalue()
