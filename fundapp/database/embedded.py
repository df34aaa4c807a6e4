"""Join the checkout's embedded server, or start it; leave it, and the last one out stops it."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fundapp.config import ROOT, Settings
from fundapp.database import keeper, place, server
from fundapp.database.instance import Access, Instance

_log = logging.getLogger(__name__)

# One command at a time may start or stop the server.
LOCK = "database.lock"
# Held shared by every user of the server, so that a killed one is gone from the count at once.
USERS = "database.users"
KEEPER = "database.keeper"


@dataclass(frozen=True, slots=True)
class Urls:
    """A database's two addresses: the application's, and the owner's where it is known."""

    app_url: str
    owner_url: str | None


@contextmanager
def running(settings: Settings, checkout: Path = ROOT) -> Iterator[Urls]:
    """The database's addresses for as long as the block lasts; with no DATABASE_URL the embedded server serves meanwhile.

    Raises DatabaseFault when it cannot be started.
    """
    if settings.database_url:
        yield Urls(settings.database_url, settings.migration_database_url)
        return
    with joined(checkout) as access:
        yield Urls(server.url(access, server.APP), server.url(access, server.OWNER))


@contextmanager
def joined(checkout: Path, *, durable: bool = True) -> Iterator[Access]:
    """Use the checkout's server; the last user to leave stops it, and without `durable` removes it.

    Raises DatabaseFault when it cannot be started.
    """
    checkout = checkout.resolve()
    instance = Instance.of(checkout)
    with instance.lock_file(USERS) as users:
        with instance.locked(LOCK):
            # Waits here while a keeper stops a server that was left behind.
            fcntl.flock(users, fcntl.LOCK_SH)
            found = server.Server(_settle(checkout, instance), durable)
            access = found.ensure()
            _keep(found)
        try:
            yield access
        finally:
            _leave(found, users)


def revive(checkout: Path) -> bool:
    """Start the checkout's server again if it was killed under its users; tells whether it was. For a user of the server only.

    Raises DatabaseFault when it cannot be started.
    """
    checkout = checkout.resolve()
    instance = Instance.of(checkout)
    if server.listens(instance.access()):
        return False
    with instance.locked(LOCK):
        found = server.Server(_settle(checkout, instance))
        if server.listens(instance.access()):
            return False
        found.ensure()
    return True


def _settle(checkout: Path, instance: Instance) -> place.Place:
    chosen = place.choose(checkout, instance)
    if not chosen.home.is_relative_to(checkout) and not place.is_named(chosen) and chosen.home.is_dir():
        # A checkout was removed and cloned again at the same path: it starts afresh, and the first one's books are not destroyed.
        server.Server(chosen).stop()
        left = chosen.home.rename(chosen.home.with_name(f"{chosen.home.name}.left-{os.getpid()}"))
        _log.warning("An earlier checkout at this path left its database behind; it was set aside as %s.", left)
    place.make(checkout, chosen)
    return chosen


def _keep(found: server.Server) -> None:
    """See that a keeper waits for the last user to go."""
    instance = found.place.instance
    with instance.lock_file(KEEPER):
        pass
    runner = found.place.runner
    identity = (str(runner.uid), str(runner.gid)) if runner else ("-", "-")
    remove = "-" if found.durable else str(found.place.home)
    files = (str(instance.folder / USERS), str(instance.folder / KEEPER))
    # Isolated and without the site: it must start in a moment, and import nothing of ours.
    command = [sys.executable, "-I", "-S", keeper.__file__, *files, *identity, remove, *found.stop_command()]
    quiet = subprocess.DEVNULL
    subprocess.run(command, cwd="/", check=True, start_new_session=True, stdin=quiet, stdout=quiet, stderr=quiet)


def _leave(found: server.Server, users: IO[str]) -> None:
    instance = found.place.instance
    with instance.locked(LOCK):
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # Somebody else uses the server, and may go on; or a keeper got in first: then wait until it has stopped it.
            fcntl.flock(users, fcntl.LOCK_SH)
            return
        _dismiss_keeper(instance)
        found.stop()
        if not found.durable:
            shutil.rmtree(found.place.home, ignore_errors=True)


def _dismiss_keeper(instance: Instance) -> None:
    with instance.lock_file(KEEPER) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # The lock is held, so the number in the file is a living keeper's and nobody else's.
            with suppress(ValueError, ProcessLookupError):
                os.kill(int(file.read()), signal.SIGTERM)
            fcntl.flock(file, fcntl.LOCK_EX)
