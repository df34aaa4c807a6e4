"""The attack table of docs/ledger.md, each row tried by each role; files and dumps are tried in tests/long/test_attacks.py."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from psycopg import errors as pg
from sqlalchemy import URL, create_engine, pool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fundapp.config import ROOT
from fundapp.database import server
from fundapp.ledger.verify import verify
from tests.support import attacks
from tests.support.attacks import ATTACKS, FILES, FOUND, GUARD, NO_RIGHT, OUTSIDE, SUPERUSER, UNSEEN, Attack, Town
from tests.support.postgres import Cluster

HEADING = "## Attacks tried"
QUICK = [(attack, role) for attack in ATTACKS for role in attacks.ROLES if role != FILES and (attack.name, role) not in attacks.SLOW]
# What a refusal must be, by what the table calls it.
REFUSALS = {NO_RIGHT: (pg.InsufficientPrivilege,), GUARD: (pg.CheckViolation,)}


@pytest.fixture(scope="module")
def town(cluster: Cluster) -> Iterator[Town]:
    """A sealed ledger; what a test does to it is rolled back."""
    with cluster.clone() as database:
        yield attacks.make_town(database)


@pytest.fixture
def intruder(town: Town, cluster: Cluster) -> Iterator[Session]:
    """A superuser's transaction, in which anybody can be played, and which is rolled back."""
    access, name = cluster.access, urlsplit(town.database.app_url).path[1:]
    url = URL.create("postgresql+psycopg", server.SUPERUSER, access.superuser, "127.0.0.1", access.port, name)
    with create_engine(url, poolclass=pool.NullPool).connect() as connection, Session(connection) as session:
        yield session
        session.rollback()
        attacks.lower_the_watermark(session, town)
        attacks.run(session, f"SELECT setval('shut_until', {(town.ends_on - attacks.date(1970, 1, 1)).days})")


def sentences(session: Session, town: Town, *, with_checkpoint: bool) -> list[str]:
    found = verify(session, origin=attacks.ORIGIN, outside=[town.kept] if with_checkpoint else [])
    return [fault.sentence for fault in found.faults]


def test_nobody_has_attacked_it_yet(intruder: Session, town: Town) -> None:
    found = verify(intruder, origin=attacks.ORIGIN, outside=[town.kept])
    assert [fault.sentence for fault in found.faults] == []
    assert (found.outside, found.periods, found.signed, found.trusted) == (1, 1, town.kept.checkpoint.size, 0)
    assert found.checkpoints >= 5
    assert found.snapshots >= 1


@pytest.mark.parametrize(("attack", "role"), QUICK, ids=[f"{attack.name} by {role}" for attack, role in QUICK])
def test_an_attack_ends_as_the_table_says(intruder: Session, town: Town, attack: Attack, role: str) -> None:
    for nth, outcome in enumerate(attack.outcome[role]):
        try_it(intruder, town, attack, role, outcome, guards_off=nth > 0 or (role == SUPERUSER and not attack.openly))


def try_it(session: Session, town: Town, attack: Attack, role: str, outcome: str, *, guards_off: bool) -> None:
    assert attack.act is not None
    if outcome in REFUSALS:
        with pytest.raises(DBAPIError) as caught, session.begin_nested(), attacks.acting_as(session, role, guards_off=guards_off):
            attack.act(session, town)
        assert isinstance(caught.value.orig, REFUSALS[outcome]), caught.value.orig
        return
    with attacks.acting_as(session, role, guards_off=guards_off):
        attack.act(session, town)
    alone, compared = (sentences(session, town, with_checkpoint=kept) for kept in (False, True))
    assert bool(alone) is (outcome == FOUND), alone
    assert bool(compared) is (outcome != UNSEEN), compared
    if outcome in (FOUND, OUTSIDE):
        assert any(attack.words in sentence for sentence in compared), compared


def test_the_table_in_the_documentation_is_the_one_that_was_tried() -> None:
    page = (ROOT / "docs" / "ledger.md").read_text()
    lines = page.partition(HEADING)[2].partition("\n## ")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")][2:]
    told = {row[0]: dict(zip(attacks.ROLES, row[1:5], strict=True)) for row in rows}
    assert told == attacks.table()
