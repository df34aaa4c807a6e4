"""The keys that sign checkpoints. Their history is in the log itself, so that an old checkpoint can always be checked.

A key signs from the first checkpoint that covers its introduction, and none that covers its retirement: both can be seen in the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import NotFound, Refused
from fundapp.ledger.draft import Draft, Posted
from fundapp.ledger.errors import CannotSign
from fundapp.ledger.log_models import LogLeaf
from fundapp.ledger.models import Entry
from fundapp.ledger.notes import BadNote, Signer, Verifier
from fundapp.ledger.posting import write

INTRODUCED = "key.introduced"
RETIRED = "key.retired"
# What all of their records are about: with it they are found at once among millions.
SUBJECT = "ledger:keys"


class NoSigningKey(CannotSign):
    """The worker was given no key."""

    def __init__(self) -> None:
        super().__init__("The worker has no LEDGER_SIGNING_KEY: entries are put in order and not signed.")


class SigningKeyUnknown(CannotSign):
    """The log has not introduced the key."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"The ledger does not know the signing key {key_id}. “fundapp ledger keys list” tells which it knows.")


class SigningKeyRetired(CannotSign):
    """The log says that the key signs no more."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"The signing key {key_id} is retired. Give the worker one that is in use: “fundapp ledger keys list”.")


class SigningKeyMisnamed(CannotSign):
    """The key has another name than the ledger."""

    def __init__(self, name: str, origin: str) -> None:
        super().__init__(f"The signing key is named {name}, and this ledger {origin} (LEDGER_ORIGIN). They must be the same.")


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that the log has introduced."""

    vkey: str
    key_id: str
    introduced_at: datetime
    # The numbers of the entries that say so.
    introduced_by: int
    retired_by: int | None
    # The place of its introduction in the log, once it has one.
    seq: int | None

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

    Raises Refused for what is no key, and for one that was retired.
    """
    try:
        verifier = Verifier.parse(vkey)
    except BadNote as fault:
        raise Refused(str(fault)) from fault
    standing = next((key for key in known_keys(session) if key.vkey == verifier.vkey), None)
    if standing is None:
        return write(session, _record(INTRODUCED, verifier.key_id.hex(), actor, {"vkey": verifier.vkey}))
    if not standing.is_current:
        raise Refused(f"The key {standing.key_id} was retired, and is not taken up again. Make a new one.")
    return _posted(session, standing.introduced_by)


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
    seq = select(LogLeaf.seq).where(LogLeaf.entry_id == Entry.id).scalar_subquery().label("seq")
    columns = (Entry.number, Entry.kind, Entry.event_key, Entry.recorded_at, Entry.public_particulars, seq)
    rows = session.execute(select(*columns).where(Entry.subject == SUBJECT).order_by(Entry.id)).all()
    retired = {row.public_particulars["key"]: row.number for row in rows if row.kind == RETIRED}
    keys = [
        KnownKey(row.public_particulars["vkey"], key_id, row.recorded_at, row.number, retired.get(key_id), row.seq)
        for row in rows
        if row.kind == INTRODUCED and (key_id := row.event_key.split(":")[1])
    ]
    return keys[::-1]


def standing(session: Session, *, signer: Signer | None, origin: str) -> KnownKey:
    """The key that a signer signs with: one that the log knows and uses, under the ledger's own name. Raises CannotSign."""
    if signer is None:
        raise NoSigningKey
    if signer.name != origin:
        raise SigningKeyMisnamed(signer.name, origin)
    key = next((one for one in known_keys(session) if one.vkey == signer.verifier.vkey), None)
    if key is None:
        raise SigningKeyUnknown(signer.verifier.key_id.hex())
    if not key.is_current:
        raise SigningKeyRetired(key.key_id)
    return key


def _record(kind: str, key_id: str, actor: str, said: dict[str, str]) -> Draft:
    return Draft(
        event_key=f"key:{key_id}:{kind.partition('.')[2]}",
        kind=kind,
        happened_on=clock.today(),
        lines=(),
        actor=actor,
        subject=SUBJECT,
        public=said,
    )


def _posted(session: Session, number: int) -> Posted:
    return Posted(session.scalars(select(Entry.id).where(Entry.number == number)).one(), number, replayed=True)
