"""Reading gifts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.core.keys import token_hash
from fundapp.giving.alarms import SENTENCES
from fundapp.giving.models import Donation, GivingAlarm, GivingPreset, StripeEvent
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from fundapp.ledger.queries import EntryView


@dataclass(frozen=True, slots=True)
class Figures:
    """What the ledger says of one gift, in pence."""

    gross_pence: int
    fee_pence: int
    refunded_pence: int
    # Whether the card company has told what it kept.
    fee_known: bool
    # The entries' numbers, oldest first.
    numbers: tuple[int, ...]

    @property
    def net_pence(self) -> int:
        """What the Fund has of it."""
        return self.gross_pence - self.fee_pence - self.refunded_pence


def by_token(session: Session, token: str) -> Donation:
    """The gift whose page has this token. Raises NotFound."""
    found = session.scalar(select(Donation).where(Donation.token_hash == token_hash(token)))
    if found is None:
        raise NotFound("There is no gift at this address. Check that you have all of it.")
    return found


def figures(session: Session, donation: Donation) -> Figures:
    """The gift's figures, added up from ledger rows and nothing else."""
    entries = ledger.entries_for(session, donation.subject)
    return Figures(
        gross_pence=_moved(entries, chart.DONATIONS) * -1,
        fee_pence=_moved(entries, chart.PROCESSING_FEES),
        refunded_pence=_moved(entries, chart.REFUNDS),
        fee_known=any(entry.kind == "gift.settled" for entry in entries),
        numbers=tuple(entry.number for entry in entries),
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
    raised_at: object


def open_alarms(session: Session) -> list[Alarm]:
    """What nobody has looked into yet, oldest first."""
    rows = session.scalars(select(GivingAlarm).where(GivingAlarm.closed_at.is_(None)).order_by(GivingAlarm.raised_at, GivingAlarm.id))
    return [Alarm(row.id, SENTENCES[row.kind], row.subject, row.about, row.raised_at) for row in rows]


def last_event(session: Session) -> StripeEvent | None:
    """The bell that rang last."""
    return session.scalar(select(StripeEvent).order_by(StripeEvent.received_at.desc(), StripeEvent.id.desc()).limit(1))


def unanswered_events(session: Session) -> Sequence[str]:
    """Ids of bells that were kept and not acted on yet, oldest first."""
    statement = select(StripeEvent.id).where(StripeEvent.acted_at.is_(None)).order_by(StripeEvent.received_at, StripeEvent.id)
    return session.scalars(statement).all()


def _moved(entries: Sequence[EntryView], account: str) -> int:
    """What an account was debited less what it was credited, over these entries."""
    signed = ((line.debit == account) - (line.credit == account) for entry in entries for line in entry.lines)
    amounts = (line.amount_pence for entry in entries for line in entry.lines)
    return sum(sign * amount for sign, amount in zip(signed, amounts, strict=True))
