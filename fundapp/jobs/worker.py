"""The worker: takes jobs from the queue, rescues what a killed worker left behind, and keeps the loops going."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import procrastinate
from procrastinate.jobs import DeleteJobCondition
from psycopg_pool import PoolTimeout

from fundapp.core.errors import FundError
from fundapp.jobs.context import JobContext
from fundapp.jobs.loops import keep_going
from fundapp.jobs.queue import QUEUE
from fundapp.jobs.tasks import RETRY_BASE_SECONDS, Job, Tasks

log = logging.getLogger(__name__)
CONCURRENCY = 4
# A worker says every HEARTBEAT that it lives; silent for STALLED, its jobs are given to another.
HEARTBEAT_SECONDS = 5.0
STALLED_SECONDS = 20.0
RESCUE_EVERY_SECONDS = 10.0
TIDY_EVERY_SECONDS = 600.0
KEEP_SUCCEEDED_HOURS = 24
SHUTDOWN_SECONDS = 20.0
# How long to wait before asking a database again that went away.
PAUSE_SECONDS = 2.0


class JobFailed(Exception):
    """What the queue's own log is told of a fault: its kind. The fault's words may hold what a person typed."""


def run(context: JobContext, rooms: Sequence[Tasks], *, database_url: str) -> None:
    """Work until SIGINT or SIGTERM. `database_url` is the application's role."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=keep_going, args=(context, loop, stop), name=loop.name, daemon=True)
        for room in rooms
        for loop in room.loops
    ]
    for thread in threads:
        thread.start()
    try:
        _work_through_faults(context, rooms, database_url)
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=SHUTDOWN_SECONDS)


def run_waiting(context: JobContext, rooms: Sequence[Tasks], *, database_url: str) -> None:
    """Do every job that is due now, then return."""
    asyncio.run(_work(_app(context, rooms, database_url), wait=False))


def _work_through_faults(context: JobContext, rooms: Sequence[Tasks], database_url: str) -> None:
    """Work until told to stop, also when the database goes away and comes back."""
    while True:
        try:
            asyncio.run(_work(_app(context, rooms, database_url), wait=True))
            return
        except (procrastinate.exceptions.ConnectorException, OSError, PoolTimeout) as fault:
            log.error("the worker lost the database (%s); it asks again", type(fault).__name__)
            time.sleep(PAUSE_SECONDS)


def _app(context: JobContext, rooms: Sequence[Tasks], database_url: str) -> procrastinate.App:
    conninfo = database_url.replace("postgresql+psycopg://", "postgresql://")
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo))
    for room in rooms:
        for job in room.jobs:
            # It counts the tries after the first, and takes nought for “for ever”.
            again = procrastinate.RetryStrategy(max_attempts=job.attempts - 1, exponential_wait=RETRY_BASE_SECONDS)
            app.task(name=job.name, retry=again if job.attempts > 1 else False, queue=QUEUE)(_bound(context, job))
    return app


def _bound(context: JobContext, job: Job) -> Callable[..., None]:
    def run_job(**ids: Any) -> None:
        try:
            job.function(context, **ids)
        except Exception as fault:
            _tell(job.name, fault, show_words=not context.settings.is_production)
            raise JobFailed(type(fault).__name__) from None

    return run_job


def _tell(name: str, fault: Exception, *, show_words: bool) -> None:
    """Log where a job failed. A sentence of ours may be shown anywhere; other words only where nothing real is at stake."""
    words = f": {fault}" if show_words or isinstance(fault, FundError) else ""
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(fault.__traceback__)]
    log.warning("job %s failed with %s%s\n  %s", name, type(fault).__name__, words, "\n  ".join(frames[-6:]))


async def _work(app: procrastinate.App, *, wait: bool) -> None:
    async with app.open_async():
        rescuer = asyncio.create_task(_rescue(app)) if wait else None
        try:
            await app.run_worker_async(
                queues=[QUEUE],
                concurrency=CONCURRENCY,
                wait=wait,
                install_signal_handlers=wait,
                listen_notify=wait,
                delete_jobs=DeleteJobCondition.NEVER,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
                shutdown_graceful_timeout=SHUTDOWN_SECONDS,
            )
        finally:
            if rescuer:
                rescuer.cancel()


async def _rescue(app: procrastinate.App) -> None:
    tidied = 0.0
    while True:
        try:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
                log.warning("job %s (%s) was interrupted; it runs again", job.id, job.task_name)
                await app.job_manager.retry_job(job)
            if time.monotonic() - tidied > TIDY_EVERY_SECONDS:
                await app.job_manager.delete_old_jobs(nb_hours=KEEP_SUCCEEDED_HOURS)
                tidied = time.monotonic()
        except procrastinate.exceptions.ProcrastinateException as fault:
            # Another worker may have rescued the job a moment before.
            log.error("rescue: %s", type(fault).__name__)
        await asyncio.sleep(RESCUE_EVERY_SECONDS)
