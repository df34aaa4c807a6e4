"""A sample of nonsense to every address, each time the same; all of it is in tests/long/test_fuzz.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fundapp import create_app
from fundapp.core.db import Database
from tests.rules.test_crawl import sign_in
from tests.support.fuzzing import Fuzzer, plans
from tests.support.postgres import OwnDatabase
from tests.support.web import settings_for

SAMPLE = 260


@pytest.fixture(scope="module")
def fuzzer(grown_town: OwnDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzer]:
    """The app in a town with history, inside a transaction that is rolled back."""
    with grown_town.engine.connect() as connection:
        outer = connection.begin()
        database = Database.on(connection)
        app = create_app(settings_for(grown_town, tmp_path_factory.mktemp("fuzz")), database=database)
        with database.session() as session:
            yield Fuzzer(app, connection, session, sign_in, seed=5)
        outer.rollback()


@pytest.mark.timeout(300)
def test_nonsense_breaks_nothing_and_what_is_refused_leaves_nothing(fuzzer: Fuzzer) -> None:
    every = list(plans(fuzzer, ("GET", "POST")))
    # Each address at least once in four runs' worth, the same ones each time.
    wrong = [found for plan in fuzzer.random.sample(every, min(SAMPLE, len(every))) if (found := fuzzer.once(*plan))]
    assert not wrong, "\n".join(wrong)
