"""`fundapp serve`: the production server."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from gunicorn.app.base import BaseApplication

from fundapp.cli.context import opened, read_settings

if TYPE_CHECKING:
    from flask import Flask

    from fundapp.config import Settings

# Where a worker's heartbeat file costs no disk write.
MEMORY = Path("/dev/shm")  # noqa: S108


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn without a configuration file. Each worker process makes an app, and with it connections, of its own."""

    def __init__(self, make_app: Callable[[], Flask], options: dict[str, Any]) -> None:
        self.make_app = make_app
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Take our options and nobody else's."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The app of one worker process."""
        return self.make_app()


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; a proxy in front speaks HTTPS.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Threads in each.")
@click.option("--closed", is_flag=True, help="Answer every page with “Back in a few minutes”; the database is not asked.")
def command(host: str, workers: int, threads: int, *, closed: bool) -> None:
    """Serve the Fund on PORT until told to stop."""
    if closed:
        settings = read_settings()
        _serve(settings, partial(_closed_app, settings), host, workers, threads)
        return
    with opened(application_name="fundapp serve") as fund:
        # The workers connect for themselves: a connection does not survive a fork.
        fund.database.dispose()
        _serve(fund.settings, partial(_app, fund.settings), host, workers, threads)


def _serve(settings: Settings, make_app: Callable[[], Flask], host: str, workers: int, threads: int) -> None:
    _log_to_standard_error(settings)
    options = {
        "bind": f"{host}:{settings.port}",
        "workers": workers,
        "worker_class": "gthread",
        "threads": threads,
        "timeout": 60,
        "graceful_timeout": 10,
        "loglevel": "warning",
        "proc_name": "fundapp",
        "control_socket_disable": True,
        # Neither the environment's nor a file's: the contract lists all settings there are.
        "worker_tmp_dir": str(MEMORY) if MEMORY.is_dir() else None,
    }
    _import_app()
    Server(make_app, options).run()


def _app(settings: Settings) -> Flask:
    from fundapp import create_app

    return create_app(settings)


def _closed_app(settings: Settings) -> Flask:
    from fundapp import create_closed_app

    return create_closed_app(settings)


def _log_to_standard_error(settings: Settings) -> None:
    from fundapp.web.logs import configure

    configure(settings)


def _import_app() -> None:
    # Once, before the workers are forked, who then share the memory.
    import fundapp.composition  # noqa: F401
