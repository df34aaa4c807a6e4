"""Every way a page can fail, each with its own page and a sentence that says what to do."""

from __future__ import annotations

from flask import Flask, Response, g, make_response, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from fundapp.core.errors import FundError
from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.web import logs

# The statuses that have a page of their own in templates/errors.
PAGES = frozenset({400, 403, 404, 405, 409, 413, 429, 500, 502, 503})

# After so long a visitor, or a messenger, tries again.
COME_BACK_SECONDS = 300

_STALE = lazy("This form was open for too long, or in another window. Load the page again and send it once more. Nothing was done.")


def error_page(status: int, sentence: str = "", *, plain: bool = False) -> Response:
    """The page for a status. `sentence` is shown on it, and holds nothing personal.

    A plain one asks nothing more of the app, neither who is signed in nor who holds the Fund; so is every fault of our own.
    """
    g.plain = plain or status >= 500
    page = status if status in PAGES else (400 if status < 500 else 500)
    words = render_template(f"errors/{page}.html", sentence=sentence, status=status, request_id=logs.request_id())
    response = make_response(words, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def closed_page() -> Response:
    """The page of the time in which nothing is served. A messenger, like Stripe, that gets it comes again."""
    g.plain = True
    response = make_response(render_template("errors/closed.html", status=0), 503)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Retry-After"] = str(COME_BACK_SECONDS)
    return response


def install(app: Flask) -> None:
    """Answer each kind of failure with its page."""

    @app.errorhandler(FundError)
    def refused(error: FundError) -> Response:
        if error.status >= 500:
            logs.report((type(error), error, error.__traceback__), show_words=True)
        return error_page(error.status, _(error.sentence))

    @app.errorhandler(CSRFError)
    def stale(_: CSRFError) -> Response:
        return error_page(400, _STALE)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        code = error.code or 500
        # Werkzeug's words are for programmers, and may repeat what was sent: our own sentences come as FundError.
        # A host name that is not ours: no address of ours can be written on the page.
        response = error_page(code, plain=isinstance(error, SecurityError))
        for name, value in error.get_headers():
            if name not in {"Content-Type", "Content-Length"}:
                response.headers[name] = value
        return response

    @app.errorhandler(OperationalError)
    @app.errorhandler(PoolTimeout)
    def database_gone(error: Exception) -> Response:
        logs.report((type(error), error, error.__traceback__), show_words=False)
        return error_page(503)

    @app.errorhandler(500)
    def broken(_: Exception) -> Response:
        return error_page(500)
