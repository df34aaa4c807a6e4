"""`fundapp …` at a shell: quick help, data to standard output, plain sentences to standard error, exit 1."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from fundapp.config import ROOT
from fundapp.core.roles import Role
from fundapp.people import queries
from tests.builders import people
from tests.support.live import LiveProcess
from tests.support.outside import free_port
from tests.support.postgres import Cluster, OwnDatabase
from tests.support.web import environ_for


def fundapp(*arguments: str, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fundapp.cli", *arguments],
        cwd=ROOT,
        env={"PATH": os.defpath, **(environ or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


def test_help_names_every_command_and_imports_none() -> None:
    code = "import sys; from fundapp.cli import main; main(['--help'], standalone_mode=False); assert 'sqlalchemy' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in ("serve", "worker", "migrate", "demo-data", "check", "user", "keys", "ledger", "stripe"):
        assert f"  {name} " in done.stdout


def test_every_command_has_help() -> None:
    code = "import sys; from fundapp.cli import main; [main([name, '--help'], standalone_mode=False) for name in sys.argv[1:]]"
    names = ["serve", "worker", "migrate", "demo-data", "check", "user", "keys", "ledger", "stripe", "export", "demo"]
    done = subprocess.run([sys.executable, "-c", code, *names], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in names:
        assert f" {name} [OPTIONS]" in done.stdout


def test_wrong_settings_are_all_told_at_once_in_sentences() -> None:
    told = refusal(fundapp("check", environ={"FUND_ENV": "production"}))
    assert "DATABASE_URL is missing" in told
    assert "SECRET_KEY is missing" in told
    assert all(line.endswith(".") for line in told.splitlines())


@pytest.mark.parametrize("command", [("check",), ("serve",), ("worker",), ("migrate",), ("ledger", "verify")])
def test_a_database_that_is_down_is_one_sentence(command: tuple[str, ...]) -> None:
    address = f"127.0.0.1:{free_port()}"
    environ = {"DATABASE_URL": f"postgresql://fund_app:x@{address}/fund", "MIGRATION_DATABASE_URL": f"postgresql://o:x@{address}/fund"}
    told = refusal(fundapp(*command, environ=environ))
    assert told.startswith(f"The database at {address} does not answer.")
    assert len(told.splitlines()) == 1


def test_the_application_may_not_be_served_as_the_tables_owner(own_database: OwnDatabase, tmp_path: Path) -> None:
    environ = environ_for(own_database, tmp_path, DATABASE_URL=own_database.owner_url)
    assert "the owner of its tables" in refusal(fundapp("serve", environ=environ))


def test_migrating_needs_the_owner(own_database: OwnDatabase, tmp_path: Path) -> None:
    assert "MIGRATION_DATABASE_URL is missing" in refusal(fundapp("migrate", environ=environ_for(own_database, tmp_path)))


def test_an_empty_database_is_migrated_and_then_lacks_only_people(cluster: Cluster, tmp_path: Path) -> None:
    with cluster.empty() as (app_url, owner_url):
        environ = {"FUND_ENV": "demo", "DATABASE_URL": app_url, "MIGRATION_DATABASE_URL": owner_url, "UPLOADS": str(tmp_path)}
        assert refusal(fundapp("check", environ=environ)) == "The database has no tables yet. Run “fundapp migrate”."
        assert fundapp("migrate", environ=environ).returncode == 0
        assert fundapp("migrate", environ=environ).returncode == 0
        told = refusal(fundapp("check", environ=environ))
        assert told.startswith("Nobody is a key worker; 1 must be. Invite one: fundapp user invite EMAIL --role key_worker")


def test_the_first_person_is_invited_by_a_link_on_standard_output(own_database: OwnDatabase, tmp_path: Path) -> None:
    invite = ["user", "invite", "ada@example.org", "--role", "admin", "--organisation", people.HOLDER, "--team", "Fund office"]
    done = fundapp(*invite, environ=environ_for(own_database, tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("http://localhost:8000/invitations/")
    with own_database.session() as session:
        assert [one.email for one in queries.open_invitations(session)] == ["ada@example.org"]
        assert queries.organisations(session)[0].is_fund_holder


def test_a_seat_that_may_not_be_held_is_refused_and_nothing_is_kept(own_database: OwnDatabase, tmp_path: Path) -> None:
    with own_database.session() as session:
        people.team(session, of=people.HOLDER)
        session.commit()
    invite = ["user", "invite", "bo@example.org", "--role", "finance", "--organisation", people.PARTNER, "--team", "Outreach"]
    done = fundapp(*invite, environ=environ_for(own_database, tmp_path))
    assert done.returncode == 1
    assert "nobody there can be a finance officer" in done.stderr
    with own_database.session() as session:
        assert queries.open_invitations(session) == []
        assert queries.organisation_by_name(session, people.PARTNER) is None


def test_all_seats_filled_is_well(session: Session) -> None:
    from fundapp.cli.check import SEATS, empty_seats

    assert len(empty_seats(session)) == len(SEATS)
    for role, count in SEATS.items():
        for _ in range(count):
            people.user(session, role)
    assert empty_seats(session) == []
    assert Role.FINANCE in SEATS


def test_the_server_ends_politely(live_process: LiveProcess) -> None:
    process = live_process.process
    assert process
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    live_process.process = None
