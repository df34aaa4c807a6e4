"""The sealer: order, tiles, snapshots and checkpoints, whoever writes, dies or meddles meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fundapp.core.db import Database, driver_url, transaction
from fundapp.core.errors import NotFound
from fundapp.ledger import balances, chart, checkpoints, queries, sealing, service, signing
from fundapp.ledger.merkle import Hashes, Tree
from fundapp.ledger.notes import Checkpoint, Signer
from fundapp.ledger.sealing import LogContradicted, Sealed, seal
from fundapp.ledger.service import Line
from fundapp.ledger.signing import NoSigningKey
from fundapp.ledger.tiles import StoredTiles, tile_bytes
from tests.builders import ledger as books
from tests.support.postgres import Cluster, OwnDatabase

DAY = date(2026, 11, 14)
ORIGIN = "example.org/ledger"
SIGNER = Signer.generate(ORIGIN)


@pytest.fixture
def town(session: Session) -> Session:
    """Books, and a key in use."""
    books.open_books(session)
    signing.introduce_key(session, vkey=SIGNER.verifier.vkey, actor="system")
    return session


@pytest.fixture
def own_town(own_database: OwnDatabase) -> OwnDatabase:
    """The same in a database of its own, committed."""
    with own_database.session() as session, transaction(session):
        books.open_books(session)
        signing.introduce_key(session, vkey=SIGNER.verifier.vkey, actor="system")
    return own_database


def sealed(session: Session, signer: Signer | None = SIGNER, most: int = sealing.MOST) -> Sealed:
    found = seal(session, origin=ORIGIN, signer=signer, most=most)
    assert found is not None
    return found


def gifts(session: Session, count: int, first: int = 0) -> list[int]:
    return [gift(session, nth).entry_id for nth in range(first, first + count)]


def gift(session: Session, nth: int) -> service.Posted:
    return service.post(
        session,
        event_key=f"charge:ch_{nth}",
        kind="gift.charged",
        happened_on=DAY,
        lines=[Line(chart.BANK, chart.DONATIONS, ("general", "public-giving")[nth % 2], 100 + nth)],
        actor="stripe",
        subject=f"donation:{nth}",
    )


def leaves(session: Session) -> list[Any]:
    return list(session.execute(text("SELECT seq, entry_id, hash FROM log_leaf ORDER BY seq")).all())


def summed(session: Session, size: int) -> dict[tuple[str, str], tuple[int, int]]:
    """Debits and credits of the first `size` leaves, added up from the transfers."""
    rows = session.execute(
        text(
            "SELECT account, fund, sum(debit), sum(credit) FROM log_leaf JOIN transfer USING (entry_id), LATERAL (VALUES"
            " (debit_account, amount_pence, 0), (credit_account, 0, amount_pence)) AS side (account, debit, credit)"
            " WHERE seq < :size GROUP BY account, fund"
        ),
        {"size": size},
    )
    return {(account, fund): (int(debits), int(credits_)) for account, fund, debits, credits_ in rows}


def kept(session: Session) -> list[int]:
    return list(session.scalars(text("SELECT DISTINCT log_size FROM balance_snapshot ORDER BY 1")))


def test_a_pass_gives_every_entry_its_place_and_signs_the_whole(town: Session) -> None:
    before = queries.entry_count(town)
    gifts(town, 3)
    found = sealed(town)
    assert (found.entries, found.size, found.signed, found.more, found.fault) == (before + 3, before + 3, True, False, None)
    rows = leaves(town)
    assert [row.seq for row in rows] == list(range(before + 3))
    assert [row.entry_id for row in rows] == list(town.scalars(text("SELECT id FROM entry ORDER BY id")))
    assert [row.hash for row in rows] == list(town.scalars(text("SELECT leaf_hash FROM entry ORDER BY id")))
    newest = checkpoints.latest(town)
    assert newest is not None
    assert SIGNER.verifier.verifies(newest.note)
    told = Checkpoint.parse(newest.note)
    assert (told.origin, told.size, told.root) == (ORIGIN, newest.size, newest.root)
    assert newest.root == Tree(before + 3, Hashes([row.hash for row in rows])).root()
    assert town.scalar(text("SELECT count(*) FROM unsealed")) == 0


def test_with_nothing_new_nothing_is_written(town: Session) -> None:
    sealed(town)
    found = sealed(town)
    assert (found.entries, found.signed, found.fault) == (0, False, None)
    assert checkpoints.checkpoint_count(town) == 1


def test_an_empty_ledger_is_not_signed(session: Session) -> None:
    assert sealed(session) == Sealed(0, 0, signed=False, more=False, fault=None)
    assert checkpoints.latest(session) is None


def test_a_backlog_of_a_thousand_and_one_takes_two_passes(town: Session) -> None:
    sealed(town)
    begun = len(leaves(town))
    gifts(town, 1001)
    first, second, third = sealed(town), sealed(town), sealed(town)
    assert (first.entries, first.more) == (1000, True)
    assert (second.entries, second.more, second.size) == (1, False, begun + 1001)
    assert third.entries == 0
    rows = leaves(town)
    assert Tree(begun + 1001, StoredTiles(town)).root() == Tree(begun + 1001, Hashes([row.hash for row in rows])).root()
    tiles = town.execute(text("SELECT level, n FROM log_tile ORDER BY 1, 2")).all()
    assert [tuple(row) for row in tiles] == [(0, n) for n in range((begun + 1001) // 256)]
    assert kept(town) == [begun + 1000, begun + 1001] if (begun + 1000) // 1024 != (begun + 1001) // 1024 else [begun + 1001]
    assert totals(town) == summed(town, begun + 1001)


def totals(session: Session, **asked: Any) -> dict[tuple[str, str], tuple[int, int]]:
    return {(row.account, row.fund): (row.debits_pence, row.credits_pence) for row in balances.totals(session, **asked)}


def test_every_tile_that_can_be_asked_for_is_what_the_leaves_make(town: Session) -> None:
    sealed(town)
    begun = len(leaves(town))
    for size in (255, 256, 257, 511, 512):
        gifts(town, size - len(leaves(town)), first=size * 1000)
        assert sealed(town).size == size
        hashes = [row.hash for row in leaves(town)]
        whole = Hashes(hashes)
        for level in (0, 1):
            for n in range(3):
                width = min(256, (size >> (8 * level)) - n * 256)
                for asked in {1, width - 1, width} & set(range(1, max(width, 0) + 1)):
                    assert tile_bytes(town, level=level, n=n, width=asked, size=size) == b"".join(whole.hashes(level, n, asked))
                with pytest.raises(NotFound):
                    tile_bytes(town, level=level, n=n, width=max(width, 0) + 1, size=size)
    assert begun < 255


@pytest.mark.parametrize(("level", "n", "width"), [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257), (0, 2**70, 1), (63, 0, 1)])
def test_a_tile_that_cannot_be_is_not_found(town: Session, level: int, n: int, width: int) -> None:
    sealed(town)
    with pytest.raises(NotFound):
        tile_bytes(town, level=level, n=n, width=width, size=len(leaves(town)))


def test_entries_are_sealed_without_a_key_and_signed_by_the_first_pass_that_has_one(town: Session) -> None:
    gifts(town, 2)
    without = sealed(town, signer=None)
    assert without.entries > 2
    assert not without.signed
    assert isinstance(without.fault, NoSigningKey)
    assert totals(town) == summed(town, without.size)
    # It is said again for as long as it lasts, also when nothing new came.
    assert isinstance(sealed(town, signer=None).fault, NoSigningKey)
    late = sealed(town)
    assert (late.entries, late.size, late.signed, late.fault) == (0, without.size, True, None)


def test_a_key_signs_nothing_before_the_log_says_so(town: Session) -> None:
    count = queries.entry_count(town)
    # The key was introduced last, so that the first pass does not reach it.
    first = sealed(town, most=count - 1)
    assert (first.signed, first.fault, first.more) == (False, None, True)
    second = sealed(town)
    assert (second.entries, second.signed) == (1, True)


def test_entries_committed_out_of_order_are_each_sealed_once(own_town: OwnDatabase) -> None:
    with own_town.session() as slow, own_town.session() as quick, own_town.session() as sealer:
        late = gift(slow, 1)
        early = gift(quick, 2)
        assert late.entry_id < early.entry_id
        quick.commit()
        first = sealed(sealer)
        sealer.commit()
        slow.commit()
        second = sealed(sealer)
        sealer.commit()
        assert (second.entries, second.size) == (1, first.size + 1)
        assert [row.entry_id for row in leaves(sealer)][-2:] == [early.entry_id, late.entry_id]
        assert totals(sealer) == summed(sealer, second.size)
        assert totals(sealer, log_size=first.size) == summed(sealer, first.size)


def test_of_two_sealers_at_once_one_does_nothing(own_town: OwnDatabase) -> None:
    with own_town.session() as first, own_town.session() as second:
        done = sealed(first)
        assert seal(second, origin=ORIGIN, signer=SIGNER) is None
        first.commit()
        second.rollback()
        assert sealed(second).entries == 0
        assert len(leaves(second)) == done.size


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_sealer_with_an_old_view_seals_nothing_twice(own_town: OwnDatabase, level: str) -> None:
    with own_town.session() as old, own_town.session() as other:
        old.connection(execution_options={"isolation_level": level})
        old.execute(text("SELECT count(*) FROM entry"))
        done = sealed(other)
        other.commit()
        with pytest.raises(DBAPIError):
            sealed(old)
        old.rollback()
        assert len(leaves(other)) == done.size
        assert sealed(other).entries == 0


def test_a_sealer_that_is_killed_half_way_leaves_nothing(own_town: OwnDatabase) -> None:
    with own_town.session() as session, transaction(session):
        gifts(session, 260)
        waiting = session.scalar(text("SELECT count(*) FROM unsealed"))
    for point in ("log_leaf", "balance_snapshot", "log_tile", "unsealed", "checkpoint"):
        session = own_town.session()
        kill_at(own_town, session, point)
        with pytest.raises(DBAPIError):
            sealed(session)
        session.close()
        with own_town.session() as after:
            for table in ("log_leaf", "log_tile", "checkpoint", "balance_snapshot"):
                assert after.scalar(text(f"SELECT count(*) FROM {table}")) == 0, point
    with own_town.session() as after:
        found = sealed(after)
        assert (found.entries, found.signed) == (waiting, True)
        assert totals(after) == summed(after, found.size)


def kill_at(database: OwnDatabase, session: Session, table: str) -> None:
    """End the session's connection, from outside, before it first writes to a table."""
    pid = session.scalar(text("SELECT pg_backend_pid()"))

    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if f"INSERT INTO {table} " in statement or f"DELETE FROM {table} " in statement:
            with database.session() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    event.listen(session.connection(), "before_cursor_execute", look)


