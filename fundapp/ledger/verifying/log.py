"""The log made again, leaf by leaf: its tiles, and its root at every size that was ever signed.

Only the peaks of the tree and one unfilled tile a level are kept, so that the memory does not grow with the log. Shares no code with
`merkle.Tree`, which the sealer works with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.ledger.merkle import EMPTY_ROOT, TILE_HEIGHT, node_hash
from fundapp.ledger.notes import BadNote, Checkpoint, Verifier
from fundapp.ledger.signing import INTRODUCED, RETIRED
from fundapp.ledger.verifying.found import Verified
from fundapp.ledger.verifying.outside import Outside

_KEYS = text("""
SELECT entry.number, kind, public_particulars ->> 'vkey' AS vkey, public_particulars ->> 'key' AS key_id, seq
FROM entry LEFT JOIN log_leaf ON log_leaf.entry_id = entry.id WHERE kind IN (:introduced, :retired) ORDER BY entry.id
""")
_TILES = text("SELECT n, hashes, root FROM log_tile WHERE level = 0 AND n >= :first AND n < :last")
_TILE = text("SELECT hashes, root FROM log_tile WHERE level = :level AND n = :n")
_TILE_COUNT = text("SELECT level, count(*) AS tiles, max(n) AS last FROM log_tile GROUP BY level ORDER BY level")
_CHECKPOINTS = text("SELECT size, root, note FROM checkpoint WHERE size > :first AND size <= :last")
_BEYOND = text("SELECT count(*), max(size) FROM checkpoint WHERE size > :size OR size <= 0")


class Tile(NamedTuple):
    """A tile that has become full."""

    level: int
    n: int
    hashes: bytes
    root: bytes


@dataclass(slots=True)
class GrowingTree:
    """A tree of RFC 6962 that takes one leaf after another."""

    size: int = 0
    # Hashes of full subtrees, the largest first.
    _peaks: list[bytes] = field(default_factory=list)
    # The hashes of each level's tile that is not full yet.
    _tiles: list[list[bytes]] = field(default_factory=list)

    def add(self, leaf: bytes) -> list[Tile]:
        """Append a leaf hash. The tiles that it has filled, from the bottom up."""
        self._into(0, leaf)
        filled, node, height = [], leaf, 0
        while self.size >> height & 1:
            node, height = node_hash(self._peaks.pop(), node), height + 1
            if height % TILE_HEIGHT == 0:
                level = height // TILE_HEIGHT - 1
                filled.append(Tile(level, self.size >> height, b"".join(self._tiles[level]), node))
                self._tiles[level].clear()
                self._into(level + 1, node)
        self._peaks.append(node)
        self.size += 1
        return filled

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        found = self._peaks[-1]
        for peak in self._peaks[-2::-1]:
            found = node_hash(peak, found)
        return found

    def _into(self, level: int, node: bytes) -> None:
        if level == len(self._tiles):
            self._tiles.append([])
        self._tiles[level].append(node)


@dataclass(slots=True)
class Key:
    """A key of the log's own history, with the places where it was introduced and retired, as far as these are sealed."""

    verifier: Verifier
    introduced: int | None
    retired: int | None = None

    def may_sign(self, size: int) -> bool:
        """Whether a checkpoint of this size may bear its signature: introduced within, and not retired within."""
        return self.introduced is not None and self.introduced < size and (self.retired is None or self.retired >= size)


def read_keys(session: Session, found: Verified) -> list[Key]:
    """Every key that the log speaks of."""
    keys: dict[str, Key] = {}
    for row in session.execute(_KEYS, {"introduced": INTRODUCED, "retired": RETIRED}):
        try:
            if row.kind == RETIRED:
                keys[row.key_id].retired = row.seq
                continue
            verifier = Verifier.parse(row.vkey or "")
            keys.setdefault(verifier.key_id.hex(), Key(verifier, row.seq))
        except (BadNote, KeyError):
            found.add(f"Entry {row.number:,} speaks of a key that cannot be used.", row.number)
    return list(keys.values())


