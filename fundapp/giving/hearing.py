"""What is known of Stripe's bells: when the last one rang, which were not answered yet, and whether it is too quiet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, extract, func, or_, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.gateways.stripe_events import SPOKEN_VERSION
from fundapp.giving.alarms import AlarmKind, raise_alarm
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation, StripeEvent

# A bell is left to its job for this long, and a gift to its bells for this long before silence is told of.
BELL_PATIENCE = timedelta(minutes=10)
SILENCE_PATIENCE = timedelta(hours=1)
# How far Stripe's clock may be ahead of ours.
SKEW = timedelta(minutes=5)
# What failed is tried again after 2, 4, 8… minutes, and then once a day, for as long as it takes.
MINUTE_SECONDS, LONGEST_WAIT_SECONDS = 60, 24 * 3600
MOST_DOUBLINGS = 11

_LAST_AT = select(func.max(StripeEvent.received_at)).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Heard:
    """How well Stripe is heard."""

    last_at: datetime | None
    # Kept, and not answered within the time that a job takes.
    unanswered: int
    # The first gift that was paid since Stripe last rang, an hour ago or more.
    silent_since: datetime | None

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return self.unanswered == 0 and self.silent_since is None


def heard(session: Session) -> Heard:
    """When the last bell rang, how many were not answered, and since when it is too quiet."""
    late = or_(StripeEvent.tries > 0, StripeEvent.received_at < clock.now() - BELL_PATIENCE)
    unanswered = select(func.count()).select_from(StripeEvent).where(StripeEvent.acted_at.is_(None), late).scalar_subquery()
    last_at, count = session.execute(select(_LAST_AT, unanswered)).one()
    untold = _first_untold(session, last_at)
    return Heard(last_at, count, untold.paid_at if untold else None)


def bells() -> Select[StripeEvent]:
    """Every bell that was kept, newest first."""
    return select(StripeEvent).order_by(StripeEvent.received_at.desc(), StripeEvent.id.desc())


def not_answered() -> Select[StripeEvent]:
    """What was kept and could not be recorded yet, oldest first."""
    return select(StripeEvent).where(StripeEvent.acted_at.is_(None)).order_by(StripeEvent.received_at, StripeEvent.id)


def is_other_version(event: StripeEvent) -> bool:
    """Whether it was rung in another version of Stripe's language than ours."""
    return event.api_version != SPOKEN_VERSION


def unanswered_events(session: Session, *, due_at: datetime | None = None, limit: int = 1000) -> Sequence[str]:
    """Ids of bells that were kept and not acted on yet, oldest first: all, or those whose next try is due at a moment.

    One that fails again and again is tried ever more seldom, so that it holds up no sweep.
    """
    statement = select(StripeEvent.id).where(StripeEvent.acted_at.is_(None))
    if due_at is not None:
        waits = func.least(MINUTE_SECONDS * func.power(2, func.least(StripeEvent.tries, MOST_DOUBLINGS)), LONGEST_WAIT_SECONDS)
        is_due = StripeEvent.failed_at.is_(None) | (extract("epoch", due_at - StripeEvent.failed_at) >= waits)
        statement = statement.where(StripeEvent.received_at < due_at - BELL_PATIENCE, is_due)
    return session.scalars(statement.order_by(StripeEvent.received_at, StripeEvent.id).limit(limit)).all()


def events_since(session: Session, moment: datetime) -> Sequence[str]:
    """Ids of every bell that was taken in since then, acted on or not, oldest first."""
    statement = select(StripeEvent.id).where(StripeEvent.received_at >= moment)
    return session.scalars(statement.order_by(StripeEvent.received_at, StripeEvent.id)).all()


def watch_for_silence(session: Session) -> None:
    """Tell finance when gifts are paid and Stripe does not ring: once for each silence, by the first gift that fell into it."""
    gift = _first_untold(session, session.scalar(select(_LAST_AT)))
    if gift is not None:
        raise_alarm(session, kind=AlarmKind.SILENCE, about=gift.charge_id or "", subject=gift.subject)


def _first_untold(session: Session, last_at: datetime | None) -> Donation | None:
    """The first gift paid after Stripe's last bell, if it has had its hour."""
    statement = select(Donation).where(Donation.status == Status.PAID, Donation.charge_id.is_not(None))
    if last_at is not None:
        statement = statement.where(Donation.paid_at > last_at + SKEW)
    due = Donation.paid_at < clock.now() - SILENCE_PATIENCE
    return session.scalars(statement.where(due).order_by(Donation.paid_at, Donation.id).limit(1)).first()
