"""Every column of every table is thought about: whose it is, why, on what basis, how long; and what tells of somebody is sealed."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from pkgutil import iter_modules

import pytest

import fundapp
import fundapp.models
from fundapp.core.db import Base
from fundapp.core.indexed import BlindIndex, WordIndexes
from fundapp.core.personal import Inventory
from fundapp.core.sealed import Sealed

TABLES = Base.metadata.tables


def inventories() -> dict[str, Inventory]:
    """What each room says it holds, by the room's name."""
    found = {}
    for room in iter_modules(fundapp.__path__):
        if (
            room.ispkg
            and room.name != "core"
            and any(module.name == "personal" for module in iter_modules([f"{fundapp.__path__[0]}/{room.name}"]))
        ):
            found[room.name] = import_module(f"fundapp.{room.name}.personal").INVENTORY
    return found


ROOMS = inventories()


def test_every_column_is_told_of_once_and_nothing_that_is_not_there() -> None:
    told: Counter[str] = Counter()
    for inventory in ROOMS.values():
        told.update(f"{one.table}.{one.column}" for one in inventory.holdings)
        told.update(f"{table}.{column}" for table, columns in inventory.impersonal.items() for column in columns)
    there = {f"{table.name}.{column.name}" for table in TABLES.values() for column in table.columns}
    assert sorted(there - set(told)) == []
    assert sorted(set(told) - there) == []
    assert sorted(column for column, times in told.items() if times > 1) == []


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_what_tells_of_somebody_is_sealed_or_says_why_not(room: str) -> None:
    for one in ROOMS[room].holdings:
        kind = TABLES[one.table].columns[one.column].type
        is_sealed = isinstance(kind, Sealed)
        assert is_sealed + one.pseudonym + bool(one.plain_because) == 1, f"{one.table}.{one.column}"
        if isinstance(kind, (BlindIndex, WordIndexes)):
            assert one.pseudonym, f"{one.table}.{one.column}"


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_nothing_that_is_sealed_or_finds_what_is_sealed_passes_for_nobodys(room: str) -> None:
    for table, columns in ROOMS[room].impersonal.items():
        for column in columns:
            kind = TABLES[table].columns[column].type
            assert not isinstance(kind, (Sealed, BlindIndex, WordIndexes)), f"{table}.{column}"


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_each_reason_is_a_sentence(room: str) -> None:
    for one in ROOMS[room].holdings:
        for words in filter(None, (one.why, one.plain_because)):
            assert words.endswith("."), words
            assert words[0].isupper(), words


# Columns that came from another table with what was in them: it opens under the name it was sealed under.
CARRIED_OVER = {
    "request_thing.detail_words": "grant_request.detail_words",
    "request_thing.supplier": "grant_request.supplier",
    "request_thing.typed": "grant_request.typed",
}


def test_a_sealed_column_is_bound_to_its_own_name_or_the_one_it_came_with() -> None:
    for table in TABLES.values():
        for column in table.columns:
            if isinstance(column.type, Sealed):
                name = f"{table.name}.{column.name}"
                assert column.type.purpose == CARRIED_OVER.get(name, name)
