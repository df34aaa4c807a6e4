"""One client of a benchmark, in a process of its own: gets ready, waits for “go”, acts for some seconds, says how often.

`python -m tests.benchmarks.client ACT DATABASE_URL SECONDS NAME`. The address and the key come by the environment of the process.
"""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from sqlalchemy.orm import Session

from fundapp.core.db import Database, transaction
from fundapp.ledger import sealing, service, writing
from fundapp.ledger.notes import Signer
from fundapp.ledger.service import Line
from tests.benchmarks.machines import ORIGIN

Act = Callable[[int], object]

DAY = date(2026, 11, 14)
# What a settled gift moves: the net to Stripe's balance, the fee to its account.
LINES = [
    Line("stripe-balance", "stripe-clearing", "public-giving", 965),
    Line("processing-fees", "stripe-clearing", "public-giving", 35),
]
FLOOR = """
WITH header AS (
    INSERT INTO floor_entry (number, event_key, kind, happened_on, recorded_at, transfers, actor, subject, nonce, leaf_version, leaf_hash)
    VALUES (%(number)s, %(event_key)s, 'gift.settled', %(day)s, %(now)s, 2, 'stripe', %(subject)s, %(nonce)s, 1, %(leaf)s) RETURNING id
), legs AS (
    INSERT INTO floor_transfer SELECT id, n, debit, credit, fund, pence FROM header, (VALUES
        (1, %(debit1)s::text, %(credit1)s::text, %(fund1)s::text, %(pence1)s::bigint),
        (2, %(debit2)s::text, %(credit2)s::text, %(fund2)s::text, %(pence2)s::bigint)
    ) AS line (n, debit, credit, fund, pence)
) SELECT id FROM header
"""


def floor(url: str, name: str) -> Act:
    """The least that an act's transaction costs: BEGIN, one statement with the same rows, COMMIT."""
    connection = psycopg.connect(url)
    first = secrets.randbits(48)

    def act(nth: int) -> None:
        values: dict[str, Any] = {
            "number": first + nth + 1,
            "event_key": f"txn:txn_{name}-{nth}",
            "subject": f"donation:{name}-{nth}",
            "day": DAY,
            "now": datetime.now(UTC),
            "nonce": secrets.token_bytes(16),
            "leaf": bytes(32),
        }
        for n, line in enumerate(LINES, start=1):
            values |= {f"debit{n}": line.debit, f"credit{n}": line.credit, f"fund{n}": line.fund, f"pence{n}": line.amount_pence}
        connection.execute(FLOOR, values)
        connection.commit()

    return act


def post(url: str, name: str) -> Act:
    """The service: look-up, rules, number and hash, a transaction to each act. Like the floor, it keeps its connection."""
    session = Session(Database(url).engine.connect(), expire_on_commit=False)

    def act(nth: int) -> None:
        with transaction(session):
            _post(session, f"{name}-{nth}")

    return act


def post_pooled(url: str, name: str) -> Act:
    """The same with a session of its own and a connection from the pool to each act, as a request has."""
    database = Database(url)

    def act(nth: int) -> None:
        with database.session() as session, transaction(session):
            _post(session, f"{name}-{nth}")

    return act


def _post(session: Session, event: str) -> None:
    service.post(
        session,
        event_key=f"txn:txn_{event}",
        kind="gift.settled",
        happened_on=DAY,
        lines=LINES,
        actor="stripe",
        subject=f"donation:{event}",
    )


def post_without_look_up(url: str, name: str) -> Act:
    """The service, but that a known key is an error instead of an answer."""
    writing._HEADER = writing._HEADER.replace("ON CONFLICT (event_key) DO NOTHING", "")
    return post(url, name)


def award(url: str, name: str) -> Act:
    """Money out, through the gate of one fund."""
    database = Database(url)

    def act(nth: int) -> None:
        with database.session() as session, transaction(session):
            service.spend(
                session,
                event_key=f"grant:{name}-{nth}:award",
                kind="grant.awarded",
                happened_on=DAY,
                lines=[Line("help-phone", "grants-payable", "general", 1)],
                actor="user:1",
                subject=f"grant:{name}-{nth}",
            )

    return act


def seal(url: str, _name: str) -> Act:
    """The sealer as the worker runs it: passes until little waits, then a rest until a second is over."""
    database = Database(url)
    signer = Signer.parse(os.environ["LEDGER_SIGNING_KEY"])

    def act(_nth: int) -> None:
        begun = time.monotonic()
        with database.session() as session, transaction(session):
            done = sealing.seal(session, origin=ORIGIN, signer=signer)
        if done is None or done.entries < sealing.MOST:
            time.sleep(max(0.0, 1.0 - (time.monotonic() - begun)))

    return act


ACTS: dict[str, Callable[[str, str], Act]] = {
    "floor": floor,
    "post": post,
    "post-pooled": post_pooled,
    "post-without-look-up": post_without_look_up,
    "award": award,
    "seal": seal,
}


def main(act_name: str, seconds: float, name: str) -> None:
    """Act for some seconds, and write how often."""
    act = ACTS[act_name](os.environ["BENCH_DATABASE"], name)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    done, deadline = 0, time.monotonic() + seconds
    while time.monotonic() < deadline:
        act(done)
        done += 1
    sys.stdout.write(f"{done}\n")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), sys.argv[3])
