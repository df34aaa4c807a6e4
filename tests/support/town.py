"""A town with two quarters of history: the demonstration's own, written once a run for the tests that only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from fundapp.cli.demo_data import history, lately, seals, world
from fundapp.cli.demo_data.stand_in import HistoricStripe
from fundapp.core.db import Database, transaction
from fundapp.core.keys import Keys
from fundapp.database.instance import Instance
from fundapp.ledger.notes import Signer
from tests.builders.stand_in import StandIn
from tests.support.postgres import Cluster, OwnDatabase
from tests.support.web import settings_for, stripe_of

NAME = "grown_town"


@pytest.fixture(scope="session")
def grown_town(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnDatabase]:
    """A copy of a database filled as `fundapp demo-data` fills one. Written once a run, whichever worker needs it first."""
    with cluster.clone(grown(cluster, tmp_path_factory.mktemp("town"))) as database:
        yield database


def grown(cluster: Cluster, folder: Path) -> str:
    """The name of the town's template; it is written if it is not there yet, with a stand-in whose store lies in this folder."""
    with Instance.of(cluster.folder).locked("town.lock"):
        if not cluster.has_template(NAME):
            with cluster.growing_template(NAME) as database:
                _write_history(database, folder)
    return NAME


def _write_history(database: OwnDatabase, folder: Path) -> None:
    with StandIn(folder) as stand_in:
        settings = settings_for(database, folder, **stripe_of(stand_in))
        keys = Keys(settings.secret_key, settings.private_keys)
        stripe = HistoricStripe(settings)
        with database.engine.connect() as connection, connection.begin():
            stripe.begin_anew()
            past = Database.on(connection)
            with past.session() as session, transaction(session):
                made = world.build(session)
            nightly = seals.begin(past, made, signer=Signer.generate(settings.ledger_origin), origin=settings.ledger_origin)
            history.live(past, made, stripe, keys, nightly)
            lately.happen(past, made, stripe, keys)
            connection.execute(text("DELETE FROM procrastinate_jobs"))
