"""Stolen cards are tried out at givers' pages: counted here by network, page and card, and answered more strictly with each decline.

What a device is, and why none is tracked: docs/decisions/0013-card-testing.md. All counts are rows, so that they hold for every process.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.keys import Keys, token_hash
from fundapp.core.sealed import vault_of
from fundapp.gateways.stripe import Charge
from fundapp.giving.alarms import AlarmKind, raise_alarm
from fundapp.giving.cards import rules as card_rules
from fundapp.giving.cards.models import CardDecline, CardStart, QuestionUsed
from fundapp.giving.cards.rules import HOMES_IN_A_BLOCK, WINDOW, CardRules
from fundapp.giving.models import Donation
from fundapp.jobs import enqueue
from fundapp.web.limits import Limit, TooOften, counted
from fundapp.web.networks import block_of, network_of

# Nobody's network or card is known for longer than this.
KEPT = timedelta(days=1)
_HASH_BYTES = 16
# One of these, whatever it is about, may be noted a little before or after it was seen elsewhere.
_PURPOSE = "card-testing"


@dataclass(frozen=True, slots=True)
class Door:
    """A network at the door: what it is known by today, and how strictly it is met."""

    near_hash: bytes
    block_hash: bytes
    is_hot: bool


def come_in(session: Session, keys: Keys, address: str | None) -> Door:
    """Count somebody who would begin a gift. Raises TooOften where too many came from their network, or too many cards were declined there.

    Opens its own transaction: who is turned away is counted as well.
    """
    held, near, block = card_rules.now(session), network_of(address), f"block {block_of(address)}"
    with transaction(session):
        declines = _declines(session, keys, near, block)
        limits = {near: held.gifts_after(declines[0]), block: held.gifts_after(declines[1], homes=HOMES_IN_A_BLOCK)}
        tries = counted(session, keys, Limit("give", held.gifts_per_network), near, block)
    for network, most in limits.items():
        if tries[network] > most:
            raise TooOften(Limit("give", most))
    today = clock.now()
    return Door(_of_day(keys, today, near), _of_day(keys, today, block), held.is_hot(*declines))


def note_start(session: Session, donation_id: UUID, door: Door) -> None:
    """Remember for a day from which network a gift was begun; the same form again is the same gift."""
    values = {"donation_id": donation_id, "near_hash": door.near_hash, "block_hash": door.block_hash, "at": clock.now()}
    session.execute(insert(CardStart).values(**values).on_conflict_do_nothing())


def is_begun(session: Session, form: str) -> bool:
    """Whether a form has made its gift already: whoever sends it again is asked nothing twice."""
    return session.scalar(select(Donation.id).where(Donation.key_hash == token_hash(form))) is not None


def is_spent(session: Session, form: str) -> bool:
    """Whether so many cards were declined at the gift of this form that its payment page is closed for good."""
    of_form = select(Donation.id).where(Donation.key_hash == token_hash(form)).scalar_subquery()
    declined = session.scalar(select(func.count()).select_from(CardDecline).where(CardDecline.donation_id == of_form)) or 0
    return declined >= card_rules.now(session).declines_per_page


def note_decline(session: Session, charge: Charge) -> None:
    """Count a declined card, once, in the caller's transaction: close its payment page where it is one too many, raise the alarm on bursts.

    What was begun longer than a day ago, or elsewhere, is not counted: renewals of monthly gifts are declined in the ordinary course.
    """
    identity = _identity(charge.donation_id)
    start = session.get(CardStart, identity) if identity else None
    if start is None or charge.created_at < clock.now() - KEPT:
        return
    card = vault_of(session).index(_PURPOSE, f"{_day(clock.now())} {charge.card_fingerprint}") if charge.card_fingerprint else None
    values = {
        "charge_id": charge.id,
        "donation_id": start.donation_id,
        "near_hash": start.near_hash,
        "block_hash": start.block_hash,
        "card_hash": card[:_HASH_BYTES] if card else None,
        "amount_pence": charge.amount_pence,
        "at": charge.created_at,
    }
    written = session.scalar(insert(CardDecline).values(**values).on_conflict_do_nothing().returning(CardDecline.charge_id))
    if written is None:
        return
    held, since = card_rules.now(session), clock.now() - WINDOW
    if _is_one_too_many(session, held, values, since):
        enqueue(session, "giving.close_declined_page", donation_id=str(start.donation_id))
    if _small_ones(session, held, since) >= held.alarm_from_small_declines:
        hour = clock.now().strftime("%Y-%m-%dT%H")
        raise_alarm(session, kind=AlarmKind.CARD_TESTING, about=hour, subject=f"declines:{hour}")


def forget_old(session: Session) -> None:
    """Drop what is a day old."""
    before = clock.now() - KEPT
    for table in (CardStart, CardDecline, QuestionUsed):
        session.execute(delete(table).where(table.at < before))


def _is_one_too_many(session: Session, held: CardRules, made: dict[str, object], since: datetime) -> bool:
    """Whether this page has seen too many declines, or this card too many pages."""
    at_page = func.count().filter(CardDecline.donation_id == made["donation_id"])
    pages = func.count(CardDecline.donation_id.distinct()).filter(CardDecline.card_hash == made["card_hash"], CardDecline.at >= since)
    declines, gifts = session.execute(select(at_page, pages)).one()
    return declines >= held.declines_per_page or gifts > held.gifts_per_card


def _small_ones(session: Session, held: CardRules, since: datetime) -> int:
    small = (CardDecline.at >= since) & (CardDecline.amount_pence <= held.small_pence)
    return session.scalar(select(func.count()).select_from(CardDecline).where(small)) or 0


def _declines(session: Session, keys: Keys, near: str, block: str) -> tuple[int, int, int]:
    """Declines of the last hour: from this network, from its block, and anywhere."""
    now = clock.now()
    days = (now, now - WINDOW)
    counts = (
        func.count().filter(CardDecline.near_hash.in_([_of_day(keys, day, near) for day in days])),
        func.count().filter(CardDecline.block_hash.in_([_of_day(keys, day, block) for day in days])),
        func.count(),
    )
    found = session.execute(select(*counts).where(CardDecline.at >= now - WINDOW)).one()
    return found[0], found[1], found[2]


def _of_day(keys: Keys, moment: datetime, network: str) -> bytes:
    return keys.mac(_PURPOSE, f"{_day(moment)} {network}")[:_HASH_BYTES]


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _identity(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
