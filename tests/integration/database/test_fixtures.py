"""The fixtures every other test stands on."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from fundapp.core.db import Database
from tests.support.postgres import OwnDatabase


def test_a_session_is_the_applications_role_and_sees_a_migrated_database(session: Session) -> None:
    assert session.scalar(text("SELECT current_user")) == "fund_app"
    assert session.scalar(text("SELECT version_num FROM alembic_version"))


def test_a_session_may_not_make_tables(session: Session) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text("CREATE TABLE mine (id int)"))


def test_own_databases_are_real_and_apart(own_database: OwnDatabase, session: Session) -> None:
    with own_database.session() as one, own_database.session() as other:
        assert one.scalar(text("SELECT pg_backend_pid()")) != other.scalar(text("SELECT pg_backend_pid()"))
        assert one.scalar(text("SELECT current_database()")) != session.scalar(text("SELECT current_database()"))


def test_all_sessions_of_the_database_fixture_share_the_tests_transaction(database: Database, session: Session) -> None:
    backend = session.scalar(text("SELECT pg_backend_pid()"))
    session.commit()
    with database.session() as other:
        assert other.scalar(text("SELECT pg_backend_pid()")) == backend