def test_a_row_that_has_no_business_in_the_queue_stops_nothing(own_town: OwnDatabase, caplog: pytest.LogCaptureFixture) -> None:
    with own_town.session() as session, transaction(session):
        first = gift(session, 1)
        sealed(session)
    as_owner(own_town, "INSERT INTO unsealed VALUES (:sealed), (123456789)", sealed=first.entry_id)
    with own_town.session() as session, transaction(session), caplog.at_level(logging.WARNING):
        gift(session, 2)
        found = sealed(session)
    assert (found.entries, found.signed, found.fault) == (1, True, None)
    assert "held 2 rows that are no entries, or are sealed already" in caplog.text
    with own_town.session() as session:
        assert session.scalar(text("SELECT count(*) FROM unsealed")) == 0
        assert totals(session) == summed(session, found.size)


def test_a_queue_of_nothing_else_does_not_hide_what_comes_after_it(own_town: OwnDatabase) -> None:
    with own_town.session() as session, transaction(session):
        sealed(session)
    as_owner(own_town, "INSERT INTO unsealed SELECT entry_id FROM log_leaf ORDER BY entry_id LIMIT 5")
    with own_town.session() as session, transaction(session):
        gift(session, 1)
        assert (strays := sealed(session, most=5)).more
        assert (strays.entries, sealed(session, most=5).entries) == (0, 1)


