"""What is the matter with a database, in one plain sentence each."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import errors as pg
from sqlalchemy import Connection, create_engine, make_url, pool, text
from sqlalchemy.exc import OperationalError

from fundapp.core.db import driver_url
from fundapp.database.binaries import OLDEST
from fundapp.database.faults import DatabaseFault

_REMEDY = "who could change the ledger. Give DATABASE_URL a role of its own."


def require(app_url: str, revisions: Sequence[str]) -> None:
    """Go on only when the application can work with this database.

    Raises DatabaseFault with the sentence of `fault`.
    """
    sentence = fault(app_url, revisions)
    if sentence:
        raise DatabaseFault(sentence)


def fault(app_url: str, revisions: Sequence[str]) -> str | None:
    """The first thing that is wrong, or None. `revisions` are this code's migrations, oldest first."""
    engine = create_engine(driver_url(app_url), poolclass=pool.NullPool, connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            return too_old(connection) or one_role(connection) or not_migrated(connection, revisions)
    except OperationalError as error:
        return unreachable(app_url, error)
    finally:
        engine.dispose()


def unreachable(url: str, error: OperationalError) -> str:
    """Why nobody could connect. Holds no password."""
    address = make_url(url)
    where = f"{address.host or 'localhost'}:{address.port or 5432}"
    said = str(error.orig)
    if isinstance(error.orig, (pg.InvalidPassword, pg.InvalidAuthorizationSpecification)) or "authentication failed" in said:
        return f"The database at {where} refuses the password of “{address.username}”. Check DATABASE_URL."
    if isinstance(error.orig, pg.InvalidCatalogName) or (f'"{address.database}" does not exist' in said):
        return f"The server at {where} has no database “{address.database}”. Create it, or check DATABASE_URL."
    if "permission denied for database" in said:
        return f"The role “{address.username}” may not enter the database “{address.database}” at {where}. Grant it CONNECT."
    return f"The database at {where} does not answer. Start it, or check DATABASE_URL."


def too_old(connection: Connection) -> str | None:
    """PostgreSQL before 15."""
    version = connection.scalar(text("SELECT current_setting('server_version_num')::int")) or 0
    if version >= OLDEST * 10_000:
        return None
    return f"The database is PostgreSQL {version // 10_000}. The Fund needs PostgreSQL {OLDEST} or later."


def one_role(connection: Connection) -> str | None:
    """The application's role holds rights that only the owner may have."""
    role, superuser = connection.execute(text("SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user")).one()
    if superuser:
        return f"The application signs in to the database as “{role}”, a superuser, {_REMEDY}"
    owned = connection.scalar(
        text("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND pg_has_role(current_user, relowner, 'MEMBER')")
    )
    if owned:
        return f"The application signs in to the database as “{role}”, the owner of its tables, {_REMEDY}"
    return None


def not_migrated(connection: Connection, revisions: Sequence[str]) -> str | None:
    """The schema is not the one this code was written for."""
    if not connection.scalar(text("SELECT to_regclass('public.alembic_version')")):
        return "The database has no tables yet. Run “fundapp migrate”."
    if not connection.scalar(text("SELECT has_table_privilege('public.alembic_version', 'SELECT')")):
        return "The application's role has no rights in this database. Run “fundapp migrate”, with that role in DATABASE_URL."
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if found is None:
        return "The database has no tables yet. Run “fundapp migrate”."
    if found not in revisions:
        return f"The database is at migration {found}, which this version of the Fund does not know. Run the newer version."
    behind = len(revisions) - 1 - list(revisions).index(found)
    if behind:
        plural = "migration" if behind == 1 else "migrations"
        return f"The database is {behind} {plural} behind. Run “fundapp migrate”."
    return None
