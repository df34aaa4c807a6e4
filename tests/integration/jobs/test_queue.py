"""Asking for work: a job exists exactly when the act that asked for it does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import Refused
from fundapp.jobs import enqueue, queries, service
from tests.support.postgres import OwnDatabase


def names(session: Session) -> list[str]:
    return list(session.scalars(text("SELECT task_name FROM procrastinate_jobs ORDER BY id")))


def test_a_commit_makes_the_job_with_its_ids(own_database: OwnDatabase) -> None:
    with own_database.session() as session, transaction(session):
        job_id = enqueue(session, "giving.send_receipt", donation_id="2f6b1c9e-0000-4000-8000-000000000001", attempt=3)
    with own_database.session() as session:
        row = session.execute(text("SELECT id, task_name, args, status FROM procrastinate_jobs")).one()
    assert (row.id, row.task_name, row.status) == (job_id, "giving.send_receipt", "todo")
    assert row.args == {"donation_id": "2f6b1c9e-0000-4000-8000-000000000001", "attempt": 3}


def test_a_job_is_not_seen_before_the_commit_and_never_after_a_rollback(own_database: OwnDatabase) -> None:
    with own_database.session() as asking, own_database.session() as looking:
        enqueue(asking, "room.work", id=1)
        assert names(looking) == []
        asking.rollback()
        assert names(asking) == []
    with pytest.raises(ZeroDivisionError):
        _ask_and_fall(own_database)
    with own_database.session() as session:
        assert names(session) == []


def _ask_and_fall(database: OwnDatabase) -> None:
    with database.session() as session, transaction(session):
        enqueue(session, "room.work", id=2)
        raise ZeroDivisionError


def test_a_savepoint_that_is_undone_takes_its_job_along_and_no_other(own_database: OwnDatabase) -> None:
    with own_database.session() as session, transaction(session):
        enqueue(session, "room.first", id=1)
        inner = session.begin_nested()
        enqueue(session, "room.second", id=2)
        inner.rollback()
        with session.begin_nested():
            enqueue(session, "room.third", id=3)
    with own_database.session() as session:
        assert names(session) == ["room.first", "room.third"]


@pytest.mark.parametrize("words", ["Mary Smith", "mary@example.org", "", "a" * 201, "line\nend", "ü", "-x"])
def test_words_and_addresses_are_no_argument(session: Session, words: str) -> None:
    with pytest.raises(ValueError, match="never words"):
        enqueue(session, "room.work", who=words)
    assert names(session) == []


def test_a_job_may_wait_for_a_moment(session: Session) -> None:
    later = clock.now() + timedelta(hours=2)
    enqueue(session, "room.work", not_before=later, id=1)
    assert session.scalar(text("SELECT scheduled_at FROM procrastinate_jobs")) == later


def fail(session: Session) -> int:
    job_id = enqueue(session, "room.work", id=7)
    session.execute(text("UPDATE procrastinate_jobs SET status = 'doing', attempts = 8 WHERE id = :id"), {"id": job_id})
    session.execute(text("UPDATE procrastinate_jobs SET status = 'failed', attempts = 9 WHERE id = :id"), {"id": job_id})
    return job_id


def test_a_job_that_was_given_up_is_seen_and_can_be_run_again_once(session: Session) -> None:
    job_id = fail(session)
    (seen,) = queries.failed(session)
    assert (seen.id, seen.name, seen.ids, seen.attempts) == (job_id, "room.work", {"id": 7}, 9)
    service.run_again(session, job_id=job_id)
    assert queries.failed(session) == []
    assert queries.waiting_count(session) == 1
    with pytest.raises(Refused, match="not among the failed"):
        service.run_again(session, job_id=job_id)
    assert queries.waiting_count(session) == 1


def test_a_job_that_still_waits_cannot_be_run_again(session: Session) -> None:
    job_id = enqueue(session, "room.work", id=1)
    with pytest.raises(Refused):
        service.run_again(session, job_id=job_id)
    assert queries.waiting_count(session) == 1
