"""The worker: takes jobs from the queue, rescues what a killed worker left behind, and keeps the loops going."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

import procrastinate
from procrastinate.jobs import DeleteJobCondition

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
KEEP_SUCCEEDED_HOURS = 24
SHUTDOWN_SECONDS = 20.0


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
        asyncio.run(_work(_app(context, rooms, database_url), wait=True))
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=SHUTDOWN_SECONDS)


def run_waiting(context: JobContext, rooms: Sequence[Tasks], *, database_url: str) -> None:
    """Do every job that is due now, then return."""
    asyncio.run(_work(_app(context, rooms, database_url), wait=False))


def _app(context: JobContext, rooms: Sequence[Tasks], database_url: str) -> procrastinate.App:
    conninfo = database_url.replace("postgresql+psycopg://", "postgresql://")
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo))
    for room in rooms:
        for job in room.jobs:
            retry = procrastinate.RetryStrategy(max_attempts=job.attempts, exponential_wait=RETRY_BASE_SECONDS)
            app.task(name=job.name, retry=retry, queue=QUEUE)(_bound(context, job))
    return app


def _bound(context: JobContext, job: Job) -> Callable[..., None]:
    def run_job(**ids: Any) -> None:
        job.function(context, **ids)

    return run_job


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
    while True:
        try:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
                log.warning("job %s (%s) was interrupted; it runs again", job.id, job.task_name)
                await app.job_manager.retry_job(job)
            await app.job_manager.delete_old_jobs(nb_hours=KEEP_SUCCEEDED_HOURS)
        except procrastinate.exceptions.ProcrastinateException as fault:
            log.error("rescue: %s", type(fault).__name__)
        await asyncio.sleep(RESCUE_EVERY_SECONDS)
