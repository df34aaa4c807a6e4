"""Requests whose decision takes several people: signed by one, with the panel."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.grants import deciding
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy import caps
from fundapp.grants.together import panel
from fundapp.grants.together.proposing import Terms
from tests.builders import grants as build

FUND = "public-giving"
# What takes an approver and a finance officer, and what takes two approvers or the panel (policy/tiers.py).
TWO_SEATS, PANEL = 30_000, 60_000


def signed(session: Session, by: build.Seat, approver: build.Seat, *, price_pence: int = TWO_SEATS, **how: object) -> GrantRequest:
    """A request that an approver has signed, and another must."""
    request = build.waiting(session, by, price_pence=price_pence, **how)
    deciding.agree(session, actor=approver.actor, request_id=request.id, version=request.version, fund_code=FUND)
    session.commit()
    return request


def with_panel(session: Session, by: build.Seat, approver: build.Seat, *, price_pence: int = PANEL, **how: object) -> GrantRequest:
    """A request on which the panel votes. Two of it or more must be able to."""
    request = build.waiting(session, by, price_pence=price_pence, **how)
    panel.put_to_panel(session, actor=approver.actor, request_id=request.id, version=request.version, terms=Terms((FUND,)))
    session.commit()
    return request


def lifted(session: Session, request: GrantRequest, by: build.Seat) -> GrantRequest:
    """Let over its cap by somebody."""
    caps.lift(session, actor=by.actor, request_id=request.id, version=request.version, reason="There is nothing cheaper.")
    session.commit()
    return request
