"""Bring a database's schema up to date, one command at a time, all of it or none."""

from __future__ import annotations

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, make_url, pool, text

from fundapp.config import ROOT
from fundapp.core.db import driver_url
from fundapp.core.vault import Vault
from fundapp.database import privileges

MIGRATIONS = ROOT / "migrations"
# Two commands that migrate at once take turns on this number.
LOCK = 0x46554E44


def config() -> Config:
    """Alembic's configuration, from `[tool.alembic]` of pyproject.toml."""
    return Config(toml_file=ROOT / "pyproject.toml")


@cache
def revisions() -> tuple[str, ...]:
    """Every revision of this code, oldest first."""
    script = ScriptDirectory.from_config(config())
    return tuple(revision.revision for revision in reversed(list(script.walk_revisions())))


def head() -> str:
    """The newest revision of this code."""
    return revisions()[-1]


def migrate(owner_url: str, *, app_role: str, metadata: MetaData, revision: str = "head", vault: Vault | None = None) -> None:
    """Upgrade to a revision and set the application's rights, in one transaction. The vault is for rows that a migration seals.

    Raises DBAPIError when a migration fails, DatabaseFault where rows are to be sealed and there is no vault; nothing is changed then.
    """
    engine = create_engine(driver_url(owner_url), poolclass=pool.NullPool, connect_args={"connect_timeout": 5})
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        alembic = config()
        alembic.attributes.update(connection=connection, metadata=metadata, vault=vault)
        command.upgrade(alembic, revision)
        privileges.apply(connection, metadata, app_role)
    engine.dispose()


def role_of(url: str) -> str:
    """The role that an address signs in as."""
    return make_url(url).username or ""
