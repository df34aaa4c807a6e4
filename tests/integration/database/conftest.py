"""Checkouts to try the embedded server in, apart from everything else."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fundapp.database import place


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty checkout, with a space in its path. As root, its clusters lie where the server's user can reach them."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    home = Path(tempfile.mkdtemp(prefix="fundapp-"))
    if os.getuid() == 0:
        home.chmod(0o755)
        monkeypatch.setattr(place, "SYSTEM_HOME", home)
    yield folder
    shutil.rmtree(home)
