"""Proofs and tiles that the ledger itself makes, checked by the stand-alone script in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from fundapp.config import ROOT
from fundapp.core import clock
from fundapp.ledger import chart, checkpoints, proofs, queries, service, signing
from fundapp.ledger.errors import NotSealed
from fundapp.ledger.notes import Signer
from fundapp.ledger.sealing import seal
from fundapp.ledger.service import Line
from fundapp.ledger.tiles import tile_bytes
from tests.builders import ledger as books
from tests.unit.verify.small_log import tile_name

SCRIPT = ROOT / "docs" / "verify" / "verify.py"
ORIGIN = "example.org/ledger"
OLD, NEW = Signer.generate(ORIGIN), Signer.generate(ORIGIN)


@pytest.fixture
def town(session: Session) -> Session:
    """Books with every kind of entry in them, sealed twice: 300 entries by one key, then more by another."""
    books.open_books(session)
    signing.introduce_key(session, vkey=OLD.verifier.vkey, actor="system")
    while queries.entry_count(session) < 300:
        gift(session, queries.entry_count(session))
    sealed(session, OLD)
    signing.introduce_key(session, vkey=NEW.verifier.vkey, actor="system")
    signing.retire_key(session, key_id=OLD.verifier.key_id.hex(), actor="system")
    service.open_account(session, code="help-cafe", name="Café “zum Schlüssel” – 🔑", kind=chart.AccountKind.EXPENSE, actor="system")
    service.reverse(
        session, event_key="correction:1", number=gift(session, 900).number, actor="user:7", reason="mistake", happened_on=clock.today()
    )
    sealed(session, NEW)
    return session


def gift(session: Session, nth: int) -> service.Posted:
    return service.receive(
        session,
        event_key=f"charge:ch_{nth}",
        kind="gift.charged",
        happened_on=clock.today(),
        lines=[Line(chart.BANK, chart.DONATIONS, "public-giving", 100 + nth)],
        actor="stripe",
        subject=f"donation:{nth}",
    )


def sealed(session: Session, signer: Signer) -> None:
    done = seal(session, origin=ORIGIN, signer=signer)
    assert done
    assert done.signed


def publish(session: Session, folder: Path) -> Path:
    """What the ledger serves, as files."""
    newest = checkpoints.latest(session)
    assert newest
    for n in range(-(-newest.size // 256)):
        width = min(256, newest.size - 256 * n)
        file = folder / "tile" / "0" / (tile_name(n) + (f".p/{width}" if width < 256 else ""))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(tile_bytes(session, level=0, n=n, width=width, size=newest.size))
    (folder / "checkpoint").write_text(newest.note)
    return folder


def script(*words: object) -> tuple[int, str]:
    command = [sys.executable, "-I", str(SCRIPT), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd="/")
    return done.returncode, done.stdout + done.stderr


def test_a_gift_s_proof_holds_for_whoever_has_the_key_and_for_nobody_with_another(town: Session, tmp_path: Path) -> None:
    file = tmp_path / "gift.tlog-proof"
    number = queries.entries_for(town, "donation:120")[0].number
    file.write_text(proofs.proof(town, number))
    newest, place = checkpoints.latest(town), proofs.place_of(town, number)
    assert newest
    assert place
    status, said = script("proof", file, "--key", NEW.verifier.vkey)
    assert status == 0, said
    assert f"entry number {number:,}." in said
    assert "£2.20 in the fund public-giving: to bank, from donations." in said
    assert "“charge:ch_120” happened on" in said
    assert f"place {place.nth:,} of {newest.size:,}." in said
    assert script("proof", file, "--key", OLD.verifier.vkey)[0] == 1


def test_every_kind_of_entry_has_a_proof_that_holds(town: Session, tmp_path: Path) -> None:
    """By the same process, one after another: the key that came, the odd name, the reversal, the first and the last."""
    every = list(queries.entries(town, limit=1000))
    told = {}
    for entry in every:
        told.setdefault(entry.kind, entry.number)
    for kind, number in told.items():
        file = tmp_path / f"{number}.tlog-proof"
        file.write_text(proofs.proof(town, number))
        status, said = script("proof", file, "--key", NEW.verifier.vkey)
        assert status == 0, said
        assert f"“{kind}”" in said
    assert {"gift.charged", "key.introduced", "key.retired", "account.opened"} <= set(told)


def test_the_tiles_give_every_root_that_was_ever_signed(town: Session, tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.write_text(checkpoints.at(town, 300).note)
    keys = tmp_path / "keys"
    keys.write_text(f"{NEW.verifier.vkey}\n{OLD.verifier.vkey}\n")
    ledger = publish(town, tmp_path / "ledger")
    status, said = script("ledger", ledger, "--key", keys, "--checkpoint", first)
    assert status == 0, said
    assert f"held  The checkpoint {first}: 300 entries" in said
    status, said = script("ledger", ledger, "--key", NEW.verifier.vkey, "--checkpoint", first)
    assert status == 1
    assert "none of the signatures is by your key" in said


def test_what_is_not_sealed_has_no_proof(town: Session) -> None:
    with pytest.raises(NotSealed):
        proofs.proof(town, gift(town, 901).number)
