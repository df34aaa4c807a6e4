"""Each planted tampering is found, by name; what cannot be found before there are seals is said."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from sqlalchemy import URL, create_engine, pool, text
from sqlalchemy.orm import Session

from fundapp.core.db import transaction
from fundapp.database import server
from fundapp.ledger import queries, service, verify
from fundapp.ledger.verifying import walk
from tests.builders import ledger as books
from tests.support.postgres import Cluster, OwnDatabase


@pytest.fixture(scope="module")
def town(cluster: Cluster) -> Iterator[OwnDatabase]:
    """Books that every test of this file looks at; what a test does to them is rolled back."""
    with cluster.clone() as database:
        with database.session() as session, transaction(session):
            books.open_books(session)
            books.pay_in(session, 10_000, key="contribution:1")
            books.award(session, 4_000, key="grant:1")
            wrong = books.pay_in(session, 700, key="contribution:2")
            service.reverse(
                session,
                number=wrong.number,
                event_key="correction:1",
                happened_on=queries.entry(session, wrong.number).happened_on,
                actor="user:1",
                reason="entered-twice",
            )
        yield database


@pytest.fixture
def intruder(town: OwnDatabase, cluster: Cluster) -> Iterator[Session]:
    """Somebody above all guards: a superuser, in a transaction that is rolled back."""
    access, name = cluster.access, urlsplit(town.app_url).path[1:]
    url = URL.create("postgresql+psycopg", server.SUPERUSER, access.superuser, "127.0.0.1", access.port, name)
    with create_engine(url, poolclass=pool.NullPool).connect() as connection, Session(connection) as session:
        yield session
        session.rollback()


def tamper(session: Session, statement: str) -> None:
    """Switch the guards off, change something, and leave no trace of having done so."""
    driver = session.connection().connection.driver_connection
    assert driver is not None
    for one in ("SET LOCAL session_replication_role = replica", statement, "SET LOCAL session_replication_role = origin"):
        driver.execute(one)


def sentences(session: Session) -> list[str]:
    return [fault.sentence for fault in verify.verify(session).faults]


def test_books_that_nobody_touched_hold(town: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "BLOCK", 10)
    seen: list[verify.Step] = []
    with town.session() as session:
        found = verify.verify(session, progress=seen.append)
        assert found.faults == []
        assert found.holds
        assert found.entries == queries.entry_count(session) == 24
        assert found.transfers == 4
        assert found.available == {"public-giving": queries.available_pence(session, "public-giving")}
        trial = {(row.account, row.fund): [row.debits_pence, row.credits_pence] for row in queries.trial_balance(session)}
        assert found.totals == trial
    assert [step.done for step in seen if step.of] == [10, 20, 24]


AWARD = "(SELECT id FROM entry WHERE event_key = 'grant:1:award')"
CHANGED = "is not what was written: its fingerprint does not fit its contents."
TAMPERINGS = {
    "an amount": (f"UPDATE transfer SET amount_pence = 3999 WHERE entry_id = {AWARD}", CHANGED),
    "an account": (f"UPDATE transfer SET debit_account = 'help-id' WHERE entry_id = {AWARD}", CHANGED),
    "the sides": (f"UPDATE transfer SET debit_account = credit_account, credit_account = debit_account WHERE entry_id = {AWARD}", CHANGED),
    "the fund": (f"UPDATE transfer SET fund = 'general' WHERE entry_id = {AWARD}", CHANGED),
    "the day": ("UPDATE entry SET happened_on = '2020-01-01' WHERE event_key = 'grant:1:award'", CHANGED),
    "who did it": ("UPDATE entry SET actor = 'user:66' WHERE event_key = 'grant:1:award'", CHANGED),
    "the flag": ("UPDATE entry SET forced = true WHERE event_key = 'grant:1:award'", CHANGED),
    "the number": ("UPDATE entry SET number = 900001 WHERE event_key = 'grant:1:award'", CHANGED),
    "the key": ("UPDATE entry SET event_key = 'grant:2:award' WHERE event_key = 'grant:1:award'", CHANGED),
    "the nonce": ("UPDATE entry SET nonce = decode(repeat('00', 16), 'hex') WHERE event_key = 'grant:1:award'", CHANGED),
    "a fraction in a record": ("""UPDATE entry SET public_particulars = '{"a": 1.5}' WHERE event_key = 'grant:1:award'""", CHANGED),
    "the hash": ("UPDATE entry SET leaf_hash = sha256('x') WHERE event_key = 'grant:1:award'", CHANGED),
    "two hashes swapped": (
        "UPDATE entry SET leaf_hash = (SELECT leaf_hash FROM entry AS other WHERE other.event_key ="
        " CASE entry.event_key WHEN 'grant:1:award' THEN 'contribution:1' ELSE 'grant:1:award' END)"
        " WHERE event_key IN ('grant:1:award', 'contribution:1')",
        CHANGED,
    ),
    "the encoding": ("UPDATE entry SET leaf_version = 2 WHERE event_key = 'grant:1:award'", "a way that this program does not know"),
    "a leg taken out": (f"DELETE FROM transfer WHERE entry_id = {AWARD}", "declares 1 transfers and has 0."),
    "a leg added": (
        "INSERT INTO transfer SELECT entry_id, 2, debit_account, credit_account, fund, amount_pence"
        f" FROM transfer WHERE entry_id = {AWARD}",
        "declares 1 transfers and has 2.",
    ),
    "a header taken out": ("DELETE FROM entry WHERE event_key = 'grant:1:award'", "transfers of an entry that is gone"),
    "a reversed entry taken out": ("DELETE FROM entry WHERE event_key = 'contribution:2'", "which is gone"),
    "a reversal turned to another entry": (
        "UPDATE entry SET reverses = (SELECT number FROM entry WHERE event_key = 'contribution:1') WHERE reverses IS NOT NULL",
        "and is not its mirror image",
    ),
    "an account's name": ("UPDATE account SET name = 'Nothing to see' WHERE code = 'help-phone'", "is not what its entries say"),
    "an account's kind": ("UPDATE account SET kind = 'asset' WHERE code = 'help-phone'", "is not what its entries say"),
    "a fund's purpose": ("UPDATE fund SET purpose = 'anything' WHERE code = 'general'", "The fund general is not what its entries say"),
    "a fund's dates": ("UPDATE fund SET ends_on = '2099-01-01' WHERE code = 'general'", "The fund general is not what its entries say"),
    "an account nobody opened": ("INSERT INTO account (code, name, kind) VALUES ('x', 'X', 'asset')", "no entry opened it"),
    "an account taken out": ("DELETE FROM account WHERE code = 'suspense'", "The account suspense is not what its entries say"),
    "a trigger dropped": ("DROP TRIGGER entry_append_only ON entry", "The trigger entry_append_only on entry is missing."),
    "a trigger switched off": ("ALTER TABLE transfer DISABLE TRIGGER transfer_belongs", "transfer_belongs on transfer is switched off."),
    "a trigger that fires for replicas only": (
        "ALTER TABLE transfer ENABLE REPLICA TRIGGER transfer_belongs",
        "transfer_belongs on transfer is switched off.",
    ),
    "a foreign key's trigger switched off": ("ALTER TABLE transfer DISABLE TRIGGER ALL", "on transfer is switched off."),
    "a trigger that asks first": (
        "CREATE OR REPLACE TRIGGER fund_frozen BEFORE UPDATE ON fund FOR EACH ROW WHEN (false) EXECUTE FUNCTION ledger_fund_frozen()",
        "The trigger fund_frozen on fund was changed.",
    ),
    "an emptied function": (
        "CREATE OR REPLACE FUNCTION ledger_entry_complete() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "The function ledger_entry_complete, which guards entry, was changed.",
    ),
    "a trigger of somebody else's": (
        "CREATE TRIGGER helper BEFORE INSERT ON entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_complete()",
        "The trigger helper on entry is not one of ours.",
    ),
    "a rewrite rule": ("CREATE RULE hush AS ON UPDATE TO account DO INSTEAD NOTHING", "has rewrite rules"),
    "a constraint dropped": ("ALTER TABLE entry DROP CONSTRAINT uq_entry_event_key", "The rule uq_entry_event_key on entry is missing."),
    "an index dropped": ("DROP INDEX uq_entry_reverses", "The rule uq_entry_reverses on entry is missing."),
    "a right widened": ("GRANT UPDATE ON entry TO fund_app", "The role fund_app has UPDATE on entry"),
    "a right on one column": ("GRANT UPDATE (code) ON account TO fund_app", "The role fund_app has UPDATE on account (code)"),
    "a right for everybody": ("GRANT DELETE ON transfer TO PUBLIC", "The role PUBLIC has DELETE on transfer"),
    "a right taken away": ("REVOKE INSERT ON transfer FROM fund_app", "No role but the owner has INSERT on transfer"),
    "an unflagged award beyond the fund": (
        "ALTER TABLE account DISABLE TRIGGER USER; DELETE FROM transfer WHERE entry_id ="
        " (SELECT id FROM entry WHERE event_key = 'contribution:1')",
        "took the fund public-giving below what it had, and nobody flagged it.",
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_by_name(intruder: Session, name: str) -> None:
    statement, sentence = TAMPERINGS[name]
    tamper(intruder, statement)
    found = verify.verify(intruder)
    assert not found.holds
    assert any(sentence in fault.sentence for fault in found.faults), [fault.sentence for fault in found.faults]
    if sentence == CHANGED:
        assert found.faults[0].number is not None
        assert found.faults[0].sentence.startswith(f"Entry {found.faults[0].number:,} ")


def test_a_role_that_writes_and_is_also_the_owner_is_found(intruder: Session) -> None:
    tamper(intruder, "CREATE ROLE test_clerk IN ROLE fund_owner; GRANT SELECT ON entry TO test_clerk")
    assert "The role test_clerk has rights on entry and those of its owner as well." in sentences(intruder)


def test_an_entry_taken_out_whole_is_not_found_before_it_is_sealed(intruder: Session) -> None:
    """The honest limit that docs/ledger.md states: numbers have gaps anyway. Only a seal finds this."""
    row = intruder.execute(text(f"SELECT id FROM entry WHERE id = {AWARD}")).scalar_one()
    for table, column in (("transfer", "entry_id"), ("unsealed", "entry_id"), ("entry", "id")):
        tamper(intruder, f"DELETE FROM {table} WHERE {column} = {row}")
    assert sentences(intruder) == []


def test_a_forced_posting_below_zero_is_counted_and_is_no_fault(town: OwnDatabase) -> None:
    with town.session() as session:
        service.force(
            session,
            event_key="txn:dp_1",
            kind="gift.disputed",
            happened_on=queries.entries(session, limit=1)[0].happened_on,
            lines=[service.Line("disputed", "bank", "public-giving", 9_000)],
            actor="stripe",
            subject="donation:1",
        )
        found = verify.verify(session)
    assert (found.forced, found.faults) == (1, [])
    assert found.available["public-giving"] == -3_000
