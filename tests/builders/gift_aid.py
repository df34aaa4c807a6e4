"""Gifts and Gift Aid declarations for tests, by the room's own services; gifts of any day without a stand-in."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.keys import token_hash
from fundapp.core.roles import Role
from fundapp.giving.elsewhere.models import GiftElsewhere, Means
from fundapp.giving.gift_aid import declaring as gift_aid
from fundapp.giving.gift_aid.details import Details
from fundapp.giving.gift_aid.models import GiftAidDeclaration, GiftAidGift, Link, Scope
from fundapp.giving.lifecycle import Source, Status
from fundapp.giving.models import Donation
from fundapp.giving.monthly.lifecycle import PledgeState
from fundapp.giving.monthly.models import Pledge, PledgeGift
from fundapp.giving.settling import settle_charge
from fundapp.ledger import chart
from fundapp.ledger import service as ledger
from fundapp.ledger.service import Line
from fundapp.people.models import User
from tests.builders import people
from tests.builders.giving import KEYS, Donor, gateway_of
from tests.builders.stripe_calls import client_of

MARY = Details(title="Mrs", first_name="Mary", last_name="Palmer", house="7", postcode="DN1 2AB")
# The same as she types it.
TYPED = {
    "title": "Mrs.",
    "first_name": "Mary",
    "last_name": "Palmer",
    "house": "7",
    "postcode": "dn12ab",
    "own_money": "y",
}
ADMIN = Actor("system", None, frozenset({Role.ADMIN}))

_numbers = count(1)


def paid(session: Session, pence: int = 1_000, *, at: datetime | None = None, source: Source = Source.CARD) -> Donation:
    """A gift that was paid, now or at a moment, with its entry in the ledger."""
    at, number = at or clock.now(), next(_numbers)
    identity = uuid4()
    donation = Donation(
        id=identity,
        key_hash=token_hash(f"gift-aid-{number}"),
        token_hash=token_hash(KEYS.link_token("gift", str(identity))),
        fund_code="public-giving",
        amount_pence=pence,
        status=Status.PAID,
        source=source,
        attempt=1,
        session_expires_at=at,
        charge_id=None if source is Source.ELSEWHERE else f"ch_gift_aid_{number}",
        created_at=at,
        paid_at=at,
        looked_at=at,
        language="en",
    )
    with transaction(session):
        session.add(donation)
        session.flush()
        ledger.receive(
            session,
            event_key=donation.receiving_key,
            kind="gift.charged",
            happened_on=clock.day_of(at),
            lines=[Line(chart.STRIPE_CLEARING, chart.DONATIONS, donation.fund_code, pence)],
            actor="system",
            subject=donation.subject,
        )
    return donation


def given_back(session: Session, donation: Donation, pence: int, *, at: datetime) -> None:
    """Some of such a gift, given back at a moment."""
    with transaction(session):
        ledger.force(
            session,
            event_key=f"txn:gift_aid_{next(_numbers)}",
            kind="gift.refunded",
            happened_on=clock.day_of(at),
            lines=[Line(chart.REFUNDS, chart.STRIPE_CLEARING, donation.fund_code, pence)],
            actor="system",
            subject=donation.subject,
        )


def elsewhere(session: Session, *, is_individual: bool, pence: int = 5_000) -> Donation:
    """A gift by cheque, of one person or of a company."""
    donation = paid(session, pence, source=Source.ELSEWHERE)
    one, two = (people.user(session, Role.FINANCE) for _ in range(2))
    with transaction(session):
        session.add(
            GiftElsewhere(
                once_key=f"gift-aid-{next(_numbers)}",
                means=Means.CHEQUE.value,
                given_by="Somebody",
                postal_address="",
                is_individual=is_individual,
                in_memory_of="",
                fund_code=donation.fund_code,
                amount_pence=pence,
                received_on=clock.today(),
                bank_reference="",
                is_another=False,
                entered_by=one.id,
                entered_at=clock.now(),
                checked_by=two.id,
                checked_at=clock.now(),
                refusal="",
                donation_id=donation.id,
                reversal_why="",
            )
        )
    return donation


def month_of(session: Session, pledge: Pledge, *, at: datetime) -> Donation:
    """One month's gift of a monthly one."""
    donation = paid(session, pledge.amount_pence, at=at, source=Source.MONTHLY)
    with transaction(session):
        session.add(PledgeGift(donation_id=donation.id, pledge_id=pledge.id, invoice_id=f"in_gift_aid_{next(_numbers)}"))
    return donation


def pledge(session: Session) -> Pledge:
    """A monthly gift that goes on."""
    identity, now = uuid4(), clock.now()
    made = Pledge(
        id=identity,
        key_hash=token_hash(f"pledge-{identity}"),
        token_hash=token_hash(f"pledge-page-{identity}"),
        fund_code="public-giving",
        amount_pence=500,
        state=PledgeState.ACTIVE,
        attempt=1,
        session_expires_at=now,
        subscription_id=f"sub_{identity.hex}",
        created_at=now,
        told_at=now,
        looked_at=now,
        language="en",
    )
    with transaction(session):
        session.add(made)
    return made


def declare(session: Session, donation: Donation, *, scope: Scope = Scope.GIFT, details: Details = MARY) -> GiftAidDeclaration:
    """A declaration on a gift's page."""
    with transaction(session):
        return gift_aid.declare(session, donation_id=donation.id, scope=scope, details=details)


def link(session: Session, donation: Donation, donor_id: int) -> None:
    """A gift that is known to be of a donor, whatever it is covered by."""
    with transaction(session):
        session.add(GiftAidGift(donation_id=donation.id, donor_id=donor_id, how=Link.NUMBER, linked_at=clock.now()))


def page_of(donor_id: int) -> str:
    """The address of a declaration's own page."""
    return f"/gift-aid/{donor_id}/{gift_aid.token_of(KEYS, donor_id)}"


def gift_page(donation: Donation) -> str:
    """Where Gift Aid is declared for a gift."""
    return f"/gifts/{KEYS.link_token('gift', str(donation.id))}/gift-aid"


def form_key(donation: Donation) -> str:
    """A key as the form on a gift's page has it."""
    return KEYS.sign(f"gift-aid/gift/{donation.id}", "form", clock.now().replace(year=clock.now().year + 1))


def officer(session: Session) -> Actor:
    """A finance officer."""
    found = session.scalars(select(User).where(User.email_index.is_not(None)).limit(1)).first() or people.user(session, Role.FINANCE)
    return Actor(f"user:{found.id}", found.id, frozenset({Role.FINANCE}))


def give_back(donor: Donor, pence: int) -> None:
    """Give some of a gift back at the stand-in, and record it."""
    charge = donor.gift.charge_id or ""
    client_of(donor.stand_in).v1.refunds.create({"charge": charge, "amount": pence})
    settle_charge(donor.books, gateway_of(donor.stand_in), charge)
