"""Several processes as one foreground command: started together, started again when one dies, ended together."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# How long a child may take to end what it is at.
GRACE_SECONDS = 12.0
# A child that lives shorter than this did not start.
STARTED_SECONDS = 10.0
MOST_PAUSE_SECONDS = 30.0
TICK_SECONDS = 0.5
LOG_LIMIT = 5_000_000
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process of the whole, and what it wrote."""

    name: str
    command: Sequence[str]
    log: Path
    # Asked before each start: another copy may already be doing this child's work.
    wanted: Callable[[], bool] = lambda: True
    # All of its environment, so that a secret is given to the one that needs it. None: ours.
    environment: Mapping[str, str] | None = field(default=None, repr=False)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    not_before: float = 0.0

    def start(self, folder: Path) -> None:
        """Start it in a process group of its own, tied to none of our pipes."""
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        fresh = self.log.exists() and self.log.stat().st_size > LOG_LIMIT
        ours = os.getpid()
        with self.log.open("wb" if fresh else "ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=lambda: die_with(ours),
            )
        self.started_at = time.monotonic()

    def signal(self, how: signal.Signals) -> None:
        """Signal the child and whatever it started."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, how)

    def last_words(self) -> str:
        """The end of its log."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-12:])


@dataclass
class Supervisor:
    """The children, and the loop that watches them."""

    children: Sequence[Child]
    folder: Path
    say: Callable[[str], None]
    # Called twice a second, for what the children stand on.
    tend: Callable[[], None] = lambda: None
    stopping: bool = False
    # Until the children run, a signal breaks off whatever is going on.
    interruptible: bool = True
    _alarm: tuple[int, int] = field(default=(-1, -1))

    def listen(self) -> None:
        """Take the signals, whatever was inherited: in a background shell SIGINT comes ignored, elsewhere blocked."""
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {*STOPPING, signal.SIGCHLD})
        self._alarm = os.pipe()
        for end in self._alarm:
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._alarm[1], warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for one in STOPPING:
            signal.signal(one, self._stop)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        if self.interruptible and not self.stopping:
            self.stopping = True
            raise SystemExit(0)
        self.stopping = True

    def start(self, ready: Callable[[], bool], seconds: float) -> str | None:
        """Start all and wait until they are ready. Returns what went wrong, or None; a signal to stop is nothing wrong."""
        self.interruptible = False
        self._start_missing()
        deadline = time.monotonic() + seconds
        while not self.stopping:
            fallen = next((child for child in self.children if child.process and child.process.poll() is not None and child.wanted()), None)
            if fallen is not None:
                return f"The {fallen.name} did not start. It said:\n{fallen.last_words()}"
            if ready():
                return None
            if time.monotonic() > deadline:
                return f"The Fund did not answer within {seconds:.0f} seconds. Its logs are in {self.children[0].log.parent}."
            self._nap(0.1)
        return None

    def watch(self) -> None:
        """Keep all of them running until told to stop."""
        while not self.stopping:
            self.tend()
            for child in self.children:
                self._look_after(child)
            self._start_missing()
            self._nap(TICK_SECONDS)

    def _look_after(self, child: Child) -> None:
        if child.process is None or child.process.poll() is None:
            return
        code, child.process = child.process.returncode, None
        lived = time.monotonic() - child.started_at
        child.failures = child.failures + 1 if lived < STARTED_SECONDS else 0
        pause = min(MOST_PAUSE_SECONDS, float(2**child.failures)) if child.failures else 0.0
        child.not_before = time.monotonic() + pause
        if child.wanted():
            ended = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
            soon = f"in {pause:.0f} seconds" if pause else "now"
            self.say(f"The {child.name} {ended}; it is started again {soon}. Its log: {child.log}")

    def _start_missing(self) -> None:
        for child in self.children:
            if child.process is None and not self.stopping and time.monotonic() >= child.not_before and child.wanted():
                child.start(self.folder)

    def end(self) -> None:
        """End all of them, politely and then not, with whatever they started."""
        self.interruptible = False
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self.children:
            if child.process is not None:
                with suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(0.1, deadline - time.monotonic()))
                child.signal(signal.SIGKILL)
                child.process.wait()

    def _nap(self, seconds: float) -> None:
        # A signal writes into the pipe, so that nobody waits for the end of a nap.
        readable, _, _ = select.select([self._alarm[0]], [], [], seconds)
        if readable:
            os.read(self._alarm[0], 4096)


def die_with(parent: int) -> None:
    """Have the kernel end this process when its parent is killed. Called in the child, before it becomes its program."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
    if os.getppid() != parent:
        os._exit(1)
