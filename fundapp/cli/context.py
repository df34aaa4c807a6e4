"""What a command works with: settings, a database that is ready, keys and ways to the outside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from fundapp.cli import stand_in
from fundapp.config import ROOT, Settings
from fundapp.core.db import Database
from fundapp.core.keys import Keys
from fundapp.core.vault import Vault
from fundapp.database import embedded, health

if TYPE_CHECKING:
    from fundapp.gateways import Gateways


@dataclass(frozen=True)
class Context:
    """One command's settings and database. `settings.database_url` is always set."""

    settings: Settings
    # None where only the application's address is known.
    owner_url: str | None
    database: Database

    @property
    def app_url(self) -> str:
        """The address that the application signs in with."""
        return self.settings.database_url or ""

    @cached_property
    def keys(self) -> Keys:
        """The keys made from the settings."""
        return Keys(self.settings.secret_key, self.settings.private_keys)

    @cached_property
    def gateways(self) -> Gateways:
        """Stripe and mail."""
        from fundapp.gateways import Gateways

        return Gateways.build(self.settings)

    def session(self) -> Session:
        """A new session; use it in a with statement."""
        return self.database.session()


def read_settings() -> Settings:
    """The settings of this command. In the demo, Stripe's address is the checkout's own stand-in.

    Raises SettingsError with all faults together.
    """
    settings = Settings.read(os.environ)
    if stand_in.is_used(settings) and not os.environ.get("STRIPE_API_BASE"):
        return replace(settings, stripe_api_base=stand_in.base_url(ROOT))
    return settings


def environment_for(**changes: str | None) -> dict[str, str]:
    """What a process of ours is started with: our own environment, with these settings set, or left out where None is said."""
    return {name: value for name, value in {**os.environ, **changes}.items() if value is not None}


@contextmanager
def opened(*, ready: bool = True, application_name: str = "fundapp") -> Iterator[Context]:
    """Join or start the database, for as long as the block lasts.

    Raises SettingsError, and DatabaseFault in plain words; with `ready`, also when the database is not migrated.
    """
    settings = read_settings()
    with embedded.running(settings) as urls:
        if ready:
            from fundapp.database.migrate import revisions

            health.require(urls.app_url, revisions())
        database = Database(urls.app_url, vault=Vault(settings.private_keys), application_name=application_name)
        try:
            yield Context(replace(settings, database_url=urls.app_url), urls.owner_url, database)
        finally:
            database.dispose()
