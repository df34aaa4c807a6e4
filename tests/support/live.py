"""The whole Fund, served: on a port of its own, with its own database, stand-in and letters."""

from __future__ import annotations

import http.client
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Blueprint, Flask
from werkzeug.serving import make_server

from fundapp.config import ROOT, Settings
from fundapp.core import clock
from fundapp.core.keys import Keys
from fundapp.database.server import DATABASE
from tests.builders.stand_in import StandIn
from tests.support.outside import free_port
from tests.support.postgres import Cluster, OwnDatabase
from tests.support.web import environ_for, stripe_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass
class LiveServer:
    """A running Fund. `environ` is what its process was given."""

    environ: dict[str, str]
    database: OwnDatabase
    stand_in: StandIn
    folder: Path
    # Where its clock is held, if it is.
    held_at: datetime | None = None

    @property
    def settings(self) -> Settings:
        """Its settings."""
        return Settings.read(self.environ)

    @property
    def base_url(self) -> str:
        """Its address, without a slash at the end."""
        return self.environ["BASE_URL"]

    def run_jobs(self) -> None:
        """Do every job that is due now."""
        from fundapp.gateways import Gateways
        from fundapp.jobs import JobContext, worker
        from fundapp.jobs_registry import ROOMS

        settings = self.settings
        context = JobContext(settings, self.database, Gateways.build(settings), Keys(settings.secret_key, settings.private_keys))
        # In a thread of its own: a browser test has an event loop in this one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(worker.run_waiting, context, ROOMS, database_url=self.database.app_url).result()


@dataclass
class LiveProcess(LiveServer):
    """A running Fund in a process of its own, which can be killed and started again."""

    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self.folder / "web.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "fundapp.cli", "serve"],
                cwd=ROOT,
                env={"PATH": os.defpath, **self.environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 30
        while not answers(self.base_url):
            assert self.process.poll() is None, (self.folder / "web.log").read_text()
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)

    def kill(self, how: int = 9) -> None:
        """Kill it with its workers, as a power cut would."""
        if self.process is not None:
            os.killpg(self.process.pid, how)
            self.process.wait()
            self.process = None


@contextmanager
def serving(
    cluster: Cluster, folder: Path, template: str = DATABASE, *more: Blueprint, held_at: datetime | None = None
) -> Iterator[LiveServer]:
    """The Fund on a port of its own, in a thread, on a copy of a template; `more` are pages of the tests' own.

    `held_at` holds its clock, so that its pages say the same on every day.
    """
    from fundapp import create_app

    with surroundings(cluster, folder, template) as (environ, database, stand_in):
        live = LiveServer(environ, database, stand_in, folder, held_at)
        app = create_app(live.settings, database=database)
        for blueprint in more:
            app.register_blueprint(blueprint)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = make_server("127.0.0.1", live.settings.port, _held(app, held_at) if held_at else app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield live
        server.shutdown()
        thread.join()
        server.server_close()


def _held(app: Flask, moment: datetime) -> WSGIApplication:
    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        # A request is answered in a thread of its own, which knows nothing of a clock that another holds.
        with clock.at(moment):
            return app(environ, start)

    return answer


@pytest.fixture
def live_server(cluster: Cluster, tmp_path: Path) -> Iterator[LiveServer]:
    """The Fund on a port of its own, in a thread; its stand-in rings at its door. Letters wait until `run_jobs()`."""
    with serving(cluster, tmp_path) as live:
        yield live


@pytest.fixture
def live_process(cluster: Cluster, tmp_path: Path) -> Iterator[LiveProcess]:
    """The Fund as `fundapp serve` in a process of its own: `.kill()` and `.start()`."""
    with surroundings(cluster, tmp_path) as (environ, database, stand_in):
        live = LiveProcess(environ, database, stand_in, tmp_path)
        live.start()
        yield live
        live.kill()


@contextmanager
def surroundings(cluster: Cluster, folder: Path, template: str = DATABASE) -> Iterator[tuple[dict[str, str], OwnDatabase, StandIn]]:
    port = free_port()
    store = folder / "live-stand-in"
    store.mkdir()
    base_url = f"http://localhost:{port}"
    rings_at = f"http://127.0.0.1:{port}/webhooks/stripe"
    with cluster.clone(template) as database, StandIn(store, webhook_url=rings_at, allowed_return_origins=[base_url]) as stand_in:
        yield environ_for(database, folder, PORT=str(port), BASE_URL=base_url, **stripe_of(stand_in)), database, stand_in


def answers(base_url: str) -> bool:
    """Whether the app there is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", int(base_url.rpartition(":")[2]), timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
