"""Many at once, each on a connection of its own, with the service's own code."""

from collections import Counter
from datetime import date
from threading import Event, Thread, Timer

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core.db import Database, transaction
from fundapp.core.errors import Busy, Conflict
from fundapp.ledger import chart, periods, queries, service, signing
from fundapp.ledger.notes import Signer
from fundapp.ledger.service import Line, NotEnoughCash, NotEnoughMoney, PeriodClosed
from fundapp.ledger.verify import verify
from tests.builders import ledger as books
from tests.support import races
from tests.support.postgres import OwnDatabase
from tests.support.races import LEVELS, THREADS, at_level, at_once

DAY = date(2026, 11, 14)


@pytest.fixture
def town(own_database: OwnDatabase) -> Database:
    """A database with books, freshly opened: nobody has posted, waited or spent yet."""
    with own_database.session() as session, transaction(session):
        books.open_books(session)
    return own_database


def gift(session: Session, nth: int, pence: int = 1000) -> bool:
    return service.post(
        session,
        event_key=f"charge:ch_{nth}",
        kind="gift.charged",
        happened_on=DAY,
        lines=[Line(chart.STRIPE_CLEARING, chart.DONATIONS, "public-giving", pence)],
        actor="stripe",
        subject=f"donation:{nth}",
    ).replayed


@pytest.mark.parametrize("level", LEVELS)
def test_eight_people_spend_the_last_fifty_pounds_and_not_a_penny_more(town: Database, level: str) -> None:
    with town.session() as session, transaction(session):
        books.pay_in(session, 5000)
    agreed: Counter[str] = Counter()

    def spend(thread: int) -> None:
        for nth in range(1000):
            try:
                with at_level(town, level) as session:
                    books.award(session, 500, key=f"grant:{thread}-{nth}")
                agreed["awards"] += 1
            except Busy:
                agreed["busy"] += 1
            except NotEnoughMoney:
                return

    at_once(spend)
    assert agreed["awards"] == 10
    with town.session() as session:
        assert queries.available_pence(session, "public-giving") == 0
        assert queries.balance_pence(session, chart.GRANTS_PAYABLE) == 5000
        assert verify(session).holds


@pytest.mark.parametrize("level", LEVELS)
def test_the_first_eight_ever_to_spend_are_as_safe_as_any(town: Database, level: str) -> None:
    agreed: Counter[str] = Counter()
    with town.session() as session, transaction(session):
        books.pay_in(session, 5000)

    def spend(thread: int) -> None:
        while True:
            try:
                with at_level(town, level) as session:
                    books.award(session, 5000, key=f"grant:{thread}")
                agreed["awards"] += 1
                return
            except Busy:
                continue
            except NotEnoughMoney:
                return

    at_once(spend)
    assert agreed["awards"] == 1
    with town.session() as session:
        assert queries.available_pence(session, "public-giving") == 0


def test_eight_times_fifty_tellings_of_one_event_leave_one(town: Database) -> None:
    fresh: list[bool] = []

    def tell(_: int) -> None:
        for _nth in range(50):
            with town.session() as session, transaction(session):
                fresh.append(not gift(session, 1))

    at_once(tell)
    assert (len(fresh), sum(fresh)) == (400, 1)
    with town.session() as session:
        assert queries.entry_count(session, subject="donation:1") == 1
        assert queries.balance_pence(session, chart.DONATIONS) == 1000


def test_of_two_tellings_that_differ_one_stands_and_the_other_is_told(town: Database) -> None:
    outcomes: Counter[str] = Counter()

    def tell(thread: int) -> None:
        try:
            with town.session() as session, transaction(session):
                gift(session, 1, pence=1000 + thread)
            outcomes["stands"] += 1
        except Conflict:
            outcomes["told"] += 1

    at_once(tell)
    assert outcomes == {"stands": 1, "told": THREADS - 1}


def test_gifts_never_wait_for_an_award_nor_for_one_another(town: Database) -> None:
    with town.session() as holder, town.session() as giver, town.session() as other:
        books.pay_in(holder, 5000)
        books.award(holder, 100)
        for session, nth in ((giver, 1), (other, 2)):
            session.execute(text("SET LOCAL lock_timeout = '200ms'"))
            gift(session, nth)
        other.commit()
        giver.commit()
        holder.commit()
    with town.session() as session:
        assert queries.balance_pence(session, chart.DONATIONS) == 2000


