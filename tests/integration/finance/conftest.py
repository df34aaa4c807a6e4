"""What the tests of the finance desk share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from fundapp import create_app
from fundapp.core.db import transaction
from fundapp.ledger import sealing, signing
from fundapp.ledger.notes import Signer
from fundapp.people import sessions
from fundapp.people.models import User
from tests.support.outside import BASE_URL
from tests.support.postgres import OwnDatabase
from tests.support.web import Client, settings_for

ORIGIN = "books.example/test"
Visit = Callable[[User], Client]


@pytest.fixture
def statements(connection: Connection) -> Iterator[list[str]]:
    """What is sent to the database from here on."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield sent
    event.remove(connection, "before_cursor_execute", note)


@pytest.fixture
def seal_all() -> Callable[[Session], int]:
    """`seal_all(session)` seals and signs what waits, and tells how many entries the log has then."""
    signer = Signer.generate(ORIGIN)

    def seal(session: Session) -> int:
        with transaction(session):
            signing.introduce_key(session, vkey=signer.verifier.vkey, actor="system")
            done = sealing.seal(session, origin=ORIGIN, signer=signer)
        assert done is not None
        return done.size

    return seal


@pytest.fixture
def own_session(own_database: OwnDatabase) -> Iterator[Session]:
    """A session on a private clone: for what no rollback undoes, such as closing a month."""
    with own_database.session() as session:
        yield session


@pytest.fixture
def visit(own_database: OwnDatabase, own_session: Session, tmp_path: Path) -> Visit:
    """`visit(user)` is a client of an app on that clone, signed in."""
    app = create_app(settings_for(own_database, tmp_path), database=own_database)

    def come(user: User) -> Client:
        client = Client(app, own_session)
        _, token = sessions.start(own_session, user=user, device="a test", proven_by="app")
        own_session.commit()
        with client.flask.session_transaction(base_url=BASE_URL) as cookie:
            cookie.update({"_user_id": token, "_fresh": True})
        return client

    return come
