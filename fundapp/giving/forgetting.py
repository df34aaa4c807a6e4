"""What of gifts is forgotten, and when: the way back to the payment page at Stripe. Nothing here says who gave."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from fundapp.core.forgetting import Forgetting
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.giving.gift_aid.forgetting import FORGETTING as GIFT_AID
from fundapp.giving.giving_back_forgetting import GIVING_BACK
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation
from fundapp.giving.monthly.forgetting import MONTHLY


def _old(before: datetime) -> ColumnElement[bool]:
    settled = Donation.status.not_in((Status.STARTED, Status.PROCESSING))
    return settled & (Donation.created_at < before) & Donation.checkout_url.is_not(None)


def _drop_way_back(_session: Session, donation: Donation) -> None:
    donation.checkout_url = donation.session_id = None


FORGETTING = (
    *GIVING_BACK,
    *GIFT_AID,
    *MONTHLY,
    Forgetting(Kept.DONOR, marked("The way from a gift to its payment page"), Donation, "donation", _old, _drop_way_back),
)
