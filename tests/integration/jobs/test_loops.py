"""Loops: their turns are rows, one process takes each, and a fault in one is noted."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from fundapp.core import clock
from fundapp.core.keys import Keys
from fundapp.gateways import Gateways
from fundapp.jobs import JobContext, Tasks, queries
from fundapp.jobs.loops import take_turn
from fundapp.jobs.models import JobLoop
from fundapp.jobs.tasks import Loop
from tests.support.postgres import OwnDatabase
from tests.support.web import settings_for


@pytest.fixture
def context(own_database: OwnDatabase, tmp_path: Path) -> JobContext:
    settings = settings_for(own_database, tmp_path)
    return JobContext(settings, own_database, Gateways.build(settings), Keys(settings.secret_key, ()))


def row(database: OwnDatabase, name: str) -> JobLoop:
    with database.session() as session:
        return session.get_one(JobLoop, name)


def test_a_turn_is_noted_and_the_next_waits_for_its_time(context: JobContext, own_database: OwnDatabase) -> None:
    turns: list[int] = []
    loop = Loop("test.tick", lambda _: turns.append(1), every_seconds=60)
    at = clock.now()
    with clock.at(at):
        assert take_turn(context, loop)
        assert not take_turn(context, loop)
    assert row(own_database, "test.tick").last_done_at == at
    with clock.at(at + timedelta(seconds=61)):
        assert take_turn(context, loop)
    assert len(turns) == 2


def test_a_night_without_a_worker_is_made_good_at_once(context: JobContext, own_database: OwnDatabase) -> None:
    turns: list[int] = []
    loop = Loop("test.daily", lambda _: turns.append(1), every_seconds=86_400)
    at = clock.now()
    with clock.at(at):
        take_turn(context, loop)
    with clock.at(at + timedelta(days=3)), own_database.session() as session:
        assert queries.late_loops(session, [loop]) == []
    with clock.at(at + timedelta(days=4)):
        with own_database.session() as session:
            assert queries.late_loops(session, [loop]) == ["test.daily"]
        assert take_turn(context, loop)
        with own_database.session() as session:
            assert queries.late_loops(session, [loop]) == []
    assert len(turns) == 2


def test_a_fault_is_noted_by_its_kind_alone_and_the_last_good_turn_stands(context: JobContext, own_database: OwnDatabase) -> None:
    at = clock.now()
    with clock.at(at):
        take_turn(context, Loop("test.tick", lambda _: None, every_seconds=60))

    def break_down(_: JobContext) -> None:
        raise ValueError("mary@example.org")

    with clock.at(at + timedelta(minutes=2)):
        assert take_turn(context, Loop("test.tick", break_down, every_seconds=60))
    noted = row(own_database, "test.tick")
    assert (noted.last_done_at, noted.last_fault) == (at, "ValueError")
    assert noted.last_started_at == at + timedelta(minutes=2)


def test_two_workers_never_take_one_turn_together(context: JobContext) -> None:
    inside, go_on, turns = threading.Event(), threading.Event(), []

    def long(_: JobContext) -> None:
        turns.append(1)
        inside.set()
        assert go_on.wait(10)

    loop = Loop("test.long", long, every_seconds=0)
    first = threading.Thread(target=take_turn, args=(context, loop))
    first.start()
    assert inside.wait(10)
    assert not take_turn(context, loop)
    go_on.set()
    first.join()
    assert len(turns) == 1


def test_a_room_names_its_jobs_and_loops() -> None:
    tasks = Tasks("room")

    @tasks.job(retries=2)
    def send(context: JobContext, number: int) -> None:
        """Nothing."""

    @tasks.loop(every_seconds=5)
    def turn(context: JobContext) -> None:
        """Nothing."""

    assert [(job.name, job.attempts) for job in tasks.jobs] == [("room.send", 3)]
    assert [(loop.name, loop.every_seconds) for loop in tasks.loops] == [("room.turn", 5)]