def test_an_award_does_not_wait_for_a_gift_that_is_being_written(town: Database) -> None:
    with town.session() as session, transaction(session):
        books.pay_in(session, 5000)
    with town.session() as giver, town.session() as approver:
        gift(giver, 1)
        approver.execute(text("SET LOCAL lock_timeout = '200ms'"))
        books.award(approver, 100)
        approver.commit()
        giver.commit()


def test_a_gate_held_too_long_is_busy_and_never_not_enough_money(town: Database) -> None:
    with town.session() as session, transaction(session):
        books.pay_in(session, 5000)
    with town.session() as holder, town.session() as waiting:
        books.award(holder, 5000)
        waiting.execute(text("SET LOCAL lock_timeout = '100ms'"))
        with pytest.raises(Busy, match="try again"):
            books.award(waiting, 1)
        waiting.rollback()
        holder.rollback()
        books.award(waiting, 1)
        waiting.commit()


def test_two_moves_in_opposite_directions_do_not_wait_in_a_ring(town: Database) -> None:
    with town.session() as session, transaction(session):
        for fund in ("general", "public-giving"):
            books.pay_in(session, 100_000, fund)

    def move(thread: int) -> None:
        out, into = ("general", "public-giving") if thread % 2 else ("public-giving", "general")
        for nth in range(10):
            with town.session() as session, transaction(session):
                service.spend(
                    session,
                    event_key=f"move:{thread}-{nth}",
                    kind="fund.moved",
                    happened_on=DAY,
                    lines=[
                        Line(chart.TRANSFERS_BETWEEN_FUNDS, chart.BANK, out, 100),
                        Line(chart.BANK, chart.TRANSFERS_BETWEEN_FUNDS, into, 100),
                    ],
                    actor="user:1",
                    subject="fund:general",
                )

    at_once(move)
    with town.session() as session:
        assert sum(position.available_pence for position in queries.fund_positions(session)) == 200_000


def test_two_payments_do_not_count_on_the_same_cash(town: Database) -> None:
    with town.session() as session, transaction(session):
        books.pay_in(session, 5000)
        for nth in range(THREADS):
            books.award(session, 600, key=f"grant:{nth}")
    paid: Counter[str] = Counter()

    def pay(thread: int) -> None:
        try:
            with town.session() as session, transaction(session):
                service.require_cash(session, fund_code="public-giving", amount_pence=2000)
                service.post(
                    session,
                    event_key=f"grant:{thread}:payment:1",
                    kind="grant.paid",
                    happened_on=DAY,
                    lines=[Line(chart.GRANTS_PAYABLE, chart.BANK, "public-giving", 2000)],
                    actor="user:1",
                    subject=f"grant:{thread}",
                )
            paid["paid"] += 1
        except NotEnoughCash:
            paid["short"] += 1

    at_once(pay)
    assert paid == {"paid": 2, "short": THREADS - 2}


def test_an_entry_is_reversed_by_one_of_many(town: Database) -> None:
    with town.session() as session, transaction(session):
        number = books.pay_in(session, 5000).number
    outcomes: Counter[str] = Counter()

    def reverse(thread: int) -> None:
        try:
            with town.session() as session, transaction(session):
                key = f"correction:{thread}"
                service.reverse(session, number=number, event_key=key, happened_on=DAY, actor="user:1", reason="entered-twice")
            outcomes["reversed"] += 1
        except Conflict:
            outcomes["told"] += 1

    at_once(reverse)
    assert outcomes == {"reversed": 1, "told": THREADS - 1}


@pytest.mark.parametrize("level", LEVELS)
def test_a_thousand_pounds_in_steps_of_five_are_two_hundred_steps_while_the_sealer_works(town: Database, level: str) -> None:
    signer = Signer.generate(races.ORIGIN)
    with town.session() as session, transaction(session):
        signing.introduce_key(session, vkey=signer.verifier.vkey, actor="system")
    with races.sealer_beside(town, signer):
        told = races.spend_it_all(town, level, "raced", pounds=1000, step=5)
    assert told["granted"] == 200
    with town.snapshot() as session:
        found = verify(session, origin=races.ORIGIN)
    assert [fault.sentence for fault in found.faults] == []
    assert found.sealed == found.entries == found.signed
    assert found.available["raced"] == 0


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ"])
def test_a_month_closed_while_eight_post_into_it_counts_what_got_in_and_nothing_else(town: Database, level: str, late: bool) -> None:
    with races.sealer_beside(town):
        within, _ = races.close_under_fire(town, level, late=late, pause=0.2)
    with town.snapshot() as session:
        found = verify(session)
        assert (races.sealed_gifts(session), found.periods) == (within, 1)
        assert [fault.sentence for fault in found.faults] == []


