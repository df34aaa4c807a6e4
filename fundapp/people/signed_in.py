"""The cookie's side of a session: who comes with it, who begins one, who leaves."""

from __future__ import annotations

import flask
from flask_login import login_user, logout_user
from werkzeug.routing import RequestRedirect

from fundapp.core.db import transaction
from fundapp.core.roles import Role
from fundapp.people import sessions
from fundapp.people.models import UserSession
from fundapp.people.seats import has_several_homes, homes
from fundapp.people.sessions import WHOLE, SignedInPerson
from fundapp.web.app import database
from fundapp.web.guards import safe_next

# The page on which everything that waits is gathered.
GATHERED = "/home"

__all__ = ["WHOLE", "begin", "finish", "home", "load", "onward", "renew"]


def load(token: str) -> SignedInPerson | None:
    """Who comes with this token. Writes at most every few minutes that the session is in use."""
    # A session of its own, closed at once: a view that is refused and rolls back must not forget who is asking.
    with database().session() as own:
        found = sessions.find(own, token)
        if found and found.is_stale:
            with transaction(own):
                sessions.touch(own, found.session_id)
    return found


def begin(row: UserSession, token: str) -> None:
    """Put a new session into the cookie; nothing of what the cookie held before goes with it."""
    flask.session.clear()
    # Kept as long as the row may last: a phone closes its browser without asking.
    flask.session.permanent = True
    login_user(SignedInPerson(row, token))


def renew(token: str) -> None:
    """Carry on under a session's new token. The form's token stays, so that a form that lay open can still be sent."""
    flask.session["_user_id"] = token


def finish() -> None:
    """Empty the cookie."""
    logout_user()
    flask.session.clear()


def home(roles: frozenset[Role]) -> str:
    """Where somebody with these seats begins: where their work waits, or where all of it is gathered."""
    if has_several_homes(roles):
        return GATHERED
    return next((url for url in homes(roles) if _leads_somewhere(url)), "/account")


def onward(target: str | None, roles: frozenset[Role]) -> str:
    """Where somebody goes who has just signed in: the page they wanted, or their home."""
    return safe_next(target) or home(roles)


def _leads_somewhere(url: str) -> bool:
    adapter = flask.current_app.create_url_adapter(flask.request)
    if adapter is None:
        return False
    try:
        return adapter.test(url, method="GET")
    except RequestRedirect:
        return True
