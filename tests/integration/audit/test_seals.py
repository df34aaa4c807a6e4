"""Each day of the trail is sealed in the ledger once it is over; whatever is done to it afterwards is found, and words can be erased."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, delete, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fundapp.audit import queries
from fundapp.audit.models import AuditEvent, AuditSeal, AuditWords
from fundapp.audit.service import erase_words, record
from fundapp.core import clock
from fundapp.core.actor import SYSTEM
from fundapp.core.db import driver_url, transaction
from fundapp.core.errors import Busy
from fundapp.ledger.models import Entry
from fundapp.privacy import sealing
from tests.support.postgres import OwnDatabase

FIRST, SECOND = date(2026, 11, 20), date(2026, 11, 21)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def happened(session: Session, at: datetime, number: int = 7, words: str | None = None) -> int:
    with clock.at(at):
        found = record(session, actor=SYSTEM, kind="user.disabled", subject=f"user:{number}", words=words)
    session.commit()
    return found


def seal_all(session: Session, now: datetime = NOON) -> list[date]:
    with clock.at(now):
        days = sealing.due(session)
        for day in days:
            with transaction(session):
                assert sealing.seal(session, day)
    return days


@pytest.fixture
def two_days(session: Session) -> Session:
    """A trail of two days that are over, with words, both sealed."""
    happened(session, clock.start_of(FIRST) + timedelta(hours=1), 1, "first")
    happened(session, clock.start_of(SECOND) - timedelta(microseconds=1), 2)
    happened(session, clock.start_of(SECOND), 3, "second")
    happened(session, NOON, 4)
    assert seal_all(session) == [FIRST, SECOND]
    return session


def test_days_that_are_over_are_sealed_each_once_with_count_and_root(two_days: Session) -> None:
    entries = two_days.scalars(select(Entry).where(Entry.kind == "audit.sealed").order_by(Entry.id)).all()
    assert [(one.event_key, one.public_particulars["events"], one.transfers) for one in entries] == [
        ("audit:2026-11-20:sealed", 2, 0),
        ("audit:2026-11-21:sealed", 1, 0),
    ]
    assert seal_all(two_days) == []
    assert sealing.verify(two_days) == sealing.Checked(2, 3)
    with clock.at(NOON), transaction(two_days):
        assert not sealing.seal(two_days, FIRST)


def test_a_day_is_not_over_until_clocks_that_are_behind_agree(session: Session) -> None:
    happened(session, clock.start_of(FIRST))
    assert seal_all(session, clock.start_of(SECOND) + timedelta(minutes=59)) == []
    assert seal_all(session, clock.start_of(SECOND) + timedelta(minutes=61)) == [FIRST]


def test_missed_days_are_made_up_for_and_empty_ones_are_sealed_too(session: Session) -> None:
    happened(session, clock.start_of(FIRST))
    assert seal_all(session, NOON + timedelta(days=5)) == [FIRST + timedelta(days=n) for n in range(7)]
    assert sealing.verify(session) == sealing.Checked(7, 1)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_days_of_23_and_of_25_hours_hold_their_own_events(session: Session, day: date) -> None:
    ends = clock.start_of(day + timedelta(days=1))
    for number, at in enumerate((clock.start_of(day), ends - timedelta(microseconds=1), ends)):
        happened(session, at, number)
    assert seal_all(session, ends + timedelta(hours=2)) == [day]
    assert session.scalar(select(AuditSeal.events)) == 2
    # The database counts days as the clock does: no more goes into this one, and the next is open.
    with pytest.raises(DBAPIError, match="is sealed"):
        happened(session, ends - timedelta(microseconds=1))
    session.rollback()
    happened(session, ends)


def test_erasing_words_breaks_nothing(two_days: Session) -> None:
    assert erase_words(two_days, subjects=["user:1", "user:3"]) == 2
    two_days.commit()
    assert sealing.verify(two_days) == sealing.Checked(2, 3)
    assert two_days.scalar(select(func.count()).select_from(AuditWords)) == 0


def test_words_that_were_exchanged_are_found(two_days: Session) -> None:
    two_days.get_one(AuditWords, two_days.scalar(select(func.max(AuditWords.event_id)))).words = "something else"
    two_days.commit()
    found = sealing.verify(two_days)
    assert (found.day, found.days) == (SECOND, 1)


def test_words_put_to_an_event_that_had_none_are_found(two_days: Session) -> None:
    bare = two_days.scalar(select(AuditEvent.id).where(AuditEvent.subject == "user:2"))
    two_days.add(AuditWords(event_id=bare, words="never said", salt=bytes(16)))
    two_days.commit()
    assert sealing.verify(two_days).day == FIRST


FORGERIES = {
    "UPDATE audit_event SET actor = 'user:9' WHERE subject = 'user:2'": FIRST,
    "UPDATE audit_event SET facts = '{\"n\": 1}' WHERE subject = 'user:3'": SECOND,
    "UPDATE audit_event SET at = at + interval '1 day' WHERE subject = 'user:3'": SECOND,
    "DELETE FROM audit_event WHERE subject = 'user:2'": FIRST,
    "INSERT INTO audit_event (at, actor, kind, subject, facts, salt) SELECT at, actor, kind, subject, facts, salt FROM audit_event"
    " WHERE subject = 'user:3'": SECOND,
    "UPDATE audit_event SET at = at - interval '9 days' WHERE subject = 'user:4'": date(2026, 11, 13),
    "DELETE FROM audit_seal WHERE day = '2026-11-21'": SECOND,
    "INSERT INTO audit_seal SELECT '2026-11-25', 0, root, sealed_at FROM audit_seal LIMIT 1": date(2026, 11, 25),
}


def test_whatever_a_superuser_does_to_a_sealed_day_is_found(own_database: OwnDatabase) -> None:
    with own_database.session() as session:
        for number, at in enumerate((FIRST, FIRST, SECOND, SECOND + timedelta(days=1)), 1):
            happened(session, clock.start_of(at) + timedelta(hours=1), number)
        seal_all(session)
    engine = create_engine(driver_url(own_database.owner_url))
    for forgery, day in FORGERIES.items():
        with engine.connect() as connection, Session(connection) as session:
            for table in ("audit_event", "audit_seal"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            assert sealing.verify(session).day is None
            connection.execute(text(forgery))
            session.expire_all()
            assert sealing.verify(session).day == day, forgery
            connection.rollback()
    engine.dispose()


SEAL_CHANGES = ["UPDATE audit_seal SET events = 9", "DELETE FROM audit_seal", "TRUNCATE audit_seal"]


@pytest.mark.parametrize("act", SEAL_CHANGES)
def test_neither_the_application_nor_the_owner_changes_a_seal(own_database: OwnDatabase, act: str) -> None:
    with own_database.session() as session, pytest.raises(DBAPIError, match="permission denied"):
        session.execute(text(act))
    engine = create_engine(driver_url(own_database.owner_url))
    with engine.connect() as connection, pytest.raises(DBAPIError, match="never changed"):
        connection.execute(text(act))
    engine.dispose()


def test_a_day_waits_for_whoever_still_writes_into_it_and_two_workers_seal_it_once(own_database: OwnDatabase) -> None:
    with own_database.session() as session:
        happened(session, clock.start_of(FIRST), 1)
    with own_database.session() as late:
        with clock.at(clock.start_of(SECOND) - timedelta(seconds=1)):
            record(late, actor=SYSTEM, kind="user.disabled", subject="user:2")
        with clock.at(NOON), own_database.session() as worker, pytest.raises(Busy), transaction(worker):
            sealing.seal(worker, FIRST)
        late.commit()

    def work(_number: int) -> bool:
        with clock.at(NOON), own_database.session() as worker, transaction(worker):
            return sealing.seal(worker, FIRST)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(work, range(2))) == [False, True]
    with own_database.session() as session:
        assert session.scalars(select(AuditSeal.events)).all() == [2]
        assert sealing.verify(session) == sealing.Checked(1, 2)


def test_the_trail_is_taken_as_lines_with_all_that_makes_its_hashes_again(two_days: Session) -> None:
    lines = [json.loads(line) for line in queries.lines(two_days, cover_the_helped=False)]
    assert [(one["subject"], one["said"]) for one in lines] == [
        ("user:1", "first"),
        ("user:2", None),
        ("user:3", "second"),
        ("user:4", None),
    ]
    assert all(len(one["salt"]) == 32 for one in lines)
    two_days.execute(delete(AuditWords))
    assert [json.loads(line)["said"] for line in queries.lines(two_days, cover_the_helped=False)] == [None] * 4


def test_the_exact_facts_of_a_kind_are_held(session: Session) -> None:
    def write(facts: dict[str, Any]) -> None:
        record(session, actor=SYSTEM, kind="request.billed", subject="grant:1", facts=facts)

    whole: dict[str, Any] = {"from": "paid", "to": "in_hands", "bytes": 3, "media_type": "image/jpeg"}
    write(whole)
    for broken in (
        {**whole, "name": "x"},
        {name: fact for name, fact in whole.items() if name != "bytes"},
        {**whole, "bytes": "three"},
        {**whole, "bytes": True},
        {**whole, "from": "Ann Smith of High Street"},
        {**whole, "to": "ann@example.org"},
    ):
        with pytest.raises(ValueError, match=r"request\.billed: \w+ (is|does)") as raised:
            write(broken)
        assert "Smith" not in str(raised.value)
    with pytest.raises(ValueError, match="what:which"):
        record(session, actor=SYSTEM, kind="user.enabled", subject="user:Ann Smith")
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == 1