@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ"])
@pytest.mark.parametrize("late", [False, True])
def test_a_month_closed_in_the_middle_of_a_statement_refuses_it_in_words(town: Database, level: str, late: bool) -> None:
    """The statement has seen that its day is open; by the time that its entry is written, the day is shut."""
    starts_on, ends_on = races.last_month()
    with town.session() as session, transaction(session):
        periods.open_period(session, starts_on=starts_on, ends_on=ends_on)
    told: list[object] = []
    tried = Event()

    def post() -> None:
        try:
            with at_level(town, level) as session:
                tried.set()
                told.append(races.gift(session, "same", ends_on, late=late))
        except Exception as refused:
            told.append(refused)

    with town.session() as first, town.session() as closer:
        # Somebody else is writing the same event: the second waits in the middle of its statement.
        races.gift(first, "same", ends_on)
        thread = Thread(target=post)
        thread.start()
        tried.wait()
        wait_for_a_waiter(closer)
        with transaction(closer):
            periods.close(closer, ends_on=ends_on, actor="user:1")
        first.rollback()
        thread.join()
    assert isinstance(told[0], (PeriodClosed, Busy) if not late else (service.Posted, Busy)), told
    # Done anew, it is refused in words, or dated in the open.
    with town.session() as session:
        if not late:
            with pytest.raises(PeriodClosed):
                races.gift(session, "same", ends_on)
        else:
            entry = queries.entry(session, races.gift(session, "same", ends_on, late=True).number)
            assert entry.happened_on > ends_on


@pytest.mark.parametrize("first", ["who writes", "who closes"])
def test_a_seal_never_misses_what_was_written_while_it_waited(town: Database, first: str) -> None:
    """Whoever of the two was given a transaction number first: PostgreSQL's view of who is under way ends with the last that is over."""
    starts_on, ends_on = races.last_month()
    with town.session() as session, transaction(session):
        periods.open_period(session, starts_on=starts_on, ends_on=ends_on)
    with town.session() as writing, town.session() as closer:
        if first == "who closes":
            closer.execute(text("SELECT pg_current_xact_id()"))
        races.gift(writing, "in-flight", ends_on)
        periods.close(closer, ends_on=ends_on, actor="user:1")
        closer.commit()
        ready = Timer(0.2, writing.commit)
        ready.start()
        with town.session() as session, transaction(session):
            periods.seal_period(session, ends_on=ends_on, actor="user:2")
        ready.join()
    with town.session() as session:
        assert races.sealed_gifts(session) == 1
        assert [fault.sentence for fault in verify(session).faults] == []


@pytest.mark.parametrize("level", LEVELS[1:])
def test_a_seal_is_not_made_in_a_view_of_the_world_that_stands_still(town: Database, level: str) -> None:
    """Whoever ended between that view and the look at who is writing would be missing in the totals for ever."""
    starts_on, ends_on = races.last_month()
    with town.session() as session, transaction(session):
        periods.open_period(session, starts_on=starts_on, ends_on=ends_on)
    with town.session() as writing:
        races.gift(writing, "in-flight", ends_on)
        with town.session() as session, transaction(session):
            periods.close(session, ends_on=ends_on, actor="user:1")
        with at_level(town, level) as session:
            session.execute(text("SELECT count(*) FROM period")).scalar_one()
            writing.commit()
            with pytest.raises(RuntimeError, match="READ COMMITTED"):
                periods.seal_period(session, ends_on=ends_on, actor="user:2")
    with town.session() as session:
        assert queries.entry_count(session, subject=f"period:{ends_on.isoformat()}") == 0


def wait_for_a_waiter(session: Session) -> None:
    """Until somebody in this database waits for somebody else."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    while not session.execute(waiting).scalar_one():
        session.rollback()
        Event().wait(0.02)
    session.rollback()
