"""The sealer: gives entries their order in the log, and signs what the log then is (reference: ledger.md section 6).

One pass is one transaction, one at a time. It takes the queue in the order of ids, appends leaves, fills tiles, writes a snapshot of
all balances and a signed checkpoint. It never touches an entry.

Entries are put in order whatever is the matter with the key: balances are read from the newest snapshot and the queue, so the queue
must stay short. What could not be signed is signed by the next pass that can.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import NotFound
from fundapp.ledger import balances, signing
from fundapp.ledger.errors import CannotSign
from fundapp.ledger.merkle import TILE_HEIGHT, Tree, subtree_root, verify_consistency
from fundapp.ledger.notes import Checkpoint, Signer
from fundapp.ledger.tiles import StoredTiles

log = logging.getLogger(__name__)
# As many entries as one pass takes: what waits longer is taken by the next, at once.
MOST = 1_000
LOCK = 0x5EA1

_LOCK = text("SELECT pg_try_advisory_xact_lock(:lock)")
_NEXT = text("SELECT coalesce(max(seq) + 1, 0) FROM log_leaf")
# Look-ups by key, one for each row of the queue: whatever the planner believes about its length, no table is read through.
_QUEUE = text("""
SELECT entry_id, (SELECT leaf_hash FROM entry WHERE entry.id = unsealed.entry_id) AS hash,
    (SELECT seq FROM log_leaf WHERE log_leaf.entry_id = unsealed.entry_id) AS seq
FROM unsealed ORDER BY entry_id LIMIT :most
""")
_APPEND = """
INSERT INTO log_leaf (seq, entry_id, hash)
SELECT %(first)s + n - 1, id, hash
FROM unnest(%(ids)s::bigint[], %(hashes)s::bytea[]) WITH ORDINALITY AS leaf (id, hash, n)
"""
_TAKE_OFF = "DELETE FROM unsealed WHERE entry_id = ANY (%(ids)s::bigint[])"
_TILE = text("INSERT INTO log_tile (level, n, hashes, root) VALUES (:level, :n, :hashes, :root)")
_NEWEST = text("SELECT size, root FROM checkpoint ORDER BY size DESC LIMIT 1")
_CHECKPOINT = text("INSERT INTO checkpoint (size, root, note, signed_at) VALUES (:size, :root, :note, :signed_at)")


class LogContradicted(CannotSign):
    """The log is not a continuation of what was signed last: something below was changed or taken out."""

    def __init__(self, size: int) -> None:
        super().__init__(f"The log contradicts its own checkpoint of {size:,} entries. Nothing is signed until somebody has looked.")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a pass did: how many entries it sealed, how many the log has now, and whether that was signed."""

    entries: int
    size: int
    signed: bool
    # Whether the queue may hold more.
    more: bool
    # Why something is left unsigned, if it is.
    fault: CannotSign | None


def seal(session: Session, *, origin: str, signer: Signer | None, most: int = MOST) -> Sealed | None:
    """Seal what waits, `most` entries at the most, in the caller's transaction. None when another sealer is at it.

    Without a signer, or with one that may not sign, entries are sealed and no checkpoint is made: `fault` says why.
    """
    connection = session.connection()
    if not connection.scalar(_LOCK, {"lock": LOCK}):
        return None
    size: int = connection.scalars(_NEXT).one()
    rows = connection.execute(_QUEUE, {"most": most}).all()
    fresh = [row for row in rows if row.hash is not None and row.seq is None]
    if fresh:
        _append(session, size, fresh)
        size += len(fresh)
    if rows:
        connection.exec_driver_sql(_TAKE_OFF, {"ids": [row.entry_id for row in rows]})
    if len(fresh) < len(rows):
        log.warning("the queue to the sealer held %d rows that are no entries, or are sealed already", len(rows) - len(fresh))
    signed, fault = False, None
    try:
        signed = _sign(session, origin, signer, size)
    except CannotSign as cannot:
        fault = cannot
    return Sealed(len(fresh), size, signed, len(rows) == most, fault)


def _append(session: Session, size: int, rows: Sequence[Row[Any]]) -> None:
    """Add these entries to a log of `size`."""
    connection, ids = session.connection(), [row.entry_id for row in rows]
    connection.exec_driver_sql(_APPEND, {"first": size, "ids": ids, "hashes": [row.hash for row in rows]})
    balances.write_snapshot(connection, after=size + len(rows), ids=ids)
    _fill_tiles(session, size, size + len(rows))


def _fill_tiles(session: Session, before: int, after: int) -> None:
    """Write each tile that has become full, from the bottom up."""
    connection, tiles, level = session.connection(), StoredTiles(session), 0
    while (full := after >> (TILE_HEIGHT * (level + 1))) > (had := before >> (TILE_HEIGHT * (level + 1))):
        for n in range(had, full):
            hashes = tiles.gathered(level, n)
            connection.execute(_TILE, {"level": level, "n": n, "hashes": b"".join(hashes), "root": subtree_root(hashes)})
        level += 1


def _sign(session: Session, origin: str, signer: Signer | None, size: int) -> bool:
    """Sign what no checkpoint covers yet. False when there is nothing to sign. Raises CannotSign."""
    connection = session.connection()
    newest = connection.execute(_NEWEST).one_or_none()
    if size == (newest.size if newest else 0):
        return False
    key = signing.standing(session, signer=signer, origin=origin)
    if signer is None or key.seq is None or key.seq >= size:
        # The log does not say yet that this key signs: the next pass will seal that.
        return False
    tree = Tree(size, StoredTiles(session))
    root = _root(tree, newest)
    note = signer.sign(Checkpoint(origin, size, root).text)
    connection.execute(_CHECKPOINT, {"size": size, "root": root, "note": note, "signed_at": clock.now()})
    return True


def _root(tree: Tree, signed: Row[Any] | None) -> bytes:
    """The root over all of the log, which is what was signed last and more: no log may sign anything else (tlog-checkpoint).

    Raises LogContradicted.
    """
    if signed is None:
        return tree.root()
    if signed.size > tree.size:
        raise LogContradicted(signed.size)
    try:
        root, proof = tree.root(), tree.consistency(signed.size)
    except NotFound as gap:
        raise LogContradicted(signed.size) from gap
    if not verify_consistency(old_size=signed.size, old_root=signed.root, size=tree.size, root=root, proof=proof):
        raise LogContradicted(signed.size)
    return root
