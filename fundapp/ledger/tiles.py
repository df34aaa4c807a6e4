"""The tree's hashes as they are stored: leaves and full tiles. Partial tiles are read off the rows below (C2SP tlog-tiles)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.ledger.merkle import HASH_BYTES, TILE_HEIGHT, TILE_WIDTH

DEEPEST_LEVEL = 63

# The hashes of a tile, whether it is kept as one or still lies in the rows below: one statement, by primary keys alone.
_LEAVES = "SELECT string_agg(hash, ''::bytea ORDER BY seq) FROM log_leaf WHERE seq >= :first AND seq < :last"
_ROOTS = "SELECT string_agg(root, ''::bytea ORDER BY n) FROM log_tile WHERE level = :below AND n >= :first AND n < :last"
_FULL = "SELECT hashes FROM log_tile WHERE level = :level AND n = :n"
_LOWEST_TILE = text(f"SELECT coalesce(({_FULL}), ({_LEAVES}))")
_HIGHER_TILE = text(f"SELECT coalesce(({_FULL}), ({_ROOTS}))")
_LOWEST_ROWS, _HIGHER_ROWS = text(_LEAVES), text(_ROOTS)


@dataclass(frozen=True, slots=True)
class StoredTiles:
    """The tiles of this database, one statement each. Raises NotFound for hashes that are not there yet."""

    session: Session

    def hashes(self, level: int, n: int, width: int) -> list[bytes]:
        """The first `width` hashes of the n-th tile at a level."""
        if level == 0:
            values = {"level": level, "n": n, **_rows(n, width)}
            return _split(self.session.scalar(_LOWEST_TILE, values), width)
        return _split(self.session.scalar(_HIGHER_TILE, {"level": level, "below": level - 1, "n": n, **_rows(n, width)}), width)

    def gathered(self, level: int, n: int) -> list[bytes]:
        """All hashes of a tile that is about to be kept, from the rows below."""
        if level == 0:
            return _split(self.session.scalar(_LOWEST_ROWS, _rows(n, TILE_WIDTH)), TILE_WIDTH)
        return _split(self.session.scalar(_HIGHER_ROWS, {"below": level - 1, **_rows(n, TILE_WIDTH)}), TILE_WIDTH)


def tile_bytes(session: Session, *, level: int, n: int, width: int, size: int) -> bytes:
    """A tile as it is served, for a tree of at least `size` signed leaves. Raises NotFound for one that no checkpoint needs."""
    if not (0 <= level <= DEEPEST_LEVEL and n >= 0 and 1 <= width <= TILE_WIDTH):
        raise NotFound("The ledger has no such tile.")
    if n * TILE_WIDTH + width > size >> (TILE_HEIGHT * level):
        raise NotFound("The ledger has no such tile.")
    return b"".join(StoredTiles(session).hashes(level, n, width))


def _rows(n: int, width: int) -> dict[str, int]:
    """Which rows below a tile's first hashes are made of."""
    return {"first": n * TILE_WIDTH, "last": n * TILE_WIDTH + width}


def _split(data: bytes | None, width: int) -> list[bytes]:
    if data is None or len(data) < width * HASH_BYTES:
        raise NotFound("The ledger has no such tile.")
    return [data[at : at + HASH_BYTES] for at in range(0, width * HASH_BYTES, HASH_BYTES)]
