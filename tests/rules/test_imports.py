"""Some rooms may see only another's queries. The rooms' table itself is held by import-linter (pyproject.toml)."""

import grimp
import pytest

# Pure modules without a database: a lifecycle's table, how a code is written. And what a room splits off its queries.
PURE = {"lifecycle", "codes"}
READING = {
    "queries": {"queries", "figures", "demand.figures"},
    "service": {"service"},
    # What each room says and does about people's data, for the room of data protection.
    "data": {"personal", "forgetting"},
    "consents": {"consents", "asking"},
    # Whose a paper slip is, so that somebody can complain with it.
    "slips": {"slips.service", "slips.models"},
}
# Who sees what of whom, besides what is said of whole rooms in pyproject.toml (architecture's table).
SEEN = {
    ("giving", "points"): {"queries"},
    ("finance", "grants"): {"queries"},
    ("finance", "payouts"): {"queries", "service"},
    ("finance", "giving"): {"queries", "service"},
    ("finance", "points"): {"queries", "service"},
    ("openbooks", "points"): {"queries"},
    ("openbooks", "giving"): {"queries"},
    ("openbooks", "grants"): {"queries"},
    ("openbooks", "payouts"): {"queries"},
    ("openbooks", "finance"): {"queries"},
    ("privacy", "points"): {"data"},
    ("privacy", "giving"): {"data"},
    ("privacy", "grants"): {"data", "consents", "slips"},
    ("privacy", "payouts"): {"data"},
    ("privacy", "finance"): {"data"},
    ("privacy", "openbooks"): {"data"},
}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("fundapp", exclude_type_checking_imports=True, cache_dir=None)


@pytest.mark.parametrize(("room", "other"), SEEN)
def test_a_room_sees_only_what_another_shows_it(graph: grimp.ImportGraph, room: str, other: str) -> None:
    imports = {
        (importer, imported)
        for importer in graph.find_descendants(f"fundapp.{room}") | {f"fundapp.{room}"}
        for imported in graph.find_modules_directly_imported_by(importer)
        if imported == f"fundapp.{other}" or imported.startswith(f"fundapp.{other}.")
    }
    allowed = {f"fundapp.{other}.{module}" for shown in SEEN[room, other] for module in READING[shown] | PURE}
    strays = sorted(f"{importer} imports {imported}" for importer, imported in imports if imported not in allowed)
    assert not strays


def test_only_the_composition_root_sees_every_room(graph: grimp.ImportGraph) -> None:
    roots = {"fundapp", "fundapp.models", "fundapp.blueprints", "fundapp.composition", "fundapp.jobs_registry"}
    strays = sorted(
        importer
        for module in ("fundapp.blueprints", "fundapp.composition", "fundapp.jobs_registry", "fundapp.models")
        for importer in graph.find_modules_that_directly_import(module)
        if importer not in roots and not importer.startswith("fundapp.cli")
    )
    assert not strays
