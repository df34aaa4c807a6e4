"""Requests whose decision takes several people, for the pages that are looked at."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from fundapp.grants.together import signing
from tests.builders import grants as build
from tests.builders import together
from tests.builders.grants import Seat


def make(session: Session, who: dict[str, Seat]) -> dict[str, object]:
    """Each request's number by the name of its state."""
    seats: Any = SimpleNamespace(**who)
    urgent = together.signed(session, seats.worker, seats.approver, price_pence=11_000)
    act = {"actor": seats.approver_two.actor, "request_id": urgent.id, "version": urgent.version}
    signing.agree_urgently(session, reason="They sleep outside tonight.", **act)
    session.commit()
    return {
        "two_seats": build.waiting(session, seats.worker, price_pence=11_500).id,
        "signed": together.signed(session, seats.worker, seats.approver, price_pence=12_000).id,
        "with_panel": together.with_panel(session, seats.worker, seats.approver, price_pence=50_100).id,
        "urgent": urgent.id,
    }
