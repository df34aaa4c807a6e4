"""A million entries leave in flat memory: the exporting process is hardly larger than for ten thousand."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from fundapp.config import ROOT
from fundapp.core.db import transaction
from fundapp.finance.exports.registry import EXPORTS
from fundapp.ledger import queries
from tests.builders import ledger as books
from tests.support.postgres import Cluster, OwnDatabase
from tests.support.web import environ_for

FEW = 10_000
# A smaller number for a quick look.
MANY = int(os.environ.get("EXPORT_ENTRIES", "1000000"))
# What a process may grow by, whatever lies in the books.
GROWTH_MB = 40
BLOCK = 50_000

# By the application's role, past all guards: an entry of two transfers, like a card's gift whose fee is known. Only the hash is made up.
_WRITE = text("""
WITH made AS (
    INSERT INTO entry (number, event_key, kind, happened_on, recorded_at, transfers, actor, subject, nonce, leaf_version, leaf_hash)
    SELECT nextval('entry_number'), 'txn:txn_' || i, 'gift.settled', date '2024-04-01' + (i % 900)::int, now(), 2, 'stripe',
        'donation:' || i, decode(md5(i::text), 'hex'), 1, sha256(i::text::bytea)
    FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS i
    RETURNING id, number
)
INSERT INTO transfer (entry_id, n, debit_account, credit_account, fund, amount_pence)
SELECT id, 1, 'stripe-balance', 'stripe-clearing', fund, 965 + number % 7000 FROM made, LATERAL (SELECT CASE number % 3
    WHEN 0 THEN 'general' WHEN 1 THEN 'public-giving' ELSE 'rough-sleepers' END AS fund) AS chosen
UNION ALL
SELECT id, 2, 'processing-fees', 'stripe-clearing', CASE number % 3
    WHEN 0 THEN 'general' WHEN 1 THEN 'public-giving' ELSE 'rough-sleepers' END, 35 FROM made
""")


@pytest.fixture(scope="module")
def own(cluster: Cluster) -> Iterator[OwnDatabase]:
    """A private clone for this file."""
    with cluster.clone() as database:
        with database.session() as session, transaction(session):
            books.open_books(session)
        yield database


def fill(database: OwnDatabase, up_to: int) -> None:
    """Write entries until there are this many of them about gifts."""
    with database.session() as session:
        have = queries.entry_count(session)
    for first in range(have + 1, up_to + 1, BLOCK):
        with database.session() as session, transaction(session):
            session.execute(_WRITE, {"first": first, "last": min(first + BLOCK - 1, up_to)})


# Between the tests and the command: a process counts what it was before it became another program, and this one is small.
_LAUNCH = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_mb(environ: dict[str, str], name: str, path: Path) -> tuple[float, float]:
    """The largest that a process of its own became while it exported, and how many seconds it took."""
    began = time.monotonic()
    command = [sys.executable, "-m", "fundapp.cli", "export", name, "--output", str(path)]
    launcher = [sys.executable, "-I", "-S", "-c", _LAUNCH, *command]
    done = subprocess.run(launcher, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # Linux counts in kB, macOS in bytes.
    return int(done.stdout) / (1024 if sys.platform != "darwin" else 1024**2), time.monotonic() - began


@pytest.mark.timeout(1_800)
def test_a_million_entries_are_exported_in_flat_memory(own: OwnDatabase, tmp_path: Path) -> None:
    environ = {"PATH": os.defpath, **environ_for(own, tmp_path)}
    peaks: dict[int, dict[str, float]] = {}
    for size in (FEW, MANY):
        fill(own, size)
        peaks[size] = {}
        for name in EXPORTS:
            path = tmp_path / name
            peaks[size][name], seconds = peak_mb(environ, name, path)
            print(f"{size:>9,} entries as {name}: {peaks[size][name]:.0f} MB at most, {seconds:.1f} s, {path.stat().st_size / 1e6:.0f} MB")  # noqa: T201
            if name != "trial-balance":
                with path.open("rb") as file:
                    file.seek(-200, os.SEEK_END)
                    assert f"The end: {size} entries, " in file.read().decode()
    grown = {name: peaks[MANY][name] - peaks[FEW][name] for name in EXPORTS}
    assert max(grown.values()) <= GROWTH_MB, grown
