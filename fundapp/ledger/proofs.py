"""Where an entry stands in the signed log, and the proof of it for whoever holds its receipt (C2SP tlog-proof)."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.ledger import canonical, checkpoints, records
from fundapp.ledger.checkpoints import CheckpointView
from fundapp.ledger.draft import Record
from fundapp.ledger.errors import NotSealed
from fundapp.ledger.log_models import CheckpointRow, LogLeaf
from fundapp.ledger.merkle import Tree
from fundapp.ledger.models import Entry
from fundapp.ledger.tiles import StoredTiles

HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Place:
    """An entry's place in the log. `since` is when the first checkpoint over it was signed."""

    seq: int
    since: datetime
    # How many entries the newest checkpoint covers.
    size: int

    @property
    def nth(self) -> int:
        """Its place as people count."""
        return self.seq + 1


def place_of(session: Session, number: int) -> Place | None:
    """Where an entry stands, or None while no checkpoint covers it. Raises NotFound for no such entry."""
    seq, newest = _seq(session, number), checkpoints.latest(session)
    first = checkpoints.covering(session, seq) if seq is not None else None
    if seq is None or first is None or newest is None:
        return None
    return Place(seq, first.signed_at, newest.size)


def places_of(session: Session, numbers: Collection[int]) -> dict[int, Place]:
    """Where entries stand, by their numbers, in one question. Those under no checkpoint yet are left out."""
    over = CheckpointRow.size > LogLeaf.seq
    first = select(CheckpointRow.signed_at).where(over).order_by(CheckpointRow.size).limit(1).correlate(LogLeaf).scalar_subquery()
    newest = select(func.max(CheckpointRow.size)).scalar_subquery()
    statement = (
        select(Entry.number, LogLeaf.seq, first.label("since"), newest.label("size"))
        .join(LogLeaf, LogLeaf.entry_id == Entry.id)
        .where(Entry.number.in_(numbers))
    )
    return {row.number: Place(row.seq, row.since, row.size) for row in session.execute(statement) if row.since}


def proof(session: Session, number: int) -> str:
    """The proof that an entry is in the newest checkpoint, as a `.tlog-proof` file.

    Its extra line holds the entry's canonical public part, and nonce and private part, which the receipt's holder may see: never
    give it to anybody else. Raises NotFound, NotSealed.
    """
    record = records.record(session, number)
    private = canonical.encode(canonical.private_part(record)).decode()
    return _proof(session, record, {"nonce": record.nonce.hex(), "private": private})


def public_proof(session: Session, number: int) -> str:
    """The same for everybody: nonce and private part stay here, and the entry holds their fingerprint alone. Raises NotFound, NotSealed.

    Fit for entries whose public part is public (`period.sealed`, `quarter.published`), and for no others.
    """
    return _proof(session, records.record(session, number), {})


def _proof(session: Session, record: Record, private: Mapping[str, str]) -> str:
    seq, newest = _seq(session, record.number), checkpoints.latest(session)
    if seq is None or newest is None or seq >= newest.size:
        raise NotSealed(_("This entry is not in a signed checkpoint yet. That takes a second or two."))
    path = Tree(newest.size, StoredTiles(session)).inclusion(seq)
    extra = {"entry": canonical.canonical_bytes(record).decode(), **private}
    told = json.dumps(extra, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    lines = [HEADER, f"extra {_base64(told.encode())}", f"index {seq}", *(_base64(one) for one in path), "", newest.note]
    return "\n".join(lines)


def prove_consistency(session: Session, *, old_size: int, size: int) -> list[bytes]:
    """The hashes that show a checkpoint to be the beginning of a later one (RFC 6962 section 2.1.2). Raises NotFound."""
    newest: CheckpointView | None = checkpoints.latest(session)
    if newest is None or not 0 < old_size <= size <= newest.size:
        raise NotFound(_("The ledger has no checkpoints of these sizes."))
    return Tree(size, StoredTiles(session)).consistency(old_size)


def _seq(session: Session, number: int) -> int | None:
    statement = select(Entry.id, LogLeaf.seq).outerjoin(LogLeaf, LogLeaf.entry_id == Entry.id).where(Entry.number == number)
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound(_("There is no entry %(number)s in the ledger.") % {"number": f"{number:,}"})
    seq: int | None = row.seq
    return seq


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
