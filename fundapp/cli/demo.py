"""`fundapp demo run`: what script/run starts, all of the Fund as one foreground command."""

from __future__ import annotations

import http.client
import socket
import sys
from collections.abc import Callable

import click

from fundapp.cli import demo_data, demo_key, stand_in
from fundapp.cli.context import environment_for, opened, read_settings
from fundapp.cli.main import Fault
from fundapp.cli.migrate import upgrade
from fundapp.cli.supervisor import Child, Supervisor
from fundapp.config import ROOT, Settings
from fundapp.database import embedded
from fundapp.database.instance import Instance
from fundapp.people import app_codes, factors
from fundapp.people import queries as people

START_SECONDS = 60
WORKER = "worker"


@click.group("demo", hidden=True)
def command() -> None:
    """The Fund with demonstration data."""


@command.command("run")
def run() -> None:
    """Serve the Fund with demonstration data until told to stop."""
    settings = read_settings()
    if settings.is_production:
        raise Fault("This runs the demonstration. In production run “fundapp serve” and “fundapp worker”.")
    if not _is_free(settings.port):
        raise Fault(f"Port {settings.port} is taken. Choose another: PORT={settings.port + 10} script/run")
    children = _children(settings)
    supervisor = Supervisor(children, ROOT, _say, _tend(settings))
    supervisor.listen()
    _say("Starting the database ...")
    with opened(ready=False) as fund:
        # A second copy that starts at the same moment waits until the first has written the history.
        with Instance.of(ROOT).locked("demo.lock"):
            upgrade(fund)
            demo_data.fill(fund, _say)
        _give_the_key(children, fund.settings)
        fund.database.dispose()
        _say("Starting web server, worker and Stripe's stand-in ...")
        try:
            fault = supervisor.start(lambda: _serves(settings.port), START_SECONDS)
            if fault:
                raise Fault(fault)
            if not supervisor.stopping:
                click.echo(demo_data.greeting(fund))
                fund.database.dispose()
            supervisor.watch()
        finally:
            _say("\nStopping ...")
            supervisor.end()
    _say("Stopped. The data is kept.")


@command.command("code")
@click.argument("email")
def code(email: str) -> None:
    """Print the code that somebody's app would show now. Each is taken once, and changes every 30 seconds."""
    if read_settings().is_production:
        raise Fault("In production codes come from people's own apps alone.")
    with opened() as fund, fund.session() as session:
        user = people.user_by_email(session, email)
        apps = factors.apps(session, user.id) if user else ()
        if not apps:
            raise Fault("Nobody of that e-mail has an app. Key workers need none; passkeys and apps of your own show no codes here.")
        shown, seconds = app_codes.showing(apps[0].secret or "")
    click.echo(shown)
    _say(f"Good for {seconds} seconds more, and half a minute after.")


def _children(settings: Settings) -> list[Child]:
    logs = ROOT / "instance" / "log"
    itself = [sys.executable, "-m", "fundapp.cli"]
    children = [
        Child("web server", [*itself, "serve"], logs / f"web-{settings.port}.log"),
        Child(WORKER, [*itself, "worker"], logs / f"worker-{settings.port}.log"),
    ]
    if stand_in.is_used(settings):
        logged = logs / f"stand-in-{settings.port}.log"
        children.insert(0, Child("stand-in for Stripe", stand_in.command(settings), logged, lambda: not stand_in.answers(ROOT)))
    return children


def _give_the_key(children: list[Child], settings: Settings) -> None:
    """Start the worker with the ledger's signing key, and everybody else without."""
    key = demo_key.signer(settings).skey
    for child in children:
        child.environment = environment_for(LEDGER_SIGNING_KEY=key if child.name == WORKER else None)


def _tend(settings: Settings) -> Callable[[], None]:
    def tend() -> None:
        if settings.database_url is None and embedded.revive(ROOT):
            _say("The database server was gone; it is started again.")

    return tend


def _serves(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _say(words: str) -> None:
    click.echo(words, err=True)
