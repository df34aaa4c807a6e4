"""`fundapp ledger keys`, `checkpoint` and `prove`, and what `fundapp check` says of keys."""

from __future__ import annotations

import stat
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fundapp.cli import demo, demo_key, main
from fundapp.cli.check import key_faults
from fundapp.cli.supervisor import Child
from fundapp.config import Settings
from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.ledger import checkpoints, signing
from fundapp.ledger.notes import Checkpoint, Signer, Verifier
from fundapp.ledger.sealing import seal
from tests.builders import ledger as books
from tests.support.postgres import OwnDatabase
from tests.support.web import environ_for, settings_for

ORIGIN = "example.org/ledger"
Environ = dict[str, str]


@pytest.fixture
def town(own_database: OwnDatabase) -> OwnDatabase:
    return own_database


@pytest.fixture
def environ(town: OwnDatabase, tmp_path: Path) -> Environ:
    return environ_for(town, tmp_path, LEDGER_ORIGIN=ORIGIN)


def fundapp(environ: Environ, *arguments: str) -> Result:
    done = CliRunner().invoke(main, ["ledger", *arguments], env=environ)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def sign(town: OwnDatabase, signer: Signer | None) -> None:
    with town.session() as session, transaction(session):
        seal(session, origin=ORIGIN, signer=signer)


def test_a_key_is_made_used_rotated_and_retired(town: OwnDatabase, environ: Environ, tmp_path: Path) -> None:
    assert "knows no key yet" in fundapp(environ, "keys", "list").stderr
    made = fundapp(environ, "keys", "make")
    assert made.exit_code == 0
    signer = Signer.parse(made.stdout)
    assert (signer.name, made.stdout.count("\n")) == (ORIGIN, 1)
    # The private line is on standard output alone, and the public one never there.
    assert signer.skey.split("+", 4)[4] not in made.stderr
    assert signer.verifier.vkey in made.stderr

    sign(town, signer)
    rotated = fundapp(environ, "keys", "rotate")
    new = Signer.parse(rotated.stdout)
    old_id, new_id = signer.verifier.key_id.hex(), new.verifier.key_id.hex()
    assert f"fundapp ledger keys retire {old_id}" in rotated.stderr
    assert f"retire {new_id}" not in rotated.stderr
    listed = fundapp(environ, "keys", "list")
    assert listed.stdout.splitlines() == [f"{new_id}  in use   {new.verifier.vkey}", f"{old_id}  in use   {signer.verifier.vkey}"]
    assert "PRIVATE" not in listed.stdout + listed.stderr

    assert "signs no more" in fundapp(environ, "keys", "retire", old_id.upper()).stderr
    assert "was retired before" in fundapp(environ, "keys", "retire", old_id).stderr
    assert f"{old_id}  retired  " in fundapp(environ, "keys", "list").stdout
    refused = fundapp(environ, "keys", "retire", new_id)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "only key in use" in refused.stderr
    assert fundapp(environ, "keys", "retire", "00000000").exit_code == 1
    with town.session() as session:
        signed = checkpoints.latest(session)
        assert signed is not None
        assert Verifier.parse(listed.stdout.splitlines()[1].split()[-1]).verifies(signed.note)


def test_a_checkpoint_is_printed_word_for_word(town: OwnDatabase, environ: Environ) -> None:
    empty = fundapp(environ, "checkpoint")
    assert (empty.exit_code, empty.stdout) == (1, "")
    assert "no signed checkpoint yet" in empty.stderr
    signer = Signer.parse(fundapp(environ, "keys", "make").stdout)
    sign(town, signer)
    with town.session() as session, transaction(session):
        books.open_books(session)
    sign(town, signer)
    newest, first = fundapp(environ, "checkpoint"), fundapp(environ, "checkpoint", "--size", "1")
    assert signer.verifier.verifies(newest.stdout)
    assert Checkpoint.parse(newest.stdout).size > Checkpoint.parse(first.stdout).size == 1
    missing = fundapp(environ, "checkpoint", "--size", "2")
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert missing.stderr.strip() == "There is no checkpoint of 2 entries."
    assert fundapp(environ, "checkpoint", "--size", "0").exit_code == 2


def test_a_proof_is_printed_or_written_for_its_owner_alone(town: OwnDatabase, environ: Environ, tmp_path: Path) -> None:
    signer = Signer.parse(fundapp(environ, "keys", "make").stdout)
    with town.session() as session, transaction(session):
        books.open_books(session)
        number = books.pay_in(session, 5_000).number
    early = fundapp(environ, "prove", str(number))
    assert (early.exit_code, early.stdout) == (1, "")
    assert "not in a signed checkpoint yet" in early.stderr
    sign(town, signer)
    printed = fundapp(environ, "prove", str(number))
    assert printed.exit_code == 0
    assert printed.stdout.startswith("c2sp.org/tlog-proof@v1\nextra ")
    assert "private part" in printed.stderr
    kept = tmp_path / "entry.tlog-proof"
    written = fundapp(environ, "prove", str(number), "--output", str(kept))
    assert (written.exit_code, written.stdout) == (0, "")
    assert kept.read_text() == printed.stdout
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    nobody = fundapp(environ, "prove", "999999")
    assert nobody.stderr.strip() == "There is no entry 999,999 in the ledger."
    assert fundapp(environ, "prove", str(number), "--output", str(tmp_path / "no" / "x")).exit_code == 1


