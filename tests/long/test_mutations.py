"""Break one thing at a time, and see the test go red that says it would (tests/support/mutations.py, docs/mutations.md)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fundapp.config import ROOT
from tests.support.mutations import MUTATIONS, Mutation

# What a test needs of the checkout.
PARTS = ("fundapp", "migrations", "templates", "static", "tests", "docs", "locale", "pyproject.toml", "conftest.py")
RED, GREEN = 1, 0


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the code, to be broken."""
    folder = tmp_path_factory.mktemp("broken")
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        elif source.exists():
            shutil.copy(source, folder / part)
    # The database server of the tests runs as somebody else where they run as root.
    for parent in (folder, *folder.parents):
        if parent.is_relative_to(tmp_path_factory.getbasetemp()):
            parent.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def run(folder: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """Run these tests with the copy's own code."""
    environ = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--tb=line", *tests]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=900, check=False)


@pytest.mark.timeout(3600)
def test_unbroken_they_are_all_green(copy: Path) -> None:
    told = run(copy, *dict.fromkeys(f"{one.tests}::{one.red}" for one in MUTATIONS))
    assert told.returncode == GREEN, told.stdout[-3000:]


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.broken)
def test_broken_in_one_place_the_named_test_goes_red(copy: Path, mutation: Mutation) -> None:
    file = copy / mutation.file
    whole = file.read_text()
    file.write_text(whole.replace(mutation.before, mutation.after))
    try:
        told = run(copy, f"{mutation.tests}::{mutation.red}")
    finally:
        file.write_text(whole)
    # Red because the test itself failed, not because nothing could be imported or set up.
    assert told.returncode == RED, told.stdout[-3000:]
    assert " failed" in told.stdout.splitlines()[-1], told.stdout[-3000:]
