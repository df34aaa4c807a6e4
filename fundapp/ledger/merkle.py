"""Merkle trees as RFC 6962 section 2.1 has them: roots, inclusion and consistency proofs, out of tiles of 256 hashes.

Pure: whatever holds the hashes is a `Tiles`. A tile at level L holds hashes of full subtrees of 256**L leaves (C2SP tlog-tiles).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
HASH_BYTES = 32
# RFC 6962 section 2.1: SHA-256 of nothing.
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf: SHA-256 of 0x00 and its bytes."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node: SHA-256 of 0x01 and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of equal subtrees whose number is a power of two. Raises ValueError for any other number."""
    if not hashes or len(hashes) & (len(hashes) - 1):
        raise ValueError("a full subtree has a power of two of hashes")
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def tile_widths(size: int) -> list[tuple[int, int, int]]:
    """The last tile of each level of a tree that is not full, as (level, n, width) with width from 1 to 255, from level 0 up."""
    found, level = [], 0
    while size >> (TILE_HEIGHT * level):
        hashes = size >> (TILE_HEIGHT * level)
        if hashes % TILE_WIDTH:
            found.append((level, hashes // TILE_WIDTH, hashes % TILE_WIDTH))
        level += 1
    return found


class Tiles(Protocol):
    """Whatever keeps a tree's hashes."""

    def hashes(self, level: int, n: int, width: int) -> list[bytes]:
        """The first `width` hashes of the n-th tile at a level."""
        ...


@dataclass(slots=True)
class Tree:
    """A tree of `size` leaves, read from tiles. Each tile is read once."""

    size: int
    tiles: Tiles
    _read: dict[tuple[int, int], list[bytes]] = field(default_factory=dict, init=False, repr=False)

    def root(self) -> bytes:
        """The Merkle tree hash of all leaves."""
        return self._hash(0, self.size) if self.size else EMPTY_ROOT

    def inclusion(self, index: int) -> list[bytes]:
        """PATH(index, D[size]) of RFC 6962 section 2.1.1, from the leaf's sibling up. Raises ValueError for a leaf that is not there."""
        if not 0 <= index < self.size:
            raise ValueError(f"leaf {index} is not in a tree of {self.size}")
        path: list[bytes] = []
        first, last = 0, self.size
        while last - first > 1:
            middle = first + _split(last - first)
            if index < middle:
                path.append(self._hash(middle, last))
                last = middle
            else:
                path.append(self._hash(first, middle))
                first = middle
        return path[::-1]

    def consistency(self, old_size: int) -> list[bytes]:
        """PROOF(old_size, D[size]) of RFC 6962 section 2.1.2. Raises ValueError unless 0 < old_size <= size."""
        if not 0 < old_size <= self.size:
            raise ValueError(f"a tree of {old_size} is not the beginning of one of {self.size}")
        proof: list[bytes] = []
        first, last, whole = 0, self.size, True
        while old_size < last:
            middle = first + _split(last - first)
            if old_size <= middle:
                proof.append(self._hash(middle, last))
                last = middle
            else:
                proof.append(self._hash(first, middle))
                first, whole = middle, False
        return [*([] if whole else [self._hash(first, last)]), *proof[::-1]]

    def _hash(self, first: int, last: int) -> bytes:
        """The hash over the leaves from `first` up to `last`; both are where RFC 6962 splits."""
        count = last - first
        if count & (count - 1) == 0:
            return self._full(count.bit_length() - 1, first)
        middle = first + _split(count)
        return node_hash(self._hash(first, middle), self._hash(middle, last))

    def _full(self, height: int, first: int) -> bytes:
        """The hash of a full subtree of 2**height leaves."""
        level, rest = divmod(height, TILE_HEIGHT)
        at = first >> (TILE_HEIGHT * level)
        tile = self._tile(level, at // TILE_WIDTH)
        return subtree_root(tile[at % TILE_WIDTH : at % TILE_WIDTH + (1 << rest)])

    def _tile(self, level: int, n: int) -> list[bytes]:
        if (level, n) not in self._read:
            width = min(TILE_WIDTH, (self.size >> (TILE_HEIGHT * level)) - n * TILE_WIDTH)
            self._read[level, n] = self.tiles.hashes(level, n, width)
        return self._read[level, n]


@dataclass(frozen=True, slots=True)
class Hashes:
    """Tiles over leaf hashes that are all at hand: for tests and small trees."""

    leaves: Sequence[bytes]

    def hashes(self, level: int, n: int, width: int) -> list[bytes]:
        """The first `width` hashes of a tile."""
        span = TILE_WIDTH**level
        first = n * TILE_WIDTH
        return [subtree_root(self.leaves[at * span : (at + 1) * span]) for at in range(first, first + width)]


def verify_inclusion(*, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a path leads from a leaf hash at `index` to the root of a tree of `size` (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for other in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(other, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, other)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(*, old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a tree is the beginning of another (RFC 9162 section 2.1.4.2). Always from (size, root), never a bare root."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    steps = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    if not steps:
        return False
    at, last = old_size - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old, new = steps[0], steps[0]
    for other in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(other, old), node_hash(other, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, other)
        at, last = at >> 1, last >> 1
    return last == 0 and old == old_root and new == root


def _split(count: int) -> int:
    """The largest power of two below `count`, where RFC 6962 splits."""
    return 1 << ((count - 1).bit_length() - 1)
