"""Several clients at once, each a process of its own, started together."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from secrets import token_hex

OURS = (sys.executable, "-m", "tests.benchmarks.client")


@dataclass(frozen=True, slots=True)
class Client:
    """What one client does, where, and with which program."""

    act: str
    url: str
    program: Sequence[str] = OURS
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, seconds: float) -> subprocess.Popen[str]:
        """Start it; it waits for the word."""
        environment = {**os.environ, **self.environment, "BENCH_DATABASE": self.url}
        command = [*self.program, self.act, str(seconds), token_hex(6)]
        return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def rate(client: Client, *, clients: int, seconds: float, beside: Sequence[Client] = ()) -> float:
    """Acts a second by so many clients together, while others act beside them."""
    with ExitStack() as stack:
        crowd = [stack.enter_context(one.start(seconds)) for one in (*[client] * clients, *beside)]
        for process in crowd:
            _read(process)
        for process in crowd:
            _stdin(process).write("go\n")
            _stdin(process).flush()
        counts = [int(_read(process)) for process in crowd]
    return sum(counts[:clients]) / seconds


def _read(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise SystemExit(f"A client of the benchmark ended early, with code {process.wait()}.")
    return line


def _stdin(process: subprocess.Popen[str]):  # type: ignore[no-untyped-def]
    assert process.stdin is not None
    return process.stdin
