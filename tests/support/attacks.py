"""What was tried against the sealed ledger, by whom, and what came of it: the table in docs/ledger.md, as acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.ledger import canonical, chart, checkpoints, merkle, periods, records, sealing, signing
from fundapp.ledger.draft import Draft
from fundapp.ledger.models import Entry, Transfer
from fundapp.ledger.notes import Checkpoint, Signer
from fundapp.ledger.posting import write
from fundapp.ledger.service import Line
from fundapp.ledger.verify import Outside
from tests.builders import ledger as books
from tests.support.postgres import OwnDatabase

ORIGIN = "example.org/ledger"
# Our key, and somebody else's.
REAL, THEIRS = Signer.generate(ORIGIN), Signer.generate(ORIGIN)

APPLICATION, OWNER, SUPERUSER, FILES = "application", "owner", "superuser", "files"
ROLES = (APPLICATION, OWNER, SUPERUSER, FILES)

NO_RIGHT = "no right"
GUARD = "guard"
FOUND = "found"
# By `verify` with a checkpoint that somebody else has kept, and not without.
OUTSIDE = "found with a checkpoint"
UNSEEN = "not found"
AS_SUPERUSER = "as a superuser"


@dataclass(frozen=True)
class Town:
    """A sealed ledger that somebody attacks, and the checkpoint that somebody else has kept."""

    database: OwnDatabase
    kept: Outside
    # A size below it that was signed as well, and the day that the last sealed period ends on.
    earlier: int
    ends_on: date


@dataclass(frozen=True)
class Attack:
    """One attack, and what comes of it: by role, what stopped it or what found it, one after the other if it was tried twice.

    The owner's second try, and the superuser's only one, are with the guards switched off for as long as it takes.
    """

    name: str
    act: Callable[[Session, Town], None] | None
    outcome: dict[str, tuple[str, ...]]
    # Words of the fault that `verify` must name, where it finds one.
    words: str = ""
    # It goes the ordinary way: nobody switches anything off for it.
    openly: bool = False


def make_town(database: OwnDatabase) -> Town:
    """Three hundred entries under several checkpoints, a sealed month, an entry in the queue."""
    ends_on = clock.today().replace(day=1) - timedelta(days=1)
    with database.session() as session:
        with transaction(session):
            books.open_books(session)
            signing.introduce_key(session, vkey=REAL.verifier.vkey, actor="system")
            for nth in range(256):
                books.pay_in(session, 100 + nth, on=ends_on, key=f"contribution:old-{nth}")
        seal(session, 100)
        with transaction(session):
            periods.open_period(session, starts_on=ends_on.replace(day=1), ends_on=ends_on)
            periods.close(session, ends_on=ends_on, actor="user:1")
        with transaction(session):
            periods.seal_period(session, ends_on=ends_on, actor="user:2")
        seal(session, 1000)
        with transaction(session):
            books.pay_in(session, 7_000, key="contribution:a")
            books.pay_in(session, 3_000, key="contribution:b")
            books.award(session, 1_000, key="grant:1")
        earlier = seal(session, 1000)
        with transaction(session):
            books.pay_in(session, 500, key="contribution:late")
            books.pay_in(session, 600, key="contribution:later")
        size = seal(session, 1000)
        with transaction(session):
            checkpoints.record_publication(session, size=earlier, place="reader:1")
            books.pay_in(session, 800, key="contribution:queued")
        kept = Outside.parse("kept.txt", checkpoints.at(session, size).note)
    return Town(database, kept, earlier, ends_on)


def seal(session: Session, most: int) -> int:
    """Let the sealer run until the queue is empty; the size of the log then."""
    while True:
        with transaction(session):
            done = sealing.seal(session, origin=ORIGIN, signer=REAL, most=most)
        assert done is not None
        if done.entries < most:
            return done.size


@contextmanager
def acting_as(session: Session, role: str, *, guards_off: bool) -> Iterator[None]:
    """Be somebody for a while, in a superuser's transaction; guards that were switched off are on again afterwards."""
    run(session, {APPLICATION: "SET LOCAL ROLE fund_app", OWNER: "SET LOCAL ROLE fund_owner"}.get(role, ""))
    tables = [str(name) for name in session.scalars(text(_GUARDED))] if role == OWNER and guards_off else []
    run(session, *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables))
    if role == SUPERUSER and guards_off:
        run(session, "SET LOCAL session_replication_role = replica")
    yield
    run(session, *(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables))
    run(session, "SET LOCAL session_replication_role = origin" if role == SUPERUSER else "", "RESET ROLE")


