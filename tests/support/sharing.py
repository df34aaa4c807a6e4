"""How tests are shared out among workers: what takes long begins first, one module with one worker.

pytest-xdist's `worksteal` gives each worker an equal run of the list, and whoever is done takes from another's end. Journeys that stood
in one run's middle were then left to the end, when two of three workers had nothing to do.
"""

from __future__ import annotations

from itertools import groupby

import pytest

# How long a test of these takes beside a usual journey, roughly; what stands in no row is no journey and short.
WEIGHTS = {
    "tests/journeys/test_every_page.py": 5,
    "tests/rules/test_crawl.py": 6,
    "tests/integration/cli/test_demo_books.py": 2,
    "tests/journeys/": 1,
}


def weight(item: pytest.Item) -> int:
    """How long a test takes beside a usual journey; 0 for all that are short."""
    return next((weighs for begins, weighs in WEIGHTS.items() if item.nodeid.startswith(begins)), 0)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the list in an order of equal runs, each with its share of long modules at its beginning."""
    workers: int = getattr(config, "workerinput", {}).get("workercount", 1)
    if workers == 1:
        return
    long, short = ([item for item in items if bool(weight(item)) == wanted] for wanted in (True, False))
    modules = [list(group) for _, group in groupby(long, key=lambda item: item.nodeid.partition("::")[0])]
    piles: list[list[pytest.Item]] = [[] for _ in range(workers)]
    for module in sorted(modules, key=lambda module: -sum(map(weight, module))):
        min(piles, key=lambda pile: sum(map(weight, pile))).extend(module)
    shared: list[pytest.Item] = []
    for nth, pile in enumerate(piles, start=1):
        room = max(0, nth * len(items) // workers - len(shared) - len(pile))
        shared += [*pile, *short[:room]]
        del short[:room]
    items[:] = shared + short
