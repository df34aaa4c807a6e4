"""Fixtures of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event


@pytest.fixture
def counted(connection: Connection) -> Callable[[], AbstractContextManager[list[str]]]:
    """`with counted() as made:` gathers the statements that reach the database, but for savepoints."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        made: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if "SAVEPOINT" not in statement and "SET CONSTRAINTS" not in statement:
                made.append(statement)

        event.listen(connection.engine, "before_cursor_execute", note)
        try:
            yield made
        finally:
            event.remove(connection.engine, "before_cursor_execute", note)

    return counting
