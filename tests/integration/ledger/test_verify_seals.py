"""Verifying the sealed log: what was meddled with is named, what others kept is compared, what is trusted is not hashed again."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import URL, create_engine, pool, text
from sqlalchemy.orm import Session

from fundapp.cli import ledger_verify, main
from fundapp.core.db import Database, transaction
from fundapp.database import server
from fundapp.ledger import checkpoints, merkle, signing
from fundapp.ledger.notes import BadNote, Checkpoint, Signer
from fundapp.ledger.verify import Outside, Step, Verified, verify
from fundapp.ledger.verifying import walk
from fundapp.ledger.verifying.log import GrowingTree
from tests.builders import ledger as books
from tests.support import attacks
from tests.support.attacks import ORIGIN, REAL, THEIRS, Town
from tests.support.postgres import Cluster
from tests.support.web import environ_for


@pytest.fixture(scope="module")
def town(cluster: Cluster) -> Iterator[Town]:
    """A sealed ledger; what a test does to it is rolled back."""
    with cluster.clone() as database:
        yield attacks.make_town(database)


@pytest.fixture
def intruder(town: Town, cluster: Cluster) -> Iterator[Session]:
    """Somebody above all guards, in a transaction that is rolled back."""
    access, name = cluster.access, urlsplit(town.database.app_url).path[1:]
    url = URL.create("postgresql+psycopg", server.SUPERUSER, access.superuser, "127.0.0.1", access.port, name)
    with create_engine(url, poolclass=pool.NullPool).connect() as connection, Session(connection) as session:
        yield session
        session.rollback()


@pytest.fixture
def reader(town: Town) -> Iterator[Session]:
    """One state of the ledger, for reading."""
    with town.database.snapshot() as session:
        yield session


def tamper(session: Session, *statements: str) -> list[str]:
    """Change something with the guards off and on again; what a verification then says."""
    with attacks.acting_as(session, attacks.SUPERUSER, guards_off=True):
        attacks.run(session, *statements)
    return sentences(verify(session, origin=ORIGIN))


def sentences(found: Verified) -> list[str]:
    return [fault.sentence for fault in found.faults]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 1000, 70_000])
def test_the_tree_that_grows_is_the_tree_that_is_split(size: int) -> None:
    leaves = [merkle.leaf_hash(b"%d" % nth) for nth in range(size)]
    tree = GrowingTree()
    filled = [tile for leaf in leaves for tile in tree.add(leaf)]
    whole = merkle.Hashes(leaves)
    assert tree.root() == merkle.Tree(size, whole).root()
    assert [(tile.level, tile.n) for tile in filled if tile.level == 0] == [(0, n) for n in range(size // 256)]
    assert len([tile for tile in filled if tile.level == 1]) == size // 65_536
    for tile in filled[:3] + filled[-1:]:
        hashes = whole.hashes(tile.level, tile.n, 256)
        assert (tile.hashes, tile.root) == (b"".join(hashes), merkle.subtree_root(hashes))


TIP = "(SELECT max(size) FROM checkpoint)"
TAMPERINGS = {
    "a leaf's hash": ("UPDATE log_leaf SET hash = sha256('x') WHERE seq = 5", "is not the one that was sealed at place 6"),
    "a leaf gone": ("DELETE FROM log_leaf WHERE seq = 7", "The log has no entry at place 8."),
    "the first leaves gone": ("DELETE FROM log_leaf WHERE seq < 3", "The log has no entry at place 1."),
    "a leaf beyond all counting": ("UPDATE log_leaf SET seq = 9000000000000000000 WHERE seq = 9", "no entry at place 10."),
    "a leaf before the first": (
        "ALTER TABLE log_leaf DROP CONSTRAINT ck_log_leaf_seq; UPDATE log_leaf SET seq = -1 WHERE seq = 9",
        "The log has places before its first.",
    ),
    "a leaf of an entry that never was": ("UPDATE log_leaf SET entry_id = 999999 WHERE seq = 3", "place 4 of the log is gone (row 999999)"),
    "two places for one entry": (
        "ALTER TABLE log_leaf DROP CONSTRAINT uq_log_leaf_entry_id;"
        " UPDATE log_leaf SET entry_id = (SELECT entry_id FROM log_leaf WHERE seq = 3) WHERE seq = 4",
        "stands at two places of the log, 4 and 5.",
    ),
    "an entry sealed and queued": ("INSERT INTO unsealed SELECT entry_id FROM log_leaf WHERE seq = 3", "waits to be put there again"),
    "a queue of ghosts": ("INSERT INTO unsealed VALUES (999999)", "An entry that is gone waits for the log (row 999999)."),
    "a tile": ("UPDATE log_tile SET hashes = decode(repeat('00', 8192), 'hex')", "tile of level 0, number 0, is not what its entries make"),
    "a tile's root": ("UPDATE log_tile SET root = sha256('x')", "tile of level 0, number 0, is not what its entries make"),
    "a tile gone": ("DELETE FROM log_tile", "The log lacks the tile of level 0, number 0."),
    "a tile too many": (
        "INSERT INTO log_tile SELECT 0, 44, hashes, root FROM log_tile",
        "level 0, number 44, that its entries do not fill",
    ),
    "a checkpoint's row": (
        f"UPDATE checkpoint SET root = sha256('x') WHERE size = {TIP}",
        "says in its note what it does not say in its row",
    ),
    "a checkpoint's note": (f"UPDATE checkpoint SET note = 'hello' WHERE size = {TIP}", "is not a signed note"),
    "a checkpoint's signature": (
        f"UPDATE checkpoint SET note = replace(note, 'A', 'B') WHERE size = {TIP}",
        "The checkpoint of",
    ),
    "a checkpoint of a longer log": (
        f"INSERT INTO checkpoint SELECT size + 500, root, note, signed_at FROM checkpoint WHERE size = {TIP}",
        "entries were taken out at its end",
    ),
    "a published checkpoint gone": (
        "DELETE FROM checkpoint WHERE size = (SELECT checkpoint_size FROM publication)",
        "was published that is not there",
    ),
    "kept balances": ("UPDATE balance_snapshot SET credits_pence = credits_pence + 1", "are not what those entries add up to"),
    "kept balances of a longer log": ("UPDATE balance_snapshot SET log_size = log_size + 500", "which the log has not"),
    "all kept balances gone": ("DELETE FROM balance_snapshot", "The trial balance is not the sum of the entries."),
    "a period opened again": ("UPDATE period SET state = 'open', closed_by = NULL, entry_number = NULL", "and no period says so"),
    "a period of other days": ("UPDATE period SET ends_on = ends_on - 1", "is called sealed, and no entry says so"),
    "closed and sealed by one": ("UPDATE period SET closed_by = 'user:2'", "was closed and sealed by the same person"),
    "an earlier period left open": (
        "INSERT INTO period (starts_on, ends_on) VALUES ('2020-01-01', '2020-01-31')",
        "is sealed, and the one before, to 2020-01-31, is not",
    ),
    "a seal's totals": (
        "UPDATE entry SET private_particulars = jsonb_set(private_particulars, '{totals,0,debits_pence}', '1')"
        " WHERE kind = 'period.sealed'",
        "with totals that are not those of its entries",
    ),
    "a seal's public figures": (
        "UPDATE entry SET public_particulars = jsonb_set(public_particulars, '{left_pence}', '1') WHERE kind = 'period.sealed'",
        "with public figures that are not those of its entries",
    ),
    "a seal of no day": (
        "UPDATE entry SET private_particulars = '{}' WHERE kind = 'period.sealed'",
        "seals a period and does not say which",
    ),
    "a seal of nonsense": (
        """UPDATE entry SET private_particulars = private_particulars || '{"totals": 7}' WHERE kind = 'period.sealed'""",
        "with totals that are not those of its entries",
    ),
    "a day told that was not shut": (
        """UPDATE entry SET private_particulars = '{"told_on": "2999-01-01"}' WHERE event_key = 'contribution:a'""",
        "told too late for its own day, and that day was not shut",
    ),
    "a day told that is none": (
        """UPDATE entry SET private_particulars = '{"told_on": [1]}' WHERE event_key = 'contribution:a'""",
        "told too late for its own day, and that day was not shut",
    ),
    "a key that is none": (
        """UPDATE entry SET public_particulars = '{"vkey": "x"}' WHERE kind = 'key.introduced'""",
        "speaks of a key that cannot be used",
    ),
    # What a database can hold and no calendar has.
    "an entry at infinity": ("UPDATE entry SET happened_on = 'infinity' WHERE event_key = 'contribution:a'", "a day that no calendar has"),
    "an entry in the year 20000": ("UPDATE entry SET happened_on = '20000-01-01' WHERE event_key = 'grant:1:award'", "no calendar has"),
    "an entry before Christ": ("UPDATE entry SET happened_on = '0044-03-15 BC' WHERE event_key = 'grant:1:award'", "no calendar has"),
    "a moment at infinity": ("UPDATE entry SET recorded_at = '-infinity' WHERE event_key = 'contribution:a'", "no calendar has"),
    "a fund without end": ("UPDATE fund SET ends_on = 'infinity' WHERE code = 'general'", "The fund general is not what its entries say"),
    "a period without end": ("UPDATE period SET ends_on = 'infinity'", "A period has a day that no calendar has."),
    "a checkpoint signed at infinity": ("UPDATE checkpoint SET signed_at = 'infinity', note = ''", "is not a signed note"),
    "an account of no kind": (
        "ALTER TABLE account DROP CONSTRAINT ck_account_kind; UPDATE account SET kind = 'x' WHERE code = 'bank'",
        "The account bank is not what its entries say",
    ),
    "amounts beyond all sums": (
        "ALTER TABLE transfer DROP CONSTRAINT ck_transfer_amount_pence; UPDATE transfer SET amount_pence = 9223372036854775807",
        "is not what was written",
    ),
    "a transfer of nothing": (
        "ALTER TABLE transfer ALTER amount_pence DROP NOT NULL;"
        " UPDATE transfer SET amount_pence = NULL WHERE entry_id = (SELECT id FROM entry WHERE event_key = 'contribution:a')",
        "has a transfer that does not say what moved",
    ),
    "an entry without a number": (
        "ALTER TABLE entry ALTER number DROP NOT NULL; UPDATE entry SET number = NULL WHERE event_key = 'contribution:a'",
        "The entry in row",
    ),
    "two thousand million transfers": ("UPDATE entry SET transfers = 2000000000 WHERE event_key = 'contribution:a'", "declares 2000000000"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_meddling_is_found_by_name(intruder: Session, name: str) -> None:
    statements, sentence = TAMPERINGS[name]
    told = tamper(intruder, *statements.split(";"))
    assert any(sentence in one for one in told), told


LOOSENED = {
    "a rule of the same name and another text": (
        "ALTER TABLE transfer DROP CONSTRAINT ck_transfer_amount_pence;"
        " ALTER TABLE transfer ADD CONSTRAINT ck_transfer_amount_pence CHECK (amount_pence >= 0)",
        "The rule ck_transfer_amount_pence on transfer was changed.",
    ),
    "a rule that is not looked at": (
        "ALTER TABLE transfer DROP CONSTRAINT ck_transfer_amount_pence;"
        " ALTER TABLE transfer ADD CONSTRAINT ck_transfer_amount_pence CHECK (amount_pence BETWEEN 1 AND 9007199254740991) NOT VALID",
        "The rule ck_transfer_amount_pence on transfer was changed.",
    ),
    "a rule of somebody else's": ("ALTER TABLE entry ADD CHECK (actor <> 'user:7')", "on entry is not one of ours."),
    "an index of the same name on something else": (
        "DROP INDEX uq_entry_reverses; CREATE UNIQUE INDEX uq_entry_reverses ON entry (reverses) WHERE reverses > 900000",
        "The rule uq_entry_reverses on entry was changed.",
    ),
    "a column that may be empty": ("ALTER TABLE entry ALTER nonce DROP NOT NULL", "The columns of entry are not as they were made."),
    "a transaction's number that is none": ("ALTER TABLE entry ALTER xid SET DEFAULT '0'", "The columns of entry are not"),
    "a function that acts for its owner": (
        "ALTER FUNCTION ledger_leaf_next() SECURITY DEFINER",
        "ledger_leaf_next, which guards log_leaf, acts",
    ),
    "a function with a path of its own": (
        "ALTER FUNCTION ledger_entry_complete() SET search_path = pg_temp, public",
        "acts for somebody else",
    ),
    "a function without its path": (
        "ALTER FUNCTION ledger_period_forward() RESET search_path",
        "ledger_period_forward, which guards period, acts",
    ),
    "a function of another owner": ("ALTER FUNCTION ledger_entry_complete() OWNER TO postgres", "acts for somebody else"),
    "a table of another owner": ("ALTER TABLE log_leaf OWNER TO postgres", "log_leaf belongs to postgres, and entry to fund_owner"),
    "a sequence of another owner": ("ALTER SEQUENCE shut_until OWNER TO postgres", "shut_until belongs to postgres"),
    "a watermark that may be set": ("GRANT UPDATE ON SEQUENCE shut_until TO fund_app", "The role fund_app has UPDATE on shut_until"),
    "a watermark that may be moved on": ("GRANT USAGE ON SEQUENCE shut_until TO fund_app", "The role fund_app has USAGE on shut_until"),
    "numbers that may be set": ("GRANT UPDATE ON SEQUENCE entry_number TO PUBLIC", "The role PUBLIC has UPDATE on entry_number"),
    "rows' ids that may be set": ("GRANT UPDATE ON SEQUENCE entry_id_seq TO fund_app", "The role fund_app has UPDATE on entry_id_seq"),
    "numbers that nobody may take": (
        "REVOKE USAGE ON SEQUENCE entry_number FROM fund_app",
        "No role but the owner has USAGE on entry_number",
    ),
    "tables that may be made": ("GRANT CREATE ON SCHEMA public TO fund_app", "The role fund_app may make tables and functions"),
    "a role whose guards are off": (
        "ALTER ROLE fund_app SET session_replication_role = replica",
        "The database is told to set session_replication_role=replica for fund_app",
    ),
    "a role that may switch guards off": (
        "GRANT SET ON PARAMETER session_replication_role TO fund_app",
        "The role fund_app may set session_replication_role",
    ),
    "a child with rows of its own": ("CREATE TABLE more () INHERITS (transfer)", "The table transfer is not a plain table"),
    "a table that a crash empties": ("ALTER TABLE balance_snapshot SET UNLOGGED", "The table balance_snapshot is not a plain table"),
    "row security": ("ALTER TABLE entry ENABLE ROW LEVEL SECURITY", "The table entry has rewrite rules or row security"),
    "a view in a table's place": (
        "ALTER TABLE publication RENAME TO published; CREATE VIEW publication AS SELECT * FROM published",
        "The table publication is not a plain table",
    ),
}


@pytest.mark.parametrize("name", LOOSENED)
def test_a_loosened_guard_is_found_by_name(intruder: Session, name: str) -> None:
    statements, sentence = LOOSENED[name]
    attacks.run(intruder, *statements.split("; "))
    told = sentences(verify(intruder, origin=ORIGIN))
    assert any(sentence in one for one in told), told


def test_a_role_that_owns_the_tables_is_told_that_nothing_is_guarded_from_it(town: Town) -> None:
    owner = Database(town.database.owner_url)
    with owner.session() as session:
        told = sentences(verify(session, origin=ORIGIN))
    owner.dispose()
    assert any("belongs to the role that this program signs in as" in one for one in told), told


def test_a_thousand_faults_are_kept_and_the_others_counted(intruder: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fundapp.ledger.verifying.found.MOST_FAULTS", 10)
    attacks.run(intruder, "SET LOCAL session_replication_role = replica", "UPDATE entry SET actor = 'user:66'")
    found = verify(intruder)
    assert len(found.faults) == 10
    assert found.fault_count >= 280


def outside(session: Session, size: int, name: str = "kept.txt") -> Outside:
    return Outside.parse(name, checkpoints.at(session, size).note)


def made(signer: Signer, size: int, root: bytes, origin: str = ORIGIN) -> Outside:
    return Outside.parse("made.txt", signer.sign(Checkpoint(origin, size, root).text))


def test_checkpoints_kept_elsewhere_are_compared_wherever_they_end(reader: Session, town: Town) -> None:
    sizes = list(reader.scalars(text("SELECT size FROM checkpoint ORDER BY size")))
    found = verify(reader, origin=ORIGIN, outside=[outside(reader, size) for size in reversed(sizes)])
    assert (sentences(found), found.outside) == ([], len(sizes))
    # One that was signed and is not in the table any more is compared all the same.
    signed = made(REAL, 77, attacks.root_at(reader, 77))
    assert sentences(verify(reader, origin=ORIGIN, outside=[signed])) == []


@pytest.mark.parametrize(
    ("size", "root", "signer", "origin", "sentence"),
    [
        (77, b"\x01" * 32, REAL, ORIGIN, "This ledger is not the one that was published: the first 77 entries are not those of made.txt."),
        (900, b"\x01" * 32, REAL, ORIGIN, "This ledger is shorter than what was published: made.txt has 900 entries"),
        (77, None, THEIRS, ORIGIN, "made.txt bears no signature of a key that this ledger used at 77 entries."),
        (10, None, REAL, ORIGIN, "made.txt bears no signature of a key that this ledger used at 10 entries."),
        (77, None, Signer.generate("elsewhere.example"), "elsewhere.example", "made.txt is a checkpoint of another ledger"),
        (0, b"\x01" * 32, REAL, ORIGIN, "the first 0 entries are not those of made.txt."),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_named(
    reader: Session, size: int, root: bytes | None, signer: Signer, origin: str, sentence: str
) -> None:
    found = verify(reader, origin=ORIGIN, outside=[made(signer, size, root or attacks.root_at(reader, size), origin)])
    assert any(sentence in one for one in sentences(found)), sentences(found)
    assert found.outside == 0


@pytest.mark.parametrize("told", ["", "hello", "a\n1\n", "x\n5\nAAAA\n\n— x AAAAAAAA\n", "\x00" * 50, "c2sp.org/tlog-proof@v1\nindex 1\n"])
def test_a_file_that_is_no_checkpoint_is_told_so(told: str) -> None:
    with pytest.raises(BadNote, match=r"^kept\.txt is not a checkpoint: "):
        Outside.parse("kept.txt", told)


def test_a_checkpoint_survives_being_mailed_through_windows(reader: Session, town: Town) -> None:
    kept = Outside.parse("kept.txt", town.kept.note.replace("\n", "\r\n"))
    assert sentences(verify(reader, origin=ORIGIN, outside=[kept])) == []


def test_a_key_signs_from_its_introduction_to_its_retirement(intruder: Session, town: Town) -> None:
    size = town.kept.checkpoint.size
    signing.introduce_key(intruder, vkey=THEIRS.verifier.vkey, actor="system")
    signing.retire_key(intruder, key_id=REAL.verifier.key_id.hex(), actor="system")
    row = intruder.execute(text("SELECT count(*) FROM unsealed")).scalar_one()
    done = attacks.sealing.seal(intruder, origin=ORIGIN, signer=THEIRS)
    assert done is not None
    assert (done.signed, done.size) == (True, size + row)
    outside_before = made(REAL, size, attacks.root_at(intruder, size))
    outside_after = made(REAL, done.size, attacks.root_at(intruder, done.size))
    assert sentences(verify(intruder, origin=ORIGIN, outside=[outside_before])) == []
    told = sentences(verify(intruder, origin=ORIGIN, outside=[outside_after]))
    assert told == [f"made.txt bears no signature of a key that this ledger used at {done.size:,} entries."]


def test_what_a_trusted_checkpoint_covers_is_not_hashed_again_and_the_rest_is(intruder: Session, town: Town) -> None:
    since = outside(intruder, town.earlier)
    whole, rest = (verify(intruder, origin=ORIGIN, since=one) for one in (None, since))
    assert sentences(rest) == []
    assert (rest.trusted, whole.trusted) == (town.earlier, 0)
    assert (rest.entries, rest.transfers, rest.checkpoints) == (whole.entries, whole.transfers, whole.checkpoints)
    assert (rest.totals, rest.available) == (whole.totals, whole.available)
    with attacks.acting_as(intruder, attacks.SUPERUSER, guards_off=True):
        attacks.run(intruder, "UPDATE entry SET actor = 'user:66' WHERE event_key IN ('contribution:a', 'contribution:late')")
    told = sentences(verify(intruder, origin=ORIGIN, since=since))
    assert len([one for one in told if "is not what was written" in one]) == 1


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE log_leaf SET hash = sha256('x') WHERE seq = 5", "entries are not those of kept.txt"),
        ("UPDATE entry SET leaf_hash = sha256('x') WHERE event_key = 'contribution:a'", "is not the one that was sealed"),
        ("DELETE FROM entry WHERE event_key = 'contribution:a'", "of the log is gone"),
        ("UPDATE transfer SET amount_pence = 1 WHERE entry_id = 40", "The balances kept for"),
        ("UPDATE log_tile SET root = sha256('x')", "is not what its entries make"),
        ("UPDATE checkpoint SET root = sha256('x') WHERE size < 200", "does not say in its row"),
    ],
)
def test_what_is_trusted_must_still_be_what_was_signed(intruder: Session, town: Town, statement: str, sentence: str) -> None:
    since = outside(intruder, town.earlier)
    with attacks.acting_as(intruder, attacks.SUPERUSER, guards_off=True):
        attacks.run(intruder, statement)
    told = sentences(verify(intruder, origin=ORIGIN, since=since))
    assert any(sentence in one for one in told), told


def test_trust_in_a_checkpoint_beyond_the_ledger_is_no_trust(reader: Session) -> None:
    found = verify(reader, origin=ORIGIN, since=made(REAL, 5_000, b"\x01" * 32))
    assert found.trusted == 0
    assert sentences(found)[0].startswith("This ledger is shorter than what was published")


def test_blocks_of_any_size_find_the_same(reader: Session, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "BLOCK", 7)
    found = verify(reader, origin=ORIGIN, outside=[town.kept], since=outside(reader, town.earlier))
    assert (sentences(found), found.outside, found.trusted) == ([], 2, town.earlier)


def fundapp(town: Town, folder: Path, *arguments: str) -> Result:
    environ = environ_for(town.database, folder, LEDGER_ORIGIN=ORIGIN)
    return CliRunner().invoke(main, ["ledger", "verify", *arguments], env=environ)


def test_the_command_compares_files_and_says_what_it_took_on_trust(town: Town, reader: Session, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text(town.kept.note)
    (tmp_path / "earlier.txt").write_text(checkpoints.at(reader, town.earlier).note)
    done = fundapp(town, tmp_path, "--checkpoint", str(tmp_path / "kept.txt"), "--from", str(tmp_path / "earlier.txt"))
    assert done.exit_code == 0, done.stderr
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("The ledger holds: ")
    assert (
        f"; the {town.earlier:,} under earlier.txt have the fingerprints that it was signed over, and were not hashed again; " in sentence
    )
    assert f"the last over {town.kept.checkpoint.size:,}; 1 entry not signed yet; 2 checkpoints kept elsewhere fit as well." in sentence


def test_the_command_fails_on_the_first_fault_and_on_what_is_no_checkpoint(town: Town, tmp_path: Path) -> None:
    (tmp_path / "forged.txt").write_text(made(REAL, 77, b"\x01" * 32).note)
    (tmp_path / "noise.bin").write_bytes(b"\xff\xfe\x00")
    done = fundapp(town, tmp_path, "--checkpoint", str(tmp_path / "forged.txt"))
    told = "This ledger is not the one that was published: the first 77 entries are not those of forged.txt."
    assert (done.exit_code, done.stderr.splitlines()) == (1, [told])
    done = fundapp(town, tmp_path, "--checkpoint", str(tmp_path / "noise.bin"))
    assert (done.exit_code, done.stderr.strip()) == (1, "noise.bin is not a checkpoint: it is not text.")
    assert fundapp(town, tmp_path, "--checkpoint", str(tmp_path / "nowhere.txt")).exit_code == 2


def test_what_is_written_meanwhile_does_not_disturb(town: Town) -> None:
    with town.database.snapshot() as reader, town.database.session() as writer:
        before = verify(reader, origin=ORIGIN)
        with transaction(writer):
            books.pay_in(writer, 100, key="contribution:meanwhile")
        attacks.seal(writer, 1000)
        after = verify(reader, origin=ORIGIN)
    assert (sentences(after), after.entries) == (sentences(before), before.entries) == ([], before.entries)


def test_progress_is_told_entry_by_entry_and_then_part_by_part(reader: Session, capsys: pytest.CaptureFixture[str]) -> None:
    steps: list[Step] = []
    found = verify(reader, origin=ORIGIN, progress=steps.append)
    for step in steps:
        ledger_verify.tell(step)
    lines = capsys.readouterr().err.split("\n")
    assert lines[0].split("\r")[-1] == f"{found.entries:,} of {found.entries:,} entries"
    assert lines[1:] == [step.part for step in steps if not step.of]
    assert lines[-1] == "Triggers, rules and rights"
