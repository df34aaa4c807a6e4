"""Public pages are sent compressed, so that one comes over a weak signal in one breath.

Pages of somebody signed in are not: a page that holds a secret beside words of another's choosing must not be compressed (BREACH).
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request, session

from fundapp.web.guards import is_public

_LEAST = 600
_KINDS = frozenset({"text/html", "text/plain", "application/json", "image/svg+xml", "text/csv"})


def install(app: Flask) -> None:
    """Compress what is public, whole, and large enough to gain by it."""

    @app.after_request
    def press(response: Response) -> Response:
        if not _may(response):
            return response
        response.vary.add("Accept-Encoding")
        # A cookie with something in it belongs to somebody; only what is the same for all is compressed.
        if request.accept_encodings["gzip"] > 0 and not session:
            response.set_data(gzip.compress(response.get_data(), 6, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
        return response


def _may(response: Response) -> bool:
    return (
        is_public(request.endpoint)
        and response.mimetype in _KINDS
        and not response.is_streamed
        and not response.direct_passthrough
        and "Content-Encoding" not in response.headers
        and (response.content_length or 0) >= _LEAST
    )
