"""What every template may count on: strict names, the filters, who is asking, and where they can go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, g, request
from jinja2 import StrictUndefined

from fundapp.core.roles import Role
from fundapp.web import filters, identity, navigation


def install(app: Flask, fund_holder: Callable[[], Any]) -> None:
    """Set the templates up. `fund_holder` finds the charity's facts, which the people room keeps."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals["Role"] = Role
    filters.install(app)

    @app.context_processor
    def standing() -> dict[str, Any]:
        here = request.path if request else ""
        if g.get("plain"):
            return {"me": None, "nav": [], "fund_holder": None, "here": here}
        return {"me": identity.me(), "nav": navigation.nav(), "fund_holder": fund_holder(), "here": here}
