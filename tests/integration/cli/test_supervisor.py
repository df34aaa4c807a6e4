"""One foreground command: what dies is started again, and the end of it is the end of all."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fundapp.config import ROOT

# Two children: one has a child of its own, as a web server has, and one ignores a polite end.
MAIN = """
import sys
from pathlib import Path
from fundapp.cli import supervisor
from fundapp.cli.supervisor import Child, Supervisor
supervisor.GRACE_SECONDS = 1.0
supervisor.STARTED_SECONDS = 0.5
folder = Path(sys.argv[1])
note = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); "
parent = note + "import subprocess; subprocess.Popen([sys.executable, '-c', sys.argv[3], sys.argv[2]]); time.sleep(60)"
idle = note + "time.sleep(60)"
stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + note + "time.sleep(60)"
children = [
    Child("parent", [sys.executable, "-c", parent, *(str(folder / name) for name in ("parent", "grandchild")), idle], folder / "log" / "a"),
    Child("stubborn", [sys.executable, "-c", stubborn, str(folder / "stubborn")], folder / "log" / "b"),
]
supervisor = Supervisor(children, folder, lambda words: print(words, flush=True))
supervisor.listen()
ready = lambda: all((folder / name).exists() and (folder / name).read_text() for name in ("parent", "grandchild", "stubborn"))
try:
    assert supervisor.start(ready, 20) is None
    print("ready", flush=True)
    supervisor.watch()
finally:
    supervisor.end()
print("ended", flush=True)
"""
NAMES = ("parent", "grandchild", "stubborn")
Start = Callable[..., subprocess.Popen[str]]


def state_of(pid: int) -> str:
    """The letter that ps shows. Linux is asked by itself, since a small system has no ps."""
    if Path("/proc/self/stat").exists():
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout.strip()[:1]


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        # A dead process that nobody has collected yet still has a number.
        return state_of(pid) != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def pids(folder: Path) -> dict[str, int]:
    return {name: int((folder / name).read_text()) for name in NAMES}


def wait_until(true: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the supervisor above and waits until all its children run."""
    started = []

    def run(before: Callable[[], object] | None = None) -> subprocess.Popen[str]:
        environ = {"PATH": os.defpath, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [sys.executable, "-c", MAIN, str(tmp_path)], env=environ, stdout=subprocess.PIPE, text=True, preexec_fn=before
        )
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()
    for pid in pids(tmp_path).values():
        if lives(pid):
            os.kill(pid, signal.SIGKILL)


def ignore_interrupts() -> None:
    """As a shell does for a command in the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def block_everything() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("before", [None, ignore_interrupts, block_everything])
def test_a_signal_ends_all_of_it_whatever_was_inherited(
    start: Start, tmp_path: Path, how: signal.Signals, before: Callable[[], object] | None
) -> None:
    process = start(before)
    running = pids(tmp_path)
    process.send_signal(how)
    said, _ = process.communicate(timeout=20)
    assert said.endswith("ended\n")
    assert process.returncode == 0
    # What was told to end has not always ended in the same instant on a busy machine.
    wait_until(lambda: not any(lives(pid) for pid in running.values()), 5)


def test_a_killed_supervisor_takes_its_children_with_it(start: Start, tmp_path: Path) -> None:
    process = start()
    running = pids(tmp_path)
    process.kill()
    wait_until(lambda: not lives(running["parent"]))


def test_a_child_that_dies_is_started_again_and_said(start: Start, tmp_path: Path) -> None:
    process = start()
    time.sleep(0.6)
    first = pids(tmp_path)
    os.kill(first["parent"], signal.SIGKILL)
    assert process.stdout
    assert process.stdout.readline().startswith("The parent was killed by signal 9; it is started again now.")
    wait_until(lambda: (tmp_path / "parent").read_text() not in {"", str(first["parent"])})
    os.kill(first["grandchild"], signal.SIGKILL)
