"""Properties: a modest number of examples at the gate, many more in script/long."""

from __future__ import annotations

import pytest
from hypothesis import is_hypothesis_test, settings

LONG = "long"
TIMES = 25

settings.register_profile("gate", deadline=None, max_examples=50)
settings.register_profile(LONG, deadline=None, max_examples=100 * TIMES)
settings.load_profile("gate")


def examples(count: int) -> int:
    """How many examples a test with a number of its own takes: `count` at the gate, many times that in script/long."""
    return count * TIMES if settings.get_current_profile_name() == LONG else count


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark by which script/long finds them."""
    config.addinivalue_line("markers", "property: tried with many made-up examples")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every property, and every module with a state machine."""
    for item in items:
        test = getattr(item, "obj", None)
        if is_hypothesis_test(test) or hasattr(getattr(item, "module", None), "run_state_machine_as_test"):
            item.add_marker("property")