_GUARDED = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgfoid::regproc::text LIKE 'ledger%'"


def run(session: Session, *statements: str) -> None:
    """Run statements of SQL that bring their values with them."""
    for statement in statements:
        if statement:
            session.execute(text(statement.replace(":", "\\:")))


def row_of(session: Session, key: str) -> int:
    """The id of the entry that tells an event."""
    found: int = session.execute(text("SELECT id FROM entry WHERE event_key = :key"), {"key": key}).scalar_one()
    return found


def edit(session: Session, town: Town) -> None:
    """Take a penny off."""
    run(session, f"UPDATE transfer SET amount_pence = amount_pence - 1 WHERE entry_id = {row_of(session, 'contribution:a')}")


def delete(session: Session, town: Town) -> None:
    """Take out an entry whole."""
    row = row_of(session, "contribution:a")
    run(session, f"DELETE FROM transfer WHERE entry_id = {row}", f"DELETE FROM entry WHERE id = {row}")


def truncate(session: Session, town: Town) -> None:
    """Empty a table."""
    run(session, "TRUNCATE transfer")


def add(session: Session, town: Town) -> None:
    """Add a leg to an entry that stands."""
    row = row_of(session, "contribution:a")
    run(session, f"INSERT INTO transfer VALUES ({row}, 2, 'bank', 'contributions', 'general', 1)")


def reorder(session: Session, town: Town) -> None:
    """Exchange the places of two entries in the log."""
    rows = session.execute(text("SELECT seq, entry_id, hash FROM log_leaf WHERE seq IN (30, 31) ORDER BY seq")).all()
    run(session, "DELETE FROM log_leaf WHERE seq IN (30, 31)")
    for row, seq in zip(rows, (31, 30), strict=True):
        session.execute(text("INSERT INTO log_leaf VALUES (:seq, :row, :hash)"), {"seq": seq, "row": row.entry_id, "hash": row.hash})


def back_date(session: Session, town: Town) -> None:
    """Lower the watermark, write an entry into the sealed month, and raise it again."""
    run(session, "SELECT setval('shut_until', 0)")
    try:
        books.pay_in(session, 900, on=town.ends_on, key="contribution:back-dated")
    finally:
        run(session, f"SELECT setval('shut_until', {(town.ends_on - date(1970, 1, 1)).days})")


def back_date_plainly(session: Session, town: Town) -> None:
    """Write an entry into the sealed month with a statement of one's own."""
    run(session, header("test:back-dated", day=town.ends_on.isoformat()))


def lower_the_watermark(session: Session, town: Town) -> None:
    """Open the shut days again."""
    run(session, "SELECT setval('shut_until', 0)")


def forge(session: Session, town: Town) -> None:
    """Write a checkpoint over the log as it stands, signed with another key."""
    size = session.execute(text("SELECT min(size) - 1 FROM checkpoint")).scalar_one()
    write_checkpoint(session, THEIRS, size, root_at(session, size), fresh=True)


def forge_with_the_key(session: Session, town: Town) -> None:
    """Write a checkpoint of something else, signed with the stolen key."""
    size = session.execute(text("SELECT min(size) - 1 FROM checkpoint")).scalar_one()
    write_checkpoint(session, REAL, size, b"\x07" * 32, fresh=True)


def introduce(session: Session, town: Town) -> None:
    """Write a key of one's own into the log."""
    signing.introduce_key(session, vkey=THEIRS.verifier.vkey, actor="system")


