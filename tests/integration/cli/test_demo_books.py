"""The demonstration's books: past months closed by two officers, quarters published, all in the order of time; and a broken-off run."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from fundapp.cli.demo_data import closing
from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.quarters import open_year, quarter_of, quarters_back
from fundapp.grants.policy.models import PolicyLook
from fundapp.ledger import periods, periods_read
from fundapp.openbooks import published, publishing
from fundapp.openbooks.models import CheckpointReader
from tests.builders import ledger
from tests.support.postgres import OwnDatabase


def test_the_history_s_months_are_sealed_by_two_officers_and_its_quarters_published(grown_town: OwnDatabase) -> None:
    with grown_town.session() as session:
        sealed = [one for one in periods_read.periods(session) if one.state == periods_read.SEALED]
        assert len(sealed) >= 6
        assert all(one.closed_by != one.sealed_by for one in sealed)
        assert all(one.closed_at and one.sealed_at and one.closed_at < one.sealed_at for one in sealed)
        told = published.published(session, year=open_year(clock.today()), today=clock.today())
        assert publishing.due(session) == []
        assert len(told.quarters) + (told.waiting is not None) == 2
        assert all(len(quarter.rows) > 2 for quarter in told.quarters)
        assert all(one.number in told.places for one in (*told.quarters, *told.months)), "sealed each night"
        assert session.query(CheckpointReader).count() == 3


def test_the_log_tells_of_it_in_the_order_of_time(grown_town: OwnDatabase) -> None:
    with grown_town.session() as session:
        begun = "id >= (SELECT min(id) FROM entry WHERE kind = 'period.sealed')"
        recorded = session.scalars(text(f"SELECT recorded_at FROM entry WHERE {begun} ORDER BY id")).all()
        assert len(recorded) > 100
        assert recorded == sorted(recorded)


def test_a_quarter_is_published_after_its_last_month_was_sealed(grown_town: OwnDatabase) -> None:
    with grown_town.session() as session:
        for quarter in quarters_back(clock.today(), 2)[1:]:
            seal = periods_read.period(session, quarter.last).entry_number
            key = publishing.event_key(quarter)
            number = session.scalar(text("SELECT number FROM entry WHERE event_key = :key"), {"key": key})
            assert seal is not None
            assert number is not None
            assert seal < number


def test_days_that_a_broken_off_run_shut_are_opened_again_in_an_empty_ledger_alone(own_database: OwnDatabase) -> None:
    assert closing.open_again(own_database.owner_url), "nothing to do is done as well"
    ends_on = quarter_of(quarter_of(clock.today()).first).last
    with own_database.session() as session:
        ledger.open_books(session)
        periods.ensure_months(session)
        last = periods_read.month_end(clock.last_month_end(clock.today()))
        assert last < clock.today() <= ends_on
        session.rollback()
        periods.open_period(session, starts_on=last.replace(day=1), ends_on=last)
        periods.close(session, ends_on=last, actor="user:1")
        session.rollback()
        assert periods_read.shut_until(session) == last, "no rollback opens them"
        session.rollback()
        assert closing.open_again(own_database.owner_url)
        assert periods_read.shut_until(session) is None
        with transaction(session):
            ledger.open_books(session)
            periods.ensure_months(session)
        with transaction(session):
            periods.open_period(session, starts_on=last.replace(day=1), ends_on=last)
            periods.close(session, ends_on=last, actor="user:1")
        assert not closing.open_again(own_database.owner_url)
        assert periods_read.shut_until(session) == last


def test_the_application_s_own_role_opens_no_day_again(own_database: OwnDatabase) -> None:
    with pytest.raises(Exception, match="permission denied for sequence shut_until"):
        closing.open_again(own_database.app_url)


def test_an_approver_finds_one_answer_of_the_policy_to_look_at(grown_town: OwnDatabase) -> None:
    with grown_town.session() as session:
        open_looks = session.scalars(select(PolicyLook).where(~PolicyLook.found.has())).all()
        assert open_looks
        assert all(one.due_on >= clock.today() for one in open_looks)
