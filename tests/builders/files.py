"""Files as strangers send them: a plain PDF, a photo with everything a phone writes into it, and what pretends to be one."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable

from PIL import Image

PNG = b"\x89PNG\r\n\x1a\n"


def pdf(*more: bytes, catalog: bytes = b"", trailer: bytes = b"") -> bytes:
    """A PDF of one empty page. `more` are further objects; `catalog` and `trailer` go into these dictionaries."""
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
        *more,
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(bodies) + 1, table)
    return out + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, trailer, start)


def pdf_stream(about: bytes, body: bytes) -> bytes:
    """An object with a stream."""
    return b"<< " + about + b" /Length %d >>\nstream\n" % len(body) + body + b"\nendstream"


def object_stream(inside: bytes, *, packed: bool = True) -> bytes:
    """Objects that hide in a stream (ISO 32000-1, 7.5.7)."""
    return pdf_stream(
        b"/Type /ObjStm /N 1 /First 4" + (b" /Filter /FlateDecode" if packed else b""), zlib.compress(inside) if packed else inside
    )


def picture(kind: str = "JPEG", size: tuple[int, int] = (300, 200), mode: str = "RGB", **save: object) -> bytes:
    """A picture of nothing."""
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **save)
    return out.getvalue()


def chunk(kind: bytes, data: bytes, *, right: bool = True) -> bytes:
    """A chunk of a PNG, with its checksum, or a wrong one."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data) ^ (0 if right else 1))


def png(width: int, height: int, *, data: bytes = b"", before: Iterable[bytes] = (), depth: int = 8, colour: int = 0) -> bytes:
    """A PNG that says how large it is, whatever it holds."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = zlib.compress(data or b"\0" * 1_000)
    return PNG + chunk(b"IHDR", header) + b"".join(before) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def phone_photo(*, size: tuple[int, int] = (300, 200)) -> tuple[bytes, tuple[bytes, ...]]:
    """A JPEG with all that phones and programs write into one, and traces of it to look for."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0132] = "PHONEMAKER", "MODELNAME", "2026:11:14 20:14:00"
    exif[0x8298], exif[0x013B], exif[0x010E] = "COPYRIGHTOF", "ARTISTNAME", "DESCRIBED"
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0USERCOMMENT"
    exif.get_ifd(0x8769)[0xA431] = "SERIALNUMBER"
    exif.get_ifd(0x8825).update({1: "N", 2: (53.0, 31.0, 20.0), 3: "W", 4: (1.0, 8.0, 2.0), 29: "2026:11:14"})
    raw = picture(size=size, exif=exif, comment=b"COMMENTED", xmp=b"<x:xmpmeta>XMPCREATOR</x:xmpmeta>", icc_profile=b"ICCPROFILE" * 20)
    thumbnail = picture(size=(40, 30), comment=b"THUMBNAIL")
    # A second picture behind the first (as MPO and motion photos have), and a record of a program (APP13).
    app13 = b"\xff\xed" + struct.pack(">H", 2 + 14 + 9) + b"Photoshop 3.0\0" + b"IPTCWORDS"
    raw = raw[:2] + app13 + raw[2:] + thumbnail + b"MOTIONVIDEO"
    traces = b"PHONEMAKER MODELNAME 2026:11 COPYRIGHTOF ARTISTNAME DESCRIBED USERCOMMENT SERIALNUMBER COMMENTED XMPCREATOR xmpmeta"
    return raw, (
        *traces.split(),
        b"ICCPROFILE",
        b"THUMBNAIL",
        b"MOTIONVIDEO",
        b"IPTCWORDS",
        b"Photoshop",
        b"Exif",
        b"ICC_PROFILE",
        b"http://",
    )
