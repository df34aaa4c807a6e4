"""Bills: what a phone's camera or a shop's mail makes of them, made safe before it is kept.

A picture is decoded and written anew as a JPEG, so that nothing of the file that came in is kept: no place, no serial number, no
second format hiding behind the first (OWASP File Upload Cheat Sheet). A PDF is kept as it is, if nothing in it acts (pdf_reading.py),
and only ever handed out as a download.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageOps

from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.grants import pdf_reading

MOST_BYTES = 10 * 1024 * 1024
# A phone's best camera makes 50 million pixels; a picture that claims more is a mistake or an attack.
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 15_000
# Enough to read small print, and some 300 kB.
KEPT_SIDE = 2_200
FORMATS = ("JPEG", "PNG")
# Of the grid for covering parts: on a phone 45 pixels a cell, on paper some 2 cm.
COLUMNS = 7
MOST_ROWS = 24
# A block of a JPEG.
RIM = 8

JPEG = "image/jpeg"
PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill, safe to keep: its media type by content, and its bytes."""

    media_type: str
    content: bytes


def made_safe(raw: bytes) -> Bill:
    """A bill made safe to keep. What the file is called and says of itself is not looked at.

    Raises Refused, with a sentence that says what to do instead.
    """
    if not raw:
        raise Refused(_("The file is empty. Choose the photo or PDF of the bill again."))
    if len(raw) > MOST_BYTES:
        raise Refused(_("The file is larger than 10 MB. Send a photo of the bill instead."))
    if raw.startswith(b"%PDF-"):
        pdf_reading.require_plain(raw)
        return Bill(PDF, raw)
    return Bill(JPEG, _picture(raw))


@dataclass(frozen=True, slots=True)
class Grid:
    """A coarse grid over a picture, with cells that a finger can hit."""

    columns: int
    rows: int

    @classmethod
    def over(cls, content: bytes) -> Grid:
        """The grid of a picture that was made safe: as good as square cells."""
        with Image.open(io.BytesIO(content), formats=("JPEG",)) as picture:
            width, height = picture.size
        return cls(COLUMNS, min(MOST_ROWS, max(1, COLUMNS * height // width)))

    def has(self, cell: int) -> bool:
        """Whether there is such a cell. They are counted from 0, along the rows."""
        return 0 <= cell < self.columns * self.rows


def covered(content: bytes, cells: Iterable[int]) -> bytes:
    """A picture that was made safe, with these cells of its grid painted black: what was under them is nowhere in it.

    A narrow rim round each cell is painted too, because a JPEG's blocks carry traces of what they adjoin.
    """
    grid = Grid.over(content)
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as picture:
        clean = picture.convert("RGB")
    paint = ImageDraw.Draw(clean)
    wide, high = clean.width / grid.columns, clean.height / grid.rows
    for cell in sorted({cell for cell in cells if grid.has(cell)}):
        row, column = divmod(cell, grid.columns)
        corner = (int(column * wide) - RIM, int(row * high) - RIM)
        paint.rectangle([*corner, int((column + 1) * wide) + RIM, int((row + 1) * high) + RIM], fill="black")
    return _written(clean)


def _picture(raw: bytes) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
                _check_size(*picture.size)
                # A JPEG can be decoded at a half or a quarter: less memory for the same kept picture.
                picture.draft("RGB", (KEPT_SIDE, KEPT_SIDE))
                return _anew(picture)
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(_(_TOO_LARGE)) from error
    except Exception as error:
        # Whatever the library trips over: it was written for files that mean well.
        raise Refused(_("We could not read that file. Send a photo (JPEG or PNG) or a PDF of the bill.")) from error


_TOO_LARGE = marked("That picture has too many pixels to be a photo of a bill. Take a plain photo of it.")


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise Refused(_(_TOO_LARGE))


def _anew(picture: Image.Image) -> bytes:
    """The pixels alone, the right way up, on white, in a new file."""
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((KEPT_SIDE, KEPT_SIDE))
    layer = upright.convert("RGBA")
    clean = Image.new("RGB", layer.size, "white")
    clean.paste(layer, mask=layer.getchannel("A"))
    return _written(clean)


def _written(clean: Image.Image) -> bytes:
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
