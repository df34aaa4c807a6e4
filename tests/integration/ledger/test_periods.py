"""Closing the books: two people, in order, once, for ever; and what comes late is dated in the open and says so."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import Busy, Conflict, FundError, NotFound, Refused
from fundapp.ledger import chart, periods, periods_read, queries, service
from fundapp.ledger.periods_read import PeriodView
from fundapp.ledger.service import Line, PeriodClosed, Posted
from tests.builders import ledger as books
from tests.support.postgres import Cluster, OwnDatabase

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31)
ANNA, BEN = "user:1", "user:2"


@pytest.fixture(autouse=True)
def third_of_november() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def lived(own_database: OwnDatabase) -> Iterator[Session]:
    """Books with money in August and October, and none in September. The watermark outlives any rollback, so in a clone."""
    with own_database.session() as session:
        with clock.at(datetime(2026, 8, 3, tzinfo=UTC)):
            books.open_books(session)
        books.pay_in(session, 10_000, on=date(2026, 8, 20))
        books.pay_in(session, 5_000, "general", on=date(2026, 10, 5))
        books.award(session, 3_000, on=date(2026, 10, 6), key="grant:1")
        session.commit()
        yield session


def close(session: Session, ends_on: date, actor: str = ANNA) -> object:
    with transaction(session):
        periods.ensure_months(session)
        return periods.close(session, ends_on=ends_on, actor=actor)


def seal(session: Session, ends_on: date, actor: str = BEN) -> Posted:
    with transaction(session):
        return periods.seal_period(session, ends_on=ends_on, actor=actor)


def shut(session: Session, *ends: date) -> None:
    for ends_on in ends:
        close(session, ends_on)
        seal(session, ends_on)


def states(session: Session) -> list[tuple[str, str]]:
    return [(one.month, one.state) for one in periods_read.periods(session)]


def gift(session: Session, day: date, *, key: str = "charge:ch_1", pence: int = 1_000) -> Posted:
    line = Line(chart.STRIPE_CLEARING, chart.DONATIONS, "public-giving", pence)
    with transaction(session):
        return service.receive(
            session, event_key=key, kind="gift.charged", happened_on=day, lines=[line], actor="stripe", subject="donation:1"
        )


def test_months_are_opened_by_themselves_from_the_first_entry_on_and_reading_opens_none(lived: Session) -> None:
    assert [(one.month, one.state) for one in periods_read.months(lived)] == [
        ("2026-11", "open"),
        ("2026-10", "open"),
        ("2026-09", "open"),
        ("2026-08", "open"),
    ]
    assert states(lived) == []
    for _ in range(2):
        periods.ensure_months(lived)
    assert [month for month, _ in states(lived)] == ["2026-11", "2026-10", "2026-09", "2026-08"]
    assert periods_read.months(lived) == periods_read.periods(lived)


def test_empty_books_have_no_months(own_database: OwnDatabase) -> None:
    with own_database.session() as session:
        assert periods_read.months(session) == []
        periods.ensure_months(session)
        assert states(session) == []
        with pytest.raises(NotFound, match="no period that ends on 31 August 2026"):
            close(session, AUGUST)


def test_a_slip_of_fifty_years_does_not_open_six_hundred_months(lived: Session) -> None:
    books.pay_in(lived, 100, on=date(1976, 10, 5))
    lived.commit()
    assert len(periods_read.months(lived)) == 121
    assert periods_read.months(lived)[-1].month == "2016-11"


def test_closing_shuts_the_days_and_again_changes_nothing(lived: Session) -> None:
    assert close(lived, AUGUST) is True
    first = periods_read.period(lived, AUGUST)
    assert (first.state, first.closed_by, first.closed_at, first.entry_number) == ("closing", ANNA, NOW, None)
    assert periods_read.shut_until(lived) == AUGUST
    with clock.at(NOW + timedelta(hours=1)):
        assert close(lived, AUGUST, BEN) is False
    assert periods_read.period(lived, AUGUST) == first
    seal(lived, AUGUST)
    assert close(lived, AUGUST) is False
    assert periods_read.period(lived, AUGUST).state == "sealed"


def test_a_month_that_is_not_over_is_not_closed(lived: Session) -> None:
    """The last day belongs to it until midnight in London."""
    for now, day in ((NOW, date(2026, 11, 30)), (datetime(2026, 10, 31, 23, 59, tzinfo=UTC), OCTOBER)):
        with clock.at(now), pytest.raises(Refused, match="is not over yet"):
            close(lived, day)
    assert periods_read.shut_until(lived) is None
    assert all(state == "open" for _, state in states(lived))


def test_months_are_closed_and_sealed_in_their_order(lived: Session) -> None:
    with pytest.raises(Refused, match="The period to 31 August 2026 comes first: it is not closed yet"):
        close(lived, SEPTEMBER)
    assert periods_read.shut_until(lived) is None
    close(lived, AUGUST)
    close(lived, SEPTEMBER)
    with pytest.raises(Refused, match="The period to 31 August 2026 comes first: it is not sealed yet"):
        seal(lived, SEPTEMBER)
    with pytest.raises(Refused, match="is still open"):
        seal(lived, OCTOBER)
    seal(lived, AUGUST)
    seal(lived, SEPTEMBER)
    assert states(lived) == [("2026-11", "open"), ("2026-10", "open"), ("2026-09", "sealed"), ("2026-08", "sealed")]


def test_whoever_closed_a_month_does_not_seal_it(lived: Session) -> None:
    close(lived, AUGUST)
    before = queries.entry_count(lived)
    with pytest.raises(Refused, match="Somebody else seals what you closed"):
        seal(lived, AUGUST, ANNA)
    assert (periods_read.period(lived, AUGUST).state, queries.entry_count(lived)) == ("closing", before)
    seal(lived, AUGUST, BEN)
    # Again, by whomever: the seal that stands.
    assert seal(lived, AUGUST, ANNA).replayed


def test_a_seal_says_what_the_month_did_and_what_was_left(lived: Session) -> None:
    shut(lived, AUGUST, SEPTEMBER)
    close(lived, OCTOBER)
    told, _ = periods.figures(lived, OCTOBER)
    sealed = seal(lived, OCTOBER)
    said = {"received_pence": 5_000, "fees_pence": 0, "awarded_pence": 3_000, "paid_pence": 0, "left_pence": 15_000}
    assert told == said
    view = periods_read.period(lived, OCTOBER)
    assert (view.said, view.sealed_by, view.sealed_at, view.entry_number) == ({"month": "2026-10", **said}, BEN, NOW, sealed.number)
    entry = queries.entry(lived, sealed.number)
    assert (entry.kind, entry.lines, entry.happened_on) == ("period.sealed", (), NOW.date())
    september = periods_read.period(lived, SEPTEMBER).said or {}
    assert (september["received_pence"], september["left_pence"]) == (0, 10_000)
    # What it said is found again, though the month is sealed by now.
    assert periods.figures(lived, OCTOBER)[0] == said


def test_two_who_seal_at_once_make_one_seal(lived: Session, own_database: OwnDatabase) -> None:
    close(lived, AUGUST)
    go = threading.Barrier(4)

    def one(actor: str) -> Posted:
        with own_database.session() as session, clock.at(NOW):
            go.wait()
            return seal(session, AUGUST, actor)

    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(one, ["user:2", "user:3", "user:4", "user:5"]))
    assert len({posted.number for posted in done}) == 1
    assert sorted(posted.replayed for posted in done) == [False, True, True, True]
    assert queries.entry_count(lived, kind="period.sealed") == 1


def test_two_who_close_at_once_close_once(lived: Session, own_database: OwnDatabase) -> None:
    go = threading.Barrier(3)

    def one(actor: str) -> object:
        with own_database.session() as session, clock.at(NOW):
            go.wait()
            return close(session, AUGUST, actor)

    with ThreadPoolExecutor(3) as threads:
        assert sorted(map(bool, threads.map(one, ["user:1", "user:2", "user:3"]))) == [False, False, True]


def test_the_seal_waits_for_whoever_was_writing_before_the_days_were_shut(lived: Session, own_database: OwnDatabase) -> None:
    """The sealer has a transaction number before the writer does, and the writer dated an entry before the days were shut."""
    with own_database.session() as sealing, own_database.session() as writing:
        sealing.execute(text("SELECT pg_current_xact_id()"))
        books.pay_in(writing, 700, on=date(2026, 8, 31), key="late:1")
        close(lived, AUGUST)
        ready = threading.Timer(0.3, writing.commit)
        ready.start()
        seal(sealing, AUGUST)
        ready.join()
    assert (periods_read.period(lived, AUGUST).said or {})["received_pence"] == 10_700


def test_a_seal_that_would_wait_too_long_says_that_it_is_busy(
    lived: Session, own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(periods, "_WAITS", 2)
    with own_database.session() as writing:
        books.pay_in(writing, 700, on=date(2026, 8, 31))
        close(lived, AUGUST)
        with pytest.raises(Busy, match="is not over yet"):
            seal(lived, AUGUST)
        assert periods_read.period(lived, AUGUST).state == "closing"
        writing.rollback()
    assert not seal(lived, AUGUST).replayed


def test_whoever_ends_during_the_last_wait_is_counted(lived: Session, own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(periods, "_WAITS", 1)
    with own_database.session() as writing:
        books.pay_in(writing, 700, on=date(2026, 8, 31))
        close(lived, AUGUST)
        monkeypatch.setattr(periods.time, "sleep", lambda _seconds: writing.commit())
        seal(lived, AUGUST)
    assert (periods_read.period(lived, AUGUST).said or {})["received_pence"] == 10_700


def test_nobody_who_writes_something_else_is_waited_for(lived: Session, own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(periods, "_WAITS", 1)
    with own_database.session() as elsewhere:
        elsewhere.execute(text("SELECT pg_current_xact_id()"))
        elsewhere.execute(text("UPDATE fund SET version = version + 1 WHERE code = 'general'"))
        close(lived, AUGUST)
        assert not seal(lived, AUGUST).replayed
        elsewhere.rollback()


def test_no_old_view_of_the_world_dates_an_entry_into_a_closed_month(lived: Session, own_database: OwnDatabase) -> None:
    levels = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")
    for isolation, ends_on in zip(levels, (AUGUST, SEPTEMBER, OCTOBER), strict=True):
        with own_database.session() as old:
            old.connection(execution_options={"isolation_level": isolation})
            assert queries.entry_count(old) > 0
            close(lived, ends_on)
            with pytest.raises(PeriodClosed):
                books.pay_in(old, 1, on=ends_on)
            # Past the service, the guard on the table itself says no.
            with pytest.raises(DBAPIError, match="dated into days that are shut"):
                old.execute(text(PAST_THE_SERVICE), {"day": ends_on})


PAST_THE_SERVICE = """
INSERT INTO entry (number, event_key, kind, happened_on, recorded_at, transfers, actor, subject, nonce, leaf_version, leaf_hash)
VALUES (nextval('entry_number'), 'x:1', 'x', :day, now(), 0, 'a:1', 'b:1', decode(repeat('00', 16), 'hex'), 1, sha256('x'))
"""


def test_whoever_may_be_refused_is_told_in_words_which_day_is_open(lived: Session) -> None:
    standing = books.pay_in(lived, 900, on=date(2026, 10, 7), key="contribution:7")
    lived.commit()
    shut(lived, AUGUST, SEPTEMBER, OCTOBER)
    sentence = "The books are closed up to 31 October 2026. Give a later day."
    before = queries.entry_count(lived)
    for refused in (books.pay_in, books.award):
        with pytest.raises(PeriodClosed) as told:
            refused(lived, 100, on=OCTOBER)
        assert told.value.sentence == sentence
        lived.rollback()
    assert queries.entry_count(lived) == before
    # A retry of what was posted in time never trips over the closing.
    assert books.pay_in(lived, 900, on=date(2026, 10, 7), key="contribution:7").number == standing.number
    with pytest.raises(Conflict):
        books.pay_in(lived, 901, on=date(2026, 10, 7), key="contribution:7")
    assert not books.pay_in(lived, 1, on=date(2026, 11, 1)).replayed


def test_a_late_fact_is_dated_on_the_first_open_day_says_which_day_it_was_and_is_told_once(lived: Session) -> None:
    shut(lived, AUGUST, SEPTEMBER)
    late = gift(lived, date(2026, 9, 12))
    entry = queries.entry(lived, late.number)
    assert (entry.happened_on, entry.private_particulars) == (date(2026, 10, 1), {"told_on": "2026-09-12"})
    assert gift(lived, date(2026, 9, 12)) == Posted(late.entry_id, late.number, replayed=True)
    shut(lived, OCTOBER)
    # The day that it was dated on is shut by now as well: still the same fact.
    assert gift(lived, date(2026, 9, 12)).number == late.number
    with pytest.raises(Conflict):
        gift(lived, date(2026, 9, 13))
    with pytest.raises(Conflict):
        gift(lived, date(2026, 9, 12), pence=999)
    assert queries.entry_count(lived, kind="gift.charged") == 1


def test_what_was_told_in_time_and_again_after_the_closing_is_one_fact(lived: Session) -> None:
    first = gift(lived, date(2026, 8, 12))
    shut(lived, AUGUST)
    again = gift(lived, date(2026, 8, 12))
    assert (again.number, again.replayed) == (first.number, True)
    assert queries.entry(lived, first.number).private_particulars == {}


def test_refunds_and_corrections_of_a_closed_day_are_dated_in_the_open_too(lived: Session) -> None:
    wrong = books.pay_in(lived, 250, on=date(2026, 8, 9))
    lived.commit()
    shut(lived, AUGUST, SEPTEMBER)
    lines = [Line(chart.REFUNDS, chart.STRIPE_BALANCE, "public-giving", 400)]
    fact = {"event_key": "txn:1", "kind": "gift.refunded", "happened_on": date(2026, 9, 30), "actor": "stripe", "subject": "donation:1"}
    forced = service.force(lived, lines=lines, **fact)  # type: ignore[arg-type]
    undone = service.reverse(lived, number=wrong.number, event_key="fix:1", happened_on=AUGUST, actor=ANNA, reason="entered-twice")
    lived.commit()
    for posted in (forced, undone):
        assert queries.entry(lived, posted.number).happened_on == date(2026, 10, 1)
    assert queries.entry(lived, forced.number).private_particulars == {"told_on": "2026-09-30"}
    assert queries.entry(lived, undone.number).private_particulars == {"told_on": "2026-08-31", "original_on": "2026-08-09"}
    assert service.force(lived, lines=lines, **fact).replayed  # type: ignore[arg-type]
    again = service.reverse(lived, number=wrong.number, event_key="fix:1", happened_on=AUGUST, actor=ANNA, reason="entered-twice")
    assert (again.number, again.replayed) == (undone.number, True)


def test_a_month_that_nobody_ever_opened_is_shut_with_the_one_after_it(own_database: OwnDatabase) -> None:
    with own_database.session() as session:
        books.open_books(session)
        books.pay_in(session, 500, on=date(2026, 8, 2))
        periods.open_period(session, starts_on=date(2026, 10, 1), ends_on=OCTOBER)
        session.commit()
        with transaction(session):
            periods.close(session, ends_on=OCTOBER, actor=ANNA)
        for day in (date(2026, 9, 15), date(2026, 8, 2), date(1999, 1, 1)):
            with pytest.raises(PeriodClosed):
                books.pay_in(session, 1, on=day)
            session.rollback()
        # It is not opened afterwards either, and the seal of October has its figures.
        periods.ensure_months(session)
        seal(session, OCTOBER)
        assert states(session) == [("2026-11", "open"), ("2026-10", "sealed")]
        assert (periods_read.period(session, OCTOBER).said or {})["received_pence"] == 500


def test_days_stay_shut_when_the_closing_itself_fails_and_it_is_done_again(lived: Session) -> None:
    """The watermark is in no transaction: that is what makes it seen by everybody at once. It is never lowered."""
    periods.ensure_months(lived)
    lived.commit()
    periods.close(lived, ends_on=AUGUST, actor=ANNA)
    lived.rollback()
    assert periods_read.period(lived, AUGUST).state == "open"
    with pytest.raises(PeriodClosed):
        books.pay_in(lived, 1, on=AUGUST)
    lived.rollback()
    shut(lived, AUGUST)
    assert periods_read.period(lived, AUGUST).state == "sealed"


WAYS_BACK = [
    "SELECT nextval('shut_until')",
    "SELECT setval('shut_until', 0)",
    "ALTER SEQUENCE shut_until RESTART",
    "UPDATE period SET state = 'open', closed_by = NULL, closed_at = NULL, entry_number = NULL",
    "UPDATE period SET state = 'closing', entry_number = NULL",
    "UPDATE period SET ends_on = '2026-08-01'",
    "DELETE FROM period",
    "TRUNCATE period",
    "INSERT INTO period (starts_on, ends_on, state, closed_by) VALUES ('2030-01-01', '2030-01-31', 'closing', 'user:1')",
    "ALTER TABLE period DISABLE TRIGGER ALL",
]


@pytest.mark.parametrize("statement", WAYS_BACK)
def test_the_application_has_no_way_back(closed_once: OwnDatabase, statement: str) -> None:
    with closed_once.session() as session:
        with pytest.raises((DBAPIError, FundError)):
            session.execute(text(statement))
        session.rollback()
        assert periods_read.period(session, AUGUST).state == "sealed"
        assert (periods_read.shut_until(session) or date.min) >= AUGUST


@pytest.fixture(scope="module")
def closed_once(cluster: Cluster) -> Iterator[OwnDatabase]:
    """One sealed month, for all that try to open it again."""
    with cluster.clone() as database, database.session() as session, clock.at(NOW):
        books.open_books(session)
        books.pay_in(session, 500, on=date(2026, 8, 2))
        shut(session, AUGUST)
        yield database


def test_a_sealed_month_reads_for_ever_as_it_was_sealed_whatever_comes_late(lived: Session) -> None:
    def read(day: date) -> dict[tuple[str, str], tuple[int, int]]:
        return {(row.account, row.fund): (row.debits_pence, row.credits_pence) for row in queries.trial_balance(lived, day)}

    shut(lived, AUGUST, SEPTEMBER, OCTOBER)
    then = {day: read(day) for day in (AUGUST, SEPTEMBER, OCTOBER)}
    for nth, day in enumerate((AUGUST, SEPTEMBER, OCTOBER, date(2026, 11, 2))):
        gift(lived, day, key=f"charge:ch_{nth}")
    for day, rows in then.items():
        assert read(day) == rows
        sealed = queries.entry(lived, sealed_by(periods_read.period(lived, day)))
        kept = sealed.private_particulars["totals"]
        assert {(one["account"], one["fund"]): (one["debits_pence"], one["credits_pence"]) for one in kept} == rows
    # From the seal and the days since: as if every entry had been added up.
    assert read(date(2026, 11, 3)) == {
        (row.account, row.fund): (row.debits_pence, row.credits_pence) for row in queries.trial_balance(lived)
    }


def sealed_by(view: PeriodView) -> int:
    assert view.entry_number is not None
    return view.entry_number
