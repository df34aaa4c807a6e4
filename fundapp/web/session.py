"""The database session of a request: one each, closed at its end."""

from __future__ import annotations

from flask import Flask, g
from sqlalchemy.orm import Session

from fundapp.web.app import database


def db() -> Session:
    """The session of this request. Write inside `with transaction(db()):`; read without ceremony."""
    if "session" not in g:
        g.session = database().session()
    found: Session = g.session
    return found


def install(app: Flask) -> None:
    """Close the session whatever became of the request. What nobody committed is gone."""

    @app.teardown_appcontext
    def close(_: BaseException | None) -> None:
        session: Session | None = g.pop("session", None)
        if session is not None:
            session.close()
