"""What of monthly gifts that ended is forgotten, and when (forgetting.py gathers it): the way to Stripe's own papers about them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import Session

from fundapp.core.forgetting import Forgetting
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.giving.monthly.lifecycle import BEGUN, PledgeState
from fundapp.giving.monthly.models import Pledge


def _old(before: datetime) -> ColumnElement[bool]:
    ended = Pledge.state.not_in((*BEGUN, PledgeState.STARTED))
    kept = Pledge.customer_id.is_not(None) | Pledge.checkout_url.is_not(None) | Pledge.session_id.is_not(None)
    return ended & (func.coalesce(Pledge.stopped_at, Pledge.created_at) < before) & kept


def _drop_way_back(_session: Session, pledge: Pledge) -> None:
    pledge.customer_id = pledge.checkout_url = pledge.session_id = None


MONTHLY = (
    Forgetting(Kept.DONOR, marked("The way from a monthly gift that ended to whoever gave it"), Pledge, "pledge", _old, _drop_way_back),
)
