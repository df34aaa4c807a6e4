"""Attacks on the files of a stopped server: which bytes of which table, worked out while it ran, and how they are put in."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.ledger import merkle
from fundapp.ledger.notes import Checkpoint
from tests.support import attacks
from tests.support.attacks import ORIGIN, REAL, THEIRS, Town

# PostgreSQL's pages (bufpage.h, itemid.h): a header that says where the pointers end, then a pointer of four bytes to each row.
PAGE, HEADER, LOWER, POINTER = 8_192, 24, 12, 4
# PostgreSQL counts days from here; a name in its catalogue has this many bytes; a short value begins with its length.
EPOCH, NAME_BYTES, HASH_HEADER = date(2000, 1, 1), 64, b"\x43"


@dataclass(frozen=True)
class Edit:
    """In one table's file: these bytes for those, in each row that has `within`. Without `new`, the row is taken out."""

    table: str
    old: bytes
    new: bytes | None
    within: bytes = b""


Plan = Callable[[Session, Town], list[Edit]]


def apply(path: Path, edits: list[Edit]) -> None:
    """Change a table's file, row by row. Every edit must find a row."""
    data, used = bytearray(path.read_bytes()), set()
    for at, start, end in list(_rows(data)):
        row = before = bytes(data[start:end])
        for edit in edits:
            if (edit.within or edit.old) in before and edit.old in row:
                used.add(edit)
                if edit.new is None:
                    # As if there had never been a row.
                    struct.pack_into("<I", data, at, 0)
                else:
                    assert len(edit.new) == len(edit.old)
                    row = row.replace(edit.old, edit.new)
        data[start:end] = row
    assert used == set(edits), set(edits) - used
    with path.open("r+b") as file:
        file.write(data)


def _rows(data: bytearray) -> Iterator[tuple[int, int, int]]:
    """Each row's pointer, beginning and end."""
    for page in range(0, len(data), PAGE):
        (end,) = struct.unpack_from("<H", data, page + LOWER)
        for at in range(page + HEADER, page + end, POINTER):
            (pointer,) = struct.unpack_from("<I", data, at)
            start, length = page + (pointer & 0x7FFF), pointer >> 17
            if length:
                yield at, start, start + length


def number(value: int) -> bytes:
    """A bigint as a row has it."""
    return struct.pack("<q", value)


def edit_amount(*_: object) -> list[Edit]:
    """Take a penny off."""
    return [Edit("transfer", number(7_000), number(6_999))]


def delete(session: Session, town: Town) -> list[Edit]:
    """Take out an entry and its transfer."""
    return [Edit("entry", b"contribution:a", None), Edit("transfer", number(7_000), None)]


def add(session: Session, town: Town) -> list[Edit]:
    """Make another entry's transfer a second one of this entry."""
    this, other = (attacks.row_of(session, f"contribution:{name}") for name in "ab")
    return [Edit("transfer", number(other) + struct.pack("<i", 1), number(this) + struct.pack("<i", 2), number(3_000))]


def reorder(session: Session, town: Town) -> list[Edit]:
    """Exchange what stands at two places of the log."""
    rows = session.execute(text("SELECT entry_id, hash FROM log_leaf WHERE seq IN (30, 31) ORDER BY seq")).all()
    one, other = (number(row.entry_id) + HASH_HEADER + row.hash for row in rows)
    return [Edit("log_leaf", one, other), Edit("log_leaf", other, one)]


def back_date(session: Session, town: Town) -> list[Edit]:
    """Date an entry into the sealed month, and make its hash fit."""
    row = attacks.row_of(session, "contribution:a")

    def dated(session: Session, town: Town) -> None:
        attacks.run(session, f"UPDATE entry SET happened_on = '{town.ends_on}' WHERE id = {row}")
        attacks.hash_again(session, row)

    days = [struct.pack("<i", (day - EPOCH).days) for day in (clock.today(), town.ends_on)]
    return [*difference(session, town, dated), Edit("entry", days[0], days[1], b"contribution:a")]


def watermark(session: Session, town: Town) -> list[Edit]:
    """Open the shut days again."""
    return [Edit("shut_until", number((town.ends_on - date(1970, 1, 1)).days), number(0))]


def forge(session: Session, town: Town) -> list[Edit]:
    """Put another key's signature in."""
    said = town.kept.checkpoint
    return [Edit("checkpoint", town.kept.note.encode(), THEIRS.sign(said.text).encode())]


