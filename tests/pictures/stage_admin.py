"""What administrators' pages show now and then: somebody away, work that a colleague can take over, what is offered no longer."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.grants import catalogue, lending
from fundapp.openbooks import service as openbooks
from fundapp.people import covering
from tests.builders import grants as build
from tests.builders.grants import Seat

# Who will be away: of their kind nobody else is there, so nobody stands in.
AWAY = ("amber", "panel", "auditor")


def make(session: Session, who: dict[str, Seat]) -> dict[str, object]:
    """Put it in its place, after the lists whose first row other pages are about."""
    admin = who["admin"].actor
    kind = build.item(session, "bicycle", low=6_000, high=9_000)
    with transaction(session):
        catalogue.stop_offering(session, actor=admin, item_id=kind.id, why="None to be had.")
        example = openbooks.add_example(session, actor=admin, position=99, amount_pence=6_000, words="a bicycle to get to work on")
        openbooks.retire_example(session, actor=admin, example_id=example.id)
    _absences(session, who)
    _lend(session, who["lender"], to=who["shelter"])
    return {"stopped_item": kind.id, "retired_example": example.id, "busy_account": _busy(session, who["shelter"])}


def _absences(session: Session, who: dict[str, Seat]) -> None:
    """Still to come, so that nobody is away from the stage."""
    first = clock.today() + timedelta(days=40)
    for seat in (who[name] for name in AWAY):
        standing_in = next((one.id for one in covering.candidates(session, seat.user)), None)
        with transaction(session):
            covering.set_absence(
                session,
                actor=seat.actor,
                user_id=seat.id,
                deputy_id=standing_in,
                starts_on=first,
                ends_on=first + timedelta(days=6),
            )


def _lend(session: Session, somebody: Seat, *, to: Seat) -> None:
    """Work that a colleague has in hand for a while."""
    build.draft(session, somebody)
    with transaction(session):
        lending.lend(session, actor=somebody.actor, to_id=to.id, until=clock.today() + timedelta(days=12))


def _busy(session: Session, somebody: Seat) -> int:
    """Somebody with work in hand, in a team of two."""
    build.draft(session, somebody)
    return somebody.id
