"""Signed checkpoints, and where each was put out of our reach."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.core.language import ngettext
from fundapp.ledger.log_models import CheckpointRow, Publication

# 96 bits of the root.
MARK_LETTERS = 16

LATE = timedelta(minutes=5)
# The queue is taken in the order of ids, and what was sealed first is signed first.
_LAG = text("""
WITH signed AS MATERIALIZED (SELECT coalesce(max(size), 0) AS size FROM checkpoint),
first AS MATERIALIZED (
    SELECT coalesce(
        (SELECT entry_id FROM log_leaf WHERE seq = (SELECT size FROM signed)), (SELECT min(entry_id) FROM unsealed)
    ) AS entry_id
)
SELECT (SELECT count(*) FROM unsealed) AS unsealed,
    greatest((SELECT coalesce(max(seq) + 1, 0) FROM log_leaf) - (SELECT size FROM signed), 0) AS unsigned,
    (SELECT recorded_at FROM entry WHERE id = (SELECT entry_id FROM first)) AS since
""")


@dataclass(frozen=True, slots=True)
class CheckpointView:
    """A checkpoint as it was signed."""

    size: int
    root: bytes
    note: str
    signed_at: datetime

    @property
    def mark(self) -> str:
        """The first letters of its root, as the note writes it: what a poster has room for, and more than can be met by chance."""
        return base64.b64encode(self.root).decode()[:MARK_LETTERS]


@dataclass(frozen=True, slots=True)
class PublicationView:
    """One place that a checkpoint went to. `place` is a reference; `receipt` what the place gave back."""

    size: int
    place: str
    published_at: datetime
    receipt: str


@dataclass(frozen=True, slots=True)
class Published:
    """How often checkpoints were put out of our reach, when last, and the largest that was. Names nobody."""

    times: int
    last_at: datetime | None
    largest: int | None


@dataclass(frozen=True, slots=True)
class Lag:
    """What no checkpoint covers yet."""

    # Entries that wait for their place in the log.
    unsealed: int
    # Entries that have one, and wait for a signature.
    unsigned: int
    # When the first of them all was recorded.
    since: datetime | None

    @property
    def entries(self) -> int:
        """How many wait."""
        return self.unsealed + self.unsigned

    @property
    def age(self) -> timedelta:
        """For how long the first has waited."""
        return clock.now() - self.since if self.since else timedelta(0)

    @property
    def is_late(self) -> bool:
        """Whether somebody should look: a sealer at work signs within a second or two."""
        return self.age > LATE

    @property
    def sentence(self) -> str:
        """What is said of it then."""
        minutes = self.age // timedelta(minutes=1)
        return ngettext(
            "No signed checkpoint covers %(number)s entry, and the first has waited %(long)s. Does a worker run, with the key?",
            "No signed checkpoint covers %(number)s entries, and the first has waited %(long)s. Does a worker run, with the key?",
            self.entries,
        ) % {"number": f"{self.entries:,}", "long": _long(minutes)}


def latest(session: Session) -> CheckpointView | None:
    """The newest checkpoint."""
    row = session.execute(_views().order_by(CheckpointRow.size.desc()).limit(1)).first()
    return CheckpointView(*row) if row else None


def at(session: Session, size: int) -> CheckpointView:
    """The checkpoint of one size. Raises NotFound: not every size was signed."""
    row = session.execute(_views().where(CheckpointRow.size == size)).one_or_none()
    if row is None:
        raise NotFound(_("There is no checkpoint of %(number)s entries.") % {"number": f"{size:,}"})
    return CheckpointView(*row)


def checkpoints(session: Session, *, limit: int = 50, offset: int = 0) -> list[CheckpointView]:
    """Checkpoints, the newest first, a page at a time."""
    return [CheckpointView(*row) for row in session.execute(_views().order_by(CheckpointRow.size.desc()).limit(limit).offset(offset))]


def checkpoint_count(session: Session) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(CheckpointRow)) or 0


def covering(session: Session, seq: int) -> CheckpointView | None:
    """The first checkpoint that a leaf is under."""
    row = session.execute(_views().where(CheckpointRow.size > seq).order_by(CheckpointRow.size).limit(1)).first()
    return CheckpointView(*row) if row else None


def lag(session: Session) -> Lag:
    """How far the sealer is behind. It does not grow with the ledger."""
    return Lag(*session.execute(_LAG).one())


def record_publication(session: Session, *, size: int, place: str, receipt: str = "") -> None:
    """Keep where a checkpoint went. `place` is a reference such as reader:3, never somebody's address."""
    session.add(Publication(checkpoint_size=size, place=place, published_at=clock.now(), receipt=receipt))
    session.flush()


def published(session: Session) -> Published:
    """All publications, counted."""
    told = select(func.count(), func.max(Publication.published_at), func.max(Publication.checkpoint_size))
    return Published(*session.execute(told).one())


def publications(session: Session, *, size: int | None = None, place: str | None = None, limit: int = 50) -> list[PublicationView]:
    """Where checkpoints went, the newest first: all, one checkpoint's, or what one place was given."""
    statement = select(Publication.checkpoint_size, Publication.place, Publication.published_at, Publication.receipt)
    if size is not None:
        statement = statement.where(Publication.checkpoint_size == size)
    if place is not None:
        statement = statement.where(Publication.place == place)
    rows = session.execute(statement.order_by(Publication.published_at.desc(), Publication.id.desc()).limit(limit))
    return [PublicationView(*row) for row in rows]


def newest_of(session: Session, places: Sequence[str]) -> dict[str, CheckpointView]:
    """The checkpoint that each of these places was given last; a place that was given none is left out."""
    order = (Publication.place, Publication.published_at.desc(), Publication.id.desc())
    last = select(Publication.place, Publication.checkpoint_size).where(Publication.place.in_(places)).ext(distinct_on(Publication.place))
    given: dict[int, list[str]] = {}
    for place, size in session.execute(last.order_by(*order)):
        given.setdefault(size, []).append(place)
    views = (CheckpointView(*row) for row in session.execute(_views().where(CheckpointRow.size.in_(given))))
    return {place: view for view in views for place in given[view.size]}


def _long(minutes: int) -> str:
    if minutes < 120:
        return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}
    hours, days = minutes // 60, minutes // 1440
    if hours < 48:
        return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}
    return ngettext("%(number)s day", "%(number)s days", days) % {"number": f"{days:,}"}


def _views() -> Select[int, bytes, str, datetime]:
    return select(CheckpointRow.size, CheckpointRow.root, CheckpointRow.note, CheckpointRow.signed_at)
