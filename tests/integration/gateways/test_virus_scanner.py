"""The virus scanner, played by a small peer that speaks clamd's INSTREAM over TCP and over a Unix socket."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fundapp.core.errors import Busy, Refused
from fundapp.gateways.virus_scanner import VirusScanner

# What every scanner takes for a virus (EICAR); put together here, so that none takes this file for one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!" + b"$H+H*"
MOST = 1_000_000


class Clamd(socketserver.BaseRequestHandler):
    """As strict as clamd: the command, then pieces with their lengths, then a piece of none."""

    says = b""

    def handle(self) -> None:
        file = self.request.makefile("rb")
        assert file.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack(">I", file.read(4))[0]:
            content += file.read(length)
            if len(content) > MOST:
                self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        found = b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        self.request.sendall(self.says or found)


@contextmanager
def clamd(says: bytes = b"", at: Path | None = None) -> Iterator[str]:
    handler = type("Says", (Clamd,), {"says": says})
    kind = socketserver.ThreadingUnixStreamServer if at else socketserver.ThreadingTCPServer
    with kind(str(at) if at else ("127.0.0.1", 0), handler) as server:  # type: ignore[arg-type]
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"unix://{at}" if at else f"tcp://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("size", [0, 1, 65_536, 200_000])
def test_what_is_clean_passes(size: int) -> None:
    with clamd() as address:
        VirusScanner(address).look_at(b"x" * size)


@pytest.mark.parametrize("before", [0, 65_530])
def test_a_virus_is_refused_wherever_it_stands(before: int) -> None:
    with clamd() as address, pytest.raises(Refused, match="A virus was found") as refused:
        VirusScanner(address).look_at(b"x" * before + EICAR)
    assert "Eicar" not in refused.value.sentence


def test_a_unix_socket_does_as_well(tmp_path: Path) -> None:
    with clamd(at=tmp_path / "clamd.ctl") as address:
        VirusScanner(address).look_at(b"a bill")
        with pytest.raises(Refused):
            VirusScanner(address).look_at(EICAR)


@pytest.mark.parametrize(
    "says",
    [b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK", b"stream: O\0", b"OK\0", b"\0", b"UNKNOWN COMMAND\0", b"stream: OK\0\0"],
)
def test_an_answer_that_does_not_say_ok_is_none(says: bytes) -> None:
    with clamd(says) as address, pytest.raises(Busy, match="could not be checked"):
        VirusScanner(address).look_at(b"a bill")


def test_a_file_that_is_too_long_for_the_scanner_is_not_kept() -> None:
    with clamd() as address, pytest.raises(Busy):
        VirusScanner(address).look_at(b"x" * (8 * MOST))


def test_a_scanner_that_is_not_there_lets_nothing_through(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        for address in (f"tcp://127.0.0.1:{closed.getsockname()[1]}", f"unix://{tmp_path}/nothing"):
            with pytest.raises(Busy):
                VirusScanner(address).look_at(b"a bill")


def test_a_scanner_that_hangs_is_not_waited_for_for_ever() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        with pytest.raises(Busy):
            VirusScanner(f"tcp://127.0.0.1:{deaf.getsockname()[1]}", timeout=0.2).look_at(b"a bill")


def test_without_a_scanner_nothing_is_asked() -> None:
    VirusScanner().look_at(EICAR)
