"""The application's role may do to each table what its model says, and nothing else."""

import re

import pytest
from sqlalchemy import MetaData, Table, create_engine, text
from sqlalchemy.orm import Session

from fundapp.core.db import Base, driver_url
from fundapp.database import privileges
from tests.support.postgres import Cluster, OwnDatabase

VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


def granted(session: Session, table: str) -> set[str]:
    return {
        verb
        for verb in VERBS
        if session.scalar(text("SELECT has_table_privilege(:table, :verb)"), {"table": f'public."{table}"', "verb": verb})
    }


def test_each_table_grants_what_its_model_says(session: Session) -> None:
    for table in Base.metadata.tables.values():
        rights = re.sub(r"\w+ \([^)]*\)", "", table.info.get("app_role", privileges.DEFAULT))
        assert granted(session, table.name) == {verb for verb in VERBS if verb in rights}, table.name


def test_the_queue_is_open_to_the_application(session: Session) -> None:
    tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE tablename LIKE 'procrastinate%'")).all()
    for table in tables:
        assert granted(session, table) >= {"SELECT", "INSERT", "UPDATE", "DELETE"}


def test_the_schemas_version_can_be_read_and_not_written(session: Session) -> None:
    assert granted(session, "alembic_version") == {"SELECT"}


def test_what_no_model_names_is_closed_and_columns_can_be_given_alone(cluster: Cluster) -> None:
    metadata = MetaData()
    Table("narrow", metadata, info={"app_role": "SELECT, INSERT, UPDATE (version)"})
    with cluster.empty() as (_, owner_url):
        engine = create_engine(driver_url(owner_url))
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE narrow (version int, other int)"))
            connection.execute(text("CREATE TABLE nobodys (id int)"))
            connection.execute(text("GRANT ALL ON narrow, nobodys TO fund_app, PUBLIC"))
            privileges.apply(connection, metadata, "fund_app")
            may = "SELECT has_column_privilege('fund_app', 'narrow', :column, 'UPDATE')"
            assert connection.scalar(text(may), {"column": "version"}) is True
            assert connection.scalar(text(may), {"column": "other"}) is False
            for verb in VERBS:
                assert connection.scalar(text("SELECT has_table_privilege('fund_app', 'nobodys', :verb)"), {"verb": verb}) is False
        engine.dispose()


@pytest.mark.parametrize("table", ["transfer", "entry"])
def test_the_books_cannot_be_rewritten_by_the_application(own_database: OwnDatabase, table: str) -> None:
    with own_database.session() as session:
        assert granted(session, table) == {"SELECT", "INSERT"}
