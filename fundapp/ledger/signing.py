"""The keys that sign checkpoints. Their history is in the log itself, so that an old checkpoint can always be checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import NotFound, Refused
from fundapp.ledger.draft import Draft, Posted
from fundapp.ledger.models import Entry
from fundapp.ledger.notes import BadNote, Signer, Verifier
from fundapp.ledger.posting import write

INTRODUCED = "key.introduced"
RETIRED = "key.retired"


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that the log has introduced."""

    vkey: str
    key_id: str
    introduced_at: datetime
    # The numbers of the entries that say so.
    introduced_by: int
    retired_by: int | None

    @property
    def verifier(self) -> Verifier:
        """The key itself."""
        return Verifier.parse(self.vkey)

    @property
    def is_current(self) -> bool:
        """Whether it may still sign."""
        return self.retired_by is None


def introduce_key(session: Session, *, vkey: str, actor: str) -> Posted:
    """Write a verifier key into the log: from then on it may sign checkpoints. Again, it is answered with the first.

    Raises Refused for what is no key.
    """
    try:
        verifier = Verifier.parse(vkey)
    except BadNote as fault:
        raise Refused(str(fault)) from fault
    standing = next((key for key in known_keys(session) if key.vkey == verifier.vkey), None)
    if standing is not None:
        return _posted(session, standing.introduced_by)
    return write(session, _record(INTRODUCED, verifier.key_id.hex(), actor, {"vkey": verifier.vkey}))


def retire_key(session: Session, *, key_id: str, actor: str) -> Posted:
    """Write into the log that a key signs no more. What it signed before stays as good as it was.

    Raises NotFound for a key that the log does not know, Refused for the only one in use.
    """
    keys = known_keys(session)
    key = next((one for one in keys if one.key_id == key_id), None)
    if key is None:
        raise NotFound(f"The ledger knows no key {key_id[:16]}.")
    if key.retired_by is not None:
        return _posted(session, key.retired_by)
    if not any(other.is_current for other in keys if other is not key):
        raise Refused("This is the only key in use. Introduce the next one first.")
    return write(session, _record(RETIRED, key_id, actor, {"key": key_id}))


def known_keys(session: Session) -> list[KnownKey]:
    """Every key that the log has introduced, the newest first."""
    statement = select(Entry.number, Entry.kind, Entry.subject, Entry.recorded_at, Entry.public_particulars)
    rows = session.execute(statement.where(Entry.kind.in_((INTRODUCED, RETIRED))).order_by(Entry.id)).all()
    retired = {row.subject: row.number for row in rows if row.kind == RETIRED}
    keys = [
        KnownKey(row.public_particulars["vkey"], row.subject.partition(":")[2], row.recorded_at, row.number, retired.get(row.subject))
        for row in rows
        if row.kind == INTRODUCED
    ]
    return keys[::-1]


def must_know(session: Session, signer: Signer, origin: str) -> None:
    """See that a signer's key is one in use, under the ledger's own name. Raises Refused."""
    if signer.name != origin:
        raise Refused(f"The signing key is named {signer.name}, and this ledger {origin}.")
    if not any(key.vkey == signer.verifier.vkey and key.is_current for key in known_keys(session)):
        raise Refused("The signing key is not one that the ledger knows and uses. See “fundapp ledger keys”.")


def _record(kind: str, key_id: str, actor: str, said: dict[str, str]) -> Draft:
    return Draft(
        event_key=f"key:{key_id}:{kind.partition('.')[2]}",
        kind=kind,
        happened_on=clock.today(),
        lines=(),
        actor=actor,
        subject=f"key:{key_id}",
        public=said,
    )


def _posted(session: Session, number: int) -> Posted:
    return Posted(session.scalars(select(Entry.id).where(Entry.number == number)).one(), number, replayed=True)
