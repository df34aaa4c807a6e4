"""Turns: whoever names the same waits, nobody else does, and the transaction's end gives it on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import fundapp
from fundapp.core import turns
from fundapp.core.db import explain
from fundapp.core.errors import Busy
from tests.support.postgres import OwnDatabase


@pytest.fixture
def two(worker_database: OwnDatabase) -> Iterator[tuple[Session, Session]]:
    """Two sessions on connections of their own, of which the second has no patience."""
    with worker_database.session() as first, worker_database.session() as second:
        second.execute(text("SET LOCAL lock_timeout = '30ms'"))
        yield first, second


def test_whoever_is_second_waits_until_the_first_has_ended(two: tuple[Session, Session]) -> None:
    first, second = two
    turns.take(first, "form:one")
    with pytest.raises(OperationalError) as refused, second.begin_nested():
        turns.take(second, "form:one")
    assert isinstance(explain(refused.value), Busy)
    first.rollback()
    turns.take(second, "form:one")


def test_nobody_waits_for_another_name_or_for_themselves(two: tuple[Session, Session]) -> None:
    first, second = two
    turns.take(first, "form:one")
    turns.take(second, "form:two")
    turns.take(second, "person:1")
    turns.take(second, "form:two")


def test_no_service_words_a_turn_of_its_own() -> None:
    house = Path(fundapp.__file__).parent
    worded = [path.name for path in house.rglob("*.py") if "pg_advisory_xact_lock(hashtextextended" in path.read_text()]
    assert worded == ["turns.py"]
