"""Gifts by cheque or bank for tests."""

from __future__ import annotations

from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.giving.elsewhere import entering as elsewhere
from fundapp.giving.elsewhere.entering import Entered
from fundapp.giving.elsewhere.models import GiftElsewhere, Means
from tests.builders.giving import KEYS

_keys = count(1)


def said(**changes: Any) -> Entered:
    """What stands on the statement: £250 from a person, by cheque, today."""
    facts: dict[str, Any] = {
        "means": Means.CHEQUE,
        "given_by": "Mrs J. Example",
        "is_individual": True,
        "fund_code": "public-giving",
        "amount_pence": 25_000,
        "received_on": clock.today(),
        "bank_reference": "CHQ 100417",
    }
    return Entered(**{**facts, **changes})


def entered(session: Session, by: Actor, **changes: Any) -> GiftElsewhere:
    """Somebody entered it."""
    with transaction(session):
        return elsewhere.enter(session, actor=by, once_key=f"elsewhere-{next(_keys)}", said=said(**changes))


def checked(session: Session, by: Actor, second: Actor, **changes: Any) -> GiftElsewhere:
    """And somebody else found it on the statement."""
    made = entered(session, by, **changes)
    with transaction(session):
        return elsewhere.check(session, actor=second, keys=KEYS, gift_id=made.id)
