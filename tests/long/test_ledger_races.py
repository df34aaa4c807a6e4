"""The race of ledger.md section 3 with the service's own code, a hundred times at each isolation level; and months closed under fire."""

from collections.abc import Iterator

import pytest

from fundapp.core.db import transaction
from fundapp.ledger import signing
from fundapp.ledger.notes import Signer
from fundapp.ledger.verify import verify
from tests.builders import ledger as books
from tests.support import races
from tests.support.postgres import Cluster, OwnDatabase

RUNS = 100
POUNDS, STEP = 1_000, 5


@pytest.fixture
def town(own_database: OwnDatabase) -> Iterator[OwnDatabase]:
    """Books, a key, and the sealer beside whatever the test does."""
    signer = Signer.generate(races.ORIGIN)
    with own_database.session() as session, transaction(session):
        books.open_books(session)
        signing.introduce_key(session, vkey=signer.verifier.vkey, actor="system")
    with races.sealer_beside(own_database, signer, every=0.05):
        yield own_database
    with own_database.snapshot() as session:
        found = verify(session, origin=races.ORIGIN)
    assert [fault.sentence for fault in found.faults] == []
    assert found.sealed == found.entries == found.signed


@pytest.mark.parametrize("level", races.LEVELS)
def test_a_hundred_funds_that_nobody_used_are_each_spent_to_the_penny(town: OwnDatabase, level: str) -> None:
    granted = [races.spend_it_all(town, level, f"raced-{nth}", pounds=POUNDS, step=STEP)["granted"] for nth in range(RUNS)]
    assert granted == [POUNDS // STEP] * RUNS


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("level", races.LEVELS)
@pytest.mark.parametrize("pause", [0.05, 0.1, 0.2, 0.3, 0.5, 1.0])
def test_a_month_closed_while_eight_post_into_it_counts_what_got_in(cluster: Cluster, level: str, late: bool, pause: float) -> None:
    with cluster.clone() as database:
        with database.session() as session, transaction(session):
            books.open_books(session)
        with races.sealer_beside(database):
            within, _ = races.close_under_fire(database, level, late=late, pause=pause)
        with database.snapshot() as session:
            found = verify(session)
            assert (races.sealed_gifts(session), found.periods) == (within, 1)
            assert [fault.sentence for fault in found.faults] == []
