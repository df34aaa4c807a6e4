"""The embedded server itself: made, started, stopped. Whoever calls holds the checkout's lock."""

from __future__ import annotations

import os
import shutil
import socket
import time
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import sql

from fundapp.database import binaries
from fundapp.database.faults import DatabaseFault
from fundapp.database.instance import Access
from fundapp.database.place import Place

SUPERUSER, OWNER, APP, DATABASE = "postgres", "fund_owner", "fund_app", "fund"
# How long a killed server's lock may keep a new one from starting.
PATIENCE_SECONDS = 10
STOP_SECONDS = 30

_ALWAYS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "100", "timezone": "UTC"}
# For clusters that die with the test run that made them.
_THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Server:
    """One place's server. Without `durable` it is quick and forgets everything in a crash: for tests alone."""

    place: Place
    durable: bool = True

    def ensure(self) -> Access:
        """See that the server runs, and say how to reach it.

        Raises DatabaseFault when it cannot be made or started.
        """
        access = self.place.instance.access()
        port = self.port()
        if port is not None and self._answers(replace(access, port=port)):
            return replace(access, port=port)
        if not (self.place.data / "PG_VERSION").exists():
            self._create(access)
        access = self._start(access)
        _make_roles(access)
        return access

    def port(self) -> int | None:
        """The port that the server's own lock file names, or None when there is no such file."""
        lines = self._lock_lines()
        return int(lines[3]) if len(lines) > 3 and lines[3].isdigit() else None

    def stop(self) -> None:
        """Stop the server, its connections with it, and wait until it is down."""
        if self.port() is not None:
            self.place.run([*self.stop_command()])

    def stop_command(self) -> tuple[str, ...]:
        """The command that stops the server, for whoever outlives this process."""
        found = binaries.within_reach(binaries.find(_version(self.place.data)), self.place)
        return (found.program("pg_ctl"), "stop", "-D", str(self.place.data), "-m", "fast", "-w", "-t", str(STOP_SECONDS))

    def _lock_lines(self) -> list[str]:
        try:
            return (self.place.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _answers(self, access: Access) -> bool:
        # Asked by name: after a crash the port in the lock file may be another server's by now.
        try:
            with connect(access) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and Path(str(row[0])).resolve() == self.place.data.resolve()

    def _create(self, access: Access) -> None:
        unfinished = self.place.home / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        programs = binaries.within_reach(binaries.find(), self.place)
        password = self.place.home / "password"
        password.touch(mode=0o600)
        password.write_text(access.superuser)
        self.place.give_to_runner(password)
        command = [programs.program("initdb"), "-D", str(unfinished), "-U", SUPERUSER, "-A", "scram-sha-256", f"--pwfile={password}"]
        command += ["--no-locale", "-E", "UTF8"] + ([] if self.durable else ["--no-sync"])
        try:
            with self.place.log.open("w") as log:
                self.place.give_to_runner(self.place.log)
                done = self.place.run(command, output=log)
        finally:
            password.unlink()
        if done.returncode != 0:
            raise DatabaseFault(f"PostgreSQL could not make a new database. {self._last_words()}")
        unfinished.rename(self.place.data)

    def _start(self, access: Access) -> Access:
        self._forget_copied_lock()
        programs = binaries.within_reach(binaries.find(_version(self.place.data)), self.place)
        deadline = time.monotonic() + PATIENCE_SECONDS
        # A port that somebody else took is given up; one that a killed server's children may still hold is waited for.
        give_up_port = time.monotonic() + (PATIENCE_SECONDS / 2 if self._lock_lines() else 0)
        while True:
            if not _is_free(access.port) and time.monotonic() >= give_up_port:
                access = replace(access, port=Access.new().port)
            self._pass_by_zombie()
            if _is_free(access.port) and self._try_to_start(programs, access.port):
                self.place.instance.save(access)
                return access
            if time.monotonic() > deadline:
                raise DatabaseFault(f"The database server does not start. {self._last_words()}")
            time.sleep(0.2)

    def _try_to_start(self, programs: binaries.Binaries, port: int) -> bool:
        settings = _ALWAYS | ({} if self.durable else _THROW_AWAY) | {"port": str(port)}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        command = [
            programs.program("pg_ctl"),
            "start",
            "-D",
            str(self.place.data),
            "-w",
            "-t",
            "60",
            "-l",
            str(self.place.log),
            "-o",
            options,
        ]
        return self.place.run(command).returncode == 0

    def _forget_copied_lock(self) -> None:
        # In a folder that was copied while its server ran, the lock file names the first folder: it locks nothing here.
        lines = self._lock_lines()
        if len(lines) > 1 and Path(lines[1]) != self.place.data and Path(lines[1]).is_dir():
            (self.place.data / "postmaster.pid").unlink()

    def _pass_by_zombie(self) -> None:
        # Where nobody collects dead processes, as in many containers, a killed server's number stays taken and its lock file seems
        # to be held for ever. Under our own number PostgreSQL, whose grandparent we are, looks past it, and still makes
        # sure by the shared memory that nothing of the old server lives.
        lines = self._lock_lines()
        if lines and lines[0].isdigit() and _is_zombie(int(lines[0])):
            (self.place.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    def _last_words(self) -> str:
        try:
            lines = self.place.log.read_text(errors="replace").splitlines()
        except OSError:
            lines = []
        return f"Its log is {self.place.log} and ends: {' / '.join(lines[-3:])}"


def listens(access: Access) -> bool:
    """Whether anybody answers at the server's port: a cheap look, several times a minute."""
    try:
        socket.create_connection(("127.0.0.1", access.port), timeout=1).close()
    except OSError:
        return False
    return True


def connect(access: Access, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
    """A connection as the superuser, each statement a transaction of its own: for making roles and databases only."""
    return psycopg.connect(
        host="127.0.0.1",
        port=access.port,
        user=SUPERUSER,
        password=access.superuser,
        dbname=database,
        connect_timeout=5,
        autocommit=True,
    )


def url(access: Access, role: str, database: str = DATABASE) -> str:
    """The address of a database for one of the two roles."""
    password = access.owner if role == OWNER else access.app
    return f"postgresql://{role}:{password}@127.0.0.1:{access.port}/{database}"


def _make_roles(access: Access) -> None:
    with connect(access) as connection:
        for role, password in ((OWNER, access.owner), (APP, access.app)):
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
            verb = sql.SQL("ALTER" if known else "CREATE")
            statement = sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}")
            connection.execute(statement.format(verb, sql.Identifier(role), sql.Literal(password)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            make_database(connection, DATABASE)


def make_database(connection: psycopg.Connection[tuple[object, ...]], name: str, template: str | None = None) -> None:
    """Make a database that the owner owns and the application may enter; a copy of `template`, if one is named."""
    statement = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER))
    if template:
        statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
    connection.execute(statement)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(APP)))


def _version(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text())
    except (FileNotFoundError, ValueError):
        return None


def _is_zombie(pid: int) -> bool:
    try:
        # The state follows the program's name, which may itself hold brackets. Other systems have no such file.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
