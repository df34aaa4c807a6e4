"""A town with two quarters of history: the demonstration's own, written once a run for the tests that only read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from fundapp.cli.demo_data import history, world
from fundapp.cli.demo_data.stand_in import HistoricStripe
from fundapp.core.db import Database, transaction
from fundapp.core.keys import Keys
from tests.builders.stand_in import StandIn
from tests.support.postgres import Cluster, OwnDatabase
from tests.support.web import settings_for, stripe_of

# Tests that use the town run in one worker, so that its history is written once: @pytest.mark.xdist_group(TOWN).
TOWN = "town"


@pytest.fixture(scope="session")
def grown_town(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnDatabase]:
    """A database filled as `fundapp demo-data` fills one. Change it only inside a transaction that is rolled back."""
    folder = tmp_path_factory.mktemp("town")
    with cluster.clone() as database, StandIn(folder) as stand_in:
        settings = settings_for(database, folder, **stripe_of(stand_in))
        keys = Keys(settings.secret_key, settings.private_keys)
        stripe = HistoricStripe(settings)
        with database.engine.connect() as connection, connection.begin():
            stripe.begin_anew()
            past = Database.on(connection)
            with past.session() as session, transaction(session):
                made = world.build(session)
            history.live(past, made, stripe, keys)
            connection.execute(text("DELETE FROM procrastinate_jobs"))
        yield database