def forge_with_the_key(session: Session, town: Town) -> list[Edit]:
    """Put a checkpoint of something else in, signed with the stolen key."""
    said, root = town.kept.checkpoint, b"\x07" * merkle.HASH_BYTES
    forged = REAL.sign(Checkpoint(ORIGIN, said.size, root).text)
    return [Edit("checkpoint", said.root, root), Edit("checkpoint", town.kept.note.encode(), forged.encode())]


def unqueue(session: Session, town: Town) -> list[Edit]:
    """Take an entry out of the queue before it is sealed."""
    return [Edit("unsealed", number(session.execute(text("SELECT entry_id FROM unsealed")).scalar_one()), None)]


def bend_balances(session: Session, town: Town) -> list[Edit]:
    """Put another figure into the kept balances."""
    newest = "SELECT debits_pence FROM balance_snapshot WHERE account = 'bank' AND fund = 'public-giving' ORDER BY log_size DESC LIMIT 1"
    had = session.execute(text(newest)).scalar_one()
    return [Edit("balance_snapshot", number(had), number(had + 100_000))]


def switch_off(session: Session, town: Town) -> list[Edit]:
    """Switch a guard off in the catalogue, and leave it off."""
    row = session.execute(text("SELECT tgfoid::bigint AS function, tgtype FROM pg_trigger WHERE tgname = 'transfer_append_only'")).one()
    trigger = b"transfer_append_only".ljust(NAME_BYTES, b"\x00") + struct.pack("<Ih", row.function, row.tgtype)
    return [Edit("pg_trigger", trigger + b"O", trigger + b"D")]


def as_done_by(act: Callable[[Session, Town], None]) -> Plan:
    """What an attack that a superuser makes with statements changes, as bytes."""
    return lambda session, town: difference(session, town, act)


# What such an attack may change: which rows, by what, and the value as bytes.
_WATCHED = (
    ("transfer", "SELECT entry_id, n, amount_pence FROM transfer", number),
    ("entry", "SELECT id, 0, leaf_hash FROM entry", bytes),
    ("entry", "SELECT id, 0, public_particulars ->> 'vkey' FROM entry WHERE kind = 'key.introduced'", str.encode),
    ("log_leaf", "SELECT seq, 0, hash FROM log_leaf", bytes),
    ("log_tile", "SELECT level, n, root FROM log_tile", bytes),
    # A tile's hashes lie beside its table, in pieces that a hash may be cut by; these are not.
    (
        "SELECT reltoastrelid::regclass::text FROM pg_class WHERE relname = 'log_tile'",
        "SELECT n, nth, substr(hashes, nth * 32 + 1, 32) FROM log_tile, generate_series(0, 255) AS nth",
        bytes,
    ),
    ("checkpoint", "SELECT size, 0, root FROM checkpoint", bytes),
    ("checkpoint", "SELECT size, 0, note FROM checkpoint", str.encode),
)


def difference(session: Session, town: Town, act: Callable[[Session, Town], None]) -> list[Edit]:
    """Let an attack happen, see which values it changes, and undo it."""
    before = [_watched(session, statement) for _, statement, _ in _WATCHED]
    with session.begin_nested() as undone:
        with attacks.acting_as(session, attacks.SUPERUSER, guards_off=True):
            act(session, town)
        after = [_watched(session, statement) for _, statement, _ in _WATCHED]
        undone.rollback()
    edits = []
    for (table, _, as_bytes), old, new in zip(_WATCHED, before, after, strict=True):
        encode: Callable[[Any], bytes] = as_bytes
        edits += [Edit(table, encode(old[place]), encode(new[place])) for place in old if old[place] != new[place]]
    return edits


def _watched(session: Session, statement: str) -> dict[tuple[int, int], Any]:
    return {(one, other): value for one, other, value in session.execute(text(statement))}


PLANS: dict[str, Plan] = {
    "change an amount": edit_amount,
    "take an entry out": delete,
    "add to an old entry": add,
    "exchange two places in the log": reorder,
    "date an entry into a sealed period": back_date,
    "leave the watermark lowered": watermark,
    "forge a checkpoint with another key": forge,
    "forge a checkpoint with the stolen key": forge_with_the_key,
    "swap two amounts, make their hashes fit": as_done_by(attacks.swap),
    "the same, and the log with its tiles": as_done_by(attacks.swap_in_the_log),
    "the same, and sign all with another key": as_done_by(attacks.swap_and_sign),
    "the same, that key put in the place of ours": as_done_by(attacks.swap_and_put_a_key_in),
    "the same, with the stolen key": as_done_by(attacks.swap_with_the_key),
    "take an entry out of the queue to the log": unqueue,
    "bend the balances that are kept": bend_balances,
    "switch a guard off, and leave it off": switch_off,
}
