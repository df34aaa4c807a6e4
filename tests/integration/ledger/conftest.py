"""What the tests of the ledger share."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, event

from fundapp.core import prepared


@pytest.fixture
def statements(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is sent to the database from here on, by SQLAlchemy and past it."""
    sent: list[str] = []
    fetch_row = prepared.fetch_row

    def note_and_fetch(connection: Connection, statement: str, *values: Any) -> Any:
        sent.append(statement)
        return fetch_row(connection, statement, *values)

    monkeypatch.setattr(prepared, "fetch_row", note_and_fetch)

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield sent
    event.remove(connection, "before_cursor_execute", note)
