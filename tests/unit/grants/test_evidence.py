"""Bills from strangers' phones: what is kept, and what is turned away."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from fundapp.core.errors import Refused
from fundapp.grants.evidence import JPEG, KEPT_SIDE, MOST_BYTES, PDF, Grid, covered, made_safe
from tests.builders import files

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(kind: str = "JPEG", size: tuple[int, int] = (300, 200), mode: str = "RGB", **save: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **save)
    return out.getvalue()


def opened(raw: bytes) -> Image.Image:
    return Image.open(io.BytesIO(raw), formats=["JPEG"])


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1_000)) + chunk(b"IEND", b"")


def test_nothing_that_a_phone_or_a_program_writes_into_a_photo_is_kept() -> None:
    raw, traces = files.phone_photo()
    kept = made_safe(raw).content
    for trace in traces:
        assert trace in raw or trace in {b"xmpmeta", b"http://"}, f"the test's photo has no {trace!r}"
        assert trace not in kept, trace
    again = opened(kept)
    assert set(again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not getattr(again, "n_frames", 1) > 1


def test_a_png_s_words_and_times_and_profiles_are_not_kept() -> None:
    info = PngInfo()
    info.add_text("Author", "MARY")
    info.add_text("Comment", "HIGHSTREET" * 40, zip=True)
    info.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>XMPCREATOR</x:xmpmeta>")
    raw = picture("PNG", pnginfo=info, icc_profile=b"ICCPROFILE" * 20, exif=Image.Exif().tobytes())
    kept = made_safe(raw).content
    for trace in (b"MARY", b"HIGHSTREET", b"XMPCREATOR", b"ICC", b"Exif"):
        assert trace not in kept


def test_what_is_covered_is_black_and_gone_and_the_rest_is_still_there() -> None:
    loud = Image.effect_noise((700, 1_200), 200).convert("RGB")
    out = io.BytesIO()
    loud.save(out, "PNG")
    safe = made_safe(out.getvalue()).content
    grid = Grid.over(safe)
    assert (grid.columns, grid.rows) == (7, 12)
    hidden = opened(covered(safe, [0, 8, 83, 83, 84, -1, 10**6]))
    assert not hidden.getexif()
    for cell in (0, 8, 83):
        row, column = divmod(cell, 7)
        box = hidden.crop((column * 100, row * 100, column * 100 + 100, row * 100 + 100))
        # What a JPEG's rounding leaves of black is the same wherever it is, and tells nothing.
        assert max(high for _low, high in box.getextrema()) < 12, cell
    seen = hidden.crop((300, 300, 600, 700))
    assert max(high for _low, high in seen.getextrema()) > 200
    assert hidden.size == (700, 1_200)


def test_every_shape_of_picture_has_squares_that_a_finger_can_hit() -> None:
    for size in ((2_200, 100), (100, 2_200), (1, 1), (2_200, 1_650)):
        grid = Grid.over(made_safe(picture("PNG", size=size)).content)
        assert 1 <= grid.rows <= 24
        assert covered(made_safe(picture("PNG", size=size)).content, range(grid.columns * grid.rows))


def test_a_photo_is_written_anew_without_where_and_with_what_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = "A phone maker", "2026:11:14 20:14:00"
    exif.get_ifd(0x8825)[2] = (53.0, 31.0, 20.0)
    raw = picture(exif=exif, comment=b"for Mary at 12 High Street")
    kept = made_safe(raw)
    assert kept.media_type == JPEG
    assert b"Exif" in raw
    for trace in (b"Exif", b"A phone maker", b"Mary", b"GPS"):
        assert trace not in kept.content
    assert not opened(kept.content).getexif()
    assert "comment" not in opened(kept.content).info


def test_a_photo_taken_sideways_is_turned_the_right_way_up() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(made_safe(picture(size=(300, 200), exif=exif)).content).size == (200, 300)


def test_a_large_photo_is_made_smaller() -> None:
    kept = opened(made_safe(picture(size=(6_000, 4_000))).content)
    assert max(kept.size) == KEPT_SIDE


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("PNG", "I;16"), ("JPEG", "CMYK"), ("JPEG", "L")])
def test_every_common_kind_of_picture_becomes_a_plain_jpeg(kind: str, mode: str) -> None:
    kept = opened(made_safe(picture(kind, mode=mode)).content)
    assert (kept.format, kept.mode) == ("JPEG", "RGB")


def test_what_hides_behind_a_picture_is_not_kept() -> None:
    assert b"<script>" not in made_safe(picture() + SVG).content


def test_a_pdf_is_kept_as_it_is() -> None:
    raw = files.pdf()
    assert made_safe(raw) == made_safe(raw)
    assert (made_safe(raw).media_type, made_safe(raw).content) == (PDF, raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        SVG,
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a" + b"\0" * 50,
        picture("WEBP"),
        picture("BMP"),
        picture("TIFF"),
        b"MZ\x90\x00" + b"\0" * 100,
        b"PK\x03\x04" + b"\0" * 100,
        b"\xff\xd8\xff" + b"\0" * 100,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        picture()[:400],
        b" %PDF-1.7",
    ],
    ids=["empty", "svg", "html", "gif", "webp", "bmp", "tiff", "exe", "zip", "not-a-jpeg", "not-a-png", "cut-off", "pdf-further-in"],
)
def test_anything_else_is_turned_away_with_a_sentence(raw: bytes) -> None:
    with pytest.raises(Refused) as refused:
        made_safe(raw)
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize("size", [(50_000, 50_000), (20_000, 10), (9_000, 9_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_that_would_fill_the_memory_is_never_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(Refused):
        made_safe(png_that_claims(*size))


def test_more_than_ten_megabytes_is_turned_away_unread() -> None:
    with pytest.raises(Refused, match="10 MB"):
        made_safe(b"%PDF-" + b"\0" * MOST_BYTES)