def drop_tail(session: Session, town: Town) -> None:
    """Take out the last entries with everything that was ever kept about them."""
    size = town.earlier
    ids = list(session.scalars(text("SELECT entry_id FROM log_leaf WHERE seq >= :size"), {"size": size}))
    ids += session.scalars(text("SELECT entry_id FROM unsealed"))
    rows = ", ".join(str(one) for one in ids)
    for table, column in (("unsealed", "entry_id"), ("log_leaf", "entry_id"), ("transfer", "entry_id"), ("entry", "id")):
        run(session, f"DELETE FROM {table} WHERE {column} IN ({rows})")
    run(session, f"DELETE FROM checkpoint WHERE size > {size}")
    keep_balances(session, size)


def swap(session: Session, town: Town) -> None:
    """Exchange two amounts, and make both entries' hashes fit."""
    pair = [row_of(session, "contribution:a"), row_of(session, "contribution:b")]
    amounts = [session.execute(text("SELECT amount_pence FROM transfer WHERE entry_id = :row"), {"row": row}).scalar_one() for row in pair]
    for row, pence in zip(pair, reversed(amounts), strict=True):
        run(session, f"UPDATE transfer SET amount_pence = {pence} WHERE entry_id = {row}")
        hash_again(session, row)


def swap_in_the_log(session: Session, town: Town) -> None:
    """The same, and make the log, its tiles and the balances fit."""
    swap(session, town)
    log_again(session)


def swap_and_sign(session: Session, town: Town) -> None:
    """The same, and sign every checkpoint anew with another key."""
    swap_in_the_log(session, town)
    sign_again(session, THEIRS)


def swap_and_put_a_key_in(session: Session, town: Town) -> None:
    """The same, with that key written into the log in the place of ours."""
    swap(session, town)
    row = session.execute(text("SELECT id FROM entry WHERE kind = 'key.introduced'")).scalar_one()
    said = {"row": row, "vkey": THEIRS.verifier.vkey}
    session.execute(text("UPDATE entry SET public_particulars = jsonb_build_object('vkey', CAST(:vkey AS text)) WHERE id = :row"), said)
    hash_again(session, row)
    log_again(session)
    sign_again(session, THEIRS)


def swap_with_the_key(session: Session, town: Town) -> None:
    """The same, with the stolen key."""
    swap_in_the_log(session, town)
    sign_again(session, REAL)


def unqueue(session: Session, town: Town) -> None:
    """Take an entry out of the queue before it is sealed."""
    run(session, "DELETE FROM unsealed")


def bend_balances(session: Session, town: Town) -> None:
    """Put another figure into the kept balances."""
    newest = "log_size = (SELECT max(log_size) FROM balance_snapshot) AND account = 'bank' AND fund = 'public-giving'"
    row = session.execute(text(f"DELETE FROM balance_snapshot WHERE {newest} RETURNING *")).one()
    values = {**row._mapping, "debits_pence": row.debits_pence + 100_000}
    session.execute(text("INSERT INTO balance_snapshot VALUES (:log_size, :account, :fund, :debits_pence, :credits_pence)"), values)


def overspend(session: Session, town: Town) -> None:
    """Write an award that the fund has no money for, past the gate."""
    line = Line("help-phone", chart.GRANTS_PAYABLE, "general", 5_000_000)
    forced_in(session, "grant:66:award", "grant.awarded", [line])


def invent(session: Session, town: Town) -> None:
    """Write down a contribution that never came."""
    books.pay_in(session, 9_900, key="contribution:invented")


def switch_off(session: Session, town: Town) -> None:
    """Switch a guard off, and leave it off."""
    run(session, "ALTER TABLE transfer DISABLE TRIGGER transfer_append_only")


def drop(session: Session, town: Town) -> None:
    """Drop a table, as a restore does that puts another in its place."""
    run(session, "DROP TABLE balance_snapshot")


def forced_in(session: Session, key: str, kind: str, lines: Sequence[Line]) -> None:
    """Write an entry as `service.spend` would after the gate, without having passed it."""
    write(session, Draft(key, kind, clock.today(), tuple(lines), "user:1", "grant:66"), gate_passed=True)


