"""Runs the migrations inside the connection and with the models that the caller hands over (fundapp/database/migrate.py).

From Alembic's own command line, which hands over nothing, it joins the checkout's embedded database as the owner.
"""

from contextlib import ExitStack

from alembic import context
from sqlalchemy import Connection, MetaData, create_engine, pool

from fundapp.config import Settings
from fundapp.core.db import Base, driver_url
from fundapp.core.vault import Vault
from fundapp.database import embedded


def run(connection: Connection, metadata: MetaData) -> None:
    """Run what was asked for on an open connection."""
    context.configure(connection=connection, target_metadata=metadata, include_name=is_ours, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """The job queue's tables come from its own package: no model describes them."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def run_from_command_line() -> None:
    """Find database and models for somebody who typed `alembic …`."""
    import os

    import fundapp.models  # noqa: F401

    settings = Settings.read(os.environ)
    context.config.attributes["vault"] = Vault(settings.private_keys) if settings.private_keys else None
    with ExitStack() as stack:
        urls = stack.enter_context(embedded.running(settings))
        if urls.owner_url is None:
            raise SystemExit("Set MIGRATION_DATABASE_URL: the role that owns the tables.")
        engine = create_engine(driver_url(urls.owner_url), poolclass=pool.NullPool)
        run(stack.enter_context(engine.begin()), Base.metadata)


given = context.config.attributes
if "connection" in given:
    run(given["connection"], given["metadata"])
else:
    run_from_command_line()
