"""Gifts of the demonstration: people in shops, most days, a few pounds; one point that closed."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from fundapp.cli.demo_data.stand_in import HistoricStripe
from fundapp.cli.demo_data.stories import AMOUNTS, CLOSED_PLACE, PLACES
from fundapp.cli.demo_data.world import World
from fundapp.core import clock
from fundapp.core.keys import Keys
from fundapp.giving import rules, settling, starting
from fundapp.points import service as points
from fundapp.points.models import CollectionPoint
from fundapp.points.queries import point_by_code

if TYPE_CHECKING:
    from fundapp.cli.demo_data.history import Agenda

# One gift every so many days at each place, over all the months.
DAYS_BETWEEN = 14


def plan(agenda: Agenda, world: World, dice: random.Random, stripe: HistoricStripe, keys: Keys) -> None:
    """Put the points and every gift into the agenda."""
    codes: dict[str, str] = {}
    places = [*PLACES, CLOSED_PLACE]

    def open_points(session: Session) -> None:
        for place in places:
            codes[place[0]] = _open(session, world, keys, place).code

    agenda.at(world.begins + timedelta(hours=9), open_points)
    days = (agenda.until - world.begins).days
    agenda.at(world.begins + timedelta(days=days // 2), lambda session: _close(session, world, codes[CLOSED_PLACE[0]]))
    amounts = [pence for pence, often in AMOUNTS for _ in range(often)]
    for name in [*(place[0] for place in places), None]:
        for day in range(1 + dice.randrange(DAYS_BETWEEN), days, DAYS_BETWEEN):
            moment = world.begins + timedelta(days=day, hours=dice.randrange(9, 20), minutes=dice.randrange(60))
            pence, number = dice.choice(amounts), dice.getrandbits(64)

            def give(session: Session, name: str | None = name, pence: int = pence, number: int = number) -> None:
                _give(session, stripe, keys, codes.get(name or ""), pence, number)

            agenda.at(moment, give)


def _open(session: Session, world: World, keys: Keys, place: tuple[str, str, str]) -> CollectionPoint:
    name, business, street = place
    agreed: date = clock.today() - timedelta(days=7)
    return points.open_point(
        session,
        actor=world.admin,
        keys=keys,
        name=name,
        business=business,
        address=f"{street}\nDoncaster",
        contact_name="The manager",
        contact_details="01632 960 000",
        agreed_on=agreed,
    )


def _close(session: Session, world: World, code: str) -> None:
    point = _point(session, code)
    points.close_point(session, actor=world.admin, point_id=point.id, reason="The shop has changed hands.")


def _give(session: Session, stripe: HistoricStripe, keys: Keys, code: str | None, pence: int, number: int) -> None:
    stripe.at_this_moment()
    point = _point(session, code) if code else None
    # Every fifth donor adds the card company's share.
    cover = rules.now(session).cover_pence(pence) if number % 5 == 0 else 0
    pence += cover
    form = f"demonstration{number}"
    donation = starting.begin(session, keys=keys, form=form, point=point, amount_pence=pence, cover_pence=cover)
    session.commit()
    name = f"A gift at {point.name}" if point else "A gift to the Changing Lives Fund"
    to = starting.Addresses("http://localhost/paid", "http://localhost/")
    starting.payment_page(session, stripe.gateway, donation, amount_pence=pence, cover_pence=cover, name=name, to=to)
    session_id = donation.session_id or ""
    stripe.pay(session_id)
    settling.settle_session(session, stripe.gateway, session_id)


def _point(session: Session, code: str) -> CollectionPoint:
    found = point_by_code(session, code)
    if found is None:
        raise LookupError(code)
    return found
