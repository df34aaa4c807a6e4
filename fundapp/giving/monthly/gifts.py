"""Each month of a monthly gift is a gift of its own: its row, made once for each invoice, by whichever bell came first."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.keys import Keys, random_token, token_hash
from fundapp.gateways.stripe import Charge, Invoice
from fundapp.giving.lifecycle import Source, Status
from fundapp.giving.models import Donation
from fundapp.giving.monthly.models import Pledge, PledgeGift
from fundapp.jobs import enqueue


def of_invoice(session: Session, invoice: Invoice, charge: Charge) -> Donation | None:
    """The gift that an invoice asked for and a charge paid, held until the transaction ends; None for an invoice that is not ours."""
    pledge = held(session, pledge_id=invoice.pledge_id, subscription_id=invoice.subscription_id)
    if pledge is None:
        return None
    key_hash, now, identity = token_hash(f"invoice:{invoice.id}"), clock.now(), uuid4()
    values = {
        "id": identity,
        "key_hash": key_hash,
        # Nobody's, until the keys give it an address: the worker that hears a bell has them, this service has not.
        "token_hash": token_hash(random_token()),
        "point_id": pledge.point_id,
        "fund_code": pledge.fund_code,
        "amount_pence": charge.amount_pence,
        "language": pledge.language,
        "status": Status.STARTED,
        "source": Source.MONTHLY,
        "attempt": 1,
        "session_expires_at": now,
        "created_at": now,
        "looked_at": now,
    }
    made = session.scalar(
        insert(Donation).values(**values).on_conflict_do_nothing(index_elements=[Donation.key_hash]).returning(Donation.id)
    )
    if made:
        session.add(PledgeGift(donation_id=identity, pledge_id=pledge.id, invoice_id=invoice.id))
        session.flush()
        enqueue(session, "giving.give_address", donation_id=str(identity))
    statement = select(Donation).where(Donation.key_hash == key_hash).with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement).one()


def give_address(session: Session, keys: Keys, donation_id: UUID) -> str:
    """Let a month's gift be found at its own page; the same address however often."""
    token = keys.link_token("gift", str(donation_id))
    session.execute(update(Donation).where(Donation.id == donation_id).values(token_hash=token_hash(token)))
    return token


def held(session: Session, *, pledge_id: str | None, subscription_id: str | None) -> Pledge | None:
    """The monthly gift that Stripe names, held until the transaction ends; None when it is none of ours."""
    ways = [Pledge.subscription_id == subscription_id] if subscription_id else []
    try:
        ways.append(Pledge.id == UUID(pledge_id or ""))
    except ValueError:
        if not ways:
            return None
    # By its own number first: two could only match where somebody wrote metadata by hand.
    statement = select(Pledge).where(or_(*ways)).order_by(Pledge.id).limit(1).with_for_update()
    return session.scalar(statement.execution_options(populate_existing=True))
