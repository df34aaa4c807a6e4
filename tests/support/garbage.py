"""Thousands of collected tests are no garbage: Python's collector looks past them, and less often, for as long as a run lasts."""

from __future__ import annotations

import gc

# Python's own is 700 new objects. What a test leaves behind is still found: a run that leaks runs out of memory, not of warnings.
OBJECTS = 20_000


def pytest_collection_finish() -> None:
    """Whatever is there now stays: modules, tests, tables. A sample of tests took a tenth less time so."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS, 20, 50)
