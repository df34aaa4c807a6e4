"""`fundapp export` at a shell: data to standard output or to a file, whole or not at all; words to standard error."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from fundapp.cli import main
from fundapp.config import ROOT
from fundapp.core.db import transaction
from fundapp.core.errors import FundError
from fundapp.finance.exports import files
from tests.builders import ledger as books
from tests.support.accounting import by_beancount, by_hledger
from tests.support.postgres import Cluster, OwnDatabase
from tests.support.web import environ_for


@pytest.fixture(scope="module")
def environ(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A process's environment, with books of some hundred kilobytes."""
    with cluster.clone() as database:
        with database.session() as session, transaction(session):
            books.open_books(session)
            for _ in range(400):
                books.pay_in(session, 12_345)
        yield {"PATH": os.defpath, **environ_for(database, tmp_path_factory.mktemp("environ"))}


def start(environ: dict[str, str], *arguments: str, **options: object) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "fundapp.cli", "export", *arguments]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=ROOT, env=environ, **{**streams, **options})  # type: ignore[call-overload, no-any-return]


def run(environ: dict[str, str], *arguments: str, **options: object) -> tuple[int, bytes, str]:
    process = start(environ, *arguments, **options)
    out, told = process.communicate(timeout=60)
    return process.returncode, out, told.decode()


def test_without_a_file_the_data_goes_to_standard_output_and_nothing_is_said(environ: dict[str, str], tmp_path: Path) -> None:
    code, out, told = run(environ, "beancount")
    assert (code, told) == (0, "")
    assert by_beancount(out).complaints == ""
    assert by_beancount(out).standing["bank", "public-giving"] == 400 * 12_345


def test_a_file_is_written_whole_and_the_old_one_replaced(environ: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "books.journal"
    path.write_text("what stood there before")
    link = tmp_path / "link"
    link.symlink_to(path)
    code, out, told = run(environ, "hledger", "--output", str(link), "--as-of", "2199-12-31")
    assert (code, out, told) == (0, b"", f"The books are in {link}.\n")
    assert by_hledger(path).standing["bank", "public-giving"] == 400 * 12_345
    assert link.is_symlink()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["books.journal", "link"]


def test_a_reader_that_has_had_enough_ends_it_quietly(environ: dict[str, str]) -> None:
    process = start(environ, "beancount")
    assert process.stdout
    assert process.stderr
    assert process.stdout.read(10) == b";; The led"
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(30) == 1


@pytest.mark.parametrize("to", ["--output=/dev/full", ""])
def test_a_full_disk_is_one_sentence(environ: dict[str, str], to: str) -> None:
    with Path("/dev/full").open("wb") as full:
        code, _, told = run(environ, "beancount", *([to] if to else []), stdout=full)
    assert code == 1
    assert re.fullmatch(r"(/dev/full|Standard output) could not be written: No space left on device\.\n", told)


def test_a_folder_that_does_not_exist_is_one_sentence(environ: dict[str, str], tmp_path: Path) -> None:
    code, out, told = run(environ, "trial-balance", "--output", str(tmp_path / "none" / "books.csv"))
    assert (code, out) == (1, b"")
    assert told == f"There is no folder {tmp_path}/none to write books.csv into.\n"


@pytest.mark.parametrize("arguments", [("nothing",), (), ("beancount", "--as-of", "yesterday"), ("beancount", "--output", "/")])
def test_what_is_asked_wrongly_says_how_to_ask(environ: dict[str, str], arguments: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, ["export", *arguments], env=environ)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Usage: " in done.stderr


def test_it_has_help_that_names_every_export() -> None:
    done = CliRunner().invoke(main, ["export", "--help"])
    assert (done.exit_code, "beancount|hledger|trial-balance" in done.stdout) == (0, True)
    assert "  export " in CliRunner().invoke(main, ["--help"]).stdout


def test_what_breaks_off_leaves_what_stood_there_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "books.csv"
    path.write_text("before")

    def broken(error: BaseException) -> Iterator[bytes]:
        yield b"half"
        assert len(list(tmp_path.iterdir())) == 2, "it is written beside"
        raise error

    for error in (KeyError("a fault"), KeyboardInterrupt(), BrokenPipeError()):
        with pytest.raises(type(error)):
            files.write(path, broken(error))
        assert path.read_text() == "before"
        assert [one.name for one in tmp_path.iterdir()] == ["books.csv"]
    with pytest.raises(FundError, match="could not be written: No space left"):
        files.write(path, broken(OSError(28, "No space left on device")))
    assert path.read_text() == "before"
    files.write(path, [b"after", b"wards"])
    assert path.read_text() == "afterwards"


def test_what_is_no_plain_file_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        files.write(pipe, [b"through ", b"it"])
        assert reader.communicate(timeout=10)[0] == b"through it"
    assert pipe.is_fifo()


def test_a_folder_that_may_not_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FundError, match=r"^/proc/books\.csv could not be written: .+\.$"):
        files.write(Path("/proc/books.csv"), [b"x"])


def test_at_a_terminal_it_tells_how_far_it_is(own_database: OwnDatabase) -> None:
    from fundapp.finance.exports.books import STEP, Books

    told: list[tuple[int, int]] = []
    with own_database.session() as session:
        books.open_books(session)
        for _ in range(STEP):
            books.pay_in(session, 1)
        count = sum(1 for _ in Books(session, progress=lambda read, total: told.append((read, total))).entries())
    assert told == [(STEP, count)]
