"""Forms of other sites are refused: a token in each form, and the browser's own word on where a form came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_wtf import CSRFProtect

from fundapp.core.errors import FundError
from fundapp.core.language import gettext as _
from fundapp.web.app import settings

View = TypeVar("View", bound=Callable[..., Any])
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def without_token(why: str) -> Callable[[View], View]:
    """Let one view take a POST without the cookie's token. `why` names what proves the sender instead.

    For Stripe's signed events, and for public forms that carry a signed form key, because public pages set no cookie.
    """

    def mark(view: View) -> View:
        view.without_token = why  # type: ignore[attr-defined]
        return view

    return mark


def needs_token(app: Flask, endpoint: str) -> bool:
    """Whether a POST to this endpoint must carry the token."""
    return not getattr(app.view_functions[endpoint], "without_token", "")


def install(app: Flask) -> None:
    """Check every request that could change something. After the guards: who is signed out is asked to sign in first."""
    # Ours is the check, because it knows the views that are marked; Flask-WTF makes and verifies the tokens.
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    # The token lives as long as the session it belongs to: a form may lie open over lunch.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_SSL_STRICT"] = False
    protection = CSRFProtect(app)

    @app.before_request
    def check() -> None:
        if request.method in SAFE or request.endpoint is None:
            return
        if not _from_here():
            raise FundError(_("That form came from another site, so nothing was done. Open the page here and send it again."))
        if needs_token(current_app, request.endpoint):
            protection.protect()


def _from_here() -> bool:
    """What the browser says of the sender (Fetch Metadata, Origin). An old one says nothing; then the token decides alone."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin", "null")
    # “null” is what a page that sends no referrer says of itself.
    return origin == "null" or _host_of(origin) in {request.host, urlsplit(settings().base_url).netloc}


def _host_of(origin: str) -> str:
    """The host that an Origin names, or none where it is no address at all."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
