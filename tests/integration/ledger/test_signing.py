"""Keys come and go in the log itself: what each signed can be checked for ever, and a retired one signs no more."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core.db import transaction
from fundapp.core.errors import Conflict, NotFound, Refused
from fundapp.ledger import checkpoints, records, service, signing
from fundapp.ledger.chart import AccountKind
from fundapp.ledger.notes import Checkpoint, Signer, Verifier
from fundapp.ledger.sealing import Sealed, seal
from fundapp.ledger.signing import NoSigningKey, SigningKeyMisnamed, SigningKeyRetired, SigningKeyUnknown
from tests.builders import ledger as books
from tests.support.postgres import OwnDatabase

ORIGIN = "example.org/ledger"
FIRST, SECOND = Signer.generate(ORIGIN), Signer.generate(ORIGIN)


def introduce(session: Session, signer: Signer) -> service.Posted:
    return signing.introduce_key(session, vkey=signer.verifier.vkey, actor="system")


def retire(session: Session, signer: Signer) -> service.Posted:
    return signing.retire_key(session, key_id=signer.verifier.key_id.hex(), actor="system")


def sealed(session: Session, signer: Signer | None, most: int = 1000) -> Sealed:
    found = seal(session, origin=ORIGIN, signer=signer, most=most)
    assert found is not None
    return found


def something(session: Session, nth: int) -> None:
    service.open_account(session, code=f"help-{'abcdefghij'[nth]}", name=f"Help {nth}", kind=AccountKind.EXPENSE, actor="system")


def test_a_key_is_an_entry_of_the_log(session: Session) -> None:
    posted = introduce(session, FIRST)
    (key,) = signing.known_keys(session)
    assert (key.vkey, key.key_id) == (FIRST.verifier.vkey, FIRST.verifier.key_id.hex())
    assert (key.introduced_by, key.retired_by, key.is_current, key.seq) == (posted.number, None, True, None)
    assert key.verifier == FIRST.verifier
    record = records.record(session, posted.number)
    assert (record.draft.kind, record.draft.lines) == ("key.introduced", ())
    assert record.draft.public == {"vkey": FIRST.verifier.vkey}
    sealed(session, FIRST)
    assert signing.known_keys(session)[0].seq == 0


def test_introducing_and_retiring_again_changes_nothing(session: Session) -> None:
    first = introduce(session, FIRST)
    again = introduce(session, FIRST)
    assert (again.number, again.replayed) == (first.number, True)
    introduce(session, SECOND)
    gone = retire(session, FIRST)
    again = retire(session, FIRST)
    assert (again.number, again.replayed) == (gone.number, True)
    assert [(key.key_id, key.is_current) for key in signing.known_keys(session)] == [
        (SECOND.verifier.key_id.hex(), True),
        (FIRST.verifier.key_id.hex(), False),
    ]


def test_a_retired_key_is_not_taken_up_again(session: Session) -> None:
    introduce(session, FIRST)
    introduce(session, SECOND)
    retire(session, FIRST)
    with pytest.raises(Refused, match="was retired"):
        introduce(session, FIRST)


def test_the_only_key_in_use_is_not_retired(session: Session) -> None:
    introduce(session, FIRST)
    with pytest.raises(Refused, match="only key in use"):
        retire(session, FIRST)
    introduce(session, SECOND)
    retire(session, FIRST)
    with pytest.raises(Refused, match="only key in use"):
        retire(session, SECOND)


@pytest.mark.parametrize(
    "vkey",
    ["", "x", FIRST.skey, FIRST.verifier.vkey[:-1], "a+00000000+AQ==", f"{FIRST.verifier.vkey}\n{FIRST.verifier.vkey}"],
    ids=["nothing", "one letter", "private", "cut short", "of another length", "two"],
)
def test_what_is_no_public_key_is_refused_and_never_repeated(session: Session, vkey: str) -> None:
    with pytest.raises(Refused) as refusal:
        signing.introduce_key(session, vkey=vkey, actor="system")
    assert FIRST.skey.split("+", 4)[4] not in refusal.value.sentence
    assert session.scalar(text("SELECT count(*) FROM entry")) == 0


@pytest.mark.parametrize(
    "key_id", ["00000000", "", "x" * 500, FIRST.verifier.key_id.hex() + "0"], ids=["another", "nothing", "long", "longer"]
)
def test_a_key_that_the_log_does_not_know_cannot_be_retired(session: Session, key_id: str) -> None:
    introduce(session, FIRST)
    with pytest.raises(NotFound):
        signing.retire_key(session, key_id=key_id, actor="system")


def test_two_keys_with_one_number_are_told_apart(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    introduce(session, FIRST)
    # Nobody makes such a pair by chance; the second is refused, whatever made it.
    twin = Verifier(ORIGIN, SECOND.verifier.public)
    monkeypatch.setattr(Verifier, "key_id", FIRST.verifier.key_id)
    with pytest.raises(Conflict):
        signing.introduce_key(session, vkey=twin.vkey, actor="system")


def test_a_rotated_key_leaves_every_old_checkpoint_as_good_as_it_was(session: Session) -> None:
    books.open_books(session)
    introduce(session, FIRST)
    sealed(session, FIRST)
    introduce(session, SECOND)
    # Both may sign until the old one is retired: the worker is given the new one in between.
    assert sealed(session, FIRST).signed
    something(session, 0)
    assert sealed(session, SECOND).signed
    retired = retire(session, FIRST)
    late = sealed(session, FIRST)
    assert (late.entries, late.signed) == (1, False)
    assert isinstance(late.fault, SigningKeyRetired)
    assert sealed(session, SECOND).signed
    signed_by = {}
    for one in checkpoints.checkpoints(session):
        (key,) = [key for key in signing.known_keys(session) if key.verifier.verifies(one.note)]
        signed_by[one.size] = key
        # It covers the introduction of its key, and not its retirement.
        assert key.seq is not None
        assert key.seq < one.size == Checkpoint.parse(one.note).size
    assert [key.vkey for _, key in sorted(signed_by.items())] == [s.verifier.vkey for s in (FIRST, FIRST, SECOND, SECOND)]
    statement = text("SELECT seq FROM log_leaf JOIN entry ON entry.id = entry_id WHERE number = :number")
    gone = session.scalar(statement, {"number": retired.number})
    assert all(size <= gone for size, key in signed_by.items() if not key.is_current)


def test_a_key_that_may_not_sign_leaves_the_queue_empty_and_says_why(session: Session) -> None:
    books.open_books(session)
    introduce(session, FIRST)
    for nth, (signer, fault) in enumerate(
        [
            (None, NoSigningKey),
            (SECOND, SigningKeyUnknown),
            (Signer.generate("example.org/another"), SigningKeyMisnamed),
        ]
    ):
        something(session, nth)
        found = sealed(session, signer)
        assert found.entries
        assert not found.signed
        assert isinstance(found.fault, fault)
        assert checkpoints.lag(session).unsealed == 0
    assert checkpoints.latest(session) is None
    assert sealed(session, FIRST).signed


def test_a_key_whose_introduction_was_never_committed_signs_nothing(own_database: OwnDatabase) -> None:
    with own_database.session() as session, own_database.session() as other:
        something(session, 0)
        session.commit()
        introduce(session, FIRST)
        found = sealed(other, FIRST)
        assert isinstance(found.fault, SigningKeyUnknown)
        other.commit()
        session.rollback()
    with own_database.session() as session, transaction(session):
        assert isinstance(sealed(session, FIRST).fault, SigningKeyUnknown)


def test_a_key_is_found_among_many_entries_by_one_index(session: Session) -> None:
    introduce(session, FIRST)
    session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = "\n".join(session.scalars(text(f"EXPLAIN SELECT number FROM entry WHERE subject = '{signing.SUBJECT}'")))
    assert "ix_entry_subject" in plan
