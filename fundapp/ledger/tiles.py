"""The tree's hashes as they are stored: leaves and full tiles. Partial tiles are read off the rows below (C2SP tlog-tiles)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.ledger.log_models import LogLeaf, LogTile
from fundapp.ledger.merkle import HASH_BYTES, TILE_HEIGHT, TILE_WIDTH

DEEPEST_LEVEL = 63


@dataclass(frozen=True, slots=True)
class StoredTiles:
    """The tiles of this database. Raises NotFound for hashes that are not there yet."""

    session: Session

    def hashes(self, level: int, n: int, width: int) -> list[bytes]:
        """The first `width` hashes of the n-th tile at a level."""
        data = self._full(level, n) or self._part(level, n, width)
        found = [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
        if len(found) < width:
            raise NotFound("The ledger has no such tile.")
        return found[:width]

    def _full(self, level: int, n: int) -> bytes | None:
        return self.session.scalar(select(LogTile.hashes).where(LogTile.level == level, LogTile.n == n))

    def _part(self, level: int, n: int, width: int) -> bytes:
        first = n * TILE_WIDTH
        if level == 0:
            rows = select(LogLeaf.hash).where(LogLeaf.seq >= first, LogLeaf.seq < first + width).order_by(LogLeaf.seq)
        else:
            below = LogTile.level == level - 1
            rows = select(LogTile.root).where(below, LogTile.n >= first, LogTile.n < first + width).order_by(LogTile.n)
        return b"".join(self.session.scalars(rows))


def tile_bytes(session: Session, *, level: int, n: int, width: int, size: int) -> bytes:
    """A tile as it is served, for a tree of at least `size` signed leaves. Raises NotFound for one that no checkpoint needs."""
    if not (0 <= level <= DEEPEST_LEVEL and n >= 0 and 1 <= width <= TILE_WIDTH):
        raise NotFound("The ledger has no such tile.")
    if n * TILE_WIDTH + width > size >> (TILE_HEIGHT * level):
        raise NotFound("The ledger has no such tile.")
    return b"".join(StoredTiles(session).hashes(level, n, width))
