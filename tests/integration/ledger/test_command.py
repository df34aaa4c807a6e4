"""`fundapp ledger …` at a shell."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result

from fundapp.cli import main
from fundapp.core.db import transaction
from fundapp.database import server
from fundapp.ledger import chart, queries
from tests.builders import ledger as books
from tests.support.postgres import Cluster, OwnDatabase
from tests.support.web import environ_for


@pytest.fixture
def environ(own_database: OwnDatabase, tmp_path: Path) -> dict[str, str]:
    return environ_for(own_database, tmp_path)


def fundapp(environ: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(main, ["ledger", *arguments], env=environ)


def test_books_that_hold_are_told_with_their_totals(own_database: OwnDatabase, environ: dict[str, str]) -> None:
    with own_database.session() as session, transaction(session):
        books.open_books(session)
        books.pay_in(session, 123_456)
        books.award(session, 3_456)
    done = fundapp(environ, "verify")
    assert done.exit_code == 0
    assert done.stderr.strip() == "The ledger holds: 22 entries and 2 transfers, each as it was written; 22 entries not signed yet."
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "public-giving bank £1,234.56 £0.00 £1,234.56" in lines
    assert "public-giving grants-payable £0.00 £34.56 £34.56" in lines
    assert "public-giving available to award £1,200.00" in lines


def test_the_first_fault_is_named_and_the_command_fails(own_database: OwnDatabase, environ: dict[str, str], cluster: Cluster) -> None:
    with own_database.session() as session, transaction(session):
        books.open_books(session)
        number = books.pay_in(session, 5_000).number
    with server.connect(cluster.access, urlsplit(own_database.app_url).path[1:]) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE transfer SET amount_pence = 500")
        superuser.execute("DROP TRIGGER entry_append_only ON entry")
    done = fundapp(environ, "verify")
    assert done.exit_code == 1
    told = done.stderr.splitlines()
    assert told == [f"Entry {number:,} is not what was written: its fingerprint does not fit its contents.", "And 1 more."]
    assert "public-giving" in done.stdout


def test_a_new_fund_is_begun_by_two_commands(own_database: OwnDatabase, environ: dict[str, str]) -> None:
    assert fundapp(environ, "open-accounts").exit_code == 0
    assert "Opened 0 accounts" in fundapp(environ, "open-accounts").stderr
    terms = ["--name", "Rough sleepers grant", "--restriction", "restricted", "--purpose", "Phones", "--starts-on", "2026-04-01"]
    assert "is open: entry" in fundapp(environ, "open-fund", "rough-sleepers", *terms).stderr
    refused = fundapp(environ, "open-fund", "rough-sleepers", *terms[:-1], "2026-05-01")
    assert (refused.exit_code, "with other content" in refused.stderr) == (1, True)
    with own_database.session() as session:
        assert [fund.code for fund in queries.funds(session)] == ["rough-sleepers"]
        assert len(queries.accounts(session)) == len(chart.STANDARD)
    assert fundapp(environ, "verify").exit_code == 0
