"""`fundapp migrate`: the schema, up to date."""

from __future__ import annotations

import click
from sqlalchemy.exc import OperationalError

from fundapp.cli.context import Context, opened
from fundapp.config import SettingsError
from fundapp.core.db import Base
from fundapp.core.vault import Vault
from fundapp.database import health
from fundapp.database.faults import DatabaseFault
from fundapp.database.migrate import head, migrate, role_of


@click.command("migrate")
def command() -> None:
    """Bring the database's schema up to date, and give the application's role exactly its rights."""
    with opened(ready=False) as fund:
        upgrade(fund)
        click.echo(f"The database is at migration {head()}.", err=True)


def upgrade(fund: Context) -> None:
    """Migrate as the owner.

    Raises SettingsError when the owner's address is not known, DatabaseFault when the database does not serve.
    """
    import fundapp.models  # noqa: F401

    if fund.owner_url is None:
        raise SettingsError(["MIGRATION_DATABASE_URL is missing: the role that owns the tables."])
    try:
        vault = Vault(fund.settings.private_keys)
        migrate(fund.owner_url, app_role=role_of(fund.app_url), metadata=Base.metadata, vault=vault)
    except OperationalError as error:
        raise DatabaseFault(health.unreachable(fund.owner_url, error).replace("DATABASE_URL", "MIGRATION_DATABASE_URL")) from error
