"""How text exports write: exact amounts, words on one line, and chunks of bytes instead of single lines."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

# About as much as a socket takes at once.
CHUNK = 65_536

# Line ends of every sort, and letters that nobody can see.
_NOT_ON_A_LINE = frozenset({"Cc", "Zl", "Zp"})


def amount(pence: int) -> str:
    """Pence as pounds with exactly two decimals: 123456 → "1234.56"."""
    return f"{'-' if pence < 0 else ''}{abs(pence) // 100}.{abs(pence) % 100:02d}"


def one_line(words: str) -> str:
    """Words that somebody typed, with a space for whatever would end the line."""
    if words.isprintable():
        return words.strip()
    return "".join(" " if unicodedata.category(letter) in _NOT_ON_A_LINE else letter for letter in words).strip()


def particulars(said: dict[str, Any]) -> str:
    """What a record says besides, as one line of JSON that is the same each time."""
    return one_line(json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def chunks(lines: Iterable[str]) -> Iterator[bytes]:
    """Lines, each with its end, gathered into blocks of UTF-8."""
    held: list[str] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= CHUNK:
            yield "".join(held).encode()
            held, size = [], 0
    if held:
        yield "".join(held).encode()
