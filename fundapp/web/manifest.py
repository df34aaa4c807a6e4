"""What a phone asks for before it puts the Fund beside its other programs (Web Application Manifest, W3C).

Pages of somebody signed in name it; a donor's page does not, since there is nothing to come back to every day.
"""

from __future__ import annotations

import json

from flask import Blueprint, Response, current_app

from fundapp.core.language import gettext as _
from fundapp.web.guards import PUBLIC, guard

blueprint = Blueprint("manifest", __name__)
guard(blueprint, PUBLIC)

# The same as --paper and --petrol of static/css/src/tokens.css; a test holds them together.
PAPER, PETROL = "#FBF7F0", "#0B4F4A"
DAY = 86_400


@blueprint.get("/manifest.webmanifest")
def show() -> Response:
    """The manifest: one for everybody, so it is kept for a day, and no cookie belongs to it."""
    response = Response(json.dumps(facts(), ensure_ascii=False), mimetype="application/manifest+json")
    response.headers["Cache-Control"] = f"public, max-age={DAY}"
    return response


def facts() -> dict[str, object]:
    """What it says."""
    return {
        "id": "/home",
        "name": _("Changing Lives Fund"),
        "short_name": _("The Fund"),
        "description": _("Ask for the small, practical things that unblock a life, and see where each request stands."),
        "lang": "en-GB",
        "dir": "ltr",
        # Whoever opens it finds their own work, or the way in to it.
        "start_url": "/home",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            _icon("images/icon-192.png", 192, "any"),
            _icon("images/icon-512.png", 512, "any"),
            _icon("images/icon-maskable-512.png", 512, "maskable"),
        ],
    }


def _icon(path: str, size: int, purpose: str) -> dict[str, str]:
    address: str = current_app.jinja_env.globals["static"](path)  # type: ignore[operator]
    return {"src": address, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
