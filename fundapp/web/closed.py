"""For the time in which the database is put back, moved or mended: each address is answered by one page, and nothing else is asked."""

from __future__ import annotations

from flask import Flask, Response, request

from fundapp.web import errors

# The question whether this process lives. Styles are served before the app is asked at all.
STILL_SERVED = "health.alive"


def install(app: Flask) -> None:
    """Answer for every page that there would be. Install it first: nothing may look at the database before."""

    @app.before_request
    def closed() -> Response | None:
        return None if request.endpoint == STILL_SERVED else errors.closed_page()
