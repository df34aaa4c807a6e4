"""A checkout's `instance/` folder: what it keeps of the database there is locks, passwords and the cluster's whereabouts."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from fundapp.database.faults import DatabaseFault

# Below every system's range of short-lived ports, so that a stored port is still free after a restart.
PORTS = range(15000, 30000)


@dataclass(frozen=True, slots=True)
class Access:
    """What is needed to reach the server: its port and a password for each of three roles."""

    port: int
    superuser: str
    owner: str
    app: str

    @classmethod
    def new(cls) -> Access:
        """Fresh passwords and a likely port."""
        return cls(secrets.choice(PORTS), *(secrets.token_urlsafe(24) for _ in range(3)))


@dataclass(frozen=True, slots=True)
class Instance:
    """The folder. Everything written here is for its owner's eyes alone."""

    folder: Path

    @classmethod
    def of(cls, checkout: Path) -> Instance:
        """The folder of a checkout, made if need be.

        Raises DatabaseFault when this user may not make it.
        """
        folder = checkout / "instance"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except PermissionError as error:
            raise DatabaseFault(f"This user may not write to {checkout}. Run as the user whom the checkout belongs to.") from error
        return cls(folder)

    def read(self, name: str) -> str | None:
        """The text of a file, or None when there is none.

        Raises DatabaseFault when it belongs to somebody else.
        """
        try:
            return (self.folder / name).read_text()
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise self._not_ours(name) from error

    def write(self, name: str, text: str) -> None:
        """Write a file whole or not at all, mode 0600."""
        path = self.folder / name
        fresh = path.with_name(f"{name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        self._give_to_owner(fresh)
        fresh.replace(path)

    def access(self) -> Access:
        """The port and passwords, made up at the first call."""
        kept = self.read("database.json")
        if kept is None:
            access = Access.new()
            self.save(access)
            return access
        return Access(**json.loads(kept))

    def save(self, access: Access) -> None:
        """Keep the port and passwords."""
        self.write("database.json", json.dumps(asdict(access), indent=1) + "\n")

    def lock_file(self, name: str) -> IO[str]:
        """An open file to lock; close it to let go."""
        path = self.folder / name
        try:
            file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        except PermissionError as error:
            raise self._not_ours(name) from error
        self._give_to_owner(path)
        return file

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Hold a lock that only one command of the checkout can hold at a time."""
        with self.lock_file(name) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _give_to_owner(self, path: Path) -> None:
        # Root may have been here: what it leaves must not shut the folder's owner out.
        owner = self.folder.stat()
        if os.getuid() == 0 and owner.st_uid != 0:
            os.chown(path, owner.st_uid, owner.st_gid)

    def _not_ours(self, name: str) -> DatabaseFault:
        return DatabaseFault(f"This user may not open {self.folder / name}. Run as the user whom it belongs to.")