def as_owner(database: OwnDatabase, *statements: str, **values: Any) -> None:
    engine = create_engine(driver_url(database.owner_url))
    with engine.begin() as connection:
        for one in statements:
            connection.execute(text(one), values)
    engine.dispose()


@pytest.fixture(scope="module")
def signed_town(cluster: Cluster) -> Iterator[OwnDatabase]:
    """Books with 300 signed entries, committed. Whoever meddles with them takes it back."""
    with cluster.clone() as database:
        with database.session() as session, transaction(session):
            books.open_books(session)
            signing.introduce_key(session, vkey=SIGNER.verifier.vkey, actor="system")
            gifts(session, 300 - queries.entry_count(session))
            assert sealed(session).size == 300
        yield database


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("log_leaf", "UPDATE log_leaf SET hash = sha256('x') WHERE seq = 257"),
        ("log_tile", "UPDATE log_tile SET root = sha256('x')"),
        ("log_leaf", "DELETE FROM log_leaf WHERE seq = 258"),
        ("checkpoint", "UPDATE checkpoint SET root = sha256('x') WHERE size = (SELECT max(size) FROM checkpoint)"),
        ("checkpoint", "INSERT INTO checkpoint SELECT size + 1000000, root, note, signed_at FROM checkpoint ORDER BY size DESC LIMIT 1"),
    ],
)
def test_nothing_is_signed_that_contradicts_what_was_signed_last(signed_town: OwnDatabase, table: str, change: str) -> None:
    engine = create_engine(driver_url(signed_town.owner_url))
    with engine.connect() as connection, connection.begin() as outer, Database.on(connection).session() as session:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        session.execute(text(change))
        session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        gifts(session, 2, first=1000)
        found = sealed(session)
        # It is not signed, and sealing goes on.
        assert (found.entries, found.signed) == (2, False)
        assert isinstance(found.fault, LogContradicted)
        outer.rollback()
    engine.dispose()


