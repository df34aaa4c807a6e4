"""What the tests of the ledger share."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, event


@pytest.fixture
def statements(connection: Connection) -> Iterator[list[str]]:
    """What is sent to the database from here on."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield sent
    event.remove(connection, "before_cursor_execute", note)
