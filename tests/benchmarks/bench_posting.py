"""Postings a second through the ledger's service, beside the floor and beside django-hordak, on a plain and on a slow disk."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from tests.benchmarks import peer
from tests.benchmarks.crowd import Client, rate
from tests.benchmarks.machines import UNGUARDED, Machine, machine
from tests.benchmarks.rows import Row

ROUNDS = 3
# What has a bar is measured more often: on two cores one round says 0.40 where the next says 0.55.
ROUNDS_OF_BARS = 9
SECONDS = 3.0
# Issue 3: of the floor with one client and with eight, and how many times django-hordak.
BARS = {1: 0.55, 8: 0.45}
PEER_BAR = 2.0
PLAIN = "plain disk"
FLOOR = "floor: BEGIN, one statement, COMMIT"
POSTING = "posting: look-up, guards, sealing"
HORDAK = "django-hordak"
BARRED = {FLOOR, POSTING, HORDAK}


def run() -> Iterator[Row]:
    """The rows of this part."""
    with peer.installed() as python:
        for slow in (False, True):
            with machine(slow=slow) as one:
                yield from _rows(one, "slow disk" if slow else PLAIN, python)


def _rows(one: Machine, disk: str, python: str) -> Iterator[Row]:
    key = {"LEDGER_SIGNING_KEY": one.signer.skey}
    # Each in a database of its own, so that none pays for another's size.
    urls = {name: one.copy(name) for name in ("floor", "posting", "unsealed", "unlooked", "pooled")}
    urls["unguarded"] = one.copy("unguarded", owner_sql=UNGUARDED)
    variants = {
        FLOOR: (Client("floor", urls["floor"]), []),
        POSTING: (Client("post", urls["posting"]), [Client("seal", urls["posting"], environment=key)]),
        "posting, session and pooled connection to each": (
            Client("post-pooled", urls["pooled"]),
            [Client("seal", urls["pooled"], environment=key)],
        ),
        "posting without sealing": (Client("post", urls["unsealed"]), []),
        "posting without sealing and look-up": (Client("post-without-look-up", urls["unlooked"]), []),
        "posting without sealing and guards": (Client("post", urls["unguarded"]), []),
        HORDAK: (peer.client(python, one.empty_for_peer("hordak")), []),
    }
    for clients in (1, 8):
        rates: dict[str, list[float]] = {name: [] for name in variants}
        for nth in range(ROUNDS_OF_BARS):
            for name, (client, beside) in variants.items():
                if nth < ROUNDS or name in BARRED:
                    rates[name].append(rate(client, clients=clients, seconds=SECONDS, beside=beside))
        yield from _told(rates, clients, f"{clients} client{'s' if clients > 1 else ''}, {disk}")


def _told(rates: dict[str, list[float]], clients: int, where: str) -> Iterator[Row]:
    floor, hordak = rates[FLOOR], rates[HORDAK]
    for name, found in rates.items():
        # What has no bar ran in the first rounds alone.
        ratio = median(mine / base for mine, base in zip(found, floor, strict=False))
        bar = BARS[clients] if name == POSTING else None
        yield Row(f"{name}, {where}", median(found), "/s", median(floor), ratio, bar)
    times = median(mine / other for mine, other in zip(rates[POSTING], hordak, strict=True))
    # Where every commit waits 2 ms for the disk, even the floor with one client is not twice as fast as anything with one commit.
    bar = PEER_BAR if where.endswith(PLAIN) else None
    yield Row(f"{POSTING}, times django-hordak, {where}", median(rates[POSTING]), "/s", median(hordak), times, bar)
