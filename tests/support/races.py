"""Many at once on connections of their own: the race of ledger.md section 3, and clients that post while a period is closed."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Barrier, Event, Thread

from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import Database, transaction
from fundapp.core.errors import Busy
from fundapp.ledger import chart, periods, queries, sealing, service
from fundapp.ledger.draft import Posted
from fundapp.ledger.notes import Signer
from fundapp.ledger.service import Line, NotEnoughMoney, PeriodClosed
from tests.builders import ledger as books

LEVELS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")
THREADS = 8
ORIGIN = "example.org/ledger"


def at_once(act: Callable[[int], None], threads: int = THREADS) -> None:
    """Run an act in several threads that start together. The first failure is raised here."""
    barrier, failures = Barrier(threads), []

    def run(nth: int) -> None:
        try:
            barrier.wait()
            act(nth)
        except BaseException as failure:
            failures.append(failure)

    running = [Thread(target=run, args=(nth,)) for nth in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if failures:
        raise failures[0]


@contextmanager
def at_level(database: Database, level: str) -> Iterator[Session]:
    """A session whose one transaction is at an isolation level; committed at the end."""
    with database.session() as session:
        session.connection(execution_options={"isolation_level": level})
        with transaction(session):
            yield session


@contextmanager
def sealer_beside(database: Database, signer: Signer | None = None, *, every: float = 0.02) -> Iterator[None]:
    """The sealer at its work for as long as the block lasts, and once more after it, until the queue is empty."""
    stop, failures = Event(), []

    def work() -> None:
        try:
            while not stop.wait(every):
                _seal(database, signer)
        except BaseException as failure:
            failures.append(failure)

    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    if failures:
        raise failures[0]
    while _seal(database, signer):
        pass


def _seal(database: Database, signer: Signer | None) -> int:
    with database.session() as session, transaction(session):
        done = sealing.seal(session, origin=ORIGIN, signer=signer)
    return done.entries if done else 0


def spend_it_all(database: Database, level: str, fund: str, *, pounds: int, step: int) -> Counter[str]:
    """Clients take a fund's money in steps until there is none: the race of ledger.md section 3, on a fund that nobody used before.

    Returns how many steps were granted, and how often somebody was told to try again.
    """
    with database.session() as session, transaction(session):
        restriction, purpose = chart.Restriction.RESTRICTED, "To be raced for."
        service.open_fund(session, code=fund, name=fund, restriction=restriction, purpose=purpose, actor="system")
        books.pay_in(session, pounds * 100, fund, key=f"contribution:{fund}")
    told: Counter[str] = Counter()

    def spend(client: int) -> None:
        nth = 0
        while True:
            try:
                with at_level(database, level) as session:
                    books.award(session, step * 100, fund, key=f"grant:{fund}-{client}-{nth}")
                told["granted"] += 1
                nth += 1
            except Busy:
                told["busy"] += 1
                # As `carry_out` does, so that the clients part ways.
                Event().wait(secrets.randbelow(10) / 1000)
            except NotEnoughMoney:
                return

    at_once(spend)
    with database.session() as session:
        left = queries.available_pence(session, fund)
        awarded = session.execute(text("SELECT count(*) FROM transfer WHERE fund = :fund AND debit_account = 'help-phone'"), {"fund": fund})
        assert (left, awarded.scalar_one()) == (pounds * 100 - told["granted"] * step * 100, told["granted"])
    return told


def last_month() -> tuple[date, date]:
    """The first and the last day of the month that is over."""
    ends_on = clock.today().replace(day=1) - timedelta(days=1)
    return ends_on.replace(day=1), ends_on


def gift(session: Session, key: str, on: date, *, late: bool = False) -> Posted:
    """A gift of £1 that happened on a day; with `late`, one that may be dated later."""
    write = service.receive if late else service.post
    return write(
        session,
        event_key=f"charge:{key}",
        kind="gift.charged",
        happened_on=on,
        lines=[Line(chart.BANK, chart.DONATIONS, "general", 100)],
        actor="stripe",
        subject=f"donation:{key}",
    )


def close_under_fire(database: Database, level: str, *, late: bool, pause: float) -> tuple[int, int]:
    """Clients post into a month at an isolation level while it is closed and sealed.

    Returns how many of their gifts were committed with a day of that month, and how many in all.
    """
    starts_on, ends_on = last_month()
    with database.session() as session, transaction(session):
        periods.open_period(session, starts_on=starts_on, ends_on=ends_on)
    over, started = Event(), Event()
    inside: Counter[str] = Counter()

    def post(client: int) -> None:
        if client == 0:
            started.wait()
            _close_and_seal(database, ends_on, pause, over)
            return
        nth = 0
        while not over.is_set():
            try:
                with at_level(database, level) as session:
                    # What this transaction sees of tables is settled here, before it writes.
                    session.execute(text("SELECT count(*) FROM period")).scalar_one()
                    gift(session, f"{client}-{nth}", ends_on, late=late)
                inside["committed"] += 1
            except PeriodClosed:
                inside["refused"] += 1
            except Busy:
                inside["busy"] += 1
            started.set()
            nth += 1

    at_once(post)
    with database.session() as session:
        dated = "SELECT count(*) FROM entry WHERE kind = 'gift.charged' AND happened_on <= :ends_on"
        within: int = session.execute(text(dated), {"ends_on": ends_on}).scalar_one()
        in_all = session.execute(text("SELECT count(*) FROM entry WHERE kind = 'gift.charged'")).scalar_one()
    # No entry is lost that its client was told of, and none is there that was refused.
    assert in_all == inside["committed"]
    assert late is (inside["refused"] == 0)
    return within, in_all


def _close_and_seal(database: Database, ends_on: date, pause: float, over: Event) -> None:
    Event().wait(pause)
    try:
        with database.session() as session, transaction(session):
            periods.close(session, ends_on=ends_on, actor="user:1")
        while True:
            try:
                with database.session() as session, transaction(session):
                    periods.seal_period(session, ends_on=ends_on, actor="user:2")
                break
            except Busy:
                continue
        Event().wait(pause)
    finally:
        over.set()


def sealed_gifts(session: Session) -> int:
    """How many gifts of £1 the seal of a period counts."""
    said = session.execute(text("SELECT public_particulars ->> 'received_pence' FROM entry WHERE kind = 'period.sealed'")).scalar_one()
    return int(said) // 100
