"""The demonstration's posters: visits by day, a report to look into and one that was, a place that is offered, what a host asks for."""

from __future__ import annotations

import random
from datetime import timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from fundapp.cli.demo_data.world import World
from fundapp.core import clock
from fundapp.points import hosting, queries, watching
from fundapp.points.lifecycle import Outcome, Trouble, Wish
from fundapp.points.models import CollectionPoint
from fundapp.points.queries import State
from fundapp.points.watch_models import PointVisit

# How far back visits are told, and after how many of them the busiest place fell silent: a sticker hangs over its code.
DAYS = 90
SILENT_DAYS = 6


def watch(session: Session, world: World) -> None:
    """Write it all down, as of now."""
    places = list(session.scalars(queries.points(state=State.OPEN)))
    _visits(session, places)
    _reports(session, world, places)
    hosting.offer(
        session,
        form_key="demonstration-offer",
        place="the barber’s on Printing Office Street",
        business="Close Shave Ltd",
        address="3 Printing Office Street\nDoncaster",
        contact_name="Imran Sadiq",
        contact_details="imran@close-shave.example",
    )
    hosting.ask(
        session,
        host_id=places[1].host_id,
        form_key="demonstration-wish",
        wish=Wish.REPLACE,
        point_id=places[1].id,
        words="The sun has bleached it.",
    )


def _visits(session: Session, places: list[CollectionPoint]) -> None:
    dice, today = random.Random(7), clock.today()  # noqa: S311 - the same town each time
    rows = [
        {"point_id": place.id, "day": today - timedelta(days=back), "visits": count}
        for number, place in enumerate(places)
        for back in range(SILENT_DAYS if number == 0 else 0, DAYS)
        if (count := dice.randrange(9) if number == 0 else dice.randrange(4))
    ]
    session.execute(insert(PointVisit), rows)


def _reports(session: Session, world: World, places: list[CollectionPoint]) -> None:
    watching.report(
        session,
        form_key="demonstration-report",
        code=places[0].code,
        trouble=Trouble.COVERED,
        words="A second code is glued over the first, by the door.",
    )
    looked = watching.report(
        session, form_key="demonstration-ended", code="", trouble=Trouble.DAMAGED, words="Torn off, at the bus station."
    )
    watching.end_report(
        session, actor=world.admin, report_id=looked.id, outcome=Outcome.NOT_FOUND, done="Went there; nothing of ours hangs there."
    )
