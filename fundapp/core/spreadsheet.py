"""Tables for spreadsheets (RFC 4180): exact amounts, words that no program takes for a formula, rows, and chunks of bytes to send."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator

# By this a spreadsheet knows UTF-8. At a shell, where programs read, there is none.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MEDIA_TYPE = "text/csv"
# About as much as a socket takes at once.
CHUNK = 65_536

# A cell that begins so is run as a formula (https://owasp.org/www-community/attacks/CSV_Injection), in full width as well.
_FORMULA = "=+-@＝＋－＠"
# Line ends of every sort, and letters that nobody can see.
_NOT_ON_A_LINE = frozenset({"Cc", "Zl", "Zp"})


def amount(pence: int) -> str:
    """Pence as pounds with exactly two decimals: 123456 → "1234.56"."""
    return f"{'-' if pence < 0 else ''}{abs(pence) // 100}.{abs(pence) % 100:02d}"


def words(typed: str) -> str:
    """Words that somebody typed, on one line, as a cell that no spreadsheet takes for a formula."""
    plain = one_line(typed)
    return f"'{plain}" if plain.startswith(tuple(_FORMULA)) else plain


def one_line(typed: str) -> str:
    """Words that somebody typed, with a space for whatever would end the line."""
    if typed.isprintable():
        return typed.strip()
    return "".join(" " if unicodedata.category(letter) in _NOT_ON_A_LINE else letter for letter in typed).strip()


def line(*cells: str) -> str:
    """One row, with its end."""
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


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
