"""The sealer: gives entries their order in the log, and signs what the log then is (reference: ledger.md section 6).

One pass is one transaction, one at a time. It takes the queue in the order of ids, appends leaves, fills tiles, writes a snapshot of
all balances and a signed checkpoint. It never touches an entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.ledger import balances, signing
from fundapp.ledger.merkle import TILE_HEIGHT, TILE_WIDTH, Tree, subtree_root
from fundapp.ledger.notes import Checkpoint, Signer
from fundapp.ledger.tiles import StoredTiles

# As many entries as one pass takes: what waits longer is taken by the next, at once.
MOST = 1_000
LOCK = 0x5EA1

_LOCK = text("SELECT pg_try_advisory_xact_lock(:lock)")
_NEXT = text("SELECT coalesce(max(seq) + 1, 0) FROM log_leaf")
_QUEUE = text("""
SELECT entry.id, entry.leaf_hash FROM unsealed JOIN entry ON entry.id = unsealed.entry_id ORDER BY entry.id LIMIT :most
""")
_APPEND = """
INSERT INTO log_leaf (seq, entry_id, hash)
SELECT %(first)s + n - 1, id, hash
FROM unnest(%(ids)s::bigint[], %(hashes)s::bytea[]) WITH ORDINALITY AS leaf (id, hash, n)
"""
_TAKE_OFF = "DELETE FROM unsealed WHERE entry_id = ANY (%(ids)s::bigint[])"
_TILE = text("INSERT INTO log_tile (level, n, hashes, root) VALUES (:level, :n, :hashes, :root)")
_SIGNED = text("SELECT coalesce(max(size), 0) FROM checkpoint")
_CHECKPOINT = text("INSERT INTO checkpoint (size, root, note, signed_at) VALUES (:size, :root, :note, :signed_at)")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a pass did: how many entries it sealed, how many the log has now, and whether that was signed."""

    entries: int
    size: int
    signed: bool


def seal(session: Session, *, origin: str, signer: Signer | None, most: int = MOST) -> Sealed | None:
    """Seal what waits, `most` entries at the most, in the caller's transaction. None when another sealer is at it.

    Without a signer, entries are sealed and no checkpoint is made; the next pass with one signs all of it.
    Raises Refused when the signer's key is not one that the log knows, BadNote when its name is not the origin.
    """
    connection = session.connection()
    if not connection.scalar(_LOCK, {"lock": LOCK}):
        return None
    size: int = connection.scalars(_NEXT).one()
    rows = connection.execute(_QUEUE, {"most": most}).all()
    if rows:
        ids = [row.id for row in rows]
        connection.exec_driver_sql(_APPEND, {"first": size, "ids": ids, "hashes": [row.leaf_hash for row in rows]})
        # The snapshot first: it adds to the last one what these entries moved, and they are found by the queue.
        balances.write_snapshot(connection, after=size + len(rows), ids=ids)
        connection.exec_driver_sql(_TAKE_OFF, {"ids": ids})
        _fill_tiles(session, size, size + len(rows))
        size += len(rows)
    return Sealed(len(rows), size, _sign(session, origin, signer, size))


def unsealed_count(session: Session) -> int:
    """How many entries wait for the sealer."""
    return session.scalar(text("SELECT count(*) FROM unsealed")) or 0


def _fill_tiles(session: Session, before: int, after: int) -> None:
    """Write each tile that has become full, from the bottom up."""
    connection, tiles, level = session.connection(), StoredTiles(session), 0
    while (full := after >> (TILE_HEIGHT * (level + 1))) > (had := before >> (TILE_HEIGHT * (level + 1))):
        for n in range(had, full):
            hashes: Sequence[bytes] = tiles.hashes(level, n, TILE_WIDTH)
            values = {"level": level, "n": n, "hashes": b"".join(hashes), "root": subtree_root(hashes)}
            connection.execute(_TILE, values)
        level += 1


def _sign(session: Session, origin: str, signer: Signer | None, size: int) -> bool:
    connection: Connection = session.connection()
    signed: int = connection.scalars(_SIGNED).one()
    if signer is None or size <= signed:
        return False
    signing.must_know(session, signer, origin)
    root = Tree(size, StoredTiles(session)).root()
    values: dict[str, Any] = {
        "size": size,
        "root": root,
        "note": signer.sign(Checkpoint(origin, size, root).text),
        "signed_at": clock.now(),
    }
    connection.execute(_CHECKPOINT, values)
    return True
