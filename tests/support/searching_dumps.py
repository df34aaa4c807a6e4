"""Looks for people in what could be carried off: a dump, files, logs; in clear and as it is usually written otherwise."""

from __future__ import annotations

import base64
import re
import subprocess
from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import resealing
from fundapp.database import binaries

# Shorter than this, a word stands everywhere.
SHORTEST = 5
# A text is also looked for in pieces of so many words, lest it was cut.
PIECE = 4


def dumped(url: str) -> bytes:
    """A database as pg_dump writes it: plain SQL, with bytes in hex."""
    done = subprocess.run([binaries.find().program("pg_dump"), "--format=plain", url], capture_output=True, check=True, timeout=120)
    return done.stdout


def opened_values(session: Session) -> Iterator[tuple[str, str]]:
    """Every text that lies sealed in the database, with the column it is from."""
    for one in resealing.sealed_tables():
        for name in one.sealed:
            for value in session.scalars(select(one.table.c[name])):
                yield from ((f"{one.table.name}.{name}", text) for text in _texts(value))


def needles(values: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What to look for: each text, its pieces, and the parts of names and addresses; with the column it is from."""
    found: dict[str, str] = {}
    for column, text in values:
        pieces = {text, *_pieces(text)}
        if column.rpartition(".")[2] in {"name", "email", "contact"}:
            pieces |= set(re.split(r"[ @]", text))
        found.update((piece, column) for piece in pieces if len(piece) >= SHORTEST)
    return found


def hits(where: bytes, sought: dict[str, str]) -> dict[str, str]:
    """Those that stand there, in whatever capitals, in UTF-8, UTF-16, hex or base64."""
    small = where.lower()
    return {text: column for text, column in sought.items() if _stands(text, where, small)}


def _stands(text: str, where: bytes, small: bytes) -> bool:
    lowered = text.lower().encode()
    if lowered in small and re.search(rb"(?<![a-z0-9])" + re.escape(lowered) + rb"(?![a-z0-9])", small):
        return True
    raw = text.encode()
    # Bytes stand in a dump as hex, a letter that is written otherwise in JSON as \\uXXXX.
    others = [raw.hex().encode(), lowered.hex().encode(), text.encode("utf-16-le"), text.encode("utf-16-be")]
    others += [text.encode("utf-16-le").hex().encode(), text.encode("utf-16-be").hex().encode()]
    if not text.isascii():
        others.append(text.encode("ascii", "backslashreplace").lower())
    return any(form in small or form in where for form in others) or any(form in where for form in _base64(raw))


def _base64(raw: bytes) -> Iterator[bytes]:
    """What is left of a text in base64, at each of three places where it may begin. Too short a rest would be found anywhere."""
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + raw)
        whole = coded[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        if len(whole) >= 2 * SHORTEST - 2:
            yield whole
            yield whole.translate(bytes.maketrans(b"+/", b"-_"))


def _pieces(text: str) -> Iterator[str]:
    words = text.split()
    for at in range(0, len(words) - PIECE + 1, PIECE):
        yield " ".join(words[at : at + PIECE])


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