def faults(town: OwnDatabase, tmp_path: Path, key: str | None = None) -> list[str]:
    settings = settings_for(town, tmp_path, LEDGER_ORIGIN=ORIGIN, **({"LEDGER_SIGNING_KEY": key} if key else {}))
    with town.session() as session:
        return list(key_faults(session, settings))


def test_check_says_in_words_what_is_wrong_with_the_key(town: OwnDatabase, environ: Environ, tmp_path: Path) -> None:
    assert faults(town, tmp_path) == ["The ledger knows no key to sign with. Make one: fundapp ledger keys make"]
    first, second = Signer.parse(fundapp(environ, "keys", "make").stdout), Signer.parse(fundapp(environ, "keys", "rotate").stdout)
    # Made a moment ago and not in the worker yet: nothing is late, and a web server needs no key.
    assert faults(town, tmp_path) == []
    assert faults(town, tmp_path, first.skey) == []
    stranger = Signer.generate(ORIGIN)
    (unknown,) = faults(town, tmp_path, stranger.skey)
    assert unknown.startswith(f"The ledger does not know the signing key {stranger.verifier.key_id.hex()}.")
    (misnamed,) = faults(town, tmp_path, Signer.generate("example.org/another").skey)
    assert "is named example.org/another, and this ledger example.org/ledger" in misnamed
    (broken,) = faults(town, tmp_path, first.skey.replace(first.verifier.key_id.hex(), "00000000"))
    assert broken.startswith("LEDGER_SIGNING_KEY cannot be used.")
    with town.session() as session, transaction(session):
        signing.retire_key(session, key_id=first.verifier.key_id.hex(), actor="system")
    (retired,) = faults(town, tmp_path, first.skey)
    assert retired.startswith(f"The signing key {first.verifier.key_id.hex()} is retired.")
    with clock.at(clock.now() + timedelta(minutes=20)):
        missing, late = faults(town, tmp_path)
        assert missing.startswith("LEDGER_SIGNING_KEY is not set here.")
        assert late.startswith("No signed checkpoint covers 3 entries, and the first has waited 20 minutes.")
        assert faults(town, tmp_path, second.skey) == [late]
    sign(town, second)
    with clock.at(clock.now() + timedelta(days=400)):
        assert faults(town, tmp_path) == []
    for told in (unknown, misnamed, broken, retired, missing, late):
        assert "PRIVATE" not in told


def test_the_demo_keeps_one_key_for_all_its_copies(town: OwnDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_key, "ROOT", tmp_path)
    demo = Settings.read({"FUND_ENV": "demo", "LEDGER_ORIGIN": ORIGIN})
    assert demo_key.line(demo) is None
    first = demo_key.signer(demo)
    file = tmp_path / "instance" / demo_key.FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert demo_key.signer(demo) == first
    assert demo_key.line(demo) == first.skey
    # Only the demo looks there, and whoever says another key is heard.
    production = settings_for(town, tmp_path)
    assert demo_key.line(production) is None
    other = Signer.generate(ORIGIN)
    assert demo_key.line(Settings.read({"FUND_ENV": "demo", "LEDGER_SIGNING_KEY": other.skey})) == other.skey
    with town.session() as session:
        for _ in range(2):
            demo_key.introduce(session, first, ORIGIN)
            demo_key.introduce(session, Signer.generate("example.org/another"), ORIGIN)
        assert [key.vkey for key in signing.known_keys(session)] == [first.verifier.vkey]


def test_the_demo_gives_the_key_to_the_worker_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_key, "ROOT", tmp_path)
    monkeypatch.setenv("LEDGER_SIGNING_KEY", "somebody left one in the environment")
    monkeypatch.setenv("FUND_TEST_MARK", "kept")
    settings = Settings.read({"FUND_ENV": "demo", "LEDGER_ORIGIN": ORIGIN})
    children = [Child(name, [], tmp_path / name) for name in ("web server", demo.WORKER, "stand-in for Stripe")]
    demo._give_the_key(children, settings)
    given = {child.name: (child.environment or {}).get("LEDGER_SIGNING_KEY") for child in children}
    assert given == {"web server": None, demo.WORKER: demo_key.signer(settings).skey, "stand-in for Stripe": None}
    assert all((child.environment or {})["FUND_TEST_MARK"] == "kept" for child in children)
    assert "PRIVATE" not in repr(children)


def test_a_child_is_started_with_its_own_environment(tmp_path: Path) -> None:
    told = [sys.executable, "-c", "import os; print(sorted(os.environ))"]
    child = Child("one", told, tmp_path / "log" / "one", environment={"ONLY": "this"})
    child.start(tmp_path)
    assert child.process is not None
    assert child.process.wait(20) == 0
    assert "ONLY" in child.last_words()
    assert "PATH" not in child.last_words()
