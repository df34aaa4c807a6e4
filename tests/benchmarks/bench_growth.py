"""What grows with the ledger and what does not: balances and statements at ten thousand, a hundred thousand and a million entries."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from fundapp.core.db import Database
from fundapp.ledger import queries, verify
from tests.benchmarks.history import History
from tests.benchmarks.machines import Machine, machine
from tests.benchmarks.rows import Row

SIZES = (10_000, 100_000, 1_000_000)
TRIES = 30
# Issue 3: at a million entries, of the time at ten thousand.
BAR = 1.5
# An export's memory at a million entries, of that at ten thousand.
MEMORY_BAR = 1.5
EXPORTS = ("beancount", "hledger", "trial-balance")
MOST_OF_CHILD = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
AS_OF = date(2026, 9, 12)

Reading = Callable[[Session], object]
READINGS: dict[str, tuple[Reading, float | None]] = {
    "trial balance now": (queries.trial_balance, BAR),
    "fund balances now": (queries.fund_positions, BAR),
    "one fund's available money": (lambda session: queries.available_pence(session, "public-giving"), BAR),
    # These read what happened within a month, so they grow with how much happens in one.
    "trial balance to the end of a day": (lambda session: queries.trial_balance(session, AS_OF), None),
    "an account's statement of one day": (lambda session: queries.movements(session, "stripe-balance", AS_OF, AS_OF), None),
}


def run() -> Iterator[Row]:
    """The rows of this part. The million takes some minutes to write."""
    with machine() as one:
        databases = {size: _written(one, size) for size in SIZES}
        for told, (reading, bar) in READINGS.items():
            yield from _readings(databases, told, reading, bar)
        first: dict[str, float] = {}
        for size in SIZES:
            yield from _exports(one.url(_name(size)), size, first)
        yield _verified(databases[SIZES[-1]])
        for database in databases.values():
            database.dispose()


def _name(size: int) -> str:
    return f"growth_{size}"


def _written(one: Machine, size: int) -> Database:
    database = Database(one.copy(_name(size)))
    history = History(one, _name(size), database)
    history.grow(size)
    history.close_months()
    return database


def _readings(databases: dict[int, Database], told: str, reading: Reading, bar: float | None) -> Iterator[Row]:
    """The sizes by turns, so that whatever else the machine does meets all of them."""
    took: dict[int, list[float]] = {size: [] for size in databases}
    for _ in range(TRIES):
        for size, database in databases.items():
            took[size].append(_milliseconds(database, reading))
    base = took[SIZES[0]]
    for size, found in took.items():
        ratio = median(mine / other for mine, other in zip(found, base, strict=True))
        yield Row(f"{told}, {size:,} entries", median(found), "ms", median(base), ratio, bar if size == SIZES[-1] else None, at_most=True)


def _milliseconds(database: Database, reading: Reading) -> float:
    with database.session() as session:
        begun = time.perf_counter()
        reading(session)
        return 1000 * (time.perf_counter() - begun)


def _exports(url: str, size: int, first: dict[str, float]) -> Iterator[Row]:
    """The most memory that each export had, by the kernel's own count."""
    for name in EXPORTS:
        with TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "fundapp.cli", "export", name, "--output", str(Path(folder) / name)]
            environment = {"DATABASE_URL": url, "FUND_ENV": "demo", "PATH": os.defpath}
            done = subprocess.run(
                [sys.executable, "-c", MOST_OF_CHILD, *command], env=environment, stdout=subprocess.PIPE, text=True, check=True
            )
        megabytes = int(done.stdout) / 1024
        base = first.setdefault(name, megabytes)
        bar = MEMORY_BAR if size == SIZES[-1] else None
        yield Row(f"memory of export {name}, {size:,} entries", megabytes, "MB", base, megabytes / base, bar, at_most=True)


def _verified(database: Database) -> Row:
    begun = time.perf_counter()
    with database.snapshot() as session:
        found = verify.verify(session)
    if not found.holds:
        raise SystemExit(f"The history does not verify: {found.faults[0].sentence}")
    took = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"(verify's process had {peak:,.0f} MB at the most)\n")
    return Row("ledger verify, of a million entries", took * 1_000_000 / found.entries, "s")
