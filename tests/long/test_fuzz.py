"""Nonsense to every address, by every verb, as nobody and as each role, many times over."""

from __future__ import annotations

from pathlib import Path

import pytest

from fundapp import create_app
from fundapp.core.db import Database
from tests.rules.test_crawl import sign_in
from tests.support.fuzzing import VERBS, Fuzzer, plans
from tests.support.postgres import OwnDatabase
from tests.support.web import settings_for

ROUNDS = 4


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_nonsense_of_every_kind_breaks_nothing_and_leaves_nothing(grown_town: OwnDatabase, tmp_path: Path, seed: int) -> None:
    with grown_town.engine.connect() as connection:
        outer = connection.begin()
        database = Database.on(connection)
        app = create_app(settings_for(grown_town, tmp_path), database=database)
        with database.session() as session:
            fuzzer = Fuzzer(app, connection, session, sign_in, seed)
            # Acts are where things are written, so they get the most of it.
            verbs = ("GET", "POST", "POST", "POST", *(VERBS if seed == 0 else ()))
            wrong = [found for plan in plans(fuzzer, verbs) if (found := fuzzer.once(*plan))]
        outer.rollback()
    assert not wrong, f"{len(wrong)} wrong\n" + "\n".join(wrong[:40])
