"""What the tests of the ledger share."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, event


@pytest.fixture
def statements(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is sent to the database from here on, by SQLAlchemy and past it."""
    sent: list[str] = []
    send = psycopg.Connection.execute

    def note_and_send(self: Any, query: Any, *values: Any, **options: Any) -> Any:
        sent.append(query)
        return send(self, query, *values, **options)

    monkeypatch.setattr(psycopg.Connection, "execute", note_and_send)

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield sent
    event.remove(connection, "before_cursor_execute", note)