def test_snapshots_are_what_the_transfers_sum_to_and_one_is_kept_in_a_stretch(town: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    # A stretch of 16 leaves instead of 1,024.
    monkeypatch.setattr(balances, "KEPT_EVERY", 16)
    sealed(town)
    begun, sizes = len(leaves(town)), []
    for nth in range(40):
        gifts(town, 1 + nth % 3, first=nth * 10)
        sizes.append(sealed(town).size)
    last_of_stretch = {size // 16: size for size in sizes}
    assert kept(town) == sorted(last_of_stretch.values())
    for size in kept(town):
        rows = town.execute(
            text("SELECT account, fund, debits_pence, credits_pence FROM balance_snapshot WHERE log_size = :s"), {"s": size}
        )
        assert {(row[0], row[1]): (row[2], row[3]) for row in rows} == summed(town, size)
    for size in (0, 1, begun, *sizes):
        assert totals(town, log_size=size) == summed(town, size)
    assert totals(town) == summed(town, sizes[-1])


def test_a_pass_without_money_writes_no_snapshot(town: Session) -> None:
    gifts(town, 1)
    size = sealed(town).size
    service.open_account(town, code="help-shoes", name="Shoes", kind=chart.AccountKind.EXPENSE, actor="system")
    assert sealed(town).size == size + 1
    assert kept(town) == [size]
    gift(town, 7)
    assert sealed(town).signed
    assert totals(town) == summed(town, size + 2)


def test_balances_are_the_same_before_and_after_a_pass(town: Session) -> None:
    gifts(town, 20)
    before = totals(town)
    sealed(town, most=35)
    assert totals(town) == before
    sealed(town)
    assert totals(town) == before == summed(town, len(leaves(town)))


def test_an_entry_leaves_the_queue_with_its_own_transaction(own_town: OwnDatabase) -> None:
    with own_town.session() as session:
        gift(session, 1)
        sealed(session)
        session.rollback()
        assert leaves(session) == []
        assert session.scalar(text("SELECT count(*) FROM unsealed WHERE entry_id NOT IN (SELECT id FROM entry)")) == 0


def test_a_tile_costs_one_statement_and_a_pass_few(town: Session, statements: list[str]) -> None:
    gifts(town, 300)
    sealed(town)
    size = len(leaves(town))
    for level, n, width in ((0, 0, 256), (0, 0, 7), (0, 1, size - 256), (1, 0, 1)):
        statements.clear()
        assert len(StoredTiles(town).hashes(level, n, width)) == width
        assert len(statements) == 1
    statements.clear()
    Tree(size, StoredTiles(town)).inclusion(5)
    assert len(statements) == 2
    statements.clear()
    sealed(town)
    assert len(statements) == 4
    gift(town, 1000)
    statements.clear()
    sealed(town)
    assert len(statements) <= 14


def test_how_far_the_sealer_is_behind_is_told(town: Session) -> None:
    count = queries.entry_count(town)
    assert (checkpoints.lag(town).unsealed, checkpoints.lag(town).unsigned) == (count, 0)
    sealed(town, signer=None)
    gift(town, 1)
    lag = checkpoints.lag(town)
    assert (lag.unsealed, lag.unsigned, lag.entries) == (1, count, count + 1)
    assert lag.since == town.scalar(text("SELECT recorded_at FROM entry ORDER BY id LIMIT 1"))
    sealed(town)
    assert checkpoints.lag(town) == checkpoints.Lag(0, 0, None)
    fresh = gift(town, 2)
    assert checkpoints.lag(town).since == town.scalar(text("SELECT recorded_at FROM entry WHERE id = :id"), {"id": fresh.entry_id})
    assert checkpoints.lag(town).age.total_seconds() < 60
