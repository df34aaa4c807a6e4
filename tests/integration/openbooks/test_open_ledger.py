"""The ledger for anybody to check: what machines fetch, the page that explains it, and what neither of them may do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from fundapp.config import ROOT
from fundapp.core import clock
from fundapp.core.roles import Role
from fundapp.ledger import checkpoints, sealing, signing
from fundapp.ledger.merkle import HASH_BYTES, TILE_WIDTH, Hashes, Tree, tile_widths
from fundapp.ledger.notes import Checkpoint, Signer, Verifier
from fundapp.openbooks.tile_paths import Tile
from tests.builders import ledger, people
from tests.support.page import Page
from tests.support.postgres import OwnDatabase
from tests.support.web import Client

SignIn = Callable[[Client, object], None]
NOW = datetime(2026, 11, 14, 10, 32, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def sealed(session: Session) -> int:
    """A ledger with some entries, sealed and signed. Tells how many."""
    people.fund_holder(session)
    ledger.open_books(session)
    ledger.pay_in(session, 10_000)
    return ledger.seal(session).size


def tile(client: Client, path: str) -> Page:
    return client.get(f"/open/ledger/tile/{path}")


def cut(data: bytes) -> list[bytes]:
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


@pytest.mark.parametrize("what", ["checkpoint", "vkey", "tile/0/000", "tile/0/000.p/1"])
def test_before_the_first_checkpoint_machines_are_told_in_words(client: Client, session: Session, what: str) -> None:
    answer = client.get(f"/open/ledger/{what}")
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.body.decode().startswith(("There is no ", "The ledger has no "))
    assert answer.headers["Cache-Control"] == "no-store"


def test_before_the_first_checkpoint_the_page_promises_nothing(client: Client, session: Session) -> None:
    page = client.get("/open/ledger")
    assert page.status == 200
    assert "Nothing is sealed yet." in page.words
    assert "No key has been made yet." in page.words
    assert not page.soup.select("script")
    assert not page.soup.select('a[href="/open/ledger/checkpoint"], a[href^="/open/ledger/tile"]')


def test_the_checkpoint_is_the_note_that_was_signed(client: Client, session: Session, sealed: int) -> None:
    answer = client.get("/open/ledger/checkpoint")
    note = answer.body.decode()
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=5"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert Checkpoint.parse(note).size == sealed
    (key,) = client.get("/open/ledger/vkey").body.decode().splitlines()
    assert Verifier.parse(key).verifies(note)
    assert ledger.SIGNER.verifier.vkey == key


def test_the_newest_key_comes_first_and_a_retired_one_stays_on_the_page_alone(client: Client, session: Session, sealed: int) -> None:
    new = Signer.generate(ledger.ORIGIN)
    ledger.seal(session, new)
    keys = client.get("/open/ledger/vkey").body.decode().splitlines()
    assert keys == [new.verifier.vkey, ledger.SIGNER.verifier.vkey]
    signing.retire_key(session, key_id=ledger.SIGNER.verifier.key_id.hex(), actor="system")
    assert client.get("/open/ledger/vkey").body.decode() == f"{new.verifier.vkey}\n"
    page = client.get("/open/ledger")
    assert ledger.SIGNER.verifier.vkey in page.text("#keys details")
    assert new.verifier.vkey in page.text("#keys > .note")


def test_tiles_lead_to_the_signed_root(client: Client, session: Session) -> None:
    ledger.open_books(session)
    for _ in range(TILE_WIDTH):
        ledger.pay_in(session, 100)
    newest = ledger.seal(session)
    assert newest.size > TILE_WIDTH
    whole, part = tile(client, "0/000"), tile(client, f"0/001.p/{newest.size - TILE_WIDTH}")
    leaves = cut(whole.body) + cut(part.body)
    assert len(whole.body) == 8192
    assert Tree(newest.size, Hashes(leaves)).root() == newest.root
    for level, n, width in tile_widths(newest.size):
        assert cut(tile(client, f"{level}/{Tile(n, width).path}").body) == Hashes(leaves).hashes(level, n, width)
    for answer in (whole, part):
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert tile(client, "0/001").status == 404
    assert tile(client, f"0/001.p/{newest.size - TILE_WIDTH + 1}").status == 404
    # What an older checkpoint needed is still there.
    assert cut(tile(client, "0/000.p/3").body) == leaves[:3]


def test_what_is_sealed_and_not_yet_signed_is_not_served(client: Client, session: Session, sealed: int) -> None:
    ledger.pay_in(session, 500)
    sealing.seal(session, origin=ledger.ORIGIN, signer=None)
    assert tile(client, f"0/000.p/{sealed}").status == 200
    assert tile(client, f"0/000.p/{sealed + 1}").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "0/0",
        "0/00",
        "0/0000",
        "0/000.p/0",
        "0/000.p/01",
        "0/000.p/256",
        "0/000.p/999",
        "0/000.p",
        "0/000.p/",
        "0/000/",
        "0/x000/000",
        "0/x0/000",
        "0/x001/x000",
        "0/%30%30%30.p/%D9%A1",
        "00/000",
        "+0/000",
        "-1/000",
        "٠/000",
        "64/000",
        "99/000",
        "0/999",
        "0/x999/x999/x999/x999/x999/999",
        "1/000",
        "entries/000",
        "data/000",
        "0",
        "",
    ],
)
def test_a_tile_has_one_address_and_entries_have_none(client: Client, session: Session, sealed: int, path: str) -> None:
    answer = tile(client, path)
    assert answer.status == 404, path
    assert "immutable" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize(("n", "path"), [(0, "000"), (67, "067"), (999, "999"), (1000, "x001/000"), (1_234_067, "x001/x234/067")])
def test_addresses_of_tiles_are_those_of_the_standard(app: Flask, n: int, path: str) -> None:
    urls = app.url_map.bind("localhost:8000")
    for one, written in ((Tile(n), path), (Tile(n, 12), f"{path}.p/12")):
        assert urls.build("open_ledger.tile", {"level": 3, "tile": one}) == f"/open/ledger/tile/3/{written}"
        assert urls.match(f"/open/ledger/tile/3/{written}")[1] == {"level": 3, "tile": one}


def test_machines_are_asked_nothing_and_get_no_cookie(
    app: Flask, client: Client, session: Session, sealed: int, sign_in_as: SignIn, worker_database: OwnDatabase
) -> None:
    sign_in_as(client, people.user(session, Role.AUDITOR))
    seen = text("SELECT string_agg(user_session::text, ';') FROM user_session")
    before, asked = session.scalar(seen), watched(worker_database.engine)
    with clock.at(NOW + timedelta(hours=1)):
        for what in ("checkpoint", "vkey", f"tile/0/000.p/{sealed}", "tile/0/777", "verify.py", "from-paper.py"):
            answer = client.get(f"/open/ledger/{what}")
            assert "Set-Cookie" not in answer.headers, what
    assert not [words for words in asked if "user_session" in words]
    assert session.scalar(seen) == before


def watched(engine: Engine) -> list[str]:
    """What the database is asked from now on."""
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    return asked


def test_a_stranger_checks_a_copy_of_all_of_it_with_the_script_that_is_served(
    client: Client, session: Session, sealed: int, tmp_path: Path
) -> None:
    old = client.get("/open/ledger/checkpoint").body
    for _ in range(3):
        ledger.pay_in(session, 700)
    size = ledger.seal(session).size
    files = {"script": "verify.py", "checkpoint": "checkpoint", "key": "vkey", "tile": f"tile/0/{Tile(0, size).path}"}
    said = {name: client.get(f"/open/ledger/{what}").body for name, what in files.items()}
    (tmp_path / "tile/0/000.p").mkdir(parents=True)
    (tmp_path / f"tile/0/{Tile(0, size).path}").write_bytes(said["tile"])
    (tmp_path / "checkpoint").write_bytes(said["checkpoint"])
    (tmp_path / "verify.py").write_bytes(said["script"])
    (tmp_path / "kept").write_bytes(old)
    assert said["script"] == (ROOT / "docs/verify/verify.py").read_bytes()

    def run() -> subprocess.CompletedProcess[str]:
        asked = ["ledger", ".", "--key", said["key"].decode().strip(), "--checkpoint", "kept"]
        return subprocess.run(
            [sys.executable, "-I", "verify.py", *asked], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
        )

    found = run()
    assert found.returncode == 0, found.stdout + found.stderr
    assert f"one ledger of {size:,} entries fits every checkpoint" in found.stdout
    spoiled = bytearray(said["tile"])
    spoiled[0] ^= 1
    (tmp_path / f"tile/0/{Tile(0, size).path}").write_bytes(spoiled)
    assert run().returncode == 1


def test_the_page_says_what_was_signed_and_how_far_it_was_sent(client: Client, session: Session, sealed: int) -> None:
    assert "No checkpoint has been sent out of our reach yet." in client.get("/open/ledger").text("#newest")
    checkpoints.record_publication(session, size=sealed, place="reader:7")
    checkpoints.record_publication(session, size=sealed, place="poster:DN7K2P4M", receipt="<message-id@example.org>")
    page = client.get("/open/ledger")
    said = page.text("#newest")
    for part in (
        f"Entries under it {sealed:,}",
        "14 November 2026, 10:32 am",
        "Sent out of our reach 2 times",
        f"covers {sealed:,} entries",
    ):
        assert part in said, part
    assert checkpoints.at(session, sealed).note.strip() in page.one("#newest .note").get_text()
    # To whom is nobody's business.
    assert not [word for word in ("reader", "DN7K2P4M", "message-id") if word in page.html]


def test_the_page_says_where_the_promise_ends(client: Client, session: Session, sealed: int) -> None:
    said = client.get("/open/ledger").text("#limits")
    for part in (
        "a wrong decision is still wrong",
        "never entered is in no ledger",
        "two of you compare",
        "if an old backup were put in its place",
        "claw a gift back",
        "unusual sum",
        "about a second",
        "Two reports",
    ):
        assert part in said, part


@pytest.mark.parametrize("typed", ["{size}", " {size} ", "0,00{size}", "{size}."])
def test_what_stands_on_paper_is_compared_by_its_number(client: Client, session: Session, sealed: int, typed: str) -> None:
    ledger.pay_in(session, 1)
    ledger.seal(session)
    page = client.get("/open/ledger").submit("#printed form", size=typed.format(size=sealed))
    assert checkpoints.at(session, sealed).mark in page.text("#printed")
    assert "two ledgers have been shown" in page.text("#printed")


@pytest.mark.parametrize("typed", ["1", "4,711,000,000,000,000", "9" * 30, "-1", "about 40", "<script>", "١٢", "5020 or so"])
def test_a_number_that_was_never_signed_is_told_as_it_was_typed(client: Client, session: Session, sealed: int, typed: str) -> None:
    page = client.get("/open/ledger", size=typed)
    assert page.status == 200
    assert "No checkpoint covers exactly that many entries." in page.text("#printed .notice")
    assert typed in page.text("#printed .notice")


def test_links_lead_here_from_the_open_books_and_from_every_foot(client: Client, session: Session, sealed: int) -> None:
    assert client.get("/open").follow("Check the ledger yourself").text("h1") == "The ledger, for anybody to check"
    for path in ("/", "/give", "/privacy", "/open/ledger"):
        assert client.get(path).soup.select('.foot a[href="/open/ledger"]'), path
    assert client.get("/open/ledger").follow("verify.py").headers["Content-Disposition"] == 'attachment; filename="verify.py"'


def test_the_page_asks_the_database_little(client: Client, session: Session, sealed: int, worker_database: OwnDatabase) -> None:
    client.get("/open/ledger")
    asked = watched(worker_database.engine)
    client.get("/open/ledger", size=str(sealed))
    assert len([words for words in asked if words.lstrip().startswith(("SELECT", "WITH"))]) <= 5
