"""The worker: runs what was asked for, tries again what failed, and takes over from one that was killed."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from fundapp.config import ROOT
from fundapp.core.db import transaction
from fundapp.core.errors import OutsideFault
from fundapp.core.keys import Keys
from fundapp.gateways import Gateways
from fundapp.jobs import JobContext, Tasks, enqueue, queries, worker
from tests.support.postgres import OwnDatabase
from tests.support.web import environ_for, settings_for

# A worker process whose one job says that it began, and then takes its time; the heart beats fast for the test.
SLOW_WORKER = """
import os, sys, time
from fundapp.config import Settings
from fundapp.core.db import Database
from fundapp.core.keys import Keys
from fundapp.gateways import Gateways
from fundapp.jobs import JobContext, Tasks, worker

worker.HEARTBEAT_SECONDS, worker.STALLED_SECONDS, worker.RESCUE_EVERY_SECONDS = 0.2, 1.0, 0.2
tasks = Tasks("test")
said, seconds = open(sys.argv[1], "a", buffering=1), float(sys.argv[2])

@tasks.job(retries=3)
def slow(context, number):
    said.write(f"began {number}\\n")
    time.sleep(seconds)
    said.write(f"ended {number}\\n")

@tasks.loop(every_seconds=0.2)
def tick(context):
    said.write("tick\\n")

