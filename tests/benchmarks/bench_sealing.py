"""How long an entry waits for its seal while eight clients post as fast as they can, and money out through one fund's gate."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from statistics import median

import psycopg

from tests.benchmarks.crowd import Client, rate
from tests.benchmarks.machines import Machine, machine
from tests.benchmarks.rows import Row

CLIENTS = 8
SECONDS = 12.0
# Issue 3: sealing lag stays under this at full load.
MOST_LAG_SECONDS = 2.0
LAG = "SELECT extract(epoch FROM clock_timestamp() - min(recorded_at))::float8 FROM unsealed JOIN entry ON entry.id = entry_id"
MONEY = """
INSERT INTO balance_snapshot VALUES (0, 'bank', 'general', 100000000, 0), (0, 'contributions', 'general', 0, 100000000)
"""


def run() -> Iterator[Row]:
    """The rows of this part."""
    with machine() as one:
        yield from _lag(one)
        yield _awards(one)


def _lag(one: Machine) -> Iterator[Row]:
    url = one.copy("lag")
    sealer = Client("seal", url, environment={"LEDGER_SIGNING_KEY": one.signer.skey})
    # The books' first entries wait since they were copied, and clients take seconds to start: neither is a lag.
    rate(sealer, clients=1, seconds=0.1)
    seen: list[float] = []
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(url, seen, over))
    watcher.start()
    posted = rate(Client("post", url), clients=CLIENTS, seconds=SECONDS, beside=[sealer])
    over.set()
    watcher.join()
    yield Row("sealing: longest wait for a seal, 8 clients posting", max(seen), "s", bar=MOST_LAG_SECONDS, at_most=True)
    yield Row("sealing: median wait of the oldest entry, 8 clients posting", median(seen), "s")
    yield Row("sealing: entries sealed meanwhile", posted, "/s")


def _watch(url: str, seen: list[float], over: threading.Event) -> None:
    """From the first entry that waits, for as long as clients and sealer act: afterwards nobody seals what is left."""
    begun = None
    with psycopg.connect(url, autocommit=True) as connection:
        while not over.wait(0.02) and (begun is None or time.monotonic() < begun + SECONDS):
            row = connection.execute(LAG).fetchone()
            if row and row[0] is not None:
                begun = begun or time.monotonic()
                seen.append(row[0])


def _awards(one: Machine) -> Row:
    # Money to award, as a snapshot has it: how it came in is not what is measured here.
    url = one.copy("awards", owner_sql=MONEY)
    return Row("awards through one fund's gate, 8 clients", rate(Client("award", url), clients=CLIENTS, seconds=4.0), "/s")
