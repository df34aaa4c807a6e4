"""What is remembered of accounts and funds is never more than what stands."""

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from fundapp.core.clock import today
from fundapp.core.db import transaction
from fundapp.core.errors import Refused
from fundapp.ledger import chart, service
from fundapp.ledger.service import Line
from tests.builders import ledger as books
from tests.support.postgres import OwnDatabase


def give(session: Session, key: str, account: str = "help-new") -> service.Posted:
    lines = [Line(chart.BANK, "donations", "general", 500), Line(account, chart.BANK, "general", 1)]
    return service.force(session, event_key=key, kind="gift.charged", happened_on=today(), lines=lines, actor="user:1", subject=key)


def test_an_account_whose_opening_was_rolled_back_is_not_remembered(own_database: OwnDatabase) -> None:
    with own_database.session() as session, transaction(session):
        books.open_books(session)
    with own_database.session() as session:
        service.open_account(session, code="help-new", name="New", kind="expense", actor="user:1")
        assert not give(session, "gift:1").replayed
        session.rollback()
    # The pool hands out the same connection again.
    with own_database.session() as session, pytest.raises(Refused, match="There is no account “help-new”"):
        give(session, "gift:1")


def test_an_account_whose_opening_was_taken_back_to_a_savepoint_is_not_remembered(own_database: OwnDatabase) -> None:
    with own_database.session() as session, transaction(session):
        books.open_books(session)
        savepoint = session.begin_nested()
        service.open_account(session, code="help-new", name="New", kind="expense", actor="user:1")
        give(session, "gift:1")
        savepoint.rollback()
        with pytest.raises(Refused, match="There is no account “help-new”"):
            give(session, "gift:1")


def test_an_account_that_another_opened_since_is_found(own_database: OwnDatabase) -> None:
    with own_database.session() as session, transaction(session):
        books.open_books(session)
        give(session, "gift:1", account="help-phone")
    with own_database.session() as reading, own_database.session() as other:
        with transaction(other):
            service.open_account(other, code="help-new", name="New", kind="expense", actor="user:1")
        with transaction(reading):
            assert not give(reading, "gift:2").replayed


def test_a_page_that_only_read_costs_the_next_posting_no_look_up(own_database: OwnDatabase) -> None:
    with own_database.session() as session, transaction(session):
        books.open_books(session)
        give(session, "gift:1", account="help-phone")
    with own_database.session() as session:
        session.connection().exec_driver_sql("SELECT 1")
    asked: list[str] = []
    event.listen(own_database.engine, "before_cursor_execute", lambda _c, _cur, statement, *_rest: asked.append(statement))
    with own_database.session() as session, transaction(session):
        books.pay_in(session, 500)
    assert not [statement for statement in asked if statement.startswith("SELECT code")]
