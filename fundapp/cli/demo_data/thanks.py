"""Donors of the demonstration who declared Gift Aid."""

from __future__ import annotations

from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core.keys import Keys
from fundapp.giving.gift_aid import declaring as gift_aid
from fundapp.giving.gift_aid.covering import covers_all
from fundapp.giving.gift_aid.details import Details
from fundapp.giving.gift_aid.models import Scope
from fundapp.giving.lifecycle import Source, Status
from fundapp.giving.models import Donation

_DONORS = (
    (Details("Mrs", "Maria", "Castellano", "7", "DN1 2AB"), Scope.PAST_AND_FUTURE, 3),
    (Details("", "Łukasz", "Żółkiewski", "Flat 2, 41 Thorne Road", "DN2 4QP"), Scope.FUTURE, 1),
    (Details("Dr", "Anne", "Okafor", "The Old Forge", "DN10 6RZ"), Scope.GIFT, 1),
)
# Of so many gifts, the newest, enough are there to be declared for.
_LOOKED_AT = 30


def declare(session: Session, keys: Keys) -> None:
    """Let three donors declare, on the newest gifts there are; one of them writes the declaration's number on two more."""
    newest = select(Donation).where(Donation.status == Status.PAID, Donation.source == Source.CARD)
    found = session.scalars(newest.order_by(Donation.paid_at.desc(), Donation.id).limit(_LOOKED_AT)).all()
    covers = covers_all(session, found)
    # What was given back or is disputed has nothing to add to.
    gifts = (gift for gift in found if covers[gift.id].left_pence)
    for details, scope, count in _DONORS:
        first, *others = islice(gifts, count)
        made = gift_aid.declare(session, donation_id=first.id, scope=scope, details=details)
        for gift in others:
            gift_aid.add_gift(session, keys=keys, donation_id=gift.id, typed=gift_aid.number_of(keys, made.donor_id))
