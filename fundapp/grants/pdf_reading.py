"""What a PDF can be seen to hold that a bill does not: scripts, programs, other files, a password.

This is no reader of PDFs: it looks through the bodies of the objects, and through object streams, for names (ISO 32000-1, 7.3.5).
A PDF that hides from it is still only ever handed out as a download, in a sandbox.
"""

from __future__ import annotations

import re
import zlib

from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _

# Object streams hold dictionaries: a bill has some kilobytes of them.
MOST_INFLATED = 20_000_000
_STREAM = re.compile(rb">>[\x00\t\n\x0c\r ]{0,8}stream\r?\n")
# A stream's own dictionary is no longer.
_ABOUT = 4_000
_NAME = re.compile(rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%]+)")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
# Acts that start something: scripts, programs, forms that send themselves.
_ACTS = frozenset({b"JavaScript", b"JS", b"Launch", b"SubmitForm", b"ImportData", b"RichMedia", b"Rendition", b"XFA"})
_FILES = frozenset({b"EmbeddedFile", b"EmbeddedFiles", b"Filespec", b"GoToE"})
# Where the end of a PDF is looked for, as readers do (ISO 32000-1, 7.5.5).
_TAIL = 2_048


def require_plain(raw: bytes) -> None:
    """Let a PDF through that is whole and holds nothing that acts. Raises Refused, with a sentence that says what to do instead."""
    tail = raw[-_TAIL:]
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise Refused(_("That PDF is broken or not whole. Download it again, or send a photo of the bill."))
    names = _names(raw)
    if b"Encrypt" in names:
        raise Refused(_("That PDF is locked with a password. Send a photo of the bill instead."))
    if names & _ACTS:
        raise Refused(_("That PDF has a program in it, so it was not kept. Send a photo of the bill instead."))
    if names & _FILES:
        raise Refused(_("That PDF has other files in it, so it was not kept. Send a photo of the bill instead."))
    if b"Root" not in names or b"Pages" not in names:
        raise Refused(_("That PDF is broken or not whole. Download it again, or send a photo of the bill."))


def _names(raw: bytes) -> set[bytes]:
    """Every name outside the streams, and in the streams that hold objects."""
    found, left, place = set[bytes](), MOST_INFLATED, 0
    while stream := _STREAM.search(raw, place):
        start = max(place, stream.start() - _ABOUT)
        about = _in(raw[max(start, raw.rfind(b"obj", start, stream.start())) : stream.start()])
        found |= _in(raw[place : stream.start()])
        end = raw.find(b"endstream", stream.end())
        place = end if end >= 0 else len(raw)
        if b"ObjStm" in about:
            body = _inflated(raw[stream.end() : place], about, left)
            left -= len(body)
            found |= _in(body)
    return found | _in(raw[place:])


def _in(text: bytes) -> set[bytes]:
    return {_ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), name) for name in _NAME.findall(text)}


def _inflated(body: bytes, about: set[bytes], most: int) -> bytes:
    """The objects in a stream. Raises Refused for one that is packed in a way that no bill needs, or too large."""
    unread = Refused(_("We could not read that PDF. Send a photo of the bill instead."))
    filters = {name for name in about if name.endswith((b"Decode", b"Crypt")) or name in {b"Fl", b"LZW", b"AHx", b"A85", b"RL"}}
    if not filters:
        return body
    if filters != {b"FlateDecode"}:
        raise unread
    packed = zlib.decompressobj()
    try:
        plain = packed.decompress(body, most + 1)
    except zlib.error as error:
        raise unread from error
    if len(plain) > most:
        raise unread
    return plain
