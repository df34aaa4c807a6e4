"""What every answer says to the browser about what it may do with it."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from fundapp.config import LOOPBACK, Settings
from fundapp.web.guards import is_public

YEAR = 31_536_000
STRIPE_CHECKOUT = "https://checkout.stripe.com"
STRIPE_PORTAL = "https://billing.stripe.com"
# What a page with a script of ours on it may do besides: run it, and let it fetch from us.
RUNS_SCRIPTS = "; script-src 'self'; connect-src 'self'"
# On a public page without one nothing of the page can fetch; a reader's own tools, which ask for robots.txt in its name, may.
FETCHES = "; connect-src 'self'"

# Nothing of a browser's powers is used; a photo comes through a plain file field.
_PERMISSIONS = ", ".join(f"{name}=()" for name in ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics"))


def policy(*, form_targets: tuple[str, ...] = ()) -> str:
    """The Content-Security-Policy: no script, no inline style, nothing from elsewhere."""
    return "; ".join(
        [
            "default-src 'none'",
            "manifest-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            " ".join(["form-action 'self'", *form_targets]),
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ]
    )


def checkout_origins(settings: Settings) -> tuple[str, ...]:
    """Where a gift's form may lead after our redirect: browsers hold form-action to the whole chain (CSP level 3)."""
    if settings.stripe_api_base is None:
        return (STRIPE_CHECKOUT,)
    port = urlsplit(settings.stripe_api_base).port
    return tuple(f"http://{host}:{port}" for host in LOOPBACK if ":" not in host)


def portal_origins(settings: Settings) -> tuple[str, ...]:
    """Where a monthly gift's form may lead after our redirect."""
    return (STRIPE_PORTAL,) if settings.stripe_api_base is None else checkout_origins(settings)


def standing(settings: Settings) -> dict[str, str]:
    """The headers of every answer, files included."""
    found = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}
    if settings.is_secure:
        found["Strict-Transport-Security"] = f"max-age={2 * YEAR}; includeSubDomains"
    return found


def keep_private(response: Response) -> Response:
    """For pages whose address is the key to them: not kept, not found by search, and not told to other sites."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def install(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer; a view that set one itself keeps its own."""
    private = policy()
    public = policy(form_targets=checkout_origins(settings))
    fixed = {
        **standing(settings),
        # Other sites learn nothing; our own forms can still be told from theirs.
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": _PERMISSIONS,
        # For browsers from before frame-ancestors.
        "X-Frame-Options": "DENY",
    }

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in fixed.items():
            response.headers.setdefault(name, value)
        open_to_all = is_public(request.endpoint)
        more = RUNS_SCRIPTS if g.get("runs_scripts") else FETCHES if open_to_all else ""
        response.headers.setdefault("Content-Security-Policy", (public if open_to_all else private) + more)
        # A page of somebody signed in is kept nowhere; a public one is asked for again, because its form key is its own.
        # What went wrong is kept nowhere.
        may_be_kept = open_to_all and response.status_code < 400
        response.headers.setdefault("Cache-Control", "private, no-cache" if may_be_kept else "no-store")
        return response