def header(key: str, *, day: str) -> str:
    """A statement that writes an entry without transfers."""
    return f"""
    INSERT INTO entry (number, event_key, kind, happened_on, recorded_at, transfers, actor, subject, nonce, leaf_version, leaf_hash)
    VALUES (nextval('entry_number'), '{key}', 'test.entry', '{day}', now(), 0, 'system', 'test:1',
        decode(repeat('00', 16), 'hex'), 1, decode(repeat('00', 32), 'hex'))
    """


def hash_again(session: Session, row: int) -> None:
    """Make an entry's hash fit what it says now."""
    head = session.execute(Entry.__table__.select().where(Entry.id == row)).one()
    legs = session.execute(Transfer.__table__.select().where(Transfer.entry_id == row).order_by(Transfer.n)).all()
    made = canonical.leaf_hash(records.of_row(head, legs))
    session.execute(text("UPDATE entry SET leaf_hash = :made WHERE id = :row"), {"made": made, "row": row})


def log_again(session: Session) -> None:
    """Make leaves, tiles and kept balances fit the entries."""
    run(session, "UPDATE log_leaf SET hash = (SELECT leaf_hash FROM entry WHERE entry.id = log_leaf.entry_id)")
    leaves = list(session.scalars(text("SELECT hash FROM log_leaf ORDER BY seq")))
    for level, n in session.execute(text("SELECT level, n FROM log_tile")).all():
        hashes = merkle.Hashes(leaves).hashes(level, n, merkle.TILE_WIDTH)
        values = {"level": level, "n": n, "hashes": b"".join(hashes), "root": merkle.subtree_root(hashes)}
        session.execute(text("UPDATE log_tile SET hashes = :hashes, root = :root WHERE level = :level AND n = :n"), values)
    keep_balances(session, len(leaves))


def sign_again(session: Session, signer: Signer) -> None:
    """Write every checkpoint anew over the log as it stands."""
    for size in list(session.scalars(text("SELECT size FROM checkpoint"))):
        write_checkpoint(session, signer, size, root_at(session, size), fresh=False)


def write_checkpoint(session: Session, signer: Signer, size: int, root: bytes, *, fresh: bool) -> None:
    """Put a checkpoint in, or in the place of another."""
    values = {"size": size, "root": root, "note": signer.sign(Checkpoint(ORIGIN, size, root).text)}
    insert = "INSERT INTO checkpoint VALUES (:size, :root, :note, now())"
    session.execute(text(insert if fresh else "UPDATE checkpoint SET root = :root, note = :note WHERE size = :size"), values)


def root_at(session: Session, size: int) -> bytes:
    """The root over the first leaves."""
    leaves = list(session.scalars(text("SELECT hash FROM log_leaf WHERE seq < :size ORDER BY seq"), {"size": size}))
    return merkle.Tree(size, merkle.Hashes(leaves)).root()


def keep_balances(session: Session, size: int) -> None:
    """Throw the kept balances away, and keep those of a log of this size."""
    run(session, "DELETE FROM balance_snapshot")
    session.execute(
        text("""
        INSERT INTO balance_snapshot SELECT :size, account, fund, sum(debit), sum(credit) FROM log_leaf JOIN transfer USING (entry_id),
            LATERAL (VALUES (debit_account, amount_pence, 0), (credit_account, 0, amount_pence)) AS side (account, debit, credit)
        GROUP BY account, fund
        """),
        {"size": size},
    )


def _by(application: str, owner: Sequence[str], superuser: str, files: str = "") -> dict[str, tuple[str, ...]]:
    return {APPLICATION: (application,), OWNER: tuple(owner), SUPERUSER: (superuser,), FILES: (files or superuser,)}


