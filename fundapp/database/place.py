"""Where one checkout's cluster lies, and which user runs it (contract: "The embedded database")."""

from __future__ import annotations

import hashlib
import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fundapp.database.instance import Instance

# Where clusters lie whose server may not run as root: PostgreSQL refuses user id 0.
SYSTEM_HOME = Path("/var/lib/fundapp")
# All that PostgreSQL's programs are told of ours.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Runner:
    """The user who runs the server instead of root."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Place:
    """One embedded database: its passwords and locks in `instance`, its cluster in `home`."""

    instance: Instance
    home: Path
    runner: Runner | None

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.home / "log"

    def give_to_runner(self, path: Path) -> None:
        """Make the server's user the owner of a file or folder."""
        if self.runner:
            os.chown(path, self.runner.uid, self.runner.gid)

    def run(self, command: Sequence[str | Path], *, output: IO[str] | int = subprocess.DEVNULL) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the server's user, tied to none of the caller's pipes, settings or folders."""
        return subprocess.run(
            command,
            env=ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            text=True,
            check=False,
            user=self.runner.uid if self.runner else None,
            group=self.runner.gid if self.runner else None,
            extra_groups=[] if self.runner else None,
        )


def choose(checkout: Path, instance: Instance) -> Place:
    """Where a checkout's cluster lies, or is to lie. Nothing is made yet.

    `instance/database` names it. A name that another checkout lives under too came with a copied folder and is not followed;
    a checkout that was moved keeps its database.
    """
    named = instance.read("database")
    if named:
        home = Path(named.strip())
        keeper = _checkout_of(home)
        if home.is_dir() and (keeper == checkout or keeper is None or not (keeper / "instance" / "database").exists()):
            return Place(instance, home, _runner(home))
    if os.getuid() == 0:
        digest = hashlib.sha256(os.fsencode(checkout)).hexdigest()[:16]
        return Place(instance, SYSTEM_HOME / digest, _nobody())
    return Place(instance, instance.folder / "postgresql", None)


def is_named(place: Place) -> bool:
    """Whether `instance/database` already names this place."""
    named = place.instance.read("database")
    return named is not None and Path(named.strip()) == place.home


def make(checkout: Path, place: Place) -> None:
    """Make the home folder, and name checkout and home to each other."""
    if not place.home.is_dir():
        place.home.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        place.home.mkdir(mode=0o700)
        place.give_to_runner(place.home)
    if _checkout_of(place.home) != checkout:
        (place.home / "checkout").write_text(f"{checkout}\n")
    if not is_named(place):
        place.instance.write("database", f"{place.home}\n")


def _checkout_of(home: Path) -> Path | None:
    try:
        return Path((home / "checkout").read_text().strip())
    except OSError:
        return None


def _nobody() -> Runner:
    nobody = pwd.getpwnam("nobody")
    return Runner(nobody.pw_uid, nobody.pw_gid)


def _runner(home: Path) -> Runner | None:
    # Root joins a cluster that an ordinary user made in this checkout as that user, not as a stranger.
    owner = home.stat()
    return Runner(owner.st_uid, owner.st_gid) if os.getuid() == 0 else None
