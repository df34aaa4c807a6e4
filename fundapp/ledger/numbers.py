"""Numbers of entries, taken before hashing: one at a time when it is quiet, a block at a time under load."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

# Where a pooled connection keeps its block. It dies with the connection, so nothing outlives a database that is put back or copied.
_PLACE = "ledger-numbers"
_LARGEST_BLOCK = 64
# An older block is dropped: numbers then stay close to the order of writing, whichever process writes.
_FRESH_SECONDS = 1.0

_TAKE = "SELECT nextval('entry_number') FROM generate_series(1, %(count)s)"


@dataclass(slots=True)
class _Block:
    numbers: list[int] = field(default_factory=list)
    size: int = 1
    taken_at: float = float("-inf")


def next_number(connection: Connection) -> int:
    """A number that no other entry has. One round trip, or none while a fresh block lasts. Gaps are normal."""
    info: dict[Any, Any] = connection.info
    block: _Block = info.setdefault(_PLACE, _Block())
    now = time.monotonic()
    fresh = now - block.taken_at < _FRESH_SECONDS
    if not (block.numbers and fresh):
        block.size = min(block.size * 2, _LARGEST_BLOCK) if fresh else 1
        taken = connection.exec_driver_sql(_TAKE, {"count": block.size}).scalars().all()
        block.numbers = sorted(taken, reverse=True)
        block.taken_at = now
    return block.numbers.pop()
