"""Bills: what a phone's camera or a shop's mail makes of them, made safe before it is kept.

A picture is decoded and written anew as a JPEG, so that nothing of the file that came in is kept: no place, no serial number, no
second format hiding behind the first (OWASP File Upload Cheat Sheet). A PDF is kept as it is and only ever handed out as a download.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked

MOST_BYTES = 10 * 1024 * 1024
# A phone's best camera makes 50 million pixels; a picture that claims more is a mistake or an attack.
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 15_000
# Enough to read small print, and some 300 kB.
KEPT_SIDE = 2_200
FORMATS = ("JPEG", "PNG")

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
    return Bill(PDF, raw) if raw.startswith(b"%PDF-") else Bill(JPEG, _picture(raw))


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
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
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
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
