"""Whom to tell of a weakness, where researchers look for it (RFC 9116), and what we promise them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from fundapp.config import ROOT
from fundapp.core import clock
from fundapp.core.errors import NotFound
from fundapp.people import queries as people
from fundapp.web.app import settings
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.session import db

blueprint = Blueprint("security", __name__, url_prefix="/.well-known")
guard(blueprint, PUBLIC)

# The standard asks for less than a year: what is asked for today holds until then.
HOLDS = timedelta(days=180)


@blueprint.get("/security.txt")
def contact() -> ResponseReturnValue:
    """Whom to tell. 404 until the charity has entered its facts."""
    holder = people.fund_holder(db())
    if not holder.email:
        raise NotFound
    until = datetime.combine(clock.today() + HOLDS, time(), UTC)
    here = f"{settings().base_url}/.well-known"
    fields = (
        ("contact", f"mailto:{holder.email}"),
        ("expires", f"{until:%Y-%m-%dT%H:%M:%SZ}"),
        ("preferred-languages", "en"),
        ("canonical", f"{here}/security.txt"),
        ("policy", f"{here}/security-policy.txt"),
    )
    return _plain("".join(f"{name.title()}: {value}\n" for name, value in fields))


@blueprint.get("/security-policy.txt")
def policy() -> ResponseReturnValue:
    """What we ask of whoever finds a weakness, and what we promise: SECURITY.md, as it is."""
    return _plain((ROOT / "SECURITY.md").read_text())


def _plain(words: str) -> Response:
    return Response(words, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "public, max-age=3600"})