_GUARDED_THEN_FOUND = (GUARD, FOUND)
ATTACKS = (
    Attack("change an amount", edit, _by(NO_RIGHT, _GUARDED_THEN_FOUND, FOUND), "is not what was written"),
    Attack("take an entry out", delete, _by(NO_RIGHT, _GUARDED_THEN_FOUND, FOUND), "of the log is gone"),
    Attack("empty a table", truncate, _by(NO_RIGHT, _GUARDED_THEN_FOUND, FOUND), "transfers and has 0"),
    Attack("add to an old entry", add, _by(GUARD, _GUARDED_THEN_FOUND, FOUND), "declares 1 transfers and has 2"),
    Attack("exchange two places in the log", reorder, _by(NO_RIGHT, _GUARDED_THEN_FOUND, FOUND), "something"),
    Attack("date an entry into a sealed period", back_date_plainly, _by(GUARD, _GUARDED_THEN_FOUND, FOUND), "had sealed before"),
    Attack("the same, lowering the watermark for a moment", back_date, _by(NO_RIGHT, (FOUND,), FOUND, AS_SUPERUSER), "had sealed before"),
    Attack("leave the watermark lowered", lower_the_watermark, _by(NO_RIGHT, (FOUND,), FOUND), "its days are not shut"),
    Attack("forge a checkpoint with another key", forge, _by(FOUND, (FOUND,), FOUND), "bears no signature of a key"),
    Attack("forge a checkpoint with the stolen key", forge_with_the_key, _by(FOUND, (FOUND,), FOUND), "does not fit the log"),
    Attack("drop the tail, with all seals over it", drop_tail, _by(NO_RIGHT, (GUARD, OUTSIDE), OUTSIDE, AS_SUPERUSER), "shorter than what"),
    Attack("put an older dump or copy back", drop, _by(NO_RIGHT, (OUTSIDE,), OUTSIDE), "shorter than what was published"),
    Attack("swap two amounts, make their hashes fit", swap, _by(NO_RIGHT, _GUARDED_THEN_FOUND, FOUND), "is not the one that was sealed"),
    Attack("the same, and the log with its tiles", swap_in_the_log, _by(NO_RIGHT, _GUARDED_THEN_FOUND, FOUND), "does not fit the log"),
    Attack("the same, and sign all with another key", swap_and_sign, _by(NO_RIGHT, _GUARDED_THEN_FOUND, FOUND), "no signature of a key"),
    Attack(
        "the same, that key put in the place of ours",
        swap_and_put_a_key_in,
        _by(NO_RIGHT, (GUARD, OUTSIDE), OUTSIDE),
        "is not the one that was published",
    ),
    Attack(
        "the same, with the stolen key", swap_with_the_key, _by(NO_RIGHT, (GUARD, OUTSIDE), OUTSIDE), "is not the one that was published"
    ),
    Attack("take an entry out of the queue to the log", unqueue, _by(FOUND, (FOUND,), FOUND), "neither in the log nor in the queue"),
    Attack("bend the balances that are kept", bend_balances, _by(FOUND, (FOUND,), FOUND), "are not what those entries add up to"),
    Attack("spend past the gate", overspend, _by(FOUND, (FOUND,), FOUND, AS_SUPERUSER), "below what it had, and nobody flagged it"),
    Attack("switch a guard off, and leave it off", switch_off, _by(NO_RIGHT, (FOUND,), FOUND), "is switched off"),
    Attack("introduce a key of one's own", introduce, _by(UNSEEN, (UNSEEN,), UNSEEN, AS_SUPERUSER), openly=True),
    Attack("write down what never happened", invent, _by(UNSEEN, (UNSEEN,), UNSEEN, AS_SUPERUSER), openly=True),
)

OLDER, EMPTIED = "put an older dump or copy back", "empty a table"
# Tried where dumps are put back and files are written: tests/long/test_attacks.py.
SLOW = {(OLDER, OWNER), (OLDER, SUPERUSER)} | {(attack.name, FILES) for attack in ATTACKS if attack.outcome[FILES] != (AS_SUPERUSER,)}


def table() -> dict[str, dict[str, str]]:
    """The table as docs/ledger.md must have it: by attack and role, what came of it."""
    return {attack.name: {role: ", then ".join(attack.outcome[role]) for role in ROLES} for attack in ATTACKS}
