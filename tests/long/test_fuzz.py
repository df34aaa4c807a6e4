"""Nonsense to every address, by every verb, as nobody and as each role, many times over."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from fundapp import create_app
from fundapp.core.db import Database
from tests.rules.test_crawl import sign_in
from tests.support.fuzzing import VERBS, Fuzzer, plans
from tests.support.postgres import OwnDatabase
from tests.support.web import settings_for

ROUNDS = 4
# Requests in one transaction: what each locks stays locked until it ends, and a server has room for some thousands.
TOGETHER = 1_000


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_nonsense_of_every_kind_breaks_nothing_and_leaves_nothing(grown_town: OwnDatabase, tmp_path: Path, seed: int) -> None:
    # Acts are where things are written, so they get the most of it.
    verbs = ("GET", "POST", "POST", "POST", *(VERBS if seed == 0 else ()))
    wrong: list[str] = []
    sent = done = 0
    while done == sent:
        done += TOGETHER
        sent += tried(grown_town, tmp_path, seed, verbs, slice(sent, done), wrong)
    assert sent > TOGETHER
    assert not wrong, f"{len(wrong)} of {sent} wrong\n" + "\n".join(wrong[:40])


def tried(town: OwnDatabase, folder: Path, seed: int, verbs: tuple[str, ...], part: slice, wrong: list[str]) -> int:
    """Send a part of all there is to send, in a transaction that is undone; answers how many there were."""
    with town.engine.connect() as connection:
        outer = connection.begin()
        database = Database.on(connection)
        app = create_app(settings_for(town, folder), database=database)
        with database.session() as session:
            fuzzer = Fuzzer(app, connection, session, sign_in, seed + part.start)
            chosen = list(islice(plans(fuzzer, verbs), part.start, part.stop))
            wrong += [found for plan in chosen if (found := fuzzer.once(*plan))]
        outer.rollback()
    return len(chosen)
