"""Reading who keeps checkpoints, and what became of the letters to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.openbooks.models import CheckpointLetter, CheckpointReader

LETTERS_SHOWN = 30


class LetterState(StrEnum):
    """How far a letter got."""

    SENT = "sent"
    WAITING = "waiting"
    FAILED = "failed"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Standing:
    """A reader, the last checkpoint that reached them, and their newest letter."""

    reader: CheckpointReader
    last_size: int | None
    last_sent_at: datetime | None
    letter: CheckpointLetter | None

    @property
    def state(self) -> LetterState | None:
        """How far the newest letter got; None before the first."""
        return state(self.letter) if self.letter else None


def state(letter: CheckpointLetter) -> LetterState:
    """How far a letter got. One that has a fault may still be tried again today; one whose day is over is not."""
    if letter.sent_at is not None:
        return LetterState.SENT
    if letter.fault:
        return LetterState.FAILED
    return LetterState.WAITING if letter.day == clock.today() else LetterState.MISSED


def readers(session: Session) -> list[Standing]:
    """Everybody on the list, then everybody who was, by name. Three questions, however many they are."""
    # Names are sealed, so they are put in order here: they are a handful.
    by_name = sorted(session.scalars(select(CheckpointReader)), key=lambda row: (not row.active, row.name.casefold(), row.id))
    newest = _newest(session)
    sent = _newest(session, sent=True)
    return [_standing(reader, newest.get(reader.id), sent.get(reader.id)) for reader in by_name]


def reader(session: Session, reader_id: int) -> CheckpointReader:
    """One of them. Raises NotFound."""
    found = session.get(CheckpointReader, reader_id)
    if found is None:
        raise NotFound(_("There is nobody of that number on the list."))
    return found


def letters_to(session: Session, reader_id: int) -> Sequence[CheckpointLetter]:
    """The last letters to one reader, the newest first."""
    theirs = select(CheckpointLetter).where(CheckpointLetter.reader_id == reader_id)
    return session.scalars(theirs.order_by(CheckpointLetter.day.desc()).limit(LETTERS_SHOWN)).all()


def _newest(session: Session, *, sent: bool = False) -> dict[int, CheckpointLetter]:
    """Each reader's newest letter, or their newest that was sent."""
    statement = select(CheckpointLetter).ext(distinct_on(CheckpointLetter.reader_id))
    if sent:
        statement = statement.where(CheckpointLetter.sent_at.is_not(None))
    rows = session.scalars(statement.order_by(CheckpointLetter.reader_id, CheckpointLetter.day.desc()))
    return {letter.reader_id: letter for letter in rows}


def _standing(reader: CheckpointReader, newest: CheckpointLetter | None, sent: CheckpointLetter | None) -> Standing:
    return Standing(reader, sent.checkpoint_size if sent else None, sent.sent_at if sent else None, newest)