settings = Settings.read(os.environ)
context = JobContext(settings, Database(settings.database_url), Gateways.build(settings), Keys(settings.secret_key, ()))
worker.run(context, [tasks], database_url=settings.database_url)
"""


@pytest.fixture
def context(own_database: OwnDatabase, tmp_path: Path) -> JobContext:
    settings = settings_for(own_database, tmp_path)
    return JobContext(settings, own_database, Gateways.build(settings), Keys(settings.secret_key, ()))


def ask(database: OwnDatabase, name: str, **ids: int) -> None:
    with database.session() as session, transaction(session):
        enqueue(session, name, **ids)


def work(context: JobContext, database: OwnDatabase, tasks: Tasks) -> None:
    worker.run_waiting(context, [tasks], database_url=database.app_url)


def statuses(database: OwnDatabase) -> list[tuple[str, int]]:
    with database.session() as session:
        rows = session.execute(text("SELECT status, attempts FROM procrastinate_jobs ORDER BY id"))
        return [(row.status, row.attempts) for row in rows]


def make_due(database: OwnDatabase) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE procrastinate_jobs SET scheduled_at = NULL"))


def test_every_job_runs_once_with_its_ids_in_threads(context: JobContext, own_database: OwnDatabase) -> None:
    tasks, done = Tasks("test"), []

    @tasks.job(retries=0)
    def keep(context: JobContext, number: int) -> None:
        with context.database.session() as session:
            done.append((number, session.scalar(text("SELECT 1"))))

    for number in range(12):
        ask(own_database, "test.keep", number=number)
    work(context, own_database, tasks)
    assert sorted(done) == [(number, 1) for number in range(12)]
    assert statuses(own_database) == [("succeeded", 1)] * 12


def test_a_job_is_tried_as_often_as_it_says_with_longer_waits_and_then_shown(context: JobContext, own_database: OwnDatabase) -> None:
    tasks, tries = Tasks("test"), []

    @tasks.job(retries=2)
    def refuse(context: JobContext, number: int) -> None:
        tries.append(number)
        raise OutsideFault("The card company did not answer.")

    ask(own_database, "test.refuse", number=5)
    waits = []
    for _ in range(5):
        work(context, own_database, tasks)
        with own_database.session() as session:
            waits.append(session.scalar(text("SELECT extract(epoch FROM scheduled_at - now())::int FROM procrastinate_jobs")))
        make_due(own_database)
    assert tries == [5, 5, 5]
    assert [wait for wait in waits if wait] == [pytest.approx(4, abs=2), pytest.approx(16, abs=2)]
    with own_database.session() as session:
        (seen,) = queries.failed(session)
    assert (seen.name, seen.ids, seen.attempts) == ("test.refuse", {"number": 5}, 3)


def test_one_job_that_fails_holds_up_no_other(context: JobContext, own_database: OwnDatabase) -> None:
    tasks, done = Tasks("test"), []

    @tasks.job(retries=0)
    def fussy(context: JobContext, number: int) -> None:
        if number == 1:
            raise ZeroDivisionError
        done.append(number)

    for number in (1, 2, 3):
        ask(own_database, "test.fussy", number=number)
    ask(own_database, "test.nobody_knows", number=9)
    work(context, own_database, tasks)
    assert sorted(done) == [2, 3]
    assert [status for status, _ in statuses(own_database)] == ["failed", "succeeded", "succeeded", "failed"]


def test_what_a_job_did_before_it_failed_is_undone_with_it(context: JobContext, own_database: OwnDatabase) -> None:
    tasks = Tasks("test")

    @tasks.job(retries=0)
    def half(context: JobContext, number: int) -> None:
        with context.database.session() as session, transaction(session):
            enqueue(session, "test.next", number=number)
            raise ZeroDivisionError

    ask(own_database, "test.half", number=1)
    work(context, own_database, tasks)
    assert [status for status, _ in statuses(own_database)] == ["failed"]


def test_the_log_of_a_failed_job_in_production_holds_nothing_that_somebody_typed(
    context: JobContext, own_database: OwnDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    tasks = Tasks("test")

    @tasks.job(retries=0)
    def leak(context: JobContext, number: int) -> None:
        raise ValueError("mary@example.org")

    ask(own_database, "test.leak", number=4)
    with caplog.at_level(logging.INFO):
        work(replace(context, settings=replace(context.settings, env="production")), own_database, tasks)
    assert "test.leak" in caplog.text
    assert "ValueError" in caplog.text
    assert "mary" not in caplog.text


def wait_for(what: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


class Worker:
    """A worker in a process of its own."""

    def __init__(self, database: OwnDatabase, folder: Path) -> None:
        self.environ = {"PATH": os.defpath, **environ_for(database, folder)}
        self.said = folder / "said.txt"
        self.said.touch()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, seconds: float) -> None:
        command = [sys.executable, "-c", SLOW_WORKER, str(self.said), str(seconds)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environ, stdin=subprocess.DEVNULL)

    def end(self, how: signal.Signals) -> int:
        assert self.process
        self.process.send_signal(how)
        return self.process.wait(timeout=20)

    def says(self, words: str) -> Callable[[], bool]:
        return lambda: words in self.said.read_text().splitlines()


@pytest.fixture
def process(own_database: OwnDatabase, tmp_path: Path) -> Worker:
    return Worker(own_database, tmp_path)


def test_a_job_whose_worker_was_killed_is_done_by_the_next(process: Worker, own_database: OwnDatabase) -> None:
    ask(own_database, "test.slow", number=1)
    process.start(60)
    wait_for(process.says("began 1"))
    process.end(signal.SIGKILL)
    assert statuses(own_database) == [("doing", 0)]
    process.said.write_text("")
    process.start(0)
    wait_for(process.says("ended 1"))
    wait_for(lambda: statuses(own_database) == [("succeeded", 2)])
    assert process.end(signal.SIGTERM) == 0


def test_sigterm_lets_the_job_at_hand_end_and_takes_no_other(process: Worker, own_database: OwnDatabase) -> None:
    process.start(1.5)
    for number in range(1, 8):
        ask(own_database, "test.slow", number=number)
    wait_for(process.says("began 1"))
    assert process.end(signal.SIGTERM) == 0
    said = process.said.read_text()
    assert said.count("began") == said.count("ended") <= worker.CONCURRENCY
    done = [status for status, _ in statuses(own_database)]
    assert done.count("succeeded") == said.count("ended")
    assert done.count("todo") == 7 - said.count("ended")


def test_loops_go_round_in_the_worker(process: Worker) -> None:
    process.start(0)
    wait_for(lambda: process.said.read_text().count("tick") >= 3)
    assert process.end(signal.SIGINT) == 0


def test_the_worker_outlives_a_database_that_goes_away(process: Worker, own_database: OwnDatabase) -> None:
    process.start(0)
    wait_for(process.says("tick"))
    with own_database.engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"),
            {"name": name},
        )
    ask(own_database, "test.slow", number=3)
    wait_for(process.says("ended 3"))
    assert process.end(signal.SIGTERM) == 0
