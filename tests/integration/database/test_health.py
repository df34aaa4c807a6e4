"""Whatever is wrong with a database is one plain sentence."""

import pytest
from sqlalchemy import create_engine, make_url, text

from fundapp.core.db import Base, driver_url
from fundapp.database import health, migrate, server
from fundapp.database.faults import DatabaseFault
from tests.support.outside import free_port
from tests.support.postgres import Cluster, OwnDatabase


def at(database: OwnDatabase, revision: str) -> None:
    engine = create_engine(driver_url(database.owner_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    engine.dispose()


def said(url: str) -> str:
    sentence = health.fault(url, migrate.revisions())
    assert sentence is not None
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert (make_url(url).password or "no password") not in sentence
    return sentence


def test_a_sound_database_has_no_fault(own_database: OwnDatabase) -> None:
    assert health.fault(own_database.app_url, migrate.revisions()) is None
    health.require(own_database.app_url, migrate.revisions())


def test_a_server_that_is_down(own_database: OwnDatabase) -> None:
    port = free_port()
    url = f"postgresql://fund_app:x@127.0.0.1:{port}/fund"
    assert said(url) == f"The database at 127.0.0.1:{port} does not answer. Start it, or check DATABASE_URL."
    with pytest.raises(DatabaseFault, match="does not answer"):
        health.require(url, migrate.revisions())


def test_a_wrong_password(own_database: OwnDatabase) -> None:
    url = make_url(own_database.app_url).set(password="wrong").render_as_string(hide_password=False)
    assert "refuses the password of “fund_app”" in said(url)


def test_no_such_database(own_database: OwnDatabase) -> None:
    url = make_url(own_database.app_url).set(database="elsewhere").render_as_string(hide_password=False)
    assert "has no database “elsewhere”" in said(url)


def test_a_database_without_tables(cluster: Cluster) -> None:
    with cluster.empty() as (app_url, _):
        assert said(app_url) == "The database has no tables yet. Run “fundapp migrate”."


def test_a_database_that_is_behind(own_database: OwnDatabase) -> None:
    at(own_database, migrate.revisions()[-2])
    assert said(own_database.app_url) == "The database is 1 migration behind. Run “fundapp migrate”."
    at(own_database, migrate.revisions()[0])
    assert "migrations behind" in said(own_database.app_url)


def test_a_database_that_is_ahead(own_database: OwnDatabase) -> None:
    at(own_database, "9999")
    assert "at migration 9999, which this version of the Fund does not know" in said(own_database.app_url)


def test_the_owner_at_the_applications_work(own_database: OwnDatabase) -> None:
    assert "as “fund_owner”, the owner of its tables" in said(own_database.owner_url)


def test_a_superuser_at_the_applications_work(own_database: OwnDatabase, cluster: Cluster) -> None:
    access = cluster.access
    url = make_url(own_database.app_url).set(username=server.SUPERUSER, password=access.superuser)
    assert "as “postgres”, a superuser" in said(url.render_as_string(hide_password=False))


def test_a_server_that_is_too_old(own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "OLDEST", 99)
    assert said(own_database.app_url).endswith("The Fund needs PostgreSQL 99 or later.")


def test_an_application_that_was_never_given_rights(own_database: OwnDatabase) -> None:
    engine = create_engine(driver_url(own_database.owner_url))
    with engine.begin() as connection:
        connection.execute(text("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM fund_app"))
    engine.dispose()
    assert "has no rights in this database" in said(own_database.app_url)


def test_migrating_again_changes_nothing(own_database: OwnDatabase) -> None:
    migrate.migrate(own_database.owner_url, app_role="fund_app", metadata=Base.metadata)
    assert health.fault(own_database.app_url, migrate.revisions()) is None
