"""The virus scanner, where there is one: clamd, spoken to by its INSTREAM command over TCP or a Unix socket (clamd(8)).

Fails closed: what could not be looked at is not kept.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from urllib.parse import urlsplit

from fundapp.core.errors import Busy, Refused
from fundapp.core.language import gettext as _

CHUNK = 64 * 1024
# A scan of ten megabytes takes a second or two; whoever waits for a page does not wait much longer.
TIMEOUT_SECONDS = 20.0
# Longer than any answer.
MOST_ANSWER = 4_096


@dataclass(frozen=True, slots=True)
class VirusScanner:
    """The scanner at an address, tcp://host:port or unix:///path; with none, nothing is scanned."""

    address: str | None = None
    timeout: float = TIMEOUT_SECONDS

    def look_at(self, content: bytes) -> None:
        """Have a file scanned. Raises Refused when a virus was found in it, and Busy when nobody could tell."""
        if self.address is None:
            return
        try:
            answer = self._ask(content)
        except OSError as error:
            raise _unable() from error
        if answer == "stream: OK":
            return
        if answer.endswith(" FOUND"):
            raise Refused(_("A virus was found in that file, so it was not kept. Take a new photo of the bill, and send that."))
        raise _unable()

    def _ask(self, content: bytes) -> str:
        with self._connected() as line:
            line.sendall(b"zINSTREAM\0")
            try:
                for start in range(0, len(content), CHUNK):
                    piece = content[start : start + CHUNK]
                    line.sendall(struct.pack(">I", len(piece)) + piece)
                line.sendall(struct.pack(">I", 0))
            except (BrokenPipeError, ConnectionResetError):
                # It may have stopped listening because the file is too long for it; then it has said so.
                pass
            answer = b""
            while b"\0" not in answer and len(answer) < MOST_ANSWER:
                piece = line.recv(MOST_ANSWER)
                if not piece:
                    break
                answer += piece
        # Without its end an answer is half an answer.
        return answer[:-1].decode("ascii", "replace") if answer.endswith(b"\0") else ""

    def _connected(self) -> socket.socket:
        parts = urlsplit(self.address or "")
        if parts.scheme == "unix":
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(self.timeout)
            try:
                line.connect(parts.path)
            except OSError:
                line.close()
                raise
            return line
        return socket.create_connection((parts.hostname or "", parts.port or 0), self.timeout)


def _unable() -> Busy:
    return Busy(_("The file could not be checked for viruses just now, so it was not kept. Choose it again in a few minutes."))
