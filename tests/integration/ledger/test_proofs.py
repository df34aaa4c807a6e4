"""Proofs: every entry's verifies at every size, and is what C2SP tlog-proof says."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import date
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.ledger import chart, checkpoints, proofs, queries, records, service, signing
from fundapp.ledger.draft import Draft
from fundapp.ledger.errors import NotSealed
from fundapp.ledger.merkle import Tree, leaf_hash, verify_consistency, verify_inclusion
from fundapp.ledger.notes import Checkpoint, Signer
from fundapp.ledger.posting import write
from fundapp.ledger.sealing import seal
from fundapp.ledger.service import Line
from fundapp.ledger.tiles import StoredTiles
from tests.builders import ledger as books

DAY = date(2026, 11, 14)
ORIGIN = "example.org/ledger"
SIGNER = Signer.generate(ORIGIN)


class Read(NamedTuple):
    """A proof file taken apart."""

    extra: dict[str, str]
    index: int
    path: list[bytes]
    note: str


def read(proof: str) -> Read:
    """Take a proof apart as C2SP tlog-proof describes it."""
    head, _, note = proof.partition("\n\n")
    first, extra, index, *path = head.split("\n")
    assert first == "c2sp.org/tlog-proof@v1"
    assert extra.startswith("extra ")
    assert index.startswith("index ")
    told = json.loads(base64.b64decode(extra.removeprefix("extra "), validate=True))
    return Read(told, int(index.removeprefix("index ")), [base64.b64decode(one, validate=True) for one in path], note)


def sign(session: Session) -> int:
    found = seal(session, origin=ORIGIN, signer=SIGNER)
    assert found is not None
    assert found.signed
    return found.size


@pytest.fixture
def town(session: Session) -> Session:
    """Books that are sealed."""
    books.open_books(session)
    signing.introduce_key(session, vkey=SIGNER.verifier.vkey, actor="system")
    sign(session)
    return session


def gift(session: Session, nth: int) -> int:
    return service.post(
        session,
        event_key=f"charge:ch_{nth}",
        kind="gift.charged",
        happened_on=DAY,
        lines=[Line(chart.STRIPE_CLEARING, chart.DONATIONS, "general", 500)],
        actor="stripe",
        subject=f"donation:{nth}",
    ).number


def test_a_proof_holds_all_that_its_holder_needs(town: Session) -> None:
    draft = Draft("charge:ch_1", "gift.charged", DAY, (), "stripe", "donation:1", private={"told": "Größe £5 “ja”"})
    number = write(town, draft).number
    size = sign(town)
    proof = read(proofs.proof(town, number))
    assert SIGNER.verifier.verifies(proof.note)
    checkpoint = Checkpoint.parse(proof.note)
    assert (checkpoint.origin, checkpoint.size) == (ORIGIN, size)
    entry, private = proof.extra["entry"], proof.extra["private"]
    leaf = hashlib.sha256(b"\x00" + entry.encode()).digest()
    assert verify_inclusion(leaf=leaf, index=proof.index, size=size, path=proof.path, root=checkpoint.root)
    nonce = bytes.fromhex(proof.extra["nonce"])
    assert len(nonce) == 16
    assert json.loads(entry)["private"] == hashlib.sha256(nonce + private.encode()).hexdigest()
    assert json.loads(entry)["number"] == number
    assert json.loads(private)["event_key"] == "charge:ch_1"
    assert json.loads(private)["particulars"] == {"told": "Größe £5 “ja”"}


def test_every_entrys_proof_verifies_at_several_sizes(town: Session) -> None:
    for more in (0, 1, 2, 27):
        for nth in range(more):
            gift(town, 100 * more + nth)
        if more:
            sign(town)
        newest = checkpoints.latest(town)
        assert newest is not None
        for number in town.scalars(text("SELECT number FROM entry")).all():
            proof = read(proofs.proof(town, number))
            leaf = leaf_hash(proof.extra["entry"].encode())
            assert proof.note == newest.note
            assert verify_inclusion(leaf=leaf, index=proof.index, size=newest.size, path=proof.path, root=newest.root)


def test_a_proof_of_one_entry_shows_no_other(town: Session) -> None:
    first, second = gift(town, 1), gift(town, 2)
    size = sign(town)
    one, other = read(proofs.proof(town, first)), read(proofs.proof(town, second))
    root = Checkpoint.parse(one.note).root
    leaf = leaf_hash(other.extra["entry"].encode())
    assert not verify_inclusion(leaf=leaf, index=one.index, size=size, path=one.path, root=root)
    forged = one.extra["entry"].replace("500", "501")
    assert not verify_inclusion(leaf=leaf_hash(forged.encode()), index=one.index, size=size, path=one.path, root=root)
    assert "charge:ch_2" not in base64.b64encode(json.dumps(one.extra).encode()).decode()


def test_the_only_entry_of_a_ledger_has_a_proof_without_a_path(session: Session) -> None:
    posted = signing.introduce_key(session, vkey=SIGNER.verifier.vkey, actor="system")
    assert sign(session) == 1
    proof = read(proofs.proof(session, posted.number))
    assert (proof.index, proof.path) == (0, [])
    assert Checkpoint.parse(proof.note).root == leaf_hash(proof.extra["entry"].encode())


def test_an_entry_that_no_checkpoint_covers_has_no_proof_yet(town: Session) -> None:
    number = gift(town, 1)
    assert proofs.place_of(town, number) is None
    with pytest.raises(NotSealed, match="a second or two"):
        proofs.proof(town, number)
    seal(town, origin=ORIGIN, signer=None)
    assert proofs.place_of(town, number) is None
    with pytest.raises(NotSealed):
        proofs.proof(town, number)
    size = sign(town)
    place = proofs.place_of(town, number)
    assert place is not None
    assert (place.nth, place.size) == (size, size)


@pytest.mark.parametrize("number", [0, -1, 10**12])
def test_an_entry_that_is_not_there_has_neither_place_nor_proof(town: Session, number: int) -> None:
    for ask in (proofs.place_of, proofs.proof):
        with pytest.raises(NotFound, match="There is no entry"):
            ask(town, number)


def test_a_place_names_the_first_checkpoint_and_counts_to_the_newest(town: Session) -> None:
    number = gift(town, 1)
    sign(town)
    first = checkpoints.latest(town)
    gift(town, 2)
    size = sign(town)
    place = proofs.place_of(town, number)
    assert first is not None
    assert place is not None
    assert (place.nth, place.since, place.size) == (first.size, first.signed_at, size)


def test_every_checkpoint_is_shown_to_be_the_beginning_of_every_later_one(town: Session) -> None:
    for nth in range(12):
        gift(town, nth)
        sign(town)
    signed = checkpoints.checkpoints(town)
    for newer in signed:
        for older in signed:
            if older.size > newer.size:
                with pytest.raises(NotFound):
                    proofs.prove_consistency(town, old_size=older.size, size=newer.size)
                continue
            proof = proofs.prove_consistency(town, old_size=older.size, size=newer.size)
            assert verify_consistency(old_size=older.size, old_root=older.root, size=newer.size, root=newer.root, proof=proof)


@pytest.mark.parametrize(("old", "size"), [(0, 1), (-1, 1), (1, 10**9), (2, 1)])
def test_consistency_of_what_was_never_signed_is_not_found(town: Session, old: int, size: int) -> None:
    with pytest.raises(NotFound):
        proofs.prove_consistency(town, old_size=old, size=size)


def test_a_proof_costs_a_handful_of_statements(town: Session, statements: list[str]) -> None:
    number = gift(town, 1)
    sign(town)
    statements.clear()
    proofs.proof(town, number)
    assert len(statements) <= 5


def test_stored_tiles_of_seventy_thousand_leaves_prove_any_of_them(town: Session, connection: Any) -> None:
    # The tree's upper tiles are written straight into their table; of the leaves only the last tile's are asked for.
    size = 70_000 - 70_000 % 256
    assert size == 273 * 256
    leaves = [hashlib.sha256(n.to_bytes(4, "big")).digest() for n in range(size)]
    rows, level = leaves, 0
    while len(rows) >= 256:
        above = []
        tiles = []
        for n in range(len(rows) // 256):
            hashes = rows[n * 256 : n * 256 + 256]
            above.append(Tree(256, Fixed(hashes)).root())
            tiles.append({"level": level, "n": n, "hashes": b"".join(hashes), "root": above[-1]})
        town.execute(text("INSERT INTO log_tile VALUES (:level, :n, :hashes, :root)"), tiles)
        rows, level = above, level + 1
    stored = Tree(size, StoredTiles(town))
    root = stored.root()
    for index in (0, 255, 256, 65_535, 65_536, size - 1):
        assert verify_inclusion(leaf=leaves[index], index=index, size=size, path=stored.inclusion(index), root=root)
    for old in (256, 512, 65_536, 65_536 + 256):
        proof = stored.consistency(old)
        assert verify_consistency(old_size=old, old_root=Tree(old, StoredTiles(town)).root(), size=size, root=root, proof=proof)


class Fixed:
    """One full tile."""

    def __init__(self, hashes: list[bytes]) -> None:
        self._hashes = hashes

    def hashes(self, level: int, n: int, width: int) -> list[bytes]:
        if level == 0:
            return self._hashes[:width]
        row = self._hashes
        while len(row) > 1:
            row = [hashlib.sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row), 2)]
        return row


def test_the_nonce_is_the_entrys_own(town: Session) -> None:
    numbers = [gift(town, nth) for nth in range(3)]
    sign(town)
    nonces = {read(proofs.proof(town, number)).extra["nonce"] for number in numbers}
    assert nonces == {records.record(town, number).nonce.hex() for number in numbers}
    assert len(nonces) == 3
    assert queries.entry_count(town) > 3
