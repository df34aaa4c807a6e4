"""From a clean clone, with a space in its path: `script/run` as root and as an ordinary user, twice, beside itself, and killed."""

import http.client
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fundapp.config import ROOT
from tests.support.outside import free_port

# With a warm package cache the first page is there within this time of a clean clone.
FIRST_PAGE_SECONDS = 60
# What a user brings along who knows where packages and certificates are.
KEPT = re.compile(r"(PIP|UV|SSL|REQUESTS)_\w+|LANG|https?_proxy|no_proxy", re.I)
# System users that are there on Debian and on macOS, for a test that runs as root.
ORDINARY = ("games", "daemon")


@dataclass
class Clone:
    """A clone, and the user who works in it. `user` None: whoever runs the tests."""

    path: Path
    user: pwd.struct_passwd | None
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, port: int) -> tuple[subprocess.Popen[bytes], Path]:
        """Start script/run with its input closed, its words in a file."""
        log = self.path.parent / f"run-{port}-{len(self.started)}.log"
        environ = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
        environ |= {"PATH": os.environ["PATH"] if self.user is None else "/usr/local/bin:/usr/bin:/bin", "PORT": str(port)}
        environ["HOME"] = os.environ.get("HOME", "/") if self.user is None else str(self.path.parent)
        with log.open("wb") as said:
            process = subprocess.Popen(
                ["/bin/sh", "-c", 'exec "$0" <&-', str(self.path / "script" / "run")],
                cwd="/",
                env=environ,
                stdout=said,
                stderr=said,
                user=self.user.pw_uid if self.user else None,
                group=self.user.pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
                start_new_session=True,
            )
        self.started.append(process)
        return process, log

    def processes(self) -> list[int]:
        """Every process of this clone, by the paths in their command lines."""
        listed = subprocess.run(["ps", "-axww", "-o", "pid=,stat=,args="], capture_output=True, text=True, check=True).stdout
        rows = [line.split(None, 2) for line in listed.splitlines()]
        home = self.home()
        ours = [row for row in rows if len(row) == 3 and (str(self.path) in row[2] or (home and str(home) in row[2]))]
        return [int(pid) for pid, state, _ in ours if not state.startswith("Z")]

    def home(self) -> Path | None:
        """Where its cluster lies."""
        named = self.path / "instance" / "database"
        return Path(named.read_text().strip()) if named.exists() else None


def ordinary_user() -> pwd.struct_passwd:
    for name in ORDINARY:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise AssertionError(f"none of the users {ORDINARY} is here")


@pytest.fixture(params=["as whoever runs this", "as an ordinary user"] if os.getuid() == 0 else ["as whoever runs this"])
def clone(request: pytest.FixtureRequest) -> Iterator[Clone]:
    """A clean clone; as root also one of an ordinary user's."""
    user = ordinary_user() if request.param == "as an ordinary user" else None
    folder = Path(tempfile.mkdtemp(prefix="fundapp long "))
    folder.chmod(0o755 if user else 0o700)
    path = folder / "a clone"
    subprocess.run(["git", "clone", "-q", ROOT, path], check=True)
    if user:
        for one in [folder, *folder.rglob("*")]:
            os.chown(one, user.pw_uid, user.pw_gid, follow_symlinks=False)
    made = Clone(path, user)
    yield made
    for pid in made.processes():
        os.kill(pid, signal.SIGKILL)
    for process in made.started:
        process.wait()
    home = made.home()
    shutil.rmtree(folder)
    if home:
        shutil.rmtree(home, ignore_errors=True)


def get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except OSError:
        return 0, ""
    finally:
        connection.close()


def wait_for(true: Callable[[], bool], seconds: float, *logs: Path) -> float:
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            told = "\n".join(f"{log}:\n{log.read_text()[-3000:]}" for log in logs if log.exists())
            raise AssertionError(f"not within {seconds} s; {told}")
        time.sleep(0.1)
    return time.monotonic() - began


def greeted(log: Path) -> bool:
    return "/g/" in log.read_text() and "demo" in log.read_text()


def test_two_words_and_it_serves_and_two_copies_share_and_nothing_is_left(clone: Clone) -> None:
    port, other = free_port(), free_port()
    first, log = clone.run(port)
    took = wait_for(lambda: get(port, "/")[0] == 200, FIRST_PAGE_SECONDS, log)
    wait_for(lambda: greeted(log), 30, log)
    assert "Traceback" not in log.read_text()
    code = re.search(rf"http://localhost:{port}(/g/[0-9A-Z]+)", log.read_text())
    assert code, log.read_text()
    assert get(port, code[1])[0] == 200
    second, other_log = clone.run(other)
    wait_for(lambda: greeted(other_log), 60, other_log)
    assert get(other, code[1])[0] == 200, "the second copy has the first one's data"
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    wait_for(lambda: get(port, "/")[0] == 0, 15)
    time.sleep(1)
    assert get(other, "/readyz")[0] == 200, "the first took the database along"
    second.send_signal(signal.SIGINT)
    assert second.wait(30) == 0
    assert clone.processes() == []
    print(f"first page after {took:.1f} s")  # noqa: T201


def test_killed_with_everything_it_starts_again_with_its_data(clone: Clone) -> None:
    port = free_port()
    _, log = clone.run(port)
    wait_for(lambda: greeted(log), FIRST_PAGE_SECONDS + 30, log)
    books = get(port, "/open")[1]
    for _ in range(3):
        for pid in clone.processes():
            os.kill(pid, signal.SIGKILL)
        for process in clone.started:
            process.wait()
        again, log = clone.run(port)
        wait_for(lambda: greeted(log), 60, log, clone.path / "instance" / "database", (clone.home() or clone.path) / "log")  # noqa: B023
        assert get(port, "/open")[1] == books
    again.send_signal(signal.SIGTERM)
    assert again.wait(30) == 0
    assert clone.processes() == []


def test_a_taken_port_is_one_plain_sentence(clone: Clone) -> None:
    port = free_port()
    import socket

    with socket.create_server(("127.0.0.1", port)):
        process, log = clone.run(port)
        assert process.wait(FIRST_PAGE_SECONDS) == 1
    assert log.read_text().splitlines()[-1] == f"Port {port} is taken. Choose another: PORT={port + 10} script/run"
