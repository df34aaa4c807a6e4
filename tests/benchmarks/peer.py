"""django-hordak from PyPI beside us: in an environment of its own, posting the same legs in its own way."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.crowd import Client

HERE = Path(__file__).parent


@contextmanager
def installed() -> Iterator[str]:
    """A Python that has it, exactly as locked in hordak-requirements.txt."""
    with tempfile.TemporaryDirectory() as folder:
        environment = Path(folder) / "venv"
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        python = str(environment / "bin" / "python")
        locked = HERE / "hordak-requirements.txt"
        subprocess.run([python, "-m", "pip", "install", "-qq", "--require-hashes", "--no-deps", "-r", locked], check=True)
        yield python


def client(python: str, url: str) -> Client:
    """A client that posts with it. Its tables are made first."""
    one = Client("post", url, program=(python, str(HERE / "hordak_peer.py")))
    with one.start(0) as process:
        _, words = process.communicate("go\n")
    if process.returncode:
        raise SystemExit(f"django-hordak does not run: {words}")
    return one