class Log:
    """The log as it is read again. `origin` None: any, but one."""

    def __init__(self, session: Session, found: Verified, keys: Sequence[Key], outside: Sequence[Outside], origin: str | None) -> None:
        self.session, self.found, self.keys, self.origin = session, found, keys, origin
        self.tree = GrowingTree()
        # After a gap there is nothing to compare any more: every root would differ.
        self.broken = False
        self._outside = sorted(outside, key=lambda one: one.checkpoint.size)
        self._fitting = 0
        self._tiles: dict[int, Any] = {}
        self._checkpoints: dict[int, Any] = {}

    def expect(self, first: int, last: int) -> None:
        """Fetch what has been kept about the places from `first` up to `last`."""
        self._tiles = {row.n: row for row in self.session.execute(_TILES, {"first": first >> TILE_HEIGHT, "last": last >> TILE_HEIGHT})}
        self._checkpoints = {row.size: row for row in self.session.execute(_CHECKPOINTS, {"first": first, "last": last})}

    def add(self, leaf: bytes) -> None:
        """Append a leaf, and compare whatever becomes comparable thereby."""
        if self.broken:
            self.tree.size += 1
            return
        for tile in self.tree.add(leaf):
            self._compare_tile(tile)
        size = self.tree.size
        row = self._checkpoints.get(size)
        if row is not None:
            self._compare_checkpoint(row)
        while self._outside and self._outside[0].checkpoint.size <= size:
            self.compare_outside(self._outside.pop(0))

    def end(self) -> None:
        """What must not be there: checkpoints and tiles of a longer log than this, here or elsewhere."""
        size = self.tree.size
        count, largest = self.session.execute(_BEYOND, {"size": size}).one()
        if count:
            self.found.add(
                f"A checkpoint says that the log had {largest:,} entries, and it has {size:,}: entries were taken out at its end."
            )
        for level, tiles, last in self.session.execute(_TILE_COUNT):
            full = size >> (TILE_HEIGHT * (level + 1))
            if tiles > full:
                self.found.add(f"The log has a tile of level {level}, number {last:,}, that its entries do not fill.")
        for one in self._outside:
            self._beyond(one)

    def _beyond(self, one: Outside) -> None:
        told, size = one.checkpoint.size, self.tree.size
        if told == 0:
            self.compare_outside(one)
        elif not self.broken:
            self.found.add(f"This ledger is shorter than what was published: {one.name} has {told:,} entries, and the log has {size:,}.")

    def compare_outside(self, one: Outside) -> None:
        """Compare a checkpoint that somebody else holds with the log as it was at that size."""
        said, before = one.checkpoint, self.found.fault_count
        if self.origin is not None and said.origin != self.origin:
            self.found.add(f"{one.name} is a checkpoint of another ledger: {said.origin[:100]}, not {self.origin}.")
            return
        root = self.tree.root() if said.size else EMPTY_ROOT
        if said.root != root:
            self.found.add(f"This ledger is not the one that was published: the first {said.size:,} entries are not those of {one.name}.")
        if not self._is_signed(one.note, said.size):
            self.found.add(f"{one.name} bears no signature of a key that this ledger used at {said.size:,} entries.")
        if self.found.fault_count == before:
            self.found.outside += 1

    def _compare_tile(self, tile: Tile) -> None:
        values = {"level": tile.level, "n": tile.n}
        stored = self._tiles.get(tile.n) if tile.level == 0 else self.session.execute(_TILE, values).one_or_none()
        if stored is None:
            self.found.add(f"The log lacks the tile of level {tile.level}, number {tile.n:,}.")
        elif (stored.hashes, stored.root) != (tile.hashes, tile.root):
            self.found.add(f"The log's tile of level {tile.level}, number {tile.n:,}, is not what its entries make.")

    def _compare_checkpoint(self, row: Any) -> None:
        name, found = f"The checkpoint of {row.size:,} entries", self.found
        try:
            said = Checkpoint.parse(row.note)
        except (BadNote, AttributeError) as fault:
            found.add(f"{name} is not a signed note: {fault}")
            return
        before = found.fault_count
        if (said.size, said.root) != (row.size, row.root):
            found.add(f"{name} says in its note what it does not say in its row.")
        if self.origin is None:
            self.origin = said.origin
        if said.origin != self.origin:
            found.add(f"{name} is of another ledger: {said.origin[:100]}, not {self.origin}.")
        if said.root != self.tree.root():
            since = f"from place {self._fitting + 1:,} to {row.size:,}" if self._fitting else "under it"
            found.add(f"{name} does not fit the log: something {since} is not what was signed.")
        if not self._is_signed(row.note, row.size):
            found.add(f"{name} bears no signature of a key that the log had introduced by then, and not retired.")
        if found.fault_count == before:
            self._fitting = found.signed = row.size
            found.checkpoints += 1

    def _is_signed(self, note: str, size: int) -> bool:
        return any(key.may_sign(size) and key.verifier.verifies(note) for key in self.keys)
