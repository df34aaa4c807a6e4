"""The demonstration's books: past months closed by one officer and sealed by another, quarters published; and who keeps checkpoints."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from fundapp.cli.demo_data.world import World
from fundapp.core import clock
from fundapp.core.db import driver_url
from fundapp.core.quarters import last_quarter
from fundapp.finance import closing
from fundapp.giving.following import releasing
from fundapp.ledger.periods_read import month_end
from fundapp.openbooks import publishing, readers
from fundapp.openbooks.models import ReaderPart

if TYPE_CHECKING:
    from fundapp.cli.demo_data.history import Agenda

READERS = (
    ("Sunita Rao", "sunita.rao@trustees.example", ReaderPart.TRUSTEE),
    ("Graham Peel", "graham.peel@auditors.example", ReaderPart.AUDITOR),
    ("Northgate Housing, the office", "office@northgate.example", ReaderPart.PARTNER),
)
# On the second of a month the one before is closed, and hours later sealed; the worker publishes its quarter minutes after that.
AFTER = timedelta(days=2)
CLOSED, SEALED, PUBLISHED = time(10, 20), time(14, 10), time(14, 15)

# In an empty ledger there is nothing that the watermark could protect.
_OPEN_AGAIN = text("SELECT setval('shut_until', 0) WHERE NOT EXISTS (SELECT FROM entry) AND NOT EXISTS (SELECT FROM period)")


def plan(agenda: Agenda, world: World) -> None:
    """Put it into the agenda. The last month that is over is left to whoever tries the demonstration, unless a quarter ends with it."""

    def name_readers(session: Session) -> None:
        for name, email, part in READERS:
            readers.add_reader(session, actor=world.admin, name=name, email=email, part=part)

    agenda.at(world.begins + timedelta(days=2, hours=11), name_readers)
    today = clock.day_of(agenda.until)
    last = max(last_quarter(today).last, clock.last_month_end(clock.last_month_end(today)))
    # The accounts were opened the day before the history begins, which is a month of its own.
    ends_on = clock.day_of(world.begins) - timedelta(days=1)
    while ends_on <= last:
        _plan_month(agenda, world, ends_on)
        ends_on = month_end(ends_on + timedelta(days=1))


def open_again(owner_url: str) -> bool:
    """Open the days that a run shut before it was broken off; says whether there were any.

    All else of such a run is gone, but that days are shut is not undone by any rollback (ledger/periods.py). Where there is any entry,
    they stay shut.
    """
    engine = create_engine(driver_url(owner_url))
    try:
        with engine.begin() as connection:
            return connection.execute(_OPEN_AGAIN).first() is not None
    finally:
        engine.dispose()


def _plan_month(agenda: Agenda, world: World, ends_on: date) -> None:
    first, second = world.finance[:2]

    def close(session: Session) -> None:
        closing.close_month(session, actor=first, year=ends_on.year, number=ends_on.month)

    def seal(session: Session) -> None:
        closing.seal_month(session, actor=second, year=ends_on.year, number=ends_on.month)

    def publish(session: Session) -> None:
        for quarter in publishing.due(session):
            publishing.publish(session, quarter)
        releasing.release_due(session)

    for at, act in ((CLOSED, close), (SEALED, seal), (PUBLISHED, publish)):
        agenda.at(datetime.combine(ends_on + AFTER, at, tzinfo=clock.LONDON), act)
