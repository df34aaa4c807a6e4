"""The stand-alone script, as a module and as a command."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "docs" / "verify" / "verify.py"
Answer = tuple[int, str]


@pytest.fixture(scope="session")
def verify() -> ModuleType:
    """The script, imported."""
    spec = importlib.util.spec_from_file_location("stand_alone_verify", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(verify: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """`run("proof", file, "--key", key)` is what somebody at a terminal gets: the exit status, and all that was said."""

    def asked(*words: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["verify.py", *map(str, words)])
        status = 0
        try:
            verify.main()
        except SystemExit as ended:
            status, last = (1, f"{ended.code}\n") if isinstance(ended.code, str) else (int(ended.code or 0), "")
            return status, capsys.readouterr().out + last
        return status, capsys.readouterr().out

    return asked
