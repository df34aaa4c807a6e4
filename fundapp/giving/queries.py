"""Reading gifts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.core.keys import token_hash
from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.giving.alarms import AlarmKind
from fundapp.giving.hearing import Heard, heard
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation, GivingAlarm, GivingPreset
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from fundapp.ledger.queries import EntryView

__all__ = [
    "Alarm",
    "Figures",
    "Heard",
    "by_receipt",
    "by_token",
    "figures",
    "heard",
    "open_alarms",
    "open_gifts",
    "presets",
]

# Where a payment page may still turn into money.
OPEN = (Status.STARTED, Status.PROCESSING)
PATIENCE_SECONDS = 60
SHARE_OF_AGE = 4
# How much of a gift's own number its receipt shows (receipts.py).
RECEIPT_LENGTH = 8


_TELLS = {
    "gift.charged": lazy("What you gave"),
    "gift.received": lazy("What you gave"),
    "gift.settled": lazy("What the card company kept, and what reached the Fund"),
    "gift.refunded": lazy("What was given back"),
    "gift.disputed": lazy("What your bank took back"),
    "gift.reinstated": lazy("What your bank sent again"),
    "gift.failed": lazy("What your bank took back"),
    "gift.lost": lazy("The dispute ended, and your bank kept it"),
    "reversal": lazy("A refund that came back to us"),
}
# A gift by cheque or bank has no fee, and that is known at once.
_FEE_KNOWN = frozenset({"gift.settled", "gift.received"})


@dataclass(frozen=True, slots=True)
class Figures:
    """What the ledger says of one gift, in pence."""

    gross_pence: int
    fee_pence: int
    refunded_pence: int
    # Taken back by the donor's bank: for good, and while a dispute lasts. Its fee is borne by the Fund and is none of these.
    taken_back_pence: int
    disputed_pence: int
    # Whether the card company has told what it kept.
    fee_known: bool
    # Each entry's number and what it tells, oldest first.
    entries: tuple[tuple[int, str], ...]
    # The number of the entry that says what was given; 0 before it is there.
    charge_number: int

    @property
    def is_all_back(self) -> bool:
        """Whether nothing of the gift is left with us: given back, or taken back by a bank."""
        return self.refunded_pence + self.taken_back_pence + self.disputed_pence >= self.gross_pence

    @property
    def net_pence(self) -> int:
        """What the Fund has of it."""
        return self.gross_pence - self.fee_pence - self.refunded_pence - self.taken_back_pence - self.disputed_pence


def by_token(session: Session, token: str) -> Donation:
    """The gift whose page has this token. Raises NotFound."""
    found = session.scalar(select(Donation).where(Donation.token_hash == token_hash(token)))
    if found is None:
        raise NotFound(_("There is no gift at this address. Check that you have all of it."))
    return found


def by_receipt(session: Session, reference: str, *, limit: int, offset: int) -> tuple[Sequence[Donation], int]:
    """The gifts whose receipt has this number (the first eight figures of the gift's own), and how many there are."""
    if len(reference) != RECEIPT_LENGTH or not set(reference) <= set("0123456789ABCDEF"):
        return [], 0
    first, last = UUID(hex=reference.ljust(32, "0")), UUID(hex=reference.ljust(32, "F"))
    statement = select(Donation, func.count().over()).where(Donation.id.between(first, last)).order_by(Donation.created_at, Donation.id)
    rows = session.execute(statement.limit(limit).offset(offset)).all()
    return [row for row, _ in rows], rows[0][1] if rows else 0


def figures(session: Session, donation: Donation) -> Figures:
    """The gift's figures, added up from ledger rows and nothing else."""
    entries = ledger.entries_for(session, donation.subject)
    failed = _moved([entry for entry in entries if entry.kind == "gift.failed"], chart.DONATIONS)
    return Figures(
        gross_pence=failed - _moved(entries, chart.DONATIONS),
        fee_pence=_moved(entries, chart.PROCESSING_FEES),
        refunded_pence=_moved(entries, chart.REFUNDS),
        taken_back_pence=failed + _moved(entries, chart.CHARGEBACKS),
        disputed_pence=_moved(entries, chart.DISPUTED),
        fee_known=any(entry.kind in _FEE_KNOWN for entry in entries),
        entries=tuple((entry.number, _TELLS[entry.kind]) for entry in entries if entry.kind in _TELLS),
        charge_number=next((entry.number for entry in entries if entry.event_key == donation.receiving_key), 0),
    )


def presets(session: Session) -> Sequence[GivingPreset]:
    """The offered amounts, in their places."""
    return session.scalars(select(GivingPreset).order_by(GivingPreset.position)).all()


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm as a page tells it."""

    id: int
    sentence: str
    subject: str
    about: str
    raised_at: datetime


def open_alarms(session: Session) -> list[Alarm]:
    """What nobody has looked into yet, oldest first."""
    rows = session.scalars(select(GivingAlarm).where(GivingAlarm.closed_at.is_(None)).order_by(GivingAlarm.raised_at, GivingAlarm.id))
    return [Alarm(row.id, AlarmKind(row.kind).sentence, row.subject, row.about, row.raised_at) for row in rows]


def open_gifts(session: Session, *, due_at: datetime | None = None) -> Sequence[tuple[UUID, str]]:
    """Id and payment page of gifts that may yet be paid, oldest first: all, or those that the sweep should ask about at a moment.

    A gift is left to its bells and its return page for a minute, then asked about ever more seldom: after a quarter of its age.
    """
    statement = select(Donation.id, Donation.session_id).where(Donation.status.in_(OPEN), Donation.session_id.is_not(None))
    if due_at is not None:
        waited, age = (extract("epoch", due_at - since) for since in (Donation.looked_at, Donation.created_at))
        statement = statement.where(waited >= func.greatest(age / SHARE_OF_AGE, PATIENCE_SECONDS))
    rows = session.execute(statement.order_by(Donation.created_at, Donation.id))
    return [(identity, session_id) for identity, session_id in rows if session_id]


def _moved(entries: Sequence[EntryView], account: str) -> int:
    """What an account was debited less what it was credited, over these entries."""
    signed = ((line.debit == account) - (line.credit == account) for entry in entries for line in entry.lines)
    amounts = (line.amount_pence for entry in entries for line in entry.lines)
    return sum(sign * amount for sign, amount in zip(signed, amounts, strict=True))
